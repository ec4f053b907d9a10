#include "host/http/headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goru::host::http {
namespace {

using nlohmann::json;

std::string Read(const json& list, size_t max_bytes = 1'000) {
  Headers headers;
  const auto failure = ReadRequestHeaders(list, max_bytes, headers);
  return failure ? failure->type : "";
}
std::string ReadOne(const std::string& name, const std::string& value = "x") {
  return Read(json::array({json::array({name, value})}));
}

TEST(Headers, OfRequests) {
  EXPECT_EQ(ReadOne("X-Name!#$%&'*+-.^_`|~09az"), "");
  for (const std::string name : {"", " ", "a b", "a:", "a\r", "a\n", "\u00e9", "a(", "a\"", "{{x}}"}) {
    EXPECT_EQ(ReadOne(name), "ValueError") << name;
  }
  EXPECT_EQ(ReadOne(std::string("a\0b", 3)), "ValueError");
  for (const std::string value : {"a\r\nb", "a\n", "\r"}) EXPECT_EQ(ReadOne("a", value), "ValueError");
  EXPECT_EQ(ReadOne("a", std::string("a\0b", 3)), "ValueError");
  for (const std::string name : {"Host", "CONTENT-LENGTH", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade",
                                 "TE", "Trailer", "Expect", "Proxy-Authorization", "proxy-connection", "Proxy-X"}) {
    EXPECT_EQ(ReadOne(name), "ValueError") << name;
  }
  EXPECT_EQ(Read(json::object()), "TypeError");
  EXPECT_EQ(Read(json::array({"a"})), "TypeError");
  EXPECT_EQ(Read(json::array({json::array({"a"})})), "TypeError");
  EXPECT_EQ(Read(json::array({json::array({"a", 1})})), "TypeError");
  Headers headers;
  EXPECT_FALSE(ReadRequestHeaders(json::array({json::array({"a", " \t b \t"})}), 100, headers));
  EXPECT_EQ(headers, (Headers{{"a", "b"}}));
  EXPECT_EQ(Read(json::array({json::array({"a", "123456"})}), 11), "");
  EXPECT_EQ(Read(json::array({json::array({"a", "1234567"})}), 11), "OSError");
}

TEST(Headers, OfResponses) {
  ResponseHead head(1'000);
  for (const std::string_view line :
       {"HTTP/1.1 100 Continue\r\n", "X-Early: 1\r\n", "\r\n", "HTTP/1.1 201 Created\r\n", "A:  b \r\n", "A: c\r\n",
        "no colon\r\n", "Empty:\r\n", "Folded: x\r\n", "\t y\r\n", "\r\n", "Trailer: t\r\n"}) {
    EXPECT_TRUE(head.Add(line));
  }
  EXPECT_EQ(head.status(), 201);
  EXPECT_EQ(head.headers(), (Headers{{"A", "b"}, {"A", "c"}, {"Empty", ""}, {"Folded", "x y"}}));
  EXPECT_EQ(FindHeader(head.headers(), "empty"), &head.headers()[2]);
  EXPECT_EQ(FindHeader(head.headers(), "emptyx"), nullptr);
}

TEST(Headers, OfResponsesHaveALimit) {
  ResponseHead head(50);
  EXPECT_TRUE(head.Add("HTTP/1.1 200 OK\r\n"));
  // Those that do not count as headers in the end count all the same.
  EXPECT_TRUE(head.Add("\r\n"));
  EXPECT_TRUE(head.Add("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(head.Add("A: 0123456789012\r\n"));
  for (const std::string_view status : {"HTTP/1.1\r\n", "HTTP/1.1 \r\n", "HTTP/2 x\r\n"}) {
    ResponseHead odd(100);
    EXPECT_TRUE(odd.Add(status));
    EXPECT_EQ(odd.status(), 0);
  }
}

TEST(Headers, Dropped) {
  Headers headers = {{"AUTHORIZATION", "a"}, {"cookie", "b"}, {"Content-Type", "c"}, {"X", "d"}};
  DropCredentials(headers);
  EXPECT_EQ(headers, (Headers{{"Content-Type", "c"}, {"X", "d"}}));
  DropBodyHeaders(headers);
  EXPECT_EQ(headers, (Headers{{"X", "d"}}));
}

}  // namespace
}  // namespace goru::host::http
