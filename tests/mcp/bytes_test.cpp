#include "mcp/bytes.hpp"

#include <gtest/gtest.h>

#include <string>

#include "mcp/kept_files.hpp"

namespace goru::mcp {
namespace {

TEST(Base64, GoesThereAndBack) {
  for (const auto& [bytes, text] : {std::pair<std::string, std::string>{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {std::string("\0\xff\xfe", 3), "AP/+"},
                                    {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(ToBase64(bytes), text);
    EXPECT_EQ(FromBase64(text), bytes);
  }
  EXPECT_EQ(FromBase64("Zm9v\r\nYmFy\n"), "foobar");
}

TEST(Base64, WhatIsNoneIsRefused) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Z===", "=", "====", "Zm9v=", "Zh==", "Zm9=", "Zm 9v", "Zm9-", "Zg==Zg=="}) {
    EXPECT_EQ(FromBase64(text), std::nullopt) << text;
  }
}

TEST(CutMiddle, KeepsBothEndsAndWholeCharacters) {
  EXPECT_EQ(CutMiddle("short", 5), "short");
  const std::string cut = CutMiddle(std::string(100, 'a') + std::string(100, 'b'), 20);
  EXPECT_TRUE(cut.starts_with("aaaaaaaaaa\n[... 180 bytes left out ...]\nbb")) << cut;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\xe2\x82\xac";
  for (size_t most = 0; most < 40; ++most) EXPECT_TRUE(IsUtf8(CutMiddle(text, most))) << most;
}

TEST(IsUtf8, RefusesWhatIsNone) {
  EXPECT_TRUE(IsUtf8("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* text :
       {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(text)) << ToBase64(text);
  }
}

TEST(MediaType, IsThatOfTheBytesOrTheName) {
  EXPECT_EQ(MediaType("/work/a.txt", "\x89PNG\r\n\x1a\n..."), "image/png");
  EXPECT_EQ(MediaType("/work/a.csv", "a,b"), "text/csv");
  EXPECT_EQ(MediaType("/work/a", "text"), "text/plain");
  EXPECT_EQ(MediaType("/work/a", "\xff\x00"), "application/octet-stream");
  EXPECT_EQ(ImageType("RIFF....WEBPVP8 "), "image/webp");
  EXPECT_EQ(ImageType("RIFF....WAVE"), "");
}

TEST(EncodePath, GoesThereAndBack) {
  EXPECT_EQ(EncodePath("/work/a b\xc3\xa4?.csv"), "/work/a%20b%C3%A4%3F.csv");
  EXPECT_EQ(DecodePath("/work/a%20b%C3%A4%3f.csv"), "/work/a b\xc3\xa4?.csv");
  for (const char* text : {"%", "%2", "%2g", "a%"}) EXPECT_EQ(DecodePath(text), std::nullopt) << text;
}

TEST(KeptFiles, AreTheirOwnersAndGoWhenThereIsNoRoom) {
  KeptFiles kept(100, std::chrono::hours(1));
  const std::string first = kept.Keep("ann", {{"/a", std::string(60, 'x')}});
  EXPECT_EQ(kept.Find("ann", first, "/a"), std::string(60, 'x'));
  EXPECT_EQ(kept.Find("bob", first, "/a"), std::nullopt);
  EXPECT_EQ(kept.Find("ann", first, "/b"), std::nullopt);
  EXPECT_EQ(kept.Keep("ann", {{"/a", std::string(200, 'x')}}), "");
  // One more of the same owner's takes the place of the first, another's does not.
  const std::string other = kept.Keep("bob", {{"/a", std::string(60, 'y')}});
  EXPECT_TRUE(kept.Find("ann", first, "/a"));
  const std::string second = kept.Keep("ann", {{"/a", std::string(60, 'z')}});
  EXPECT_EQ(kept.Find("ann", first, "/a"), std::nullopt);
  EXPECT_TRUE(kept.Find("ann", second, "/a"));
  EXPECT_TRUE(kept.Find("bob", other, "/a"));
  // All together have room for four.
  for (const char* owner : {"c", "d", "e", "f", "g", "h", "i"}) kept.Keep(owner, {{"/a", std::string(60, 'x')}});
  EXPECT_EQ(kept.Find("bob", other, "/a"), std::nullopt);
}

TEST(KeptFiles, Expire) {
  KeptFiles kept(100, std::chrono::nanoseconds(1));
  const std::string handle = kept.Keep("ann", {{"/a", "x"}});
  EXPECT_EQ(kept.Find("ann", handle, "/a"), std::nullopt);
}

}  // namespace
}  // namespace goru::mcp
