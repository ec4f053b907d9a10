// The fixed descriptors of every guest. They are part of each image: what is open there stays open.
#pragma once

#include <cstdint>
#include <string_view>

namespace goru::wasi {

inline constexpr uint32_t kStdin = 0;
inline constexpr uint32_t kStdout = 1;
inline constexpr uint32_t kStderr = 2;
inline constexpr uint32_t kPackagesDir = 3;
inline constexpr uint32_t kChannelDir = 4;
/// The channel device, once opened. It can be opened any number of times and is always the same.
inline constexpr uint32_t kChannel = 5;
/// From here on: files and directories below /packages that the guest has opened.
inline constexpr uint32_t kFirstPackageFile = 6;

inline constexpr std::string_view kPackagesPath = "/packages";
inline constexpr std::string_view kChannelPath = "/.goru";
inline constexpr std::string_view kChannelName = "host";

}  // namespace goru::wasi
