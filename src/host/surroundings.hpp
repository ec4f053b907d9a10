// What a program finds around itself: its environment variables, its arguments, what it expects of an interpreter.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "goru/error.hpp"
#include "goru/options.hpp"

namespace goru::host {

/// What WithSessionCompatibility switches on, where the configuration asks for it.
void ApplyCompatibility(SessionConfig& config);

/// What is wrong with a variable.
Expected<void> CheckVariable(std::string_view name, std::string_view value);
/// What is wrong with all of them.
Expected<void> CheckEnvironment(const std::map<std::string, std::string>& variables);

/// What is wrong with RunOptions::arguments; together they may have `limit` bytes.
Expected<void> CheckArguments(std::span<const std::string> arguments, size_t limit);

}  // namespace goru::host
