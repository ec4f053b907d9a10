#include "guest/codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/allocated.hpp"
#include "support/utf8.hpp"

namespace goru::guest {
namespace {

using nlohmann::json;
using namespace std::string_literals;

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string U32(uint32_t value) { return {reinterpret_cast<const char*>(&value), sizeof(value)}; }

const json kValues[] = {nullptr,
                        true,
                        false,
                        0U,
                        1U,
                        -1,
                        32767U,
                        32768U,
                        std::numeric_limits<int32_t>::max(),
                        std::numeric_limits<int32_t>::min(),
                        uint64_t{1} << 31,
                        -(int64_t{1} << 31) - 1,
                        std::numeric_limits<int64_t>::max(),
                        std::numeric_limits<int64_t>::min(),
                        std::numeric_limits<uint64_t>::max(),
                        0.5,
                        -0.0,
                        1e308,
                        "",
                        "text",
                        "\u00e9\U0001F600",
                        "a\0b"s,
                        json::array(),
                        json::object(),
                        {1U, {2U, {3U}}},
                        {{"a", {{"b", nullptr}}}, {"", 1U}}};

class CodecTest : public testing::TestWithParam<const Codec*> {
 protected:
  const Codec& codec() const { return *GetParam(); }
  std::string Encode(const json& value) const {
    std::string out;
    codec().Encode(value, out);
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(Codecs, CodecTest, testing::Values(&Codec::Json(), &Codec::Marshal()),
                         [](const auto& p) { return p.index == 0 ? "Json" : "Marshal"; });

TEST_P(CodecTest, ReadsWhatItWrites) {
  for (const json& value : kValues) {
    const auto read = codec().Decode(Bytes(Encode(value)));
    ASSERT_TRUE(read.ok()) << value << ": " << read.error().message;
    EXPECT_EQ(*read, value);
  }
}

TEST_P(CodecTest, RefusesEveryPartOfAMessage) {
  const std::string whole = Encode({{"key", {1U, -5, 2.5, "text", nullptr, uint64_t{1} << 40}}});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(codec().Decode(Bytes(whole).first(size)).ok()) << size;
  }
  EXPECT_FALSE(codec().Decode(Bytes(whole + whole)).ok());
}

TEST_P(CodecTest, EverySingleByteChangeIsReadOrRefused) {
  const std::string whole = Encode({{"key", {1U, -5, 2.5, "text", nullptr, uint64_t{1} << 40}}});
  size_t refused = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = whole;
      changed[at] = static_cast<char>(byte);
      const auto read = codec().Decode(Bytes(changed));
      if (!read) {
        ++refused;
        EXPECT_FALSE(read.error().message.empty());
      } else {
        EXPECT_TRUE(codec().Decode(Bytes(Encode(*read))).ok());
      }
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST_P(CodecTest, RefusesDeepNesting) {
  const MessageLimits limits;
  for (const bool too_deep : {false, true}) {
    json value = 1U;
    for (size_t i = 0; i < limits.max_depth + (too_deep ? 1 : 0); ++i) value = json::array({std::move(value)});
    EXPECT_EQ(codec().Decode(Bytes(Encode(value))).ok(), !too_deep);
  }
}

TEST_P(CodecTest, TextThatIsNotUtf8IsReplaced) {
  const auto read = codec().Decode(Bytes(Encode(json("a\xFF\xC3z"))));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, "a\uFFFD\uFFFDz");
}

TEST(JsonCodec, BombsAreRefusedBeforeTheyAreBuilt) {
  EXPECT_FALSE(Codec::Json().Decode(Bytes(std::string(1'000'000, '['))).ok());
  std::string many = "[0";
  for (int i = 0; i < 4'100'000; ++i) many += ",0";
  many += "]";
  EXPECT_FALSE(Codec::Json().Decode(Bytes(many)).ok());
  // Brackets inside of strings count for nothing.
  EXPECT_TRUE(Codec::Json().Decode(Bytes("\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"")).ok());
}

TEST(JsonCodec, LoneSurrogatesAreReplaced) {
  const auto decode = [](std::string_view text) {
    const auto value = Codec::Json().Decode(Bytes(text));
    return value ? value->dump() : "refused: " + value.error().message;
  };
  EXPECT_EQ(decode(R"("\ud800")"), "\"\uFFFD\"");
  EXPECT_EQ(decode(R"("\udc00x\ud83d\ude00\uD800\uD800\uDC00")"), "\"\uFFFDx\U0001F600\uFFFD\U00010000\"");
  EXPECT_EQ(decode(R"(["\\ud800", "\\\ud800", "\ud800\n"])"), "[\"\\\\ud800\",\"\\\\\uFFFD\",\"\uFFFD\\n\"]");
  EXPECT_EQ(decode(R"({"\ud800": "\u00e9"})"), "{\"\uFFFD\":\"\u00e9\"}");
  EXPECT_EQ(decode(R"("\ud8)").substr(0, 7), "refused");
  EXPECT_EQ(decode(R"("\ud800)").substr(0, 7), "refused");
  EXPECT_EQ(decode("\"\\").substr(0, 7), "refused");
}

TEST(JsonCodec, NotANumberBecomesNull) {
  std::string out;
  Codec::Json().Encode(json::array({std::nan(""), INFINITY}), out);
  EXPECT_EQ(out, "[null,null]");
}

TEST(JsonCodec, WritesWhatTheLibraryWrites) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  std::vector<json> values(std::begin(kValues), std::end(kValues));
  values.insert(values.end(), {json(all), json("a\xff\xc3z"), json({{all, 1}, {"\xff", 2}}),
                               json(std::string(2 << 20, '"')), json(std::string(1 << 20, 'x') + "\xff\u00e9")});
  for (const json& value : values) {
    std::string out;
    Codec::Json().Encode(value, out);
    EXPECT_TRUE(out == value.dump(-1, ' ', false, json::error_handler_t::replace)) << out.substr(0, 1000);
  }
}

TEST(JsonCodec, BytesAreAListOfNumbers) {
  std::string out;
  Codec::Json().Encode({{"b", json::binary({0, 7, 255})}, {"none", json::binary({})}}, out);
  EXPECT_EQ(out, R"({"b":[0,7,255],"none":[]})");
  out.clear();
  Codec::Json().Encode(json::binary(std::vector<uint8_t>(100'000, 12)), out);
  EXPECT_EQ(json::parse(out), json(std::vector<uint8_t>(100'000, 12)));
}

TEST(JsonCodec, AStopEndsReadingAndWriting) {
  support::StopSignal stop;
  std::string many = "[0";
  for (int i = 0; i < 500'000; ++i) many += ",0";
  std::string escapes;
  for (int i = 0; i < 200'000; ++i) escapes += "\\ud800";
  const std::string texts[] = {many + "]", "\"" + std::string(4 << 20, 'x') + "\"", "\"" + escapes + "\"",
                               "[1" + std::string(4 << 20, ' ') + "]"};
  std::vector<json> values = {std::string(4 << 20, '\n'), std::string(4 << 20, '\xff'),
                              json::binary(std::vector<uint8_t>(4 << 20))};
  for (const std::string& text : texts) {
    auto read = Codec::Json().Decode(Bytes(text), {.stop = &stop});
    ASSERT_TRUE(read.ok()) << read.error().message;
    values.push_back(std::move(*read));
  }
  // The one of white space is short when it is written.
  values.pop_back();
  for (const json& value : values) {
    std::string out;
    EXPECT_TRUE(Codec::Json().EncodeResponse(true, value, out, {.stop = &stop}).ok());
  }
  stop.Raise();
  for (const std::string& text : texts) {
    const auto read = Codec::Json().Decode(Bytes(text), {.stop = &stop});
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().kind, ErrorKind::kCancelled);
  }
  for (const json& value : values) {
    std::string out;
    const auto written = Codec::Json().EncodeResponse(true, value, out, {.stop = &stop});
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.error().kind, ErrorKind::kCancelled);
  }
}

TEST(JsonCodec, AMessageIsNoLargerThanItMayBe) {
  const json value = {{"text", std::string(100, '\n')}, {"list", json::array({1U, 2.5, json::binary({1, 2, 3})})}};
  std::string whole;
  Codec::Json().Encode(value, whole);
  std::string out;
  EXPECT_TRUE(Codec::Json().Encode(value, out, {.most = whole.size()}).ok());
  for (size_t most = 0; most < whole.size(); ++most) {
    out.clear();
    ASSERT_FALSE(Codec::Json().Encode(value, out, {.most = most}).ok());
    EXPECT_LE(out.size(), most);
  }
}

TEST(JsonCodec, Requests) {
  char op = 0;
  const auto payload = Codec::Json().DecodeRequest(Bytes("c[\"f\",{}]"), op);
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(op, 'c');
  EXPECT_EQ(*payload, json::parse("[\"f\",{}]"));
  EXPECT_FALSE(Codec::Json().DecodeRequest({}, op).ok());
  EXPECT_FALSE(Codec::Json().DecodeRequest(Bytes("c["), op).ok());
}

TEST(MarshalCodec, WritesWhatPythonWrites) {
  const auto encode = [](const json& value) {
    std::string out;
    Codec::Marshal().Encode(value, out);
    return out;
  };
  // As marshal.dumps(value, 2) of CPython 3.12 has it.
  EXPECT_EQ(encode(nullptr), "N");
  EXPECT_EQ(encode(-1), "i\xff\xff\xff\xff"s);
  EXPECT_EQ(encode(uint64_t{1} << 40), "l\x03\0\0\0\0\0\0\0\0\x04"s);
  EXPECT_EQ(encode(-(int64_t{1} << 40)), "l\xfd\xff\xff\xff\0\0\0\0\0\x04"s);
  EXPECT_EQ(encode(json::array({true, "a"})), "[\x02\0\0\0Tu\x01\0\0\0a"s);
  EXPECT_EQ(encode(json::binary({0, 0xFF, 'a'})),
            "s\x03\0\0\0\0\xff"
            "a"s);
  EXPECT_EQ(encode({{"k", 1.0}}),
            "{u\x01\0\0\0kg\0\0\0\0\0\0\xf0\x3f"
            "0"s);
}

TEST(MarshalCodec, BytesAreAValue) {
  std::vector<uint8_t> all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<uint8_t>(i));
  const std::vector<uint8_t> large(1 << 20, 0x0A);
  for (const json& value : {json::binary({}), json::binary(all), json::binary(large),
                            json{{"list", json::array({json::binary(all), "text"})}, {"b", json::binary({1})}}}) {
    std::string out;
    Codec::Marshal().Encode(value, out);
    const auto read = Codec::Marshal().Decode(Bytes(out));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, value);
  }
  // As the key of a dict they are refused.
  EXPECT_FALSE(Codec::Marshal().Decode(Bytes("{s\x01\0\0\0aN0"s)).ok());
}

TEST(MarshalCodec, KeysOfOtherTypesBecomeText) {
  // {5: True, None: False, True: 1.5}
  const auto value =
      Codec::Marshal().Decode(Bytes("{i\x05\0\0\0TNFTg\0\0\0\0\0\0\xf8\x3f"
                                    "0"s));
  ASSERT_TRUE(value.ok()) << value.error().message;
  EXPECT_EQ(*value, json::parse(R"({"5":true,"null":false,"true":1.5})"));
}

TEST(MarshalCodec, ARequestHasFewParts) {
  char op = 0;
  const auto request = [](uint32_t parts) {
    std::string out = "(" + U32(parts) + "i" + U32('c');
    for (uint32_t i = 1; i < parts; ++i) out += "N";
    return out;
  };
  for (uint32_t parts = 2; parts <= 4; ++parts) {
    const auto payload = Codec::Marshal().DecodeRequest(Bytes(request(parts)), op, {});
    ASSERT_TRUE(payload.ok());
    EXPECT_EQ(*payload, parts == 2 ? json() : json(std::vector<json>(parts - 1)));
  }
  for (const uint32_t parts : {1U, 5U, 100'000U}) {
    EXPECT_FALSE(Codec::Marshal().DecodeRequest(Bytes(request(parts)), op, {}).ok());
  }
}

TEST(MarshalCodec, LengthsAreNeverBelieved) {
  for (const uint32_t count : {uint32_t{5}, uint32_t{1} << 20, uint32_t{INT32_MAX}, uint32_t{1} << 31, UINT32_MAX}) {
    for (const char type : {'[', '(', 'u', 't', 's', 'l'}) {
      EXPECT_FALSE(Codec::Marshal().Decode(Bytes(std::string(1, type) + U32(count) + "N")).ok()) << type << count;
    }
  }
}

TEST(MarshalCodec, OtherTypesAreRefused) {
  for (int type = 0; type < 256; ++type) {
    if (std::string_view("NTFilguts([{").find(static_cast<char>(type)) != std::string_view::npos) continue;
    const auto value = Codec::Marshal().Decode(Bytes(std::string(1, static_cast<char>(type)) + std::string(16, '\0')));
    EXPECT_FALSE(value.ok()) << type;
  }
}

TEST(MarshalCodec, IntegersBeyondSixtyFourBits) {
  const auto with_digits = [](int32_t count, std::string_view digits) {
    return Codec::Marshal().Decode(Bytes("l" + U32(static_cast<uint32_t>(count)) + std::string(digits)));
  };
  const std::string ones(10, '\xff');
  EXPECT_FALSE(with_digits(5, ones).ok());                       // digits have 15 bits
  EXPECT_FALSE(with_digits(5, "\0\0\0\0\0\0\0\0\x10\0"s).ok());  // 2 ** 64
  EXPECT_TRUE(with_digits(5, "\0\0\0\0\0\0\0\0\x08\0"s).ok());   // 2 ** 63
  EXPECT_TRUE(with_digits(-5, "\0\0\0\0\0\0\0\0\x08\0"s).ok());  // -2 ** 63
  EXPECT_FALSE(with_digits(-5, "\x01\0\0\0\0\0\0\0\x08\0"s).ok());
  EXPECT_FALSE(with_digits(6, std::string(12, '\0')).ok());
  EXPECT_FALSE(with_digits(INT32_MIN, std::string(12, '\0')).ok());
  EXPECT_EQ(*with_digits(0, ""), 0U);
}

/// A list of `count` times the same encoded value.
std::string ListOf(uint32_t count, std::string_view value) {
  std::string out = "[" + U32(count);
  for (uint32_t i = 0; i < count; ++i) out += value;
  return out;
}

/// A dict of `count` members with short keys.
std::string DictOf(uint32_t count) {
  std::string out = "{";
  for (uint32_t i = 0; i < count; ++i) {
    const std::string key = std::to_string(i);
    out += "u" + U32(static_cast<uint32_t>(key.size())) + key + "N";
  }
  return out + "0";
}

TEST(MarshalCodec, WhatIsReadIsHeldAgainstTheBudget) {
  const auto budget = std::make_shared<support::ByteBudget>(size_t{1} << 20, "the budget of this test");
  for (const std::string& message :
       {ListOf(100'000, "N"), ListOf(40'000, "u\x01\0\0\0a"s), ListOf(30'000, "["s + U32(0)), ListOf(30'000, "{0"),
        DictOf(20'000), "u"s + U32(2 << 20) + std::string(2 << 20, 'x'),
        "s"s + U32(2 << 20) + std::string(2 << 20, 'x')}) {
    support::HeldBytes held(budget);
    const auto read = Codec::Marshal().Decode(Bytes(message), {.held = &held});
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(read.error().message.find("the budget of this test"), std::string::npos) << read.error().message;
  }
  EXPECT_EQ(budget->used(), 0U);
  for (const std::string& message :
       {ListOf(1'000, "N"), DictOf(500), ListOf(500, "u\x14\0\0\0aaaaaaaaaaaaaaaaaaaa"s), "N"s}) {
    support::HeldBytes held(budget);
    const auto read = Codec::Marshal().Decode(Bytes(message), {.held = &held});
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_GE(held.bytes(), read->size() * sizeof(json) * static_cast<size_t>(read->is_structured()));
    EXPECT_EQ(held.bytes(), budget->used());
  }
  EXPECT_EQ(budget->used(), 0U);
}

TEST(MarshalCodec, WhatIsReadIsCountedAsTheAllocatorDoes) {
  const auto budget = std::make_shared<support::ByteBudget>(size_t{1} << 30, "");
  for (const std::string& message :
       {ListOf(200'000, "N"), ListOf(100'000, "u\x01\0\0\0a"s), ListOf(50'000, "["s + U32(0)), ListOf(50'000, "{0"),
        DictOf(100'000), ListOf(20'000, "s\x64\0\0\0"s + std::string(100, 'x'))}) {
    support::HeldBytes held(budget);
    const size_t before = test::Allocated();
    const auto read = Codec::Marshal().Decode(Bytes(message), {.held = &held});
    const size_t taken = test::Allocated() - before;
    ASSERT_TRUE(read.ok());
    EXPECT_GE(held.bytes() * 10, taken * 9) << message.substr(0, 10);
    EXPECT_LE(held.bytes(), taken * 2) << message.substr(0, 10);
  }
}

TEST(MarshalCodec, AStopEndsReadingAndWriting) {
  support::StopSignal stop;
  const std::string messages[] = {ListOf(200'000, "N"), DictOf(100'000),
                                  "u"s + U32(4 << 20) + std::string(4 << 20, 'x')};
  std::vector<json> values;
  for (const std::string& message : messages) {
    auto read = Codec::Marshal().Decode(Bytes(message), {.stop = &stop});
    ASSERT_TRUE(read.ok());
    std::string out;
    EXPECT_TRUE(Codec::Marshal().EncodeResponse(true, *read, out, {.stop = &stop}).ok());
    values.push_back(std::move(*read));
  }
  stop.Raise();
  for (const std::string& message : messages) {
    const auto read = Codec::Marshal().Decode(Bytes(message), {.stop = &stop});
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().kind, ErrorKind::kCancelled);
  }
  for (const json& value : values) {
    std::string out;
    const auto written = Codec::Marshal().EncodeResponse(true, value, out, {.stop = &stop});
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.error().kind, ErrorKind::kCancelled);
  }
}

TEST(MarshalCodec, AMessageIsNoLargerThanItMayBe) {
  const json value = {{"text", std::string(1000, 'x')}, {"list", json::array({1U, 2.5, json::binary({1, 2, 3})})}};
  std::string whole;
  Codec::Marshal().Encode(value, whole);
  std::string out;
  EXPECT_TRUE(Codec::Marshal().Encode(value, out, {.most = whole.size()}).ok());
  for (size_t most = 0; most < whole.size(); ++most) {
    out.clear();
    ASSERT_FALSE(Codec::Marshal().Encode(value, out, {.most = most}).ok());
    EXPECT_LE(out.size(), most);
  }
  // Bytes that are no text become longer.
  out.clear();
  EXPECT_FALSE(Codec::Marshal().Encode(std::string(1000, '\xff'), out, {.most = 2000}).ok());
  const auto budget = std::make_shared<support::ByteBudget>(size_t{1} << 20, "the budget of this test");
  support::HeldBytes held(budget);
  std::string large;
  const auto written = Codec::Marshal().Encode(std::string(2 << 20, 'x'), large, {.held = &held});
  ASSERT_FALSE(written.ok());
  EXPECT_NE(written.error().message.find("the budget of this test"), std::string::npos) << written.error().message;
}

TEST(MarshalCodec, LongTextsAreReadInPiecesThatEndBetweenCharacters) {
  std::string text(1, 'x');
  while (text.size() < (3 << 20)) text += "\u00e9\u20ac\U0001F600";
  for (size_t skip = 0; skip < 4; ++skip) {
    const std::string shifted = std::string(skip, 'y') + text;
    std::string out;
    Codec::Marshal().Encode(shifted, out);
    const auto read = Codec::Marshal().Decode(Bytes(out));
    ASSERT_TRUE(read.ok());
    EXPECT_TRUE(*read == shifted) << skip;
  }
  // Damaged ones come out as they do in one piece.
  const std::string wrong(2 << 20, '\x80');
  const auto read = Codec::Marshal().Decode(Bytes("u"s + U32(static_cast<uint32_t>(wrong.size())) + wrong));
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(*read == support::ToUtf8(Bytes(wrong)));
}

TEST(JsonCodec, WhatIsReadIsHeldAgainstTheBudget) {
  const auto budget = std::make_shared<support::ByteBudget>(size_t{1} << 20, "the budget of this test");
  std::string many = "[0";
  for (int i = 0; i < 100'000; ++i) many += ",0";
  support::HeldBytes held(budget);
  EXPECT_FALSE(Codec::Json().Decode(Bytes(many + "]"), {.held = &held}).ok());
  EXPECT_TRUE(Codec::Json().Decode(Bytes("[1,2]"), {.held = &held}).ok());
}

}  // namespace
}  // namespace goru::guest
