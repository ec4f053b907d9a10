#include "support/json_check.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>

namespace goru::support {
namespace {

using namespace std::string_literals;

bool IsJson(std::string_view text) { return CheckJson(text).ok(); }

TEST(CheckJson, TakesJson) {
  for (const std::string_view text : {"null",
                                      " true ",
                                      "false",
                                      "0",
                                      "-0",
                                      "12.5e-3",
                                      "1E+2",
                                      "\"\"",
                                      R"("\u00e9\ud83d\ude00\n\/")",
                                      "[]",
                                      "[ ]",
                                      "{}",
                                      "{ }",
                                      "[1,2,[3]]",
                                      R"({"a":{"b":[null,"x"]},"":1})",
                                      "\t[\n1\r]",
                                      "\"\xC3\xA9\"",
                                      "1e308",
                                      "-1.7976931348623157e308",
                                      "1e-999",
                                      "0e999999999999",
                                      "0.00001e312"}) {
    EXPECT_TRUE(IsJson(text)) << text;
  }
}

TEST(CheckJson, RefusesTheRest) {
  for (const std::string& text : {""s,
                                  " "s,
                                  "nul"s,
                                  "nulll"s,
                                  "True"s,
                                  "01"s,
                                  "-"s,
                                  "1."s,
                                  ".5"s,
                                  "1e"s,
                                  "+1"s,
                                  "\"a"s,
                                  "\"\\\""s,
                                  "\"\\x\""s,
                                  "\"\\u12g4\""s,
                                  "\"\\u12\""s,
                                  "\"a\nb\""s,
                                  "\"\xFF\""s,
                                  "\"\xED\xA0\x80\""s,
                                  "[1,]"s,
                                  "[,1]"s,
                                  "[1 2]"s,
                                  "[1"s,
                                  "]"s,
                                  "{\"a\"}"s,
                                  "{\"a\":}"s,
                                  "{\"a\":1,}"s,
                                  "{a:1}"s,
                                  "{1:2}"s,
                                  "{\"a\":1]"s,
                                  "[1}"s,
                                  "1 1"s,
                                  "[]]"s,
                                  "NaN"s,
                                  "1e309"s,
                                  "1.8e308"s,
                                  "-1e999999999999"s,
                                  std::string(400, '9'),
                                  "0.1e310"s,
                                  "\0"s,
                                  "1\0"s,
                                  "[1]\0"s}) {
    EXPECT_FALSE(IsJson(text)) << text;
  }
}

TEST(CheckJson, AgreesWithAParserOnDamagedText) {
  const std::string whole =
      R"({"key": [1, -5.5e3, "text \u00e9 \" é", null, true, {"a": {}, "b": []}], "n": 12345678901234567890})";
  std::mt19937 random(7);
  const std::string bytes = "{}[],:\"\\0123456789eE+-.untfalsr \xC3\xA9\x01";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = whole;
    for (int changes = round % 3; changes >= 0; --changes) {
      const size_t at = random() % text.size();
      const char byte = bytes[random() % bytes.size()];
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 3);
      } else if (random() % 2 == 0) {
        text[at] = byte;
      } else {
        text.insert(at, 1, byte);
      }
    }
    ASSERT_EQ(IsJson(text), nlohmann::json::accept(text)) << text;
  }
}

TEST(CheckJson, HalvesOfPairsMayStandInEscapes) {
  EXPECT_TRUE(IsJson(R"("\ud800")"));
  EXPECT_TRUE(IsJson(R"({"\udc00x": "\ud83d"})"));
}

TEST(CheckJson, Limits) {
  const JsonLimits limits{.depth = 3, .values = 5};
  EXPECT_TRUE(CheckJson("[[[1]]]", limits).ok());
  EXPECT_FALSE(CheckJson("[[[[1]]]]", limits).ok());
  EXPECT_TRUE(CheckJson("[1,2,3,4]", limits).ok());
  EXPECT_FALSE(CheckJson("[1,2,3,4,5]", limits).ok());
  EXPECT_FALSE(CheckJson(R"({"a":1,"b":2,"c":3})", limits).ok());
  EXPECT_FALSE(IsJson(std::string(1'000'000, '[')));
  EXPECT_TRUE(IsJson("\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\""));
}

TEST(CheckJson, EndsWithTheRun) {
  StopSignal stop;
  const std::string texts[] = {"\"" + std::string(4 << 20, 'x') + "\"", std::string(4 << 20, ' ') + "1",
                               std::string(4 << 20, '1'), "[" + std::string(4 << 20, ' ') + "]"};
  for (const std::string& text : texts) {
    const auto whole = CheckJson(text, {}, &stop);
    EXPECT_TRUE(whole.ok() || whole.error().kind == ErrorKind::kInvalidArgument);
  }
  stop.Raise();
  for (const std::string& text : texts) {
    const auto stopped = CheckJson(text, {}, &stop);
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().kind, ErrorKind::kCancelled);
  }
}

}  // namespace
}  // namespace goru::support
