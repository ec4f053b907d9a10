// Arguments of a guest, held against what a host function declares. The first byte chooses the codec that reads them.
#include "host/parameters.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "goru/registry.hpp"
#include "guest/codec.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using goru::ParameterType;
  using goru::fuzz::Require;
  static const goru::Registry registry = [] {
    goru::Registry::Entry entry;
    entry.function = [](const goru::CallContext&, const nlohmann::json&) { return nlohmann::json(); };
    entry.parameters = std::vector<goru::Parameter>{{.name = "a"},
                                                    {.name = "b", .type = ParameterType::kBoolean, .required = false},
                                                    {.name = "i", .type = ParameterType::kInteger, .default_value = 7},
                                                    {.name = "n", .type = ParameterType::kNumber, .required = false},
                                                    {.name = "s", .type = ParameterType::kString, .required = false},
                                                    {.name = "y", .type = ParameterType::kBytes, .required = false},
                                                    {.name = "l", .type = ParameterType::kArray, .required = false},
                                                    {.name = "o", .type = ParameterType::kObject, .required = false}};
    goru::Registry functions;
    functions.Add("f", std::move(entry));
    return functions;
  }();
  if (size < 1) return 0;
  const goru::guest::Codec& codec = data[0] % 2 == 0 ? goru::guest::Codec::Json() : goru::guest::Codec::Marshal();
  auto args = codec.Decode(std::span(data + 1, size - 1));
  if (!args || !args->is_object()) return 0;
  const auto wrong = goru::host::CheckArguments("f", *registry.Find("f"), *args);
  if (wrong) {
    Require(!wrong->empty() && wrong->size() < 2000);
    return 0;
  }
  Require(args->contains("a") && args->at("i").is_number());
  const auto is = [&args](const char* name, bool (nlohmann::json::*kind)() const noexcept) {
    return !args->contains(name) || args->at(name).is_null() || (args->at(name).*kind)();
  };
  Require(is("b", &nlohmann::json::is_boolean) && is("n", &nlohmann::json::is_number));
  Require(is("s", &nlohmann::json::is_string) && is("l", &nlohmann::json::is_array));
  Require(is("o", &nlohmann::json::is_object));
  return 0;
}
