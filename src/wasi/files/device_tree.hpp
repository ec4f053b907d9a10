// /dev: the standard streams by name, and null.
#pragma once

#include "wasi/files/file_system.hpp"

namespace goru::wasi {

/// Has no state, so one does for everybody.
class DeviceTree final : public FileSystem {
 public:
  Errno Open(const std::string& path, const OpenHow& how, std::unique_ptr<File>& file, const SharedStop& stop) override;
  Errno Stat(const std::string& path, bool follow, Filestat& stat, const SharedStop& stop) override;
  Errno MakeDirectory(const std::string& path, const SharedStop& stop) override;
  Errno RemoveDirectory(const std::string& path, const SharedStop& stop) override;
  Errno Unlink(const std::string& path, const SharedStop& stop) override;
  Errno Rename(const std::string& from, const std::string& to, const SharedStop& stop) override;
  Errno SetTimes(const std::string& path, bool follow, const FileTimes& times, const SharedStop& stop) override;
  Errno ReadLink(const std::string& path, std::string& target, const SharedStop& stop) override;
  bool read_only() const noexcept override { return true; }
};

}  // namespace goru::wasi
