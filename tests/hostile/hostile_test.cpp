// Runs the guest programs of this folder. None of them may reach beyond its own sandbox.
//
// The first lines of a program say what is expected, each as a comment:
//   expect: KIND...      the run ends in one of these (names of ErrorKindName, or ok)
//   alive: yes | no      whether the session lives on; left out where either is fine
//   output: TEXT         what it prints, as one line
//   next: KIND           how the next run of a session that lives ends, where that is not ok
//   memory: MIB, timeout: MS
//   scratch: MIB   the files of its own that the session has
// What is expected of one version of Python only has the version behind its name: expect 3.13: KIND...

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "common/raw_sandbox.hpp"
#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"

namespace goru {
namespace {

using test::MakeExecutor;
using test::MakeSession;
using test::Show;

struct HostileProgram {
  std::string name;
  std::string code;
  Language language = Python();
  std::map<std::string, std::string> header;

  std::string Header(const std::string& key, const std::string& otherwise) const {
    auto found = header.find(key + (language == Python("3.13") ? " 3.13" : ""));
    if (found == header.end()) found = header.find(key);
    return found == header.end() ? otherwise : found->second;
  }
  std::chrono::milliseconds Timeout() const { return std::chrono::milliseconds(std::stoi(Header("timeout", "20000"))); }
  size_t Scratch() const { return std::stoul(Header("scratch", "0")) << 20; }
  size_t Memory() const { return std::stoul(Header("memory", "64")) << 20; }
};

HostileProgram Read(const std::filesystem::path& path, const Language& language) {
  HostileProgram program;
  program.name = path.filename().string();
  program.language = language;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  program.code = text.str();
  std::istringstream lines(program.code);
  const std::string comment = program.language.is_python() ? "# " : "// ";
  for (std::string line; std::getline(lines, line) && line.starts_with(comment);) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    program.header[line.substr(comment.size(), colon - comment.size())] = line.substr(colon + 2);
  }
  return program;
}

Registry HostileRegistry() {
  Registry registry;
  registry.Add("echo", [](const CallContext&, const nlohmann::json& args) { return args; });
  return registry;
}

class Hostile : public testing::Test {
 public:
  explicit Hostile(HostileProgram program) : program_(std::move(program)) {}

  void TestBody() override {
    RunInSession();
    for (const auto method : {wasm::MemorySlot::ResetMethod::kDirtyPages, wasm::MemorySlot::ResetMethod::kDiscard}) {
      if (method == wasm::MemorySlot::ResetMethod::kDirtyPages && !wasm::MemorySlot::HasDirtyPageList()) continue;
      RunInSlot(method);
    }
  }

 private:
  const char* Remember() const { return "kept = 42"; }
  const char* Recall() const { return program_.language.is_python() ? "print(kept)" : "console.log(kept)"; }

  void RunInSession() {
    // Without a warm pool the next session gets the slot of the one before.
    Executor executor = MakeExecutor({WithRegistry(HostileRegistry()), WithWarmPool(0)});
    Session bystander = MakeSession(executor, program_.language);
    ASSERT_TRUE(bystander.Run(Remember()).ok());
    {
      // Everything that a session can be given. No program may send a request to the one host that it may reach.
      const test::TemporaryFolder folder;
      std::vector<SessionOption> options = {
          WithSessionTimeout(program_.Timeout()), WithSessionMemoryLimit(program_.Memory()), WithSessionKV(),
          WithSessionMount("/data", folder.path(), MountReadWriteCreate), WithSessionAllowedHosts({"127.0.0.1:9"})};
      if (program_.header.contains("scratch")) options.push_back(WithSessionScratch(program_.Scratch()));
      Session session = MakeSession(executor, program_.language, options);
      const Result result = session.Run(program_.code);
      std::istringstream kinds(program_.Header("expect", "ok"));
      std::vector<std::string> expected{std::istream_iterator<std::string>(kinds), {}};
      EXPECT_TRUE(std::find(expected.begin(), expected.end(), result.status()) != expected.end())
          << "expected: " << program_.Header("expect", "ok") << "\n"
          << Show(result).substr(0, 3000);
      EXPECT_EQ(session.closed(), !result.session_alive);
      if (program_.header.contains("alive")) {
        EXPECT_EQ(result.session_alive, program_.Header("alive", "") == "yes") << Show(result).substr(0, 3000);
      }
      if (program_.header.contains("output")) {
        EXPECT_EQ(result.stdout_text, program_.Header("output", "") + "\n") << Show(result).substr(0, 3000);
      }
      // One that lives runs the next program, whatever the one before has broken of its own; a closed one says so.
      const Result next = session.Run("1 + 1");
      EXPECT_EQ(next.status(), result.session_alive ? program_.Header("next", "ok") : "session_closed") << Show(next);
    }
    const Result kept = bystander.Run(Recall());
    EXPECT_EQ(kept.stdout_text, "42\n") << Show(kept);
    const Result fresh =
        executor.Run(program_.language, program_.language.is_python()
                                            ? "import json, asyncio\nasync def f(): return json.dumps([1])\n"
                                              "print(asyncio.run(f()), call('echo', a=1)['a'])"
                                            : "console.log(JSON.stringify([1]), (await asyncCall('echo', {a: 1})).a)");
    EXPECT_EQ(fresh.stdout_text, "[1] 1\n") << Show(fresh);
  }

  void RunInSlot(wasm::MemorySlot::ResetMethod method) {
    const auto& image = test::LoadRuntime(program_.language)->memory();
    Limits limits;
    limits.timeout = program_.Timeout();
    limits.memory_bytes = program_.Memory();
    test::RawRun run(program_.language, test::Must(wasm::MemorySlot::Create(image)), program_.code, limits);
    ASSERT_TRUE(run.slot->Reset(method));
    test::ExpectClean(*run.slot, *image);
    // And it works again.
    const std::string_view hello = program_.language.is_python() ? "print('again')" : "console.log('again')";
    test::RawRun again(program_.language, std::move(run.slot), hello, Limits());
    EXPECT_EQ(again.output.stdout_text, "again\n");
  }

  const HostileProgram program_;
};

const int kRegistered = [] {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(GORU_TEST_DATA "/hostile")) {
    const auto extension = entry.path().extension();
    if (extension == ".py" || extension == ".js") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    for (const Language& language : test::EveryRuntime()) {
      if (language.name() != Language::FromFileName(file.string())->name()) continue;
      const std::string name = file.filename().string() + (language == Python("3.12") ? "_3_12" : "");
      testing::RegisterTest("Hostile", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [file, language]() -> Hostile* { return new Hostile(Read(file, language)); });
    }
  }
  return static_cast<int>(files.size());
}();

TEST(HostileFolder, HasPrograms) { EXPECT_GE(kRegistered, 25); }

}  // namespace
}  // namespace goru
