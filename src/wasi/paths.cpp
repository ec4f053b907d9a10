// Opening, asking about and changing what paths name.
#include <algorithm>
#include <string>
#include <string_view>

#include "wasi/abi.hpp"
#include "wasi/call.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/files/files.hpp"
#include "wasi/files/times.hpp"
#include "wasi/tables.hpp"
#include "wasi/wasi_host.hpp"

namespace goru::wasi {
namespace {

using wasm::After;
using wasm::Args;
using wasm::CallContext;

constexpr uint32_t kMaxPath = 4096;

/// A path that a guest passed.
struct GuestPath {
  Errno error = kSuccess;
  /// As seen from "/": normal, without a slash in front.
  std::string path = {};
  bool must_be_directory = false;

  bool IsFixed() const { return path == kChannelPath || path == kChannelDir; }
};

/// Where there are no files: "/", /packages, which is empty, and the channel.
bool IsBare(const std::string& path) { return path.empty() || path == kPackagesPath; }

GuestPath PathOf(CallContext& context, uint32_t directory, uint32_t address, uint32_t length) {
  GuestPath out;
  if (length > kMaxPath) return {kEnametoolong};
  const auto bytes = context.memory.Bytes(address, length);
  if (!bytes) return {kEfault};
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  static const Files none({});
  const Files* files = Host(context).files;
  out.error = (files == nullptr ? none : *files).Resolve(directory, text, out.path, out.must_be_directory);
  return out;
}

/// What an operation on a path answers where there are no files.
Errno WithoutFiles(const GuestPath& path) { return IsBare(path.path) || path.IsFixed() ? kEacces : kEnoent; }

After Ended(CallContext& context, Args args, Errno error) {
  // Whoever stopped a call that waits wants the run to end.
  if (error == kEintr && context.instance.gate().stopped()) return After::kUnwind;
  return Answer(args, error);
}

After PathOpen(CallContext& context, Args args) {
  const GuestPath path = PathOf(context, args.U32(0), args.U32(2), args.U32(3));
  if (path.error != kSuccess) return Answer(args, path.error);
  const uint32_t out = args.U32(8);
  if (!context.memory.Bytes(out, sizeof(uint32_t))) return Answer(args, kEfault);
  const uint32_t open = args.U32(4);
  Files* files = Host(context).files;
  if (path.path == kChannelPath || path.path == kChannelDir || (files == nullptr && IsBare(path.path))) {
    const uint32_t fd = path.path == kChannelPath ? kChannel : kRootDir;
    return Answer(args, context.memory.Store(out, fd) ? kSuccess : kEfault);
  }
  if (files == nullptr) return Answer(args, kEnoent);
  OpenHow how;
  how.read = (args.U64(5) & kRightRead) != 0;
  how.write = (args.U64(5) & kRightWrite) != 0;
  how.create = (open & kOpenCreate) != 0;
  how.exclusive = (open & kOpenExclusive) != 0;
  how.truncate = (open & kOpenTruncate) != 0;
  how.must_be_directory = (open & kOpenDirectory) != 0 || path.must_be_directory;
  how.follow = (args.U32(1) & kLookupFollow) != 0;
  const auto flags = static_cast<uint16_t>(args.U32(7));
  if ((flags & ~kFdAll) != 0) return Answer(args, kEinval);
  uint32_t fd = 0;
  const Errno error = files->Open(path.path, how, flags, fd, StopOf(context));
  if (error == kSuccess) (void)context.memory.Store(out, fd);
  return Ended(context, args, error);
}

Filestat Fixed(const GuestPath& path) {
  Filestat stat = {};
  stat.inode = path.path == kChannelPath ? kChannel + 1 : kRootDir + 1;
  stat.type = path.path == kChannelPath ? kTypeCharacterDevice : kTypeDirectory;
  stat.links = 1;
  return stat;
}

After PathFilestatGet(CallContext& context, Args args) {
  const GuestPath path = PathOf(context, args.U32(0), args.U32(2), args.U32(3));
  if (path.error != kSuccess) return Answer(args, path.error);
  Files* files = Host(context).files;
  Filestat stat = {};
  Errno error = kEnoent;
  if (path.IsFixed() || (files == nullptr && IsBare(path.path))) {
    stat = Fixed(path);
    error = kSuccess;
  } else if (files != nullptr) {
    const bool follow = (args.U32(1) & kLookupFollow) != 0 || path.must_be_directory;
    error = files->StatPath(path.path, follow, stat, StopOf(context));
    if (error == kSuccess && path.must_be_directory && stat.type != kTypeDirectory) error = kEnotdir;
  }
  if (error == kSuccess && !context.memory.Store(args.U32(4), stat)) error = kEfault;
  return Ended(context, args, error);
}

After PathFilestatSetTimes(CallContext& context, Args args) {
  const GuestPath path = PathOf(context, args.U32(0), args.U32(2), args.U32(3));
  if (path.error != kSuccess) return Answer(args, path.error);
  FileTimes times;
  Errno error = TimesOf(*Host(context).sources, args.U64(4), args.U64(5), args.U32(6), times);
  if (error != kSuccess) return Answer(args, error);
  Files* files = Host(context).files;
  if (files == nullptr || path.IsFixed()) return Answer(args, WithoutFiles(path));
  error = files->SetTimesOf(path.path, (args.U32(1) & kLookupFollow) != 0, times, StopOf(context));
  return Ended(context, args, error);
}

After FdReaddir(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  const auto into = context.memory.Bytes(args.U32(1), args.U32(2));
  if (!into) return Answer(args, kEfault);
  size_t count = 0;
  Errno error = kSuccess;
  if (Files* files = Host(context).files) {
    error = files->ReadDirectory(fd, args.U64(3), *into, count, StopOf(context));
  } else if (fd != kRootDir) {
    // All that is there looks empty.
    error = fd <= kChannel ? kEnotdir : kEbadf;
  }
  if (error == kSuccess && !context.memory.Store(args.U32(4), static_cast<uint32_t>(count))) error = kEfault;
  return Ended(context, args, error);
}

/// One that changes what a path names.
template <Errno (Files::*Change)(const std::string&, const SharedStop&)>
After ChangePath(CallContext& context, Args args) {
  const GuestPath path = PathOf(context, args.U32(0), args.U32(1), args.U32(2));
  if (path.error != kSuccess) return Answer(args, path.error);
  Files* files = Host(context).files;
  if (files == nullptr || path.IsFixed()) return Answer(args, WithoutFiles(path));
  return Ended(context, args, (files->*Change)(path.path, StopOf(context)));
}

After PathRename(CallContext& context, Args args) {
  const GuestPath from = PathOf(context, args.U32(0), args.U32(1), args.U32(2));
  if (from.error != kSuccess) return Answer(args, from.error);
  const GuestPath to = PathOf(context, args.U32(3), args.U32(4), args.U32(5));
  if (to.error != kSuccess) return Answer(args, to.error);
  Files* files = Host(context).files;
  if (files == nullptr || from.IsFixed()) return Answer(args, WithoutFiles(from));
  if (to.IsFixed()) return Answer(args, kEacces);
  return Ended(context, args, files->Rename(from.path, to.path, StopOf(context)));
}

After PathReadlink(CallContext& context, Args args) {
  const GuestPath path = PathOf(context, args.U32(0), args.U32(1), args.U32(2));
  if (path.error != kSuccess) return Answer(args, path.error);
  const auto into = context.memory.Bytes(args.U32(3), args.U32(4));
  if (!into) return Answer(args, kEfault);
  Files* files = Host(context).files;
  if (files == nullptr || path.IsFixed()) {
    return Answer(args, IsBare(path.path) || path.IsFixed() ? kEinval : kEnoent);
  }
  std::string target;
  Errno error = files->ReadLink(path.path, target, StopOf(context));
  if (error == kSuccess) {
    const size_t count = std::min(target.size(), into->size());
    std::copy_n(target.begin(), count, into->begin());
    if (!context.memory.Store(args.U32(5), static_cast<uint32_t>(count))) error = kEfault;
  }
  return Ended(context, args, error);
}

/// There are no links to make: what `at` names is to be one.
After RefuseLink(CallContext& context, Args args, uint32_t directory, uint32_t address, uint32_t length) {
  const GuestPath path = PathOf(context, directory, address, length);
  if (path.error != kSuccess) return Answer(args, path.error);
  return Answer(args, Host(context).files == nullptr ? kEnoent : kEnotsup);
}
After PathSymlink(CallContext& context, Args args) {
  return RefuseLink(context, args, args.U32(2), args.U32(3), args.U32(4));
}
After PathLink(CallContext& context, Args args) {
  return RefuseLink(context, args, args.U32(4), args.U32(5), args.U32(6));
}

constexpr wasm::HostImport kImports[] = {
    {module_kind, "path_open", "iiiiiIIii:i", PathOpen},
    {module_kind, "path_filestat_get", "iiiii:i", PathFilestatGet},
    {module_kind, "path_filestat_set_times", "iiiiIIi:i", PathFilestatSetTimes},
    {module_kind, "fd_readdir", "iiiIi:i", FdReaddir},
    {module_kind, "path_create_directory", "iii:i", ChangePath<&Files::MakeDirectory>},
    {module_kind, "path_remove_directory", "iii:i", ChangePath<&Files::RemoveDirectory>},
    {module_kind, "path_unlink_file", "iii:i", ChangePath<&Files::Unlink>},
    {module_kind, "path_rename", "iiiiii:i", PathRename},
    {module_kind, "path_readlink", "iiiiii:i", PathReadlink},
    {module_kind, "path_symlink", "iiiii:i", PathSymlink},
    {module_kind, "path_link", "iiiiiii:i", PathLink},
};

}  // namespace

std::span<const wasm::HostImport> PathImports() { return kImports; }

}  // namespace goru::wasi
