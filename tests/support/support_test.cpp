#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "support/file.hpp"
#include "support/stop_signal.hpp"
#include "support/unique_fd.hpp"
#include "support/utf8.hpp"

namespace goru::support {
namespace {

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST(Utf8, TellsTextFromBytes) {
  for (const std::string_view good :
       {"", "a", "\u00e9", "\u07ff", "\u0800", "\xED\x9F\xBF", "\ue000", "\uffff", "\U00010000", "\U0010FFFF"}) {
    EXPECT_TRUE(IsUtf8(good));
    EXPECT_EQ(ToUtf8(Bytes(good)), good);
  }
  for (const std::string_view bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xFE", "\xFF"}) {
    EXPECT_FALSE(IsUtf8(bad));
    EXPECT_FALSE(IsUtf8("a" + std::string(bad) + "b"));
    EXPECT_TRUE(IsUtf8(ToUtf8(Bytes("a" + std::string(bad) + "b"))));
  }
  EXPECT_EQ(ToUtf8(Bytes("a\xFFz")), "a\uFFFDz");
  EXPECT_EQ(ToUtf8(Bytes("\xED\xA0\x80")), "\uFFFD");
}

TEST(Utf8, AllPairsOfBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b), 'x'};
      const std::string clean = ToUtf8(Bytes(text));
      EXPECT_TRUE(IsUtf8(clean));
      EXPECT_EQ(clean == text, IsUtf8(text));
    }
  }
}

class FileTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  const std::string path_ = testing::TempDir() + "goru-file-" + std::to_string(::getpid());
};

TEST_F(FileTest, WritesWholeAndReadsBack) {
  const std::vector<uint8_t> zeros(100'000);
  std::vector<uint8_t> data(10'000, 7);
  const std::array<std::span<const uint8_t>, 4> parts = {std::span<const uint8_t>(data), zeros, {}, data};
  ASSERT_TRUE(WriteFileAtomically(path_, parts, 0600).ok());
  const auto read = ReadFile(path_, size_t{1} << 20);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 120'000U);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), read->begin()));
  EXPECT_TRUE(std::equal(zeros.begin(), zeros.end(), read->begin() + 10'000));
  EXPECT_TRUE(std::equal(data.begin(), data.end(), read->begin() + 110'000));
  struct stat st = {};
  ASSERT_EQ(::stat(path_.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600U);
  // Zeros at the end belong to the file.
  const std::array<std::span<const uint8_t>, 1> only_zeros = {zeros};
  ASSERT_TRUE(WriteFileAtomically(path_, only_zeros, 0600).ok());
  EXPECT_EQ(ReadFile(path_, size_t{1} << 20)->size(), zeros.size());
}

TEST_F(FileTest, RefusesWhatItShould) {
  EXPECT_FALSE(ReadFile(path_, 100).ok());
  EXPECT_FALSE(ReadFile("/", 100).ok());
  const std::vector<uint8_t> data(101, 1);
  const std::array<std::span<const uint8_t>, 1> parts = {data};
  ASSERT_TRUE(WriteFileAtomically(path_, parts, 0600).ok());
  EXPECT_FALSE(ReadFile(path_, 100).ok());
  EXPECT_TRUE(ReadFile(path_, 101).ok());
  EXPECT_FALSE(WriteFileAtomically("/proc/nothing/here", parts, 0600).ok());
}

TEST_F(FileTest, FailedWriteLeavesNothing) {
  std::filesystem::create_directory(path_);
  const std::vector<uint8_t> data(10, 1);
  const std::array<std::span<const uint8_t>, 1> parts = {data};
  // A directory cannot be replaced by a file.
  EXPECT_FALSE(WriteFileAtomically(path_, parts, 0600).ok());
  for (const auto& entry : std::filesystem::directory_iterator(testing::TempDir())) {
    EXPECT_FALSE(entry.path().string().starts_with(path_ + ".tmp.")) << entry.path();
  }
}

TEST(UniqueFd, ClosesOnce) {
  std::array<int, 2> ends = {};
  ASSERT_EQ(::pipe(ends.data()), 0);
  UniqueFd reader(ends[0]);
  {
    UniqueFd writer(ends[1]);
    UniqueFd moved = std::move(writer);
    EXPECT_TRUE(static_cast<bool>(moved));
  }
  char byte = 0;
  EXPECT_EQ(::read(reader.get(), &byte, 1), 0);
  reader = UniqueFd();
  EXPECT_EQ(::fcntl(ends[0], F_GETFD), -1);
}

TEST(StopSignal, WakesWaiters) {
  StopSignal signal;
  bool done = false;
  {
    std::unique_lock lock(signal.mutex());
    EXPECT_TRUE(signal.Wait(lock, [] { return true; }));
    EXPECT_TRUE(signal.WaitUntil(lock, StopSignal::Clock::now(), [] { return false; }));
  }
  std::jthread worker([&] {
    {
      const std::lock_guard lock(signal.mutex());
      done = true;
    }
    signal.Wake();
  });
  {
    std::unique_lock lock(signal.mutex());
    EXPECT_TRUE(signal.Wait(lock, [&] { return done; }));
  }
  std::jthread raiser([&] { signal.Raise(); });
  {
    std::unique_lock lock(signal.mutex());
    EXPECT_FALSE(signal.Wait(lock, [] { return false; }));
    EXPECT_FALSE(signal.WaitUntil(lock, StopSignal::Clock::time_point::max(), [] { return true; }));
  }
  EXPECT_TRUE(signal.raised());
  signal.Clear();
  EXPECT_FALSE(signal.raised());
}

}  // namespace
}  // namespace goru::support
