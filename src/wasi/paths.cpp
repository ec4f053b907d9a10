// Opening and asking about paths below the two preopened directories.
#include <algorithm>
#include <string_view>

#include "wasi/abi.hpp"
#include "wasi/call.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/packages/package_view.hpp"
#include "wasi/tables.hpp"
#include "wasi/wasi_host.hpp"

namespace goru::wasi {
namespace {

using wasm::After;
using wasm::Args;
using wasm::CallContext;

constexpr uint32_t kMaxPath = 4096;

/// What a path below a preopened directory leads to.
enum class Target { kMissing, kDirectory, kChannel };

Errno Resolve(CallContext& context, uint32_t directory, uint32_t address, uint32_t length, Target& target) {
  if (directory != kPackagesDir && directory != kChannelDir) return directory <= kChannel ? kEnotdir : kEbadf;
  if (length > kMaxPath) return kEnametoolong;
  const auto bytes = context.memory.Bytes(address, length);
  if (!bytes) return kEfault;
  const std::string_view path(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  target = Target::kMissing;
  if (path == ".") target = Target::kDirectory;
  if (directory == kChannelDir && path == kChannelName) target = Target::kChannel;
  return kSuccess;
}

/// The session's packages where the call is about them; null where it is not, or where the session has none.
PackageView* Packages(CallContext& context, uint32_t directory) {
  const bool theirs = directory == kPackagesDir || directory >= kFirstPackageFile;
  return theirs ? Host(context).packages : nullptr;
}

/// The path that the guest passed; empty, with `error` set, where it cannot be read.
std::string_view GuestPath(CallContext& context, uint32_t address, uint32_t length, Errno& error) {
  error = length > kMaxPath ? kEnametoolong : kEfault;
  if (length > kMaxPath) return {};
  const auto bytes = context.memory.Bytes(address, length);
  if (!bytes) return {};
  error = kSuccess;
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

After OpenPackagePath(CallContext& context, Args args, PackageView& packages) {
  Errno error = kSuccess;
  const std::string_view path = GuestPath(context, args.U32(2), args.U32(3), error);
  if (error != kSuccess) return Answer(args, error);
  const uint32_t flags = args.U32(4);
  const bool writes = (flags & (kOpenCreate | kOpenTruncate)) != 0 || (args.U64(5) & kRightWrite) != 0;
  if (writes) return Answer(args, kErofs);
  uint32_t fd = 0;
  error = packages.OpenPath(args.U32(0), path, (flags & kOpenDirectory) != 0, fd);
  if (error == kSuccess && !context.memory.Store(args.U32(8), fd)) {
    packages.Close(fd);
    error = kEfault;
  }
  return Answer(args, error);
}

After PathOpen(CallContext& context, Args args) {
  if (PackageView* packages = Packages(context, args.U32(0))) return OpenPackagePath(context, args, *packages);
  Target target = Target::kMissing;
  const Errno error = Resolve(context, args.U32(0), args.U32(2), args.U32(3), target);
  if (error != kSuccess) return Answer(args, error);
  if (target == Target::kMissing) {
    // Creating anything is refused by name, so that the message is "read-only" and not "no such file".
    return Answer(args, (args.U32(4) & kOpenCreate) != 0 ? kErofs : kEnoent);
  }
  const uint32_t fd = target == Target::kChannel ? kChannel : args.U32(0);
  return Answer(args, context.memory.Store(args.U32(8), fd) ? kSuccess : kEfault);
}

After PathFilestatGet(CallContext& context, Args args) {
  if (PackageView* packages = Packages(context, args.U32(0))) {
    Errno failed = kSuccess;
    const std::string_view path = GuestPath(context, args.U32(2), args.U32(3), failed);
    Filestat found = {};
    if (failed == kSuccess) failed = packages->StatPath(args.U32(0), path, found);
    if (failed == kSuccess && !context.memory.Store(args.U32(4), found)) failed = kEfault;
    return Answer(args, failed);
  }
  Target target = Target::kMissing;
  const Errno error = Resolve(context, args.U32(0), args.U32(2), args.U32(3), target);
  if (error != kSuccess) return Answer(args, error);
  if (target == Target::kMissing) return Answer(args, kEnoent);
  Filestat stat = {};
  stat.inode = target == Target::kChannel ? kChannel + 1 : args.U32(0) + 1;
  stat.type = target == Target::kChannel ? kTypeCharacterDevice : kTypeDirectory;
  stat.links = 1;
  return Answer(args, context.memory.Store(args.U32(4), stat) ? kSuccess : kEfault);
}

After FdReaddir(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  if (PackageView* packages = Packages(context, fd)) {
    const auto into = context.memory.Bytes(args.U32(1), args.U32(2));
    if (!into) return Answer(args, kEfault);
    size_t count = 0;
    Errno error = packages->ReadDirectory(fd, args.U64(3), *into, count);
    if (error == kSuccess && !context.memory.Store(args.U32(4), static_cast<uint32_t>(count))) error = kEfault;
    return Answer(args, error);
  }
  if (fd != kPackagesDir && fd != kChannelDir) return Answer(args, fd <= kChannel ? kEnotdir : kEbadf);
  // Both directories look empty.
  return Answer(args, context.memory.Store(args.U32(4), uint32_t{0}) ? kSuccess : kEfault);
}

After ReadOnly(CallContext& /*context*/, Args args) { return Answer(args, kErofs); }

constexpr wasm::HostImport kImports[] = {
    {module_kind, "path_open", "iiiiiIIii:i", PathOpen},
    {module_kind, "path_filestat_get", "iiiii:i", PathFilestatGet},
    {module_kind, "fd_readdir", "iiiIi:i", FdReaddir},
    {module_kind, "path_create_directory", "iii:i", ReadOnly},
    {module_kind, "path_remove_directory", "iii:i", ReadOnly},
    {module_kind, "path_unlink_file", "iii:i", ReadOnly},
    {module_kind, "path_rename", "iiiiii:i", ReadOnly},
};

}  // namespace

std::span<const wasm::HostImport> PathImports() { return kImports; }

}  // namespace goru::wasi
