// Times and sizes as people write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace goru::config {

/// More than anything means, and far from where arithmetic with it overflows.
inline constexpr std::chrono::seconds kMostTime{999'999'999};
inline constexpr uint64_t kMostBytes = 99'999'999'999'999;

/// "500ms", "1.5s", "2m", "1h"; a plain number is seconds. Nothing for other text, for zero and for what is far
/// beyond kMostTime; what is just beyond it is kMostTime.
std::optional<std::chrono::nanoseconds> ParseTime(std::string_view text);
/// The same of a number of seconds.
std::optional<std::chrono::nanoseconds> TimeOfSeconds(double seconds);
/// "65536", "64k", "64kb", "64KiB", "256mb", "1.5gb"; all units are powers of 1024. Nothing for other text and for what
/// is far beyond kMostBytes; what is just beyond it is kMostBytes.
std::optional<uint64_t> ParseSize(std::string_view text);

/// Regular expressions (ECMA-262) that match what these read and nothing else.
const std::string& TimePattern();
const std::string& SizePattern();

/// In the largest unit that leaves no fraction: "30s", "1500ms". What is outside of what can be read is brought inside.
std::string TimeText(std::chrono::nanoseconds time);
std::string SizeText(uint64_t bytes);

}  // namespace goru::config
