// Names, versions and requirements as pip writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"

namespace goru::packages {

/// The one form of a name that has many: "Python_Dateutil" is "python-dateutil" (PEP 503). Nothing where it is no name.
std::optional<std::string> CanonicalName(std::string_view name);

/// One requirement, "uvicorn[standard]>=0.30; python_version>'3.8'". Checked to be a name and versions and nothing that
/// makes pip read a file, an address or an option.
struct Requirement {
  std::string name;
  std::vector<std::string> extras;
  /// ">=2.8,<3"; may be empty.
  std::string specifier;
  /// What follows the semicolon; may be empty.
  std::string marker;
  /// Hashes that a requirements file names, "sha256:...". Empty: any.
  std::vector<std::string> hashes;

  /// In pip's words, without hashes.
  std::string ToString() const;
};

/// kInvalidArgument: the message quotes the text and says what is wrong.
Expected<Requirement> ParseRequirement(std::string_view text);

/// Whether `specifier` is a list of version clauses such as ">=2.8, !=2.9.0" (PEP 440); an empty one is.
bool IsSpecifier(std::string_view specifier);

/// The requirements of a file's text: one a line, comments, continued lines, --hash. Other options are errors.
Expected<std::vector<Requirement>> ParseRequirements(std::string_view text, const std::string& file_name);

/// What the name of a wheel file says (PEP 427).
struct WheelName {
  /// Canonical.
  std::string name;
  std::string version;
  std::string python_tag;
  std::string abi_tag;
  std::string platform_tag;

  /// Made for every platform: "py3-none-any".
  bool pure() const { return abi_tag == "none" && platform_tag == "any"; }
};
std::optional<WheelName> ParseWheelName(std::string_view file_name);

/// How tags and bytecode files write a version of Python: "3.13" is "313".
std::string VersionDigits(std::string_view python);

}  // namespace goru::packages
