// How a step that was made for a guest ends.
#pragma once

namespace goru::support {

/// The guest goes on, or it is unwound and never resumed.
enum class After { kContinue, kUnwind };

}  // namespace goru::support
