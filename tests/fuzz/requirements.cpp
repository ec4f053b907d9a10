// Requirements, names and versions of packages: of guests, of requirements files, of indexes.
#include <cstdint>
#include <string>

#include "packages/names.hpp"
#include "packages/version.hpp"
#include "require.hpp"

namespace {

using goru::fuzz::Require;
using goru::packages::Requirement;

/// pip reads it as that one requirement, and as no option, address or path.
void Check(const Requirement& requirement) {
  const std::string text = requirement.ToString();
  Require(goru::packages::CanonicalName(requirement.name) == requirement.name);
  Require(text.find_first_of("\r\n/@\\#") == std::string::npos && !text.starts_with('-'));
  const auto again = goru::packages::ParseRequirement(text);
  Require(again && again->ToString() == text);
  for (const std::string& hash : requirement.hashes) Require(hash.starts_with("sha256:") && hash.size() == 71);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = goru::fuzz::Text(data, size);
  if (const auto requirement = goru::packages::ParseRequirement(text)) Check(*requirement);
  if (const auto all = goru::packages::ParseRequirements(text, "file")) {
    for (const Requirement& requirement : *all) Check(requirement);
  }
  if (const auto name = goru::packages::CanonicalName(text)) {
    Require(goru::packages::CanonicalName(*name) == name);
  }
  if (const auto version = goru::packages::CanonicalVersion(text)) {
    Require(goru::packages::CanonicalVersion(*version) == version);
    Require(goru::packages::IsVersionInFileName(text, text));
    Require(version->find_first_of("/ \n") == std::string::npos);
  }
  if (const auto wheel = goru::packages::ParseWheelName(text)) {
    Require(text.find_first_of("/\\\n") == std::string_view::npos);
    Require(goru::packages::CanonicalName(wheel->name) == wheel->name);
  }
  return 0;
}
