#include "host/http/allow_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goru::host::http {
namespace {

using testing::HasSubstr;

bool Allows(const std::string& entry, const std::string& host, uint16_t port = 443) {
  const auto list = AllowList::Create({entry}, "option");
  EXPECT_TRUE(list) << entry;
  const auto name = ParseHostName(host);
  EXPECT_TRUE(name) << host;
  return list && name && list->Allows(*name, port);
}

TEST(AllowList, Hosts) {
  EXPECT_TRUE(Allows("example.com", "example.com"));
  EXPECT_TRUE(Allows("Example.COM", "EXAMPLE.com."));
  EXPECT_TRUE(Allows("example.com.", "example.com"));
  for (const std::string other :
       {"www.example.com", "example.com.evil.org", "notexample.com", "example.org", "com", "examplexcom"}) {
    EXPECT_FALSE(Allows("example.com", other)) << other;
  }
}

TEST(AllowList, Subdomains) {
  EXPECT_TRUE(Allows("*.example.com", "a.example.com"));
  EXPECT_TRUE(Allows("*.example.com", "a.b.Example.com"));
  for (const std::string other : {"example.com", "aexample.com", "a.example.com.evil.org", "example.com.evil.org"}) {
    EXPECT_FALSE(Allows("*.example.com", other)) << other;
  }
}

TEST(AllowList, Ports) {
  EXPECT_TRUE(Allows("example.com", "example.com", 1));
  EXPECT_TRUE(Allows("example.com:8080", "example.com", 8080));
  EXPECT_FALSE(Allows("example.com:8080", "example.com", 80));
  EXPECT_TRUE(Allows("*.example.com:8080", "a.example.com", 8080));
  EXPECT_FALSE(Allows("*.example.com:8080", "a.example.com", 8081));
  EXPECT_TRUE(Allows("[::1]:80", "[::1]", 80));
  EXPECT_FALSE(Allows("[::1]:80", "[::1]", 81));
}

TEST(AllowList, Addresses) {
  EXPECT_TRUE(Allows("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(Allows("127.0.0.1", "127.0.0.2"));
  EXPECT_FALSE(Allows("127.0.0.1", "[::ffff:127.0.0.1]"));
  EXPECT_TRUE(Allows("[2001:DB8:0::1]", "[2001:db8::1]"));
  EXPECT_FALSE(Allows("localhost", "127.0.0.1"));
  EXPECT_FALSE(Allows("*.0.0.x", "1.0.0.y"));
}

TEST(AllowList, EntriesThatMeanNothingAreNamed) {
  for (const std::string entry : {"",
                                  "*",
                                  "*.",
                                  "**.example.com",
                                  "a.*.com",
                                  "*example.com",
                                  "http://example.com",
                                  "example.com/path",
                                  "example.com:",
                                  "example.com:0",
                                  "example.com:65536",
                                  "example.com:80:80",
                                  "example.com:http",
                                  "::1",
                                  "[::1",
                                  "[::1%lo]",
                                  "[1.2.3.4]",
                                  "*.1.2.3.4",
                                  "*.[::1]",
                                  "127.1",
                                  "0x7f.0.0.1",
                                  "2130706433",
                                  "127.0.0.01",
                                  "a..b",
                                  ".example.com",
                                  "user@example.com",
                                  "exa mple.com",
                                  "exa%6dple.com",
                                  "b\u00fccher.example",
                                  "example.com\n",
                                  "[::1]x",
                                  "[::1]80"}) {
    const auto list = AllowList::Create({"fine.example", entry}, "TheOption");
    ASSERT_FALSE(list) << entry;
    EXPECT_EQ(list.error().kind, ErrorKind::kInvalidArgument);
    EXPECT_THAT(list.error().message, HasSubstr("\"" + entry + "\""));
    EXPECT_THAT(list.error().message, HasSubstr("TheOption"));
  }
  const auto idn = AllowList::Create({"b\u00fccher.example"}, "");
  EXPECT_THAT(idn.error().message, HasSubstr("xn--"));
}

TEST(HostEntry, WhatTwoHaveInCommon) {
  const auto meet = [](const char* a, const char* b) {
    const auto one = HostEntry::Parse(a);
    const auto other = HostEntry::Parse(b);
    const auto there = one->Meet(*other);
    EXPECT_EQ(there, other->Meet(*one)) << a << " " << b;
    return there ? ToText(*there) : "";
  };
  EXPECT_EQ(meet("a.com", "A.com."), "a.com");
  EXPECT_EQ(meet("a.com:80", "a.com"), "a.com:80");
  EXPECT_EQ(meet("a.com:80", "a.com:81"), "");
  EXPECT_EQ(meet("*.a.com", "b.a.com:80"), "b.a.com:80");
  EXPECT_EQ(meet("*.a.com:80", "b.a.com"), "b.a.com:80");
  EXPECT_EQ(meet("*.a.com", "*.b.a.com"), "*.b.a.com");
  EXPECT_EQ(meet("*.a.com", "*.a.com:443"), "*.a.com:443");
  EXPECT_EQ(meet("*.a.com", "a.com"), "");
  EXPECT_EQ(meet("*.a.com", "ba.com"), "");
  EXPECT_EQ(meet("*.a.com", "*.b.com"), "");
  EXPECT_EQ(meet("[::1]:80", "[0::1]"), "[::1]:80");
  EXPECT_EQ(meet("127.0.0.1", "127.0.0.2"), "");
  EXPECT_EQ(meet("*.0.1x", "127.0.0.1"), "");
}

}  // namespace
}  // namespace goru::host::http
