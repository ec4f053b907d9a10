#include "server/run_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/base64.hpp"

namespace goru::server {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string ErrorOf(std::string_view body, const RunMembers& members = {}) {
  const auto request = ReadRunRequest(body, members);
  return request ? "" : request.error().message;
}

TEST(RunRequest, HasAllOfItsMembers) {
  const auto request = ReadRunRequest(
      R"({"code": "1", "language": "js", "name": "a.js", "stdin": "in", "arguments": ["x", "y"], "timeout": "500ms",
          "want_value": true, "return_files": true, "stream": true, "strict": true, "session": {"limits": {"timeout": 1}},
          "files": {"a.txt": "text", "b.bin": {"base64": "AP8="}}})",
      {});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->code, "1");
  EXPECT_EQ(request->language, JavaScript());
  EXPECT_EQ(request->stdin_data, "in");
  EXPECT_THAT(request->arguments, ElementsAre("x", "y"));
  EXPECT_EQ(request->timeout, milliseconds(500));
  EXPECT_TRUE(request->want_value && request->return_files && request->stream && request->strict);
  EXPECT_THAT(request->files, ElementsAre(Pair("a.txt", "text"), Pair("b.bin", std::string("\0\xff", 2))));
  EXPECT_EQ((*request->session)["limits"]["timeout"], 1);
}

TEST(RunRequest, WhatIsWrongIsNamed) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("code is missing"));
  EXPECT_THAT(ErrorOf("{"), HasSubstr("no JSON"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("JSON object"));
  EXPECT_THAT(ErrorOf(R"({"code": "", "code": "1"})"), HasSubstr("code"));
  EXPECT_THAT(ErrorOf(R"({"code": 1})"), HasSubstr("code takes a text"));
  EXPECT_THAT(ErrorOf(R"({"code": "1", "cod": 1})"), HasSubstr("\"cod\"; known are arguments, code"));
  EXPECT_THAT(ErrorOf(R"({"code": "1", "language": "perl"})"), HasSubstr("there is no language \"perl\""));
  EXPECT_THAT(ErrorOf(R"({"code": "1", "arguments": [1]})"), HasSubstr("list of texts"));
  EXPECT_THAT(ErrorOf(R"({"code": "1", "want_value": 1})"), HasSubstr("true or false"));
  EXPECT_THAT(ErrorOf(R"({"code": "1", "files": {"a": {"base64": "A"}}})"), HasSubstr("base64"));
  EXPECT_THAT(ErrorOf(R"({"code": "1", "files": ["a"]})"), HasSubstr("files takes"));
  for (const char* timeout : {"0", "-1", "\"\"", "\"soon\"", "\"0s\"", "[]", "true"}) {
    EXPECT_THAT(ErrorOf(R"({"code": "1", "timeout": )" + std::string(timeout) + "}"), HasSubstr("timeout takes a time"))
        << timeout;
  }
  EXPECT_THAT(ErrorOf(std::string(100'000, '[')), HasSubstr("nested deeper"));
}

TEST(RunRequest, ASessionHasItsLanguageAndOptions) {
  EXPECT_THAT(ErrorOf(R"({"code": "1", "language": "js"})", {.fresh = false}), HasSubstr("\"language\""));
  EXPECT_THAT(ErrorOf(R"({"code": "1", "session_id": "x", "language": "js"})", {.session_id = true}),
              HasSubstr("has its language"));
}

TEST(SessionWithin, NobodyGetsMore) {
  SessionConfig ceiling;
  ceiling.limits.timeout = seconds(2);
  std::vector<ConfigCut> cuts;
  const auto same = SessionWithin(std::nullopt, ceiling, true, cuts);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->limits.timeout, seconds(2));
  const json wanted = {{"limits", {{"timeout", 60}}}, {"http", {{"allowed_hosts", {"a.example"}}}}};
  const auto cut = SessionWithin(wanted, ceiling, false, cuts);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->limits.timeout, seconds(2));
  EXPECT_TRUE(cut->http.allowed_hosts.empty());
  EXPECT_EQ(cuts.size(), 2U);
  EXPECT_FALSE(SessionWithin(wanted, ceiling, true, cuts));
  EXPECT_FALSE(SessionWithin(json{{"limitz", 1}}, ceiling, false, cuts));
}

TEST(ClientView, ShowsNoPathOfTheMachine) {
  SessionConfig config;
  config.fs.mounts.push_back({.virtual_path = "/data", .host_path = "/srv/private"});
  config.http.proxy = "http://user:word@proxy.example";
  config.http.ca_file = "/etc/private.pem";
  config.kv.file = "/srv/private.db";
  config.packages.directories = {"/srv/private"};
  config.tenant = "ann";
  const std::string shown = ClientView(config).dump();
  for (const char* hidden : {"private", "proxy.example", "word", "ann"}) {
    EXPECT_THAT(shown, testing::Not(HasSubstr(hidden)));
  }
  EXPECT_THAT(shown, HasSubstr("/data"));
}

TEST(Base64, IsRfc4648) {
  for (const auto& [bytes, text] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(DecodeBase64(text), bytes);
  }
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zm 9", "Zm\n9", "Zg==Zg==", "Zm9-"}) {
    EXPECT_EQ(DecodeBase64(wrong), std::nullopt) << wrong;
  }
  std::string long_text(5'000'001, '\0');
  for (size_t i = 0; i < long_text.size(); ++i) long_text[i] = static_cast<char>(i * 7);
  EXPECT_EQ(DecodeBase64(EncodeBase64(long_text)), long_text);
}

}  // namespace
}  // namespace goru::server
