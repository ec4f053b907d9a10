#include "host/http/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "host/http/allow_list.hpp"

namespace goru::host::http {
namespace {

using testing::HasSubstr;

const CurlLibrary& Curl() {
  const auto& curl = CurlLibrary::Shared();
  EXPECT_TRUE(curl) << (curl ? "" : curl.error().message);
  return *curl;
}

std::string Normal(std::string_view text) {
  const auto url = ParseUrl(Curl(), text);
  if (const auto* failure = std::get_if<Failure>(&url)) return failure->type;
  return std::get<Url>(url).text;
}

TEST(Url, OneSpellingEach) {
  EXPECT_EQ(Normal("http://example.com"), "http://example.com/");
  EXPECT_EQ(Normal("HTTP://Example.COM:80/a?b#c"), "http://example.com/a?b");
  EXPECT_EQ(Normal("https://example.com.:443/"), "https://example.com/");
  EXPECT_EQ(Normal("https://example.com:80"), "https://example.com:80/");
  EXPECT_EQ(Normal("http://example.com?q=1"), "http://example.com/?q=1");
  EXPECT_EQ(Normal("http://example.com/a/../b/./c"), "http://example.com/b/c");
  EXPECT_EQ(Normal("http://[0:0::1]:8080/"), "http://[::1]:8080/");
  EXPECT_EQ(Normal("http://example.com/caf\u00e9?\u00fc"), "http://example.com/caf%C3%A9?%C3%BC");
  EXPECT_EQ(Normal("http://a_b.example/"), "http://a_b.example/");
}

TEST(Url, OddSpellingsOfIpv4AreThatAddressOrNothing) {
  for (const std::string host :
       {"127.1",       "127.0.1",    "2130706433", "0x7f000001",     "0x7F.0x0.0x0.0x1", "017700000001",
        "0177.0.0.1",  "127.0.0.1.", "0x7f.1",     "00000177.0.0.1", "127.0.0.0x1",      "0x7f.1.",
        "127.0.0.1..", "127.0.0.01", "1.2.3.256",  "4294967296",     "127.0.0.1.1",      "0x",
        "1.2.3.08",    "127%2e1",    "127.0.0.%31"}) {
    const std::string normal = Normal("http://" + host + "/");
    EXPECT_THAT(normal, testing::AnyOf("http://127.0.0.1/", "ValueError")) << host;
  }
}

TEST(Url, Refused) {
  for (const std::string text : {"",
                                 "example.com",
                                 "//example.com/",
                                 "/path",
                                 "http:/example.com",
                                 "http:example.com",
                                 "http://",
                                 "http:///path",
                                 "http://?x",
                                 "http://:80/",
                                 "http://example.com:0/",
                                 "http://example.com:65536/",
                                 "http://example.com:x/",
                                 "http://exa mple.com/",
                                 "http://example.com/a b",
                                 "http://example.com/\n",
                                 "http://example.com\t/",
                                 "http://b\u00fccher.example/",
                                 "http://example.com\u3002evil.org/",
                                 "http://exa\\mple.com/",
                                 "http://example.com%2eorg/",
                                 "http://example.com%00/",
                                 "http://[::1",
                                 "http://[fe80::1%25eth0]/",
                                 "http://[1.2.3.4]/",
                                 "http://[::1]x/",
                                 "http://a..b/",
                                 "http://.a/",
                                 "http://a,b/",
                                 "http://a;b/"}) {
    EXPECT_EQ(Normal(text), "ValueError") << text;
  }
  EXPECT_EQ(Normal(std::string("http://a\0b/", 11)), "ValueError");
  for (const std::string text :
       {"ftp://example.com/", "file:///etc/passwd", "FILE://x/", "gopher://example.com/", "http://user@example.com/",
        "http://user:pw@example.com/", "http://@example.com/", "http://example.com\\@evil.org/", "javascript://x/"}) {
    EXPECT_EQ(Normal(text), "PermissionError") << text;
  }
  const auto idn = ParseUrl(Curl(), "http://b\u00fccher.example/");
  EXPECT_THAT(std::get<Failure>(idn).message, HasSubstr("xn--"));
}

TEST(Url, Locations) {
  const Url base = std::get<Url>(ParseUrl(Curl(), "https://example.com/a/b?c"));
  const auto to = [&](std::string_view location) {
    const auto url = ResolveLocation(Curl(), base, location);
    return std::holds_alternative<Url>(url) ? std::get<Url>(url).text : std::get<Failure>(url).type;
  };
  EXPECT_EQ(to("/x"), "https://example.com/x");
  EXPECT_EQ(to("x"), "https://example.com/a/x");
  EXPECT_EQ(to("../x"), "https://example.com/x");
  EXPECT_EQ(to("?y"), "https://example.com/a/b?y");
  EXPECT_EQ(to("//other.example/x"), "https://other.example/x");
  EXPECT_EQ(to("http://other.example"), "http://other.example/");
  EXPECT_EQ(to(" /a b \u00e9"), "https://example.com/a%20b%20%C3%A9");
  EXPECT_EQ(to("//user@other.example/"), "PermissionError");
  EXPECT_EQ(to("///other.example/"), "ValueError");
  EXPECT_EQ(to("/\\other.example/").substr(0, 20), "https://example.com/");
  EXPECT_EQ(to("\\\\other.example/").substr(0, 20), "https://example.com/");
  EXPECT_EQ(to("/x\r\nSet-Cookie: a"), "ValueError");
}

TEST(Url, WithoutUser) {
  EXPECT_EQ(WithoutUser("http://a:b@c/d@e"), "http://c/d@e");
  EXPECT_EQ(WithoutUser("http://a@b@c"), "http://c");
  EXPECT_EQ(WithoutUser("http://c/?x=@"), "http://c/?x=@");
  EXPECT_EQ(WithoutUser("a:b@c"), "c");
  EXPECT_EQ(WithoutUser(""), "");
}

/// Whatever is put together, what comes out reads as itself, and its host is the one that libcurl connects to.
TEST(Url, WhatComesOutIsStable) {
  const std::vector<std::string> parts = {
      "http", "https",  "://", "//",    "/",   ":",         "@",    "\\",  "?", "#",           ".",       "..",    "%",
      "%2e",  "%00",    "[",   "]",     "::1", "127.0.0.1", "0x7f", "017", "1", "example.com", "EXAMPLE", "xn--a", " ",
      "\t",   "\u00e9", "80",  "65536", "*",   "a",         "-",    "_",   ";", "&",           "="};
  std::mt19937 random(3);
  int good = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = random() % 4 == 0 ? "" : "http://";
    const size_t count = random() % 6;
    for (size_t i = 0; i <= count; ++i) text += parts[random() % parts.size()];
    const auto url = ParseUrl(Curl(), text);
    if (!std::holds_alternative<Url>(url)) continue;
    ++good;
    const Url& first = std::get<Url>(url);
    const auto again = ParseUrl(Curl(), first.text);
    ASSERT_TRUE(std::holds_alternative<Url>(again)) << text << " -> " << first.text;
    EXPECT_EQ(std::get<Url>(again).text, first.text) << text;
    EXPECT_TRUE(std::get<Url>(again).SameOrigin(first)) << text;
  }
  EXPECT_GT(good, 1'000);
}

TEST(CurlLibrary, SaysHowToInstallIt) {
  const auto missing = CurlLibrary::Load("libcurl-that-is-not-there.so");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(missing.error().message, HasSubstr("apt-get install libcurl4"));
  // Another library.
  EXPECT_FALSE(CurlLibrary::Load("libc.so.6"));
}

}  // namespace
}  // namespace goru::host::http
