// Times as guests pass them.
#pragma once

#include <cstdint>

#include "wasi/files/file_system.hpp"
#include "wasi/wasi_host.hpp"

namespace goru::wasi {

/// kEinval: the flags contradict each other, or a time is none that a file can have.
Errno TimesOf(Sources& sources, uint64_t accessed, uint64_t modified, uint32_t flags, FileTimes& times);

}  // namespace goru::wasi
