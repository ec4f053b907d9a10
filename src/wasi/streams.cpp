// Reading, writing and asking about the open descriptors.
#include <algorithm>

#include "wasi/abi.hpp"
#include "wasi/call.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/packages/package_view.hpp"
#include "wasi/tables.hpp"
#include "wasi/wasi_host.hpp"
#include "wasm/instance.hpp"

namespace goru::wasi {
namespace {

using wasm::After;
using wasm::Args;
using wasm::CallContext;

// POSIX's IOV_MAX: no C library passes more.
constexpr uint32_t kMaxIovecs = 1024;

bool IsDirectory(uint32_t fd) { return fd == kPackagesDir || fd == kChannelDir; }
bool IsOpen(uint32_t fd) { return fd <= kChannel; }

/// The session's packages where `fd` may be one of their files.
PackageView* Packages(CallContext& context, uint32_t fd) {
  return fd >= kFirstPackageFile ? Host(context).packages : nullptr;
}

After FdWrite(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  const uint32_t count = args.U32(2);
  if (fd != kStdout && fd != kStderr && fd != kChannel) return Answer(args, kEbadf);
  if (count > kMaxIovecs) return Answer(args, kEinval);
  uint32_t written = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (context.instance.gate().stopped()) return After::kUnwind;
    Ciovec vec;
    if (!context.memory.Load(args.U32(1) + i * sizeof(Ciovec), vec)) return Answer(args, kEfault);
    const auto bytes = context.memory.Bytes(vec.address, vec.length);
    if (!bytes) return Answer(args, kEfault);
    if (bytes->empty()) continue;
    GuestIo& io = *Host(context).io;
    const After after =
        fd == kChannel ? io.WriteChannel(context, *bytes) : io.WriteOutput(static_cast<int>(fd), *bytes);
    if (after == After::kUnwind) return after;
    written += vec.length;
  }
  return Answer(args, context.memory.Store(args.U32(3), written) ? kSuccess : kEfault);
}

After ReadPackageFile(CallContext& context, Args args, PackageView& packages) {
  const uint32_t count = args.U32(2);
  if (count > kMaxIovecs) return Answer(args, kEinval);
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (context.instance.gate().stopped()) return After::kUnwind;
    Ciovec vec;
    if (!context.memory.Load(args.U32(1) + i * sizeof(Ciovec), vec)) return Answer(args, kEfault);
    const auto bytes = context.memory.Bytes(vec.address, vec.length);
    if (!bytes) return Answer(args, kEfault);
    size_t got = 0;
    if (const Errno error = packages.Read(args.U32(0), *bytes, got); error != kSuccess) return Answer(args, error);
    total += static_cast<uint32_t>(got);
    if (got < bytes->size()) break;
  }
  return Answer(args, context.memory.Store(args.U32(3), total) ? kSuccess : kEfault);
}

After FdRead(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  const uint32_t count = args.U32(2);
  if (PackageView* packages = Packages(context, fd)) return ReadPackageFile(context, args, *packages);
  if (fd != kStdin && fd != kChannel) return Answer(args, kEbadf);
  if (count > kMaxIovecs) return Answer(args, kEinval);
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (context.instance.gate().stopped()) return After::kUnwind;
    Ciovec vec;
    if (!context.memory.Load(args.U32(1) + i * sizeof(Ciovec), vec)) return Answer(args, kEfault);
    const auto bytes = context.memory.Bytes(vec.address, vec.length);
    if (!bytes) return Answer(args, kEfault);
    if (bytes->empty()) continue;
    uint32_t got = 0;
    const After after = fd == kStdin ? Host(context).io->ReadStdin(context, *bytes, got)
                                     : Host(context).io->ReadChannel(context, vec.address, *bytes, got);
    if (after == After::kUnwind) return after;
    total += got;
    if (got < vec.length) break;
  }
  return Answer(args, context.memory.Store(args.U32(3), total) ? kSuccess : kEfault);
}

After FdClose(CallContext& context, Args args) {
  if (PackageView* packages = Packages(context, args.U32(0))) return Answer(args, packages->Close(args.U32(0)));
  // Standard streams and the channel stay open: the next run of the session needs them.
  return Answer(args, IsOpen(args.U32(0)) ? kSuccess : kEbadf);
}

After SeekPackageFile(CallContext& context, Args args, PackageView& packages, int64_t offset, uint32_t whence,
                      uint32_t out) {
  uint64_t position = 0;
  const Errno error = packages.Seek(args.U32(0), offset, whence, position);
  if (error != kSuccess) return Answer(args, error);
  return Answer(args, context.memory.Store(out, position) ? kSuccess : kEfault);
}

