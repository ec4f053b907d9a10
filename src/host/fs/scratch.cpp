#include "host/fs/scratch.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "host/fs/errors.hpp"

namespace goru::host::fs {
namespace {

std::string Inside(const VirtualPath& path) { return path.text().substr(1); }

int ToSystem(wasi::Errno error) {
  switch (error) {
    case wasi::kEexist:
      return EEXIST;
    case wasi::kEfbig:
      return EFBIG;
    case wasi::kEinval:
      return EINVAL;
    case wasi::kEisdir:
      return EISDIR;
    case wasi::kEnametoolong:
      return ENAMETOOLONG;
    case wasi::kEnoent:
      return ENOENT;
    case wasi::kEnomem:
      return ENOMEM;
    case wasi::kEnospc:
      return ENOSPC;
    case wasi::kEnotdir:
      return ENOTDIR;
    case wasi::kEnotempty:
      return ENOTEMPTY;
    case wasi::kEbusy:
      return EBUSY;
    default:
      return EIO;
  }
}

std::span<const uint8_t> BytesOf(std::string_view data) {
  return {reinterpret_cast<const uint8_t*>(data.data()), data.size()};
}

/// Folders that are there for the sandbox itself.
bool IsReserved(const VirtualPath& path) {
  for (const char* name : {"/dev", "/packages", "/.goru"}) {
    const std::string_view text = path.text();
    const std::string_view folder = name;
    if (text.starts_with(folder) && (text.size() == folder.size() || text[folder.size()] == '/')) return true;
  }
  return false;
}

}  // namespace

void Scratch::Check(wasi::Errno error) const {
  if (error == wasi::kSuccess) return;
  if (error == wasi::kEnospc) {
    throw FsError(ENOSPC, "the session's files have no more than " + std::to_string(tree_.limit()) +
                              " bytes (WithSessionScratch, --scratch SIZE)");
  }
  throw FsError(ToSystem(error));
}

void Scratch::RequireChange(const VirtualPath& path) const {
  if (IsReserved(path)) throw FsError(EACCES, "/dev and /packages are the sandbox's own");
  const auto& mounts = access_.mounts.mounts();
  if (path.is_root() ||
      std::any_of(mounts.begin(), mounts.end(), [&](const MountPoint& mount) { return path.Holds(mount.path); })) {
    throw FsError(EACCES, "mounts and the folders above them stay as they are");
  }
}

void Scratch::RequireSize(size_t size) const {
  if (size <= access_.limits.write_bytes) return;
  throw FsError(EFBIG, "one call writes at most " + std::to_string(access_.limits.write_bytes) +
                           " bytes (WithSessionFsLimits, --fs-max-write)");
}

std::vector<uint8_t> Scratch::Read(const VirtualPath& path) const {
  if (IsReserved(path)) throw FsError(ENOENT);
  wasi::Filestat stat = {};
  Check(tree_.Stat(Inside(path), true, stat, nullptr));
  const size_t limit = access_.limits.read_bytes;
  std::vector<uint8_t> bytes;
  if (stat.size <= limit) {
    access_.call.Reserve(static_cast<size_t>(stat.size));
    const wasi::Errno error = tree_.ReadAll(Inside(path), stat.size, bytes);
    // One that has grown meanwhile counts as too large.
    if (error != wasi::kEfbig) {
      Check(error);
      return bytes;
    }
  }
  throw FsError(EFBIG,
                "the file is larger than " + std::to_string(limit) + " bytes (WithSessionFsLimits, --fs-max-file)");
}

void Scratch::Write(const VirtualPath& path, std::string_view data) const {
  RequireChange(path);
  RequireSize(data.size());
  ThrowIfStopped(access_.stop);
  Check(tree_.Replace(Inside(path), BytesOf(data)));
}

void Scratch::Append(const VirtualPath& path, std::string_view data) const {
  RequireChange(path);
  RequireSize(data.size());
  ThrowIfStopped(access_.stop);
  std::unique_ptr<wasi::File> file;
  Check(tree_.Open(Inside(path), {.write = true, .create = true}, file, nullptr));
  wasi::Filestat before = {};
  Check(file->Stat(before, nullptr));
  auto rest = BytesOf(data);
  while (!rest.empty()) {
    uint64_t end = 0;
    size_t count = 0;
    const wasi::Errno error = file->Write(end, true, rest, count, nullptr);
    // Where that fails the file is as it was.
    if (error != wasi::kSuccess) (void)file->SetSize(before.size, nullptr);
    Check(error);
    rest = rest.subspan(count);
  }
}

std::vector<Listed> Scratch::List(const VirtualPath& path) const {
  const size_t limit = access_.limits.list_entries;
  std::unique_ptr<wasi::File> folder;
  if (IsReserved(path)) throw FsError(ENOENT);
  Check(tree_.Open(Inside(path), {.read = true, .must_be_directory = true}, folder, nullptr));
  std::vector<Listed> entries;
  uint64_t cookie = 0;
  for (;;) {
    ThrowIfStopped(access_.stop);
    std::vector<wasi::DirectoryName> names;
    Check(folder->ReadNames(cookie, names, nullptr));
    if (names.empty()) break;
    cookie = names.back().next;
    if (entries.size() + names.size() > limit) {
      throw FsError(EFBIG, "the folder has more than " + std::to_string(limit) +
                               " entries (WithSessionFsLimits, FsLimits::list_entries)");
    }
    constexpr size_t kEntry = 512;
    access_.call.Reserve(names.size() * kEntry);
    for (wasi::DirectoryName& name : names) {
      wasi::Filestat stat = {};
      const std::string below = path.is_root() ? name.name : Inside(path) + "/" + name.name;
      // It may be gone by now.
      if (tree_.Stat(below, true, stat, nullptr) != wasi::kSuccess) continue;
      entries.push_back({std::move(name.name), stat.type == wasi::kTypeDirectory, stat.size, false});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Listed& a, const Listed& b) { return a.name < b.name; });
  return entries;
}

bool Scratch::Exists(const VirtualPath& path) const {
  wasi::Filestat stat = {};
  return !IsReserved(path) && tree_.Stat(Inside(path), true, stat, nullptr) == wasi::kSuccess;
}

Status Scratch::GetStatus(const VirtualPath& path) const {
  if (IsReserved(path)) throw FsError(ENOENT);
  wasi::Filestat stat = {};
  Check(tree_.Stat(Inside(path), true, stat, nullptr));
  Status status;
  status.is_dir = stat.type == wasi::kTypeDirectory;
  status.size = stat.size;
  status.mod_time = static_cast<double>(stat.modified) * 1e-9;
  return status;
}

void Scratch::MakeDirectory(const VirtualPath& path, const MakeOptions& options) const {
  if (IsReserved(path)) RequireChange(path);
  if (path.is_root()) {
    if (options.exist_ok) return;
    throw FsError(EEXIST);
  }
  const std::string inside = Inside(path);
  if (options.parents) {
    for (size_t slash = inside.find('/'); slash != std::string::npos; slash = inside.find('/', slash + 1)) {
      const wasi::Errno error = tree_.MakeDirectory(inside.substr(0, slash), nullptr);
      if (error != wasi::kEexist) Check(error);
    }
  }
  ThrowIfStopped(access_.stop);
  const wasi::Errno error = tree_.MakeDirectory(inside, nullptr);
  if (error == wasi::kEexist && options.exist_ok && GetStatus(path).is_dir) return;
  Check(error);
}

void Scratch::Remove(const VirtualPath& path) const {
  RequireChange(path);
  ThrowIfStopped(access_.stop);
  const wasi::Errno error = tree_.Unlink(Inside(path), nullptr);
  Check(error == wasi::kEisdir ? tree_.RemoveDirectory(Inside(path), nullptr) : error);
}

void Scratch::Rename(const VirtualPath& from, const VirtualPath& to) const {
  RequireChange(from);
  (void)GetStatus(from);
  try {
    if (const MountPoint* mount = access_.mounts.Find(to)) {
      throw FsError(EXDEV, "cannot rename from the session's own files to the mount " + mount->path.text() +
                               ": copy, then remove");
    }
    RequireChange(to);
    ThrowIfStopped(access_.stop);
    Check(tree_.Rename(Inside(from), Inside(to), nullptr));
  } catch (const FsError& e) {
    throw e.About(to.text());
  }
}

}  // namespace goru::host::fs
