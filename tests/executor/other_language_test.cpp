// A language that goru knows nothing of: tests/guests/parrot, a few functions in WebAssembly's text form and a recipe.
// It runs through the public headers alone, with the limits, stops and host functions of any other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>

#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"

namespace goru {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Show;
using testing::HasSubstr;

Language Parrot() {
  auto language = Language::FromImage(GORU_TEST_PARROT);
  if (!language) {
    ADD_FAILURE() << language.error().message;
    return Python();
  }
  return std::move(*language);
}

Registry Echo() {
  Registry registry;
  registry.Add("echo", [](const CallContext&, const nlohmann::json& args) { return args; });
  return registry;
}

TEST(OtherLanguage, IsThereWhileAnotherIsLoaded) {
  test::TemporaryFolder folder;
  std::atomic<Executor*> self{nullptr};
  std::atomic<int> sessions{0};
  // Nothing is compiled yet: loading takes a while, and tells so in its midst.
  Executor executor =
      MakeExecutor({WithDiskCache(folder.path()), WithProgress([&](std::string_view) {
                      if (self == nullptr) return;
                      std::thread([&] { sessions += self.load()->NewSession(Parrot()).ok() ? 1 : 0; }).join();
                    })});
  ASSERT_TRUE(executor.NewSession(Parrot()));
  self = &executor;
  ASSERT_TRUE(executor.NewSession(JavaScript()));
  EXPECT_EQ(sessions, 1);
}

TEST(OtherLanguage, SaysWhatItIs) {
  const Language parrot = Parrot();
  EXPECT_EQ(parrot.name(), "parrot");
  EXPECT_EQ(parrot.version(), "2");
  EXPECT_EQ(parrot.image(), "parrot-2");
  EXPECT_TRUE(std::filesystem::path(parrot.image_file()).is_absolute());
  EXPECT_FALSE(parrot.is_python());
  EXPECT_EQ(parrot, Parrot());
  EXPECT_NE(parrot, Python());
  const auto version = RuntimeVersion(parrot);
  ASSERT_TRUE(version.ok()) << version.error().message;
  EXPECT_EQ(*version, "2.1");
  EXPECT_EQ(*RuntimeName(parrot), "Polly 2.1");
}

TEST(OtherLanguage, PrintsAndReturnsAValue) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, Parrot());
  EXPECT_EQ(session.language().name(), "parrot");
  RunOptions options;
  options.want_value = true;
  const Result result = session.Run("pretty Polly", options);
  EXPECT_TRUE(result.ok()) << Show(result);
  EXPECT_EQ(result.stdout_text, "pretty Polly\n");
  EXPECT_EQ(result.value, "\"pretty Polly\"");
  const Result plain = session.Run("again");
  EXPECT_EQ(plain.stdout_text, "again\n");
  EXPECT_FALSE(plain.value.has_value());
  RunOptions with_input;
  with_input.stdin_data = "seeds";
  EXPECT_EQ(session.Run("!stdin", with_input).stdout_text, "seeds");
}

TEST(OtherLanguage, KeepsItsStateInItsSession) {
  Executor executor = MakeExecutor({WithWarmPool(0)});
  {
    Session session = MakeSession(executor, Parrot());
    EXPECT_EQ(session.Run("!count").stdout_text, "1");
    EXPECT_EQ(session.Run("!count").stdout_text, "2");
    EXPECT_EQ(MakeSession(executor, Parrot()).Run("!count").stdout_text, "1");
  }
  // In the memory of the one before.
  EXPECT_EQ(MakeSession(executor, Parrot()).Run("!count").stdout_text, "1");
}

