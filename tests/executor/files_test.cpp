// Files of a session: what the host puts there and takes away, and what a run says of them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"
#include "common/wat.hpp"

namespace goru {
namespace {

using test::Must;

class SessionFilesTest : public testing::TestWithParam<Language> {
 protected:
  Session New(std::vector<SessionOption> options = {WithSessionScratch(size_t{1} << 20)}) {
    return Must(executor_.NewSession(GetParam(), options));
  }
  Executor executor_ = test::MakeExecutor();

  static std::vector<std::string> Paths(const std::vector<FileInfo>& files) {
    std::vector<std::string> out;
    for (const FileInfo& file : files) out.push_back(file.path);
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(Pythons, SessionFilesTest, testing::ValuesIn(test::EveryPython()), test::LanguageName);

TEST_P(SessionFilesTest, GoInAndOut) {
  Session session = New();
  ASSERT_TRUE(session.WriteFile("in/data.csv", "a,b\n1,2\n").ok());
  const Result result = session.Run("text = open('in/data.csv').read()\nopen('out.txt', 'w').write(text.upper())\n");
  ASSERT_TRUE(result.ok()) << result.error->traceback;
  EXPECT_EQ(Must(session.ReadFile("out.txt")), "A,B\n1,2\n");
  EXPECT_EQ(Must(session.ReadFile("/work/out.txt")), "A,B\n1,2\n");
  EXPECT_EQ(Paths(Must(session.ListFiles())),
            (std::vector<std::string>{"/work/in", "/work/in/data.csv", "/work/out.txt"}));
  ASSERT_TRUE(session.RemoveFile("out.txt").ok());
  ASSERT_TRUE(session.WriteFile("in/data.csv", std::string_view("\0\xFF", 2)).ok());
  EXPECT_EQ(session.Run("import os; print(os.path.exists('out.txt'), open('in/data.csv', 'rb').read())").stdout_text,
            "False b'\\x00\\xff'\n");
}

TEST_P(SessionFilesTest, RunsNameWhatTheyMadeOrChanged) {
  Session session = New();
  ASSERT_TRUE(session.WriteFile("kept", "kept").ok());
  ASSERT_TRUE(session.WriteFile("changed", "before").ok());
  const RunOptions report = {.report_files = true};
  const Result first = session.Run(
      "import os\nopen('changed', 'a').write('!')\nopen('kept').read()\nopen('gone', 'w').close()\nos.remove('gone')\n"
      "os.mkdir('d')\nopen('d/new', 'w').write('new')\nopen('/tmp/t', 'w').close()\n",
      report);
  ASSERT_TRUE(first.ok()) << first.error->traceback;
  EXPECT_EQ(Paths(first.files), (std::vector<std::string>{"/tmp/t", "/work/changed", "/work/d/new"}));
  EXPECT_EQ(first.files.at(1).size, 7U);
  EXPECT_TRUE(session.Run("open('changed').read()", report).files.empty());
  EXPECT_EQ(Paths(session.Run("import os; os.rename('d', 'e')", report).files),
            std::vector<std::string>{"/work/e/new"});
  EXPECT_TRUE(session.Run("open('x', 'w').close()").files.empty());
}

TEST_P(SessionFilesTest, ErrorsSayWhatToDo) {
  Session session = New();
  const auto fails = [&session](const char* path, const char* message) {
    const auto written = session.WriteFile(path, "x");
    ASSERT_FALSE(written.ok()) << path;
    EXPECT_EQ(written.error().kind, ErrorKind::kInvalidArgument);
    EXPECT_NE(written.error().message.find(message), std::string::npos) << written.error().message;
  };
  fails("../x", "\"..\"");
  fails("/dev/null", "sandbox's own");
  fails("/packages/x", "sandbox's own");
  fails("/work", "folder");
  fails("", "folder");
  EXPECT_FALSE(session.ReadFile("absent").ok());
  EXPECT_FALSE(session.ListFiles("absent").ok());
  const auto large = session.WriteFile("x", std::string(2 << 20, 'x'));
  ASSERT_FALSE(large.ok());
  EXPECT_NE(large.error().message.find("--scratch"), std::string::npos);
  Session without = New({});
  EXPECT_NE(without.WriteFile("x", "x").error().message.find("WithSessionScratch"), std::string::npos);
  session.Close();
  EXPECT_EQ(session.ReadFile("x").error().kind, ErrorKind::kSessionClosed);
}

TEST_P(SessionFilesTest, NobodyLooksWhileTheCodeRuns) {
  Registry registry;
  Session* looked = nullptr;
  ErrorKind seen = ErrorKind::kInternal;
  registry.Add("look", [&](const CallContext&, const nlohmann::json&) {
    seen = looked->ReadFile("x").error().kind;
    return nlohmann::json();
  });
  Session session = New({WithSessionScratch(), WithSessionRegistry(std::move(registry))});
  looked = &session;
  ASSERT_TRUE(session.Run("call('look')").ok());
  EXPECT_EQ(seen, ErrorKind::kBusy);
}

TEST_P(SessionFilesTest, SessionsShareNothing) {
  Session one = New();
  Session two = New();
  ASSERT_TRUE(one.Run("open('x', 'w').write('one')").ok());
  EXPECT_EQ(two.Run("import os; print(os.path.exists('x'), os.listdir('.'))").stdout_text, "False []\n");
  EXPECT_EQ(one.Run("print(open('x').read())").stdout_text, "one\n");
}

TEST_P(SessionFilesTest, MountsAreInTheSameTree) {
  const test::TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path();
  std::ofstream(folder / "x.csv") << "a,b";
  for (const bool scratch : {false, true}) {
    std::vector<SessionOption> options = {WithSessionMount("/deep/data", folder.string(), MountReadWriteCreate)};
    if (scratch) options.push_back(WithSessionScratch());
    Session session = New(options);
    const Result result = session.Run(
        "import os, sqlite3, shutil\nprint(open('/deep/data/x.csv').read(), os.listdir('/deep'), 'deep' in "
        "os.listdir('/'))\n"
        "db = sqlite3.connect('/deep/data/x.db')\ndb.execute('create table t(a)')\ndb.execute('insert into t "
        "values(1)')\ndb.commit()\ndb.close()\n"
        "print(fs.exists('/deep/data/x.db'), sorted(os.listdir('/deep/data')))\nos.remove('/deep/data/x.db')\n"
        "try: os.rmdir('/deep/data')\nexcept OSError as e: import errno; print(errno.errorcode[e.errno])\n");
    ASSERT_TRUE(result.ok()) << result.error->traceback;
    EXPECT_EQ(result.stdout_text, "a,b ['data'] True\nTrue ['x.csv', 'x.db']\nEBUSY\n");
    if (!scratch) continue;
    const Result moved = session.Run("shutil.move('/deep/data/x.csv', 'y.csv'); print(open('y.csv').read())");
    EXPECT_EQ(moved.stdout_text, "a,b\n") << moved.error->traceback;
    EXPECT_FALSE(session.WriteFile("/deep/data/x", "x").ok());
  }
}

}  // namespace
}  // namespace goru
