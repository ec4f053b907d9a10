#include "host/fs/errors.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

namespace goru::host::fs {
namespace {

/// The types that docs/GUEST_ABI.md names.
const char* TypeOf(int code) noexcept {
  switch (code) {
    case EACCES:
    case EPERM:
      return "PermissionError";
    case ENOENT:
      return "FileNotFoundError";
    case EEXIST:
      return "FileExistsError";
    case EISDIR:
      return "IsADirectoryError";
    case ENOTDIR:
      return "NotADirectoryError";
    default:
      return "OSError";
  }
}

std::string WordsOf(int code) {
  const char* words = ::strerrordesc_np(code);
  return words == nullptr ? "Unknown error" : words;
}

}  // namespace

FsError::FsError(const char* type, int code, const std::string& message)
    : std::runtime_error(message), type_(type), code_(code) {}

FsError::FsError(int code) : FsError(TypeOf(code), code, WordsOf(code)) {}

FsError::FsError(int code, const std::string& message) : FsError(TypeOf(code), code, message) {}

FsError FsError::Argument(const char* type, const std::string& message) { return {type, 0, message}; }

FsError FsError::LeadsOut() { return {EACCES, "the path leads out of its mount through a symbolic link"}; }

FsError FsError::About(std::string path) const {
  FsError about = *this;
  about.path_ = std::make_shared<const std::string>(std::move(path));
  return about;
}

CallError FsError::ToError(const std::string& path) const {
  if (code_ == 0) return {type_, what()};
  const char* name = ::strerrorname_np(code_);
  return {type_, what(), name == nullptr ? "EIO" : name, path_ ? *path_ : path};
}

void ThrowIfStopped(const std::stop_token& stop) {
  if (stop.stop_requested()) throw std::runtime_error("the run has ended");
}

}  // namespace goru::host::fs
