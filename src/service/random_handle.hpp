// Names that nobody can guess.
#pragma once

#include <string>

namespace goru::service {

/// 128 bits from the system's random numbers, in hexadecimal: 32 characters. Throws std::system_error where the system
/// has none to give.
std::string RandomHandle();

}  // namespace goru::service
