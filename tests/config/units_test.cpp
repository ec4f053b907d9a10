#include "config/units.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <regex>

namespace goru::config {
namespace {

using namespace std::chrono_literals;

TEST(Units, Times) {
  EXPECT_EQ(ParseTime("30"), 30s);
  EXPECT_EQ(ParseTime("30s"), 30s);
  EXPECT_EQ(ParseTime("1.5s"), 1500ms);
  EXPECT_EQ(ParseTime("500ms"), 500ms);
  EXPECT_EQ(ParseTime("0.5 m"), 30s);
  EXPECT_EQ(ParseTime("2M"), 120s);
  EXPECT_EQ(ParseTime("1h"), 3600s);
  EXPECT_EQ(ParseTime("7us"), 7us);
  EXPECT_EQ(ParseTime("0009ns"), 9ns);
  EXPECT_EQ(ParseTime("0.1ms"), 100us);
  EXPECT_EQ(ParseTime("999999999"), std::chrono::nanoseconds(kMostTime));
  // However little it is, it is something.
  EXPECT_EQ(ParseTime("0.00000000000001s"), 1ns);
}

TEST(Units, TextThatIsNoTime) {
  for (const char* text : {"",        "soon",  "0",     "0.0s",       "-1s",
                           "+1s",     "1e3",   "1e99s", "5 parsecs",  ".5s",
                           "1..5s",   "1s ",   " 1s",   "1000000000", "1000000000000ms",
                           "100000h", "1 s s", "0x10",  "1,5s",       "NaN",
                           "inf"}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
}

TEST(Units, Sizes) {
  EXPECT_EQ(ParseSize("0"), 0U);
  EXPECT_EQ(ParseSize("65536"), 65536U);
  for (const char* text : {"64k", "64kb", "64KiB", "64 KB", "0.0625m", "00064k"})
    EXPECT_EQ(ParseSize(text), 65536U) << text;
  EXPECT_EQ(ParseSize("1.5gb"), uint64_t{3} << 29);
  EXPECT_EQ(ParseSize("99999999999999"), kMostBytes);
  for (const char* text : {"", "lots", "-1", "1zb", "99999999gb", "100000000000000", "1e6", "1.5.5k", "k", "0x10"}) {
    EXPECT_FALSE(ParseSize(text)) << text;
  }
}

TEST(Units, WhatIsWrittenIsReadBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t number = random() >> (random() % 64);
    const std::chrono::nanoseconds time(1 + number % 999'999'999'000'000'000);
    EXPECT_EQ(ParseTime(TimeText(time)), time);
    EXPECT_EQ(ParseSize(SizeText(number % kMostBytes)), number % kMostBytes);
  }
  EXPECT_EQ(TimeText(1500ms), "1500ms");
  EXPECT_EQ(TimeText(120s), "120s");
  EXPECT_EQ(SizeText(uint64_t{256} << 20), "256mb");
  EXPECT_EQ(SizeText(1000), "1000");
  EXPECT_EQ(SizeText(0), "0");
  // Limits that are none.
  EXPECT_EQ(ParseTime(TimeText(std::chrono::nanoseconds::max())), std::chrono::nanoseconds(kMostTime));
  EXPECT_EQ(ParseTime(TimeText(std::chrono::nanoseconds::min())), 1ns);
  EXPECT_EQ(ParseSize(SizeText(std::numeric_limits<uint64_t>::max())), kMostBytes);
}

TEST(Units, PatternsMatchWhatIsRead) {
  const std::regex time(TimePattern(), std::regex::ECMAScript);
  const std::regex size(SizePattern(), std::regex::ECMAScript);
  std::mt19937_64 random(2);
  const std::string alphabet = "0019.. smhkgbiuKMGBn";
  size_t read = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string text;
    for (size_t n = random() % 8; n > 0; --n) text += alphabet[random() % alphabet.size()];
    // Near the largest that can be read as well.
    if (random() % 4 == 0) text.insert(0, random() % 20, '9');
    EXPECT_EQ(std::regex_search(text, time), ParseTime(text).has_value()) << text;
    EXPECT_EQ(std::regex_search(text, size), ParseSize(text).has_value()) << text;
    read += ParseTime(text) || ParseSize(text) ? 1U : 0U;
  }
  EXPECT_GT(read, 500U);
}

}  // namespace
}  // namespace goru::config
