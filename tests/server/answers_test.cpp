#include "server/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goru::server {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(WholeCharacters, NoPieceEndsWithinACharacter) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    for (size_t second = cut; second <= text.size(); ++second) {
      WholeCharacters characters;
      std::string all;
      for (const std::string& piece : {text.substr(0, cut), text.substr(cut, second - cut), text.substr(second)}) {
        const std::string whole = characters.Add(piece);
        EXPECT_NO_THROW(static_cast<void>(json(whole).dump())) << cut << " " << second;
        all += whole;
      }
      EXPECT_EQ(all + characters.Rest(), text);
    }
  }
}

TEST(WholeCharacters, WhatIsNoUtf8IsNotHeldForEver) {
  WholeCharacters characters;
  EXPECT_EQ(characters.Add("\xff\xfe"), "\xff\xfe");
  EXPECT_EQ(characters.Add("\x80\x80\x80\x80"), "\x80\x80\x80\x80");
  EXPECT_EQ(characters.Add("\xf0\x9f"), "");
  EXPECT_EQ(characters.Add("aaa"),
            "\xf0\x9f"
            "aaa");
  EXPECT_EQ(characters.Add("\xe2"), "");
  EXPECT_EQ(characters.Rest(), "\xe2");
}

TEST(Answers, TheOutcomeOfCodeIsNoFailureOfTheServer) {
  for (const ErrorKind kind : {ErrorKind::kGuestException, ErrorKind::kTimeout, ErrorKind::kMemoryLimit,
                               ErrorKind::kOutputLimit, ErrorKind::kTrap, ErrorKind::kExited, ErrorKind::kCancelled}) {
    EXPECT_EQ(StatusOf(kind), 200U) << ErrorKindName(kind);
  }
  EXPECT_EQ(StatusOf(ErrorKind::kOverloaded), 429U);
  const Response full = LibraryError({ErrorKind::kOverloaded, "full"});
  EXPECT_EQ(full.headers.at(0).first, "Retry-After");
  EXPECT_EQ(json::parse(full.body)["error"]["kind"], "overloaded");
}

TEST(Answers, ErrorsHaveTheirLine) {
  Result result;
  result.error =
      RunError{ErrorKind::kGuestException, "ValueError", "no",
               "Traceback (most recent call last):\n  File \"main.py\", line 3, in <module>\nValueError: no\n"};
  const json out =
      RunJson(result, {.name = "main.py", .cuts = {{"limits.timeout", "60s is more"}}, .files_from = nullptr});
  EXPECT_EQ(out["error"]["line"], 3);
  EXPECT_EQ(out["cuts"][0]["path"], "limits.timeout");
  EXPECT_TRUE(RunJson(result, {.name = "other.py", .cuts = {}, .files_from = nullptr})["error"]["line"].is_null());
}

TEST(Answers, AStreamEndsWithWhatIsNotOutput) {
  Result result;
  result.stdout_text = "output";
  result.value = "[1, 2]";
  const std::string events = EndEvents(result, {});
  EXPECT_THAT(events, HasSubstr("event: value\ndata: {\"value\":[1,2]}\n\n"));
  EXPECT_THAT(events, HasSubstr("event: end\ndata: {"));
  EXPECT_THAT(events, testing::Not(HasSubstr("output\"")));
  EXPECT_THAT(events, testing::Not(HasSubstr("event: error")));
  // A line end in the data would end the event.
  EXPECT_EQ(Event("stdout", {{"text", "a\nb\r\n"}}), "event: stdout\ndata: {\"text\":\"a\\nb\\r\\n\"}\n\n");
  EXPECT_THAT(Event("stdout", {{"text", "\xff"}}), HasSubstr("\xef\xbf\xbd"));
}

}  // namespace
}  // namespace goru::server
