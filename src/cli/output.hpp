// What goru writes to its own standard output and error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "goru/result.hpp"

namespace goru::cli {

/// Writes what fits of `text` to a descriptor, unbuffered, and returns how many bytes that were; waits where none fit.
/// 0: a signal came. Ends the process where the reader is gone, as a command in a pipe does, and with kGoruFailed where
/// the bytes cannot be written.
size_t WriteSome(int fd, std::string_view text);
/// The same with all of `text`.
void WriteAll(int fd, std::string_view text);

/// Whether standard output and standard error are the same terminal, file or pipe.
bool StreamsAreOne();

/// Whether escape sequences for colours may be written there: to a terminal, unless NO_COLOR is set.
bool UsesColours(int fd);

/// `line` as goru itself says it: "goru: ...".
std::string SaidByGoru(std::string_view line);
/// The same to standard error.
void Say(std::string_view line);

/// Why a run failed, for standard error; empty for a success and for an exit that the guest asked for.
std::string ErrorReport(const Result& result);

}  // namespace goru::cli