TEST(OtherLanguage, CallsHostFunctions) {
  Executor executor = MakeExecutor({WithRegistry(Echo())});
  Session session = MakeSession(executor, Parrot(), {WithSessionHostCallLimit(3)});
  const Result result = session.Run(R"(!h \"crackers\")");
  EXPECT_TRUE(result.ok()) << Show(result);
  const Result quoted = session.Run(R"(!h "crackers")");
  EXPECT_EQ(quoted.stdout_text, R"({"text":"!h \"crackers\""})") << Show(quoted);
  EXPECT_EQ(quoted.usage.host_calls, 1U);
  const Result limit = session.Run("!l");
  EXPECT_EQ(KindOf(limit), ErrorKind::kHostCallLimit) << Show(limit);
  EXPECT_EQ(limit.error->type, "Squawk");
  EXPECT_EQ(limit.usage.host_calls, 3U);
  EXPECT_TRUE(limit.session_alive);
  const Result none = MakeSession(executor, Parrot(), {WithSessionFunctions({})}).Run("!h");
  EXPECT_EQ(KindOf(none), ErrorKind::kGuestException) << Show(none);
}

TEST(OtherLanguage, MeetsItsMemoryLimit) {
  Executor executor = MakeExecutor();
  constexpr size_t kLimit = size_t{8} << 20;
  Session session = MakeSession(executor, Parrot(), {WithSessionMemoryLimit(kLimit)});
  const Result result = session.Run("!memory");
  EXPECT_EQ(KindOf(result), ErrorKind::kMemoryLimit) << Show(result);
  EXPECT_THAT(result.error->message, HasSubstr("8 MiB"));
  EXPECT_LE(result.usage.peak_memory_bytes, kLimit);
  EXPECT_TRUE(result.session_alive);
  // The limit was not met in this run.
  EXPECT_EQ(KindOf(session.Run("!n")), ErrorKind::kGuestException);
  // Nor was there room for this code.
  const Result large = session.Run(std::string(kLimit, 'a'));
  EXPECT_EQ(KindOf(large), ErrorKind::kMemoryLimit) << Show(large).substr(0, 1000);
  EXPECT_EQ(session.Run("still here").stdout_text, "still here\n");
}

TEST(OtherLanguage, ClaimsThatTheHostDoesNotShareAreExceptions) {
  Executor executor = MakeExecutor({WithRegistry(Echo())});
  Session session = MakeSession(executor, Parrot());
  for (const char* claim : {"!jnterrupted", "!kall_limit", "!nemory", "!overloaded"}) {
    const Result result = session.Run(claim);
    EXPECT_EQ(KindOf(result), ErrorKind::kGuestException) << claim << Show(result);
    EXPECT_EQ(result.error->type, "Squawk");
    EXPECT_EQ(result.error->message, claim);
    EXPECT_TRUE(result.session_alive);
  }
}

TEST(OtherLanguage, EndsWhereItIsAskedTo) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, Parrot(), {WithSessionTimeout(seconds(60))});
  auto run = std::async(std::launch::async, [&session] { return session.Run("!interrupted"); });
  while (run.wait_for(milliseconds(1)) != std::future_status::ready) session.Interrupt();
  const Result result = run.get();
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  // Asked before it began, or in time: either way it lives.
  EXPECT_TRUE(result.session_alive);
  EXPECT_EQ(session.Run("yes").stdout_text, "yes\n");
}

TEST(OtherLanguage, IsStoppedWhereItDoesNotListen) {
  Executor executor = MakeExecutor();
  const Result late = executor.Run(Parrot(), "!forever", {}, {WithSessionTimeout(milliseconds(100))});
  EXPECT_EQ(KindOf(late), ErrorKind::kTimeout) << Show(late);
  Session session = MakeSession(executor, Parrot(), {WithSessionTimeout(seconds(60))});
  auto run = std::async(std::launch::async, [&session] { return session.Run("!forever"); });
  while (run.wait_for(milliseconds(1)) != std::future_status::ready) session.Interrupt();
  const Result stopped = run.get();
  EXPECT_EQ(KindOf(stopped), ErrorKind::kCancelled) << Show(stopped);
}

