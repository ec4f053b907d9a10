// Where the code and its standard input come from.
#pragma once

#include <string>

#include "arguments.hpp"
#include "goru/language.hpp"

namespace goru::cli {

struct Source {
  Language language;
  /// What tracebacks call it.
  std::string name;
  std::string code;
  /// The code's standard input.
  std::string stdin_data;
  /// What FILE.map holds, for JavaScript.
  std::string source_map;
  /// The code itself came from goru's standard input.
  bool is_stdin = false;
};

/// Reads what the arguments name. Throws UsageError.
Source LoadSource(const RunArguments& arguments);

}  // namespace goru::cli
