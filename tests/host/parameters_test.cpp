#include "host/parameters.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace goru::host {
namespace {

using nlohmann::json;

Registry::Entry Entry(std::vector<Parameter> parameters) {
  Registry::Entry entry;
  entry.description = "Does it.";
  entry.parameters = std::move(parameters);
  return entry;
}

/// What the guest is told; "" where the arguments are right.
std::string Check(const Registry::Entry& entry, json args) { return CheckArguments("f", entry, args).value_or(""); }

TEST(Parameters, WhereNothingIsDeclaredAnythingGoes) {
  EXPECT_EQ(Check({}, {{"x", 1}}), "");
  EXPECT_EQ(Check(Entry({}), json::object()), "");
  EXPECT_EQ(Check(Entry({}), {{"x", 1}}), "f() has no argument \"x\"; it takes none");
}

TEST(Parameters, MissingAndUnknownOnesAreNamed) {
  const auto entry = Entry({{.name = "id"}, {.name = "limit", .required = false}});
  EXPECT_EQ(Check(entry, {{"id", 1}}), "");
  EXPECT_EQ(Check(entry, {{"id", 1}, {"limit", 2}}), "");
  EXPECT_EQ(Check(entry, json::object()), "f() needs the argument \"id\"");
  EXPECT_EQ(Check(entry, {{"limit", 2}}), "f() needs the argument \"id\"");
  EXPECT_EQ(Check(entry, {{"id", 1}, {"idd", 2}}), "f() has no argument \"idd\"; it takes id, limit");
  EXPECT_EQ(Check(entry, {{"id", 1}, {std::string(1'000, 'x'), 2}}),
            "f() has no argument \"" + std::string(64, 'x') + "\"; it takes id, limit");
}

TEST(Parameters, NullIsMissingWhereItMayBe) {
  const auto entry = Entry({{.name = "a", .type = ParameterType::kString},
                            {.name = "b", .type = ParameterType::kString, .required = false},
                            {.name = "c", .type = ParameterType::kAny}});
  json args = {{"a", "x"}, {"b", nullptr}, {"c", nullptr}};
  EXPECT_EQ(CheckArguments("f", entry, args), std::nullopt);
  EXPECT_EQ(args, json({{"a", "x"}, {"c", nullptr}}));
  EXPECT_EQ(Check(entry, {{"a", nullptr}, {"c", 1}}), "f(): the argument \"a\" must be a string, not null");
}

TEST(Parameters, DefaultsAreFilledIn) {
  const auto entry = Entry({{.name = "n", .type = ParameterType::kInteger, .default_value = 10}});
  for (json args : {json::object(), json{{"n", nullptr}}}) {
    EXPECT_EQ(CheckArguments("f", entry, args), std::nullopt);
    EXPECT_EQ(args, json({{"n", 10}}));
  }
  json given = {{"n", 3}};
  EXPECT_EQ(CheckArguments("f", entry, given), std::nullopt);
  EXPECT_EQ(given, json({{"n", 3}}));
}

TEST(Parameters, TypesAreThoseOfJsonSchema) {
  const std::vector<std::pair<ParameterType, std::string>> types = {
      {ParameterType::kBoolean, "a boolean"}, {ParameterType::kInteger, "an integer"},
      {ParameterType::kNumber, "a number"},   {ParameterType::kString, "a string"},
      {ParameterType::kBytes, "bytes"},       {ParameterType::kArray, "an array"},
      {ParameterType::kObject, "an object"},
  };
  const std::vector<std::pair<json, std::string>> values = {
      {true, "a boolean"},         {1, "an integer"},
      {1U, "an integer"},          {1.5, "a number"},
      {"x", "a string"},           {json::binary({1}), "bytes"},
      {json::array(), "an array"}, {json::object(), "an object"},
      {nullptr, "null"},
  };
  for (const auto& [type, words] : types) {
    const auto entry = Entry({{.name = "a", .type = type}});
    for (const auto& [value, is] : values) {
      const bool fits = words == is || (words == "a number" && is == "an integer");
      json args = json::object();
      args["a"] = value;
      EXPECT_EQ(Check(entry, args), fits ? "" : "f(): the argument \"a\" must be " + words + ", not " + is);
    }
  }
  EXPECT_EQ(Check(Entry({{.name = "a"}}), {{"a", nullptr}}), "");
}

TEST(Parameters, WholeNumbersBecomeIntegers) {
  const auto entry = Entry({{.name = "n", .type = ParameterType::kInteger}});
  json args = {{"n", -3.0}};
  EXPECT_EQ(CheckArguments("f", entry, args), std::nullopt);
  EXPECT_TRUE(args["n"].is_number_integer());
  EXPECT_EQ(args["n"], -3);
  for (const double odd : {0.5, 1e300, -1e300, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_EQ(Check(entry, {{"n", odd}}), "f(): the argument \"n\" must be an integer, not a number");
  }
}

TEST(Parameters, AsASchema) {
  const std::vector<Parameter> parameters = {
      {.name = "id", .type = ParameterType::kString, .description = "Whose."},
      {.name = "n", .type = ParameterType::kInteger, .default_value = 10},
      {.name = "data", .type = ParameterType::kBytes, .required = false},
      {.name = "any", .required = false},
  };
  EXPECT_EQ(InputSchema(parameters), json::parse(R"({
    "type": "object",
    "properties": {
      "id": {"type": "string", "description": "Whose."},
      "n": {"type": "integer", "default": 10},
      "data": {"type": "string", "contentEncoding": "base64"},
      "any": {}
    },
    "required": ["id"],
    "additionalProperties": false})"));
  EXPECT_EQ(InputSchema({}), json::parse(R"({"type": "object", "properties": {}, "additionalProperties": false})"));
}

TEST(Parameters, AsGuestsAreTold) {
  EXPECT_EQ(Describe("f", {}), json::parse(R"({"name": "f", "description": "", "parameters": null})"));
  EXPECT_EQ(Describe("f", Entry({{.name = "id", .type = ParameterType::kString, .description = "Whose."},
                                 {.name = "n", .type = ParameterType::kInteger, .default_value = 10}})),
            json::parse(R"({"name": "f", "description": "Does it.", "parameters": [
              {"name": "id", "type": "string", "description": "Whose.", "required": true},
              {"name": "n", "type": "integer", "description": "", "required": false, "default": 10}]})"));
}

}  // namespace
}  // namespace goru::host
