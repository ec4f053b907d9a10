#include "server/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/temporary_folder.hpp"

namespace goru::server {
namespace {

using testing::HasSubstr;

class TokensTest : public testing::Test {
 protected:
  std::string Write(const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_.path() + "/tokens";
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  std::string ErrorOf(const std::string& text) {
    const auto tokens = Tokens::Read(Write(text), defaults_);
    return tokens ? "" : tokens.error().message;
  }

  test::TemporaryFolder folder_;
  ClientDefaults defaults_{.ceiling = {}, .sessions = 7, .runs = 3};
};

TEST_F(TokensTest, LinesOfNamesAndTokens) {
  const auto tokens = Tokens::Read(Write("# who may\n\nann 0123456789abcdef\n  bob\tfedcba9876543210  \n"), defaults_);
  ASSERT_TRUE(tokens) << tokens.error().message;
  EXPECT_EQ(tokens->size(), 2U);
  ASSERT_NE(tokens->Find("0123456789abcdef"), nullptr);
  const auto bob = tokens->Find("fedcba9876543210");
  ASSERT_NE(bob, nullptr);
  EXPECT_EQ(bob->name, "bob");
  EXPECT_EQ(bob->ceiling.tenant, "bob");
  EXPECT_EQ(bob->sessions, 7U);
  EXPECT_EQ(bob->runs, 3U);
  for (const char* wrong : {"", "ann", "0123456789abcdeF", "0123456789abcde", "0123456789abcdef0"}) {
    EXPECT_EQ(tokens->Find(wrong), nullptr) << wrong;
  }
}

TEST_F(TokensTest, EachMayHaveACeilingOfItsOwn) {
  // printf secretsecretsecret | sha256sum
  const auto tokens = Tokens::Read(
      Write(
          R"({"tokens": [{"name": "ann", "sha256": "34d7cd1e8e57c0c5c9d2b0d5e8a3b0df6c1ae1c1b7f0a9e9d8c7b6a504132231"},
                {"name": "bob", "token": "fedcba9876543210", "sessions": 1, "runs": 2,
                 "session": {"limits": {"timeout": "1s"}}}]})"),
      defaults_);
  ASSERT_TRUE(tokens) << tokens.error().message;
  const auto bob = tokens->Find("fedcba9876543210");
  ASSERT_NE(bob, nullptr);
  EXPECT_EQ(bob->ceiling.limits.timeout, std::chrono::seconds(1));
  EXPECT_EQ(bob->sessions, 1U);
  EXPECT_EQ(bob->runs, 2U);
  EXPECT_EQ(tokens->Find("34d7cd1e8e57c0c5c9d2b0d5e8a3b0df6c1ae1c1b7f0a9e9d8c7b6a504132231"), nullptr);
}

TEST_F(TokensTest, AHashStandsForItsToken) {
  // echo -n 0123456789abcdef | sha256sum
  const auto tokens = Tokens::Read(
      Write(
          R"({"tokens": [{"name": "ann", "sha256": "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f"}]})"),
      defaults_);
  ASSERT_TRUE(tokens) << tokens.error().message;
  EXPECT_NE(tokens->Find("0123456789abcdef"), nullptr);
}

TEST_F(TokensTest, NobodyGetsMoreThanTheOperatorGives) {
  EXPECT_THAT(
      ErrorOf(
          R"({"tokens": [{"name": "ann", "token": "0123456789abcdef", "session": {"limits": {"timeout": "5m"}}}]})"),
      HasSubstr("limits.timeout"));
  EXPECT_THAT(
      ErrorOf(
          R"({"tokens": [{"name": "ann", "token": "0123456789abcdef", "session": {"http": {"allowed_hosts": ["a.example"]}}}]})"),
      HasSubstr("allowed_hosts"));
}

TEST_F(TokensTest, WrongFilesAreRefusedWithTheReason) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("holds no token"));
  EXPECT_THAT(ErrorOf("ann short"), HasSubstr("at least 16 characters"));
  EXPECT_THAT(ErrorOf("ann"), HasSubstr("at least 16 characters"));
  EXPECT_THAT(ErrorOf("ann 0123456789abcdef more"), HasSubstr("no spaces"));
  EXPECT_THAT(ErrorOf("ann 0123456789abcdef\nann fedcba9876543210"), HasSubstr("stands twice"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("tokens"));
  EXPECT_THAT(ErrorOf(R"({"tokens": [{"name": "ann"}]})"), HasSubstr("either token or sha256"));
  EXPECT_THAT(ErrorOf(R"({"tokens": [{"name": "ann", "token": "0123456789abcdef", "tok": 1}]})"), HasSubstr("tok"));
  EXPECT_THAT(ErrorOf(R"({"tokens": [{"name": "ann", "sha256": "00"}]})"), HasSubstr("64 hexadecimal"));
  EXPECT_THAT(ErrorOf(R"({"tokens": [{"name": "ann", "token": "0123456789abcdef", "runs": 0}]})"), HasSubstr("runs"));
  EXPECT_THAT(ErrorOf("{"), HasSubstr("--token-file"));
  const auto open = Tokens::Read(Write("ann 0123456789abcdef", 0640), defaults_);
  ASSERT_FALSE(open);
  EXPECT_THAT(open.error().message, HasSubstr("chmod 600"));
  EXPECT_FALSE(Tokens::Read(folder_.path() + "/none", defaults_));
  EXPECT_FALSE(Tokens::Read(folder_.path(), defaults_));
}

TEST_F(TokensTest, CountsGoOnWhenTheFileIsReadAgain) {
  const auto first = Tokens::Read(Write("ann 0123456789abcdef\n"), defaults_);
  ASSERT_TRUE(first);
  first->Find("0123456789abcdef")->running->fetch_add(2);
  const auto second = Tokens::Read(Write("ann fedcba9876543210\nbob 0123456789abcdef\n"), defaults_, &*first);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->Find("fedcba9876543210")->running->load(), 2U);
  EXPECT_EQ(second->Find("0123456789abcdef")->running->load(), 0U);
}

TEST(BearerToken, IsWhatFollowsTheScheme) {
  EXPECT_EQ(BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(BearerToken("bEARER  abc"), "abc");
  EXPECT_EQ(BearerToken("Basic abc"), "");
  EXPECT_EQ(BearerToken("Bearer"), "");
  EXPECT_EQ(BearerToken("abc"), "");
}

}  // namespace
}  // namespace goru::server
