#include "wasi/files/device_tree.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace goru::wasi {
namespace {

struct Device {
  std::string_view name;
  /// The standard stream that it is; -1: none.
  int stream;
};
constexpr std::array<Device, 4> kDevices = {{{"stdin", 0}, {"stdout", 1}, {"stderr", 2}, {"null", -1}}};

Filestat Describe(uint64_t number) {
  Filestat stat = {};
  stat.device = 3;
  stat.inode = number + 1;
  stat.type = number == 0 ? kTypeDirectory : kTypeCharacterDevice;
  stat.links = 1;
  return stat;
}

/// 0: /dev itself.
Errno Find(const std::string& path, size_t& number) {
  number = 0;
  if (path.empty()) return kSuccess;
  const std::string_view first = std::string_view(path).substr(0, path.find('/'));
  const auto found = std::find_if(kDevices.begin(), kDevices.end(), [&](const Device& d) { return d.name == first; });
  if (found == kDevices.end()) return kEnoent;
  if (first.size() != path.size()) return kEnotdir;
  number = static_cast<size_t>(found - kDevices.begin()) + 1;
  return kSuccess;
}

class DeviceFile final : public File {
 public:
  explicit DeviceFile(size_t number) noexcept : number_(number) {}
  bool is_directory() const noexcept override { return number_ == 0; }
  int standard_stream() const noexcept override { return number_ == 0 ? -1 : kDevices.at(number_ - 1).stream; }

  Errno Read(uint64_t /*offset*/, std::span<uint8_t> /*into*/, size_t& count, const SharedStop& /*stop*/) override {
    count = 0;
    return kSuccess;
  }
  Errno Write(uint64_t& /*offset*/, bool /*append*/, std::span<const uint8_t> bytes, size_t& count,
              const SharedStop& /*stop*/) override {
    count = bytes.size();
    return kSuccess;
  }
  Errno Stat(Filestat& stat, const SharedStop& /*stop*/) override {
    stat = Describe(number_);
    return kSuccess;
  }
  Errno SetSize(uint64_t /*size*/, const SharedStop& /*stop*/) override { return kEinval; }
  Errno SetTimes(const FileTimes& /*times*/, const SharedStop& /*stop*/) override { return kSuccess; }
  Errno Sync(const SharedStop& /*stop*/) override { return kSuccess; }
  Errno ReadNames(uint64_t cookie, std::vector<DirectoryName>& names, const SharedStop& /*stop*/) override {
    for (uint64_t i = cookie; i < kDevices.size(); ++i) {
      names.push_back({std::string(kDevices.at(i).name), i + 2, kTypeCharacterDevice, i + 1});
    }
    return kSuccess;
  }

 private:
  size_t number_;
};

/// What changing something that may or may not be there gives.
Errno Refuse(const std::string& path) {
  size_t number = 0;
  const Errno error = Find(path, number);
  return error == kSuccess ? kEacces : error;
}

}  // namespace

Errno DeviceTree::Open(const std::string& path, const OpenHow& how, std::unique_ptr<File>& file,
                       const SharedStop& /*stop*/) {
  size_t number = 0;
  const Errno error = Find(path, number);
  if (error == kEnoent && how.create) return kEacces;
  if (error != kSuccess) return error;
  if (how.create && how.exclusive) return kEexist;
  if (number == 0 && (how.write || how.create)) return kEisdir;
  if (number != 0 && how.must_be_directory) return kEnotdir;
  file = std::make_unique<DeviceFile>(number);
  return kSuccess;
}

Errno DeviceTree::Stat(const std::string& path, bool /*follow*/, Filestat& stat, const SharedStop& /*stop*/) {
  size_t number = 0;
  const Errno error = Find(path, number);
  if (error == kSuccess) stat = Describe(number);
  return error;
}

Errno DeviceTree::MakeDirectory(const std::string& path, const SharedStop& /*stop*/) {
  size_t number = 0;
  const Errno error = Find(path, number);
  if (error == kSuccess) return kEexist;
  return error == kEnoent ? kEacces : error;
}
Errno DeviceTree::RemoveDirectory(const std::string& path, const SharedStop& /*stop*/) { return Refuse(path); }
Errno DeviceTree::Unlink(const std::string& path, const SharedStop& /*stop*/) { return Refuse(path); }
Errno DeviceTree::Rename(const std::string& from, const std::string& /*to*/, const SharedStop& /*stop*/) {
  return Refuse(from);
}
Errno DeviceTree::SetTimes(const std::string& path, bool /*follow*/, const FileTimes& /*times*/,
                           const SharedStop& /*stop*/) {
  return Refuse(path);
}
Errno DeviceTree::ReadLink(const std::string& path, std::string& /*target*/, const SharedStop& /*stop*/) {
  size_t number = 0;
  const Errno error = Find(path, number);
  return error == kSuccess ? kEinval : error;
}

}  // namespace goru::wasi