After FdSeek(CallContext& context, Args args) {
  if (PackageView* packages = Packages(context, args.U32(0))) {
    return SeekPackageFile(context, args, *packages, static_cast<int64_t>(args.U64(1)), args.U32(2), args.U32(3));
  }
  return Answer(args, IsOpen(args.U32(0)) ? kEspipe : kEbadf);
}

After FdTell(CallContext& context, Args args) {
  if (PackageView* packages = Packages(context, args.U32(0))) {
    return SeekPackageFile(context, args, *packages, 0, kWhenceCurrent, args.U32(1));
  }
  return Answer(args, IsOpen(args.U32(0)) ? kEspipe : kEbadf);
}

After FdFdstatGet(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  bool is_directory = IsDirectory(fd);
  PackageView* packages = Packages(context, fd);
  const bool is_package_file = packages != nullptr && packages->IsOpen(fd, is_directory);
  if (!is_package_file && !IsOpen(fd)) return Answer(args, kEbadf);
  Fdstat stat = {};
  stat.type = is_package_file ? kTypeRegularFile : kTypeCharacterDevice;
  if (is_directory) stat.type = kTypeDirectory;
  // A character device that claims to seek is not taken for a terminal by wasi-libc.
  stat.rights = kRightRead | kRightWrite | kRightSeek | kRightTell | kRightFilestatGet;
  if (is_package_file) stat.rights &= ~kRightWrite;
  if (is_directory) {
    stat.rights = kRightPathOpen | kRightReaddir | kRightPathFilestatGet | kRightFilestatGet;
    stat.rights_inheriting = kRightRead | kRightWrite | kRightSeek | kRightTell | kRightFilestatGet;
  }
  return Answer(args, context.memory.Store(args.U32(1), stat) ? kSuccess : kEfault);
}

After FdFdstatSetFlags(CallContext& context, Args args) {
  bool is_directory = false;
  PackageView* packages = Packages(context, args.U32(0));
  const bool open = IsOpen(args.U32(0)) || (packages != nullptr && packages->IsOpen(args.U32(0), is_directory));
  return Answer(args, open ? kSuccess : kEbadf);
}

After FdFilestatGet(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  if (PackageView* packages = Packages(context, fd)) {
    Filestat found = {};
    Errno error = packages->Stat(fd, found);
    if (error == kSuccess && !context.memory.Store(args.U32(1), found)) error = kEfault;
    return Answer(args, error);
  }
  if (!IsOpen(fd)) return Answer(args, kEbadf);
  Filestat stat = {};
  stat.inode = fd + 1;
  stat.type = IsDirectory(fd) ? kTypeDirectory : kTypeCharacterDevice;
  stat.links = 1;
  return Answer(args, context.memory.Store(args.U32(1), stat) ? kSuccess : kEfault);
}

After FdPrestatGet(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  if (!IsDirectory(fd)) return Answer(args, kEbadf);
  Prestat prestat = {};
  prestat.name_length = static_cast<uint32_t>(fd == kPackagesDir ? kPackagesPath.size() : kChannelPath.size());
  return Answer(args, context.memory.Store(args.U32(1), prestat) ? kSuccess : kEfault);
}

After FdPrestatDirName(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  if (!IsDirectory(fd)) return Answer(args, kEbadf);
  const std::string_view name = fd == kPackagesDir ? kPackagesPath : kChannelPath;
  if (args.U32(2) < name.size()) return Answer(args, kEnametoolong);
  const auto bytes = context.memory.Bytes(args.U32(1), name.size());
  if (!bytes) return Answer(args, kEfault);
  std::copy(name.begin(), name.end(), bytes->begin());
  return Answer(args, kSuccess);
}

constexpr wasm::HostImport kImports[] = {
    {module_kind, "fd_write", "iiii:i", FdWrite},
    {module_kind, "fd_read", "iiii:i", FdRead},
    {module_kind, "fd_close", "i:i", FdClose},
    {module_kind, "fd_seek", "iIii:i", FdSeek},
    {module_kind, "fd_tell", "ii:i", FdTell},
    {module_kind, "fd_fdstat_get", "ii:i", FdFdstatGet},
    {module_kind, "fd_fdstat_set_flags", "ii:i", FdFdstatSetFlags},
    {module_kind, "fd_filestat_get", "ii:i", FdFilestatGet},
    {module_kind, "fd_prestat_get", "ii:i", FdPrestatGet},
    {module_kind, "fd_prestat_dir_name", "iii:i", FdPrestatDirName},
};

}  // namespace

std::span<const wasm::HostImport> StreamImports() { return kImports; }

}  // namespace goru::wasi
