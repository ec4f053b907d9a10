// goru's own standard input as that of the code: read as the code asks for it.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>

namespace goru::cli {

/// What goru's standard input has next, as much as is there at once: RunOptions::on_stdin. 0: its end, an error, or
/// `stop`.
size_t OwnStdin(std::span<char> into, const std::stop_token& stop);

}  // namespace goru::cli
