// Durations and sizes as people type them.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace goru::cli {

/// "500ms", "1.5s", "2m", "1h"; a plain number is seconds. Nothing for other text, for zero and for what does not fit.
std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text);

/// "65536", "64k", "64kb", "64KiB", "256mb", "1.5gb"; all units are powers of 1024. Nothing for other text and for what
/// does not fit.
std::optional<size_t> ParseSize(std::string_view text);

}  // namespace goru::cli
