// The fixed descriptors of every guest. They are part of each image: what is open there stays open.
#pragma once

#include <cstdint>
#include <string_view>

namespace goru::wasi {

inline constexpr uint32_t kStdin = 0;
inline constexpr uint32_t kStdout = 1;
inline constexpr uint32_t kStderr = 2;
/// Of "/": the one directory that guests begin with. What is below it the session says.
inline constexpr uint32_t kRootDir = 3;
/// The channel device, once opened. It can be opened any number of times and is always the same.
inline constexpr uint32_t kChannel = 4;
/// From here on: files and directories that the guest has opened.
inline constexpr uint32_t kFirstFile = 5;

// Paths, as seen from "/".

inline constexpr std::string_view kPackagesPath = "packages";
inline constexpr std::string_view kChannelDir = ".goru";
inline constexpr std::string_view kChannelPath = ".goru/host";

}  // namespace goru::wasi
