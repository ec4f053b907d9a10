// Opening and asking about paths below the two preopened directories.
#include <algorithm>
#include <string_view>

#include "wasi/abi.hpp"
#include "wasi/call.hpp"
#include "wasi/descriptors.hpp"
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

After PathOpen(CallContext& context, Args args) {
  Target target = Target::kMissing;
  const Errno error = Resolve(context, args.U32(0), args.U32(2), args.U32(3), target);
  if (error != kSuccess) return Answer(args, error);
  if (target == Target::kMissing) {
    // Creating anything is refused by name, so that the message is "read-only" and not "no such file".
    constexpr uint32_t kCreate = 1;
    return Answer(args, (args.U32(4) & kCreate) != 0 ? kErofs : kEnoent);
  }
  const uint32_t fd = target == Target::kChannel ? kChannel : args.U32(0);
  return Answer(args, context.memory.Store(args.U32(8), fd) ? kSuccess : kEfault);
}

After PathFilestatGet(CallContext& context, Args args) {
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
  if (fd != kPackagesDir && fd != kChannelDir) return Answer(args, fd <= kChannel ? kEnotdir : kEbadf);
  // Both directories look empty.
  return Answer(args, context.memory.Store(args.U32(4), uint32_t{0}) ? kSuccess : kEfault);
}

After ReadOnly(CallContext& /*context*/, Args args) { return Answer(args, kErofs); }

constexpr wasm::HostImport kImports[] = {
    {kModule, "path_open", "iiiiiIIii:i", PathOpen},       {kModule, "path_filestat_get", "iiiii:i", PathFilestatGet},
    {kModule, "fd_readdir", "iiiIi:i", FdReaddir},         {kModule, "path_create_directory", "iii:i", ReadOnly},
    {kModule, "path_remove_directory", "iii:i", ReadOnly}, {kModule, "path_unlink_file", "iii:i", ReadOnly},
    {kModule, "path_rename", "iiiiii:i", ReadOnly},
};

}  // namespace

std::span<const wasm::HostImport> PathImports() { return kImports; }

}  // namespace goru::wasi