TEST(OtherLanguage, ExitsAndFaults) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, Parrot());
  const Result exit = session.Run("!xit");
  EXPECT_EQ(KindOf(exit), ErrorKind::kExited);
  EXPECT_EQ(exit.exit_code, 7);
  EXPECT_TRUE(exit.session_alive);
  const Result process = session.Run("!process exit");
  EXPECT_EQ(KindOf(process), ErrorKind::kExited);
  EXPECT_EQ(process.exit_code, 3);
  EXPECT_FALSE(process.session_alive);
  EXPECT_EQ(KindOf(executor.Run(Parrot(), "!trap")), ErrorKind::kTrap);
  EXPECT_EQ(KindOf(executor.Run(Parrot(), "!zzz")), ErrorKind::kTrap);
}

TEST(OtherLanguage, RunsBesideTheOthers) {
  Executor executor = MakeExecutor({WithPrecompile({Parrot(), JavaScript()})});
  EXPECT_EQ(executor.Run(Parrot(), "one").stdout_text, "one\n");
  EXPECT_EQ(executor.Run(JavaScript(), "console.log(2)").stdout_text, "2\n");
}

TEST(OtherLanguage, HasNoPackages) {
  Executor executor = MakeExecutor();
  const auto session = executor.NewSession(Parrot(), {WithAllowedPackages({"cup"})});
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().kind, ErrorKind::kInvalidArgument);
  EXPECT_THAT(session.error().message, HasSubstr("parrot has no packages"));
}

// --- images ---

TEST(LanguageFromImage, RefusesWhatIsNoImage) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/some.img";
  const auto missing = Language::FromImage(path);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, ErrorKind::kUnavailable);
  std::ofstream(path) << std::string(10000, 'x');
  const auto other = Language::FromImage(path);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(other.error().message, HasSubstr("not a goru image"));
}

TEST(LanguageFromImage, AnotherVersionSaysToBuildAgain) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/old.img";
  std::filesystem::copy_file(GORU_TEST_PARROT, path);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).write("GORUIMG2", 8);
  const auto old = Language::FromImage(path);
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(old.error().message, HasSubstr("another version of goru; build it again"));
}

TEST(LanguageFromImage, TheFileMayHaveBecomeAnother) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/parrot.img";
  std::filesystem::copy_file(GORU_TEST_PARROT, path);
  const auto parrot = Language::FromImage(path);
  ASSERT_TRUE(parrot.ok()) << parrot.error().message;
  EXPECT_NE(*parrot, Parrot());
  Executor executor = MakeExecutor();
  EXPECT_TRUE(executor.Run(*parrot, "hello").ok());
  // What runs by now goes on; who comes later is told.
  std::filesystem::resize_file(path, 0);
  EXPECT_TRUE(executor.Run(*parrot, "hello").ok());
  Executor later = MakeExecutor();
  EXPECT_EQ(KindOf(later.Run(*parrot, "hello")), ErrorKind::kUnavailable);
}

TEST(LanguageFromImage, KnowsTheLanguagesThatGoruComesWith) {
  for (const Language& language : Language::All()) {
    // Beside the program, as the library finds them.
    const std::string path = std::string(GORU_TEST_IMAGES) + "/" + language.image() + ".img";
    const auto same = Language::FromImage(path);
    ASSERT_TRUE(same.ok()) << same.error().message;
    EXPECT_EQ(same->name(), language.name());
    EXPECT_EQ(same->version(), language.version());
    EXPECT_EQ(same->image(), language.image());
  }
  const auto python = Language::FromImage(std::string(GORU_TEST_IMAGES) + "/" + Python().image() + ".img");
  ASSERT_TRUE(python.ok());
  Executor executor = MakeExecutor();
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() + "/cup.py") << "tea = 3\n";
  const Result result = executor.Run(*python, "import cup; print(cup.tea)", {}, {WithSessionPackages({folder.path()})});
  EXPECT_EQ(result.stdout_text, "3\n") << Show(result);
}

}  // namespace
}  // namespace goru
