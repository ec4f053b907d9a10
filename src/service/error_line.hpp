// Where in a program its error came up.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace goru::service {

/// The line, from 1, of the program called `name` (RunOptions::name) that was at work when `traceback`
/// (RunError::traceback) was made: the innermost one. Nothing where it names none.
std::optional<uint32_t> ErrorLine(std::string_view traceback, std::string_view name);

}  // namespace goru::service
