// Exceptions that must not go further, as errors.
#pragma once

#include "goru/error.hpp"

namespace goru::support {

/// What the exception means that is being handled; to be called in a catch block. kUnavailable where memory or threads
/// are short, kForked for Forked, kInternal for anything else. Works without memory.
Error CaughtError() noexcept;

}  // namespace goru::support
