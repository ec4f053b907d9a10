// Reading, writing and asking about the open descriptors.
#include <algorithm>

#include "wasi/abi.hpp"
#include "wasi/call.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/files/files.hpp"
#include "wasi/files/times.hpp"
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
constexpr std::string_view kRootPath = "/";

bool IsFixed(uint32_t fd) { return fd < kFirstFile; }

/// The session's files where `fd` may be one of them.
Files* FilesOf(CallContext& context, uint32_t fd) { return IsFixed(fd) ? nullptr : Host(context).files; }

After Ended(CallContext& context, Args args, Errno error) {
  // Whoever stopped a call that waits wants the run to end.
  if (error == kEintr && context.instance.gate().stopped()) return After::kUnwind;
  return Answer(args, error);
}

/// The standard stream that `fd` stands for; `fd` itself where it is none.
uint32_t StreamOf(CallContext& context, uint32_t fd, bool writes) {
  const Files* files = FilesOf(context, fd);
  const int stream = files == nullptr ? -1 : files->StreamOf(fd, writes);
  return stream < 0 ? fd : static_cast<uint32_t>(stream);
}

After WriteStream(CallContext& context, Args args, uint32_t fd) {
  const uint32_t count = args.U32(2);
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

/// Takes one step after another through the guest's pieces of memory: `step` answers for as much of a piece as it
/// likes, and a step of nothing ends it. What came before an error counts.
template <typename Step>
After Transfer(CallContext& context, Args args, uint32_t out, const Step& step) {
  const uint32_t count = args.U32(2);
  if (count > kMaxIovecs) return Answer(args, kEinval);
  uint32_t total = 0;
  bool more = true;
  Errno error = kSuccess;
  for (uint32_t i = 0; i < count && more; ++i) {
    Ciovec vec;
    if (!context.memory.Load(args.U32(1) + uint64_t{i} * sizeof(Ciovec), vec)) return Answer(args, kEfault);
    auto bytes = context.memory.Bytes(vec.address, vec.length);
    if (!bytes) return Answer(args, kEfault);
    // All pieces together may be more than the 32 bits of the answer.
    std::span<uint8_t> rest = bytes->first(std::min<size_t>(bytes->size(), UINT32_MAX - total));
    while (!rest.empty() && more) {
      if (context.instance.gate().stopped()) return After::kUnwind;
      size_t done = 0;
      error = step(rest, done);
      more = error == kSuccess && done > 0;
      if (!more) break;
      total += static_cast<uint32_t>(done);
      rest = rest.subspan(done);
    }
  }
  if (error != kSuccess && total == 0) {
    // Nothing moved, but where there was nothing to move the descriptor still has to be one.
    return Ended(context, args, error);
  }
  return Answer(args, context.memory.Store(out, total) ? kSuccess : kEfault);
}

After FdWrite(CallContext& context, Args args) {
  const uint32_t fd = StreamOf(context, args.U32(0), true);
  if (args.U32(2) > kMaxIovecs) return Answer(args, kEinval);
  if (fd == kStdout || fd == kStderr || fd == kChannel) return WriteStream(context, args, fd);
  Files* files = FilesOf(context, fd);
  if (files == nullptr || !files->IsOpen(fd)) return Answer(args, kEbadf);
  return Transfer(context, args, args.U32(3), [&](std::span<uint8_t> bytes, size_t& done) {
    return files->Write(fd, bytes, done, StopOf(context));
  });
}

After FdPwrite(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  Files* files = FilesOf(context, fd);
  if (files == nullptr || !files->IsOpen(fd)) return Answer(args, IsFixed(fd) ? kEspipe : kEbadf);
  uint64_t offset = args.U64(3);
  return Transfer(context, args, args.U32(4), [&](std::span<uint8_t> bytes, size_t& done) {
    const Errno error = files->WriteAt(fd, offset, bytes, done, StopOf(context));
    offset += done;
    return error;
  });
}

After FdPread(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  Files* files = FilesOf(context, fd);
  if (files == nullptr || !files->IsOpen(fd)) return Answer(args, IsFixed(fd) ? kEspipe : kEbadf);
  uint64_t offset = args.U64(3);
  return Transfer(context, args, args.U32(4), [&](std::span<uint8_t> bytes, size_t& done) {
    const Errno error = files->ReadAt(fd, offset, bytes, done, StopOf(context));
    offset += done;
    return error;
  });
}

After ReadStream(CallContext& context, Args args, uint32_t fd) {
  const uint32_t count = args.U32(2);
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

After FdRead(CallContext& context, Args args) {
  const uint32_t fd = StreamOf(context, args.U32(0), false);
  if (args.U32(2) > kMaxIovecs) return Answer(args, kEinval);
  if (fd == kStdin || fd == kChannel) return ReadStream(context, args, fd);
  if (fd == kRootDir) return Answer(args, kEisdir);
  Files* files = FilesOf(context, fd);
  if (files == nullptr || !files->IsOpen(fd)) return Answer(args, kEbadf);
  return Transfer(context, args, args.U32(3),
                  [&](std::span<uint8_t> into, size_t& done) { return files->Read(fd, into, done, StopOf(context)); });
}

After FdClose(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  if (Files* files = FilesOf(context, fd)) return Answer(args, files->Close(fd));
  // Standard streams, "/" and the channel stay open: the next run of the session needs them.
  return Answer(args, IsFixed(fd) ? kSuccess : kEbadf);
}

After Seek(CallContext& context, Args args, int64_t offset, uint32_t whence, uint32_t out) {
  const uint32_t fd = args.U32(0);
  Files* files = FilesOf(context, fd);
  if (files == nullptr) return Answer(args, IsFixed(fd) ? kEspipe : kEbadf);
  uint64_t position = 0;
  Errno error = files->Seek(fd, offset, whence, position, StopOf(context));
  if (error == kSuccess && !context.memory.Store(out, position)) error = kEfault;
  return Ended(context, args, error);
}

After FdSeek(CallContext& context, Args args) {
  return Seek(context, args, static_cast<int64_t>(args.U64(1)), args.U32(2), args.U32(3));
}
After FdTell(CallContext& context, Args args) { return Seek(context, args, 0, kWhenceCurrent, args.U32(1)); }

After FdFdstatGet(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  Fdstat stat = {};
  if (Files* files = FilesOf(context, fd)) {
    Errno error = files->Describe(fd, stat, StopOf(context));
    if (error == kSuccess && !context.memory.Store(args.U32(1), stat)) error = kEfault;
    return Ended(context, args, error);
  }
  if (!IsFixed(fd)) return Answer(args, kEbadf);
  stat.type = kTypeCharacterDevice;
  // A character device that claims to seek is not taken for a terminal by wasi-libc.
  stat.rights = kRightRead | kRightWrite | kRightSeek | kRightTell | kRightFilestatGet;
  if (fd == kRootDir) {
    stat.type = kTypeDirectory;
    stat.rights = stat.rights_inheriting = kRightsAll;
  }
  return Answer(args, context.memory.Store(args.U32(1), stat) ? kSuccess : kEfault);
}

After FdFdstatSetFlags(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  if (Files* files = FilesOf(context, fd)) return Answer(args, files->SetFlags(fd, static_cast<uint16_t>(args.U32(1))));
  return Answer(args, IsFixed(fd) ? kSuccess : kEbadf);
}

/// Rights are not taken away: what may be done with a descriptor its tree says.
After FdFdstatSetRights(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  const Files* files = FilesOf(context, fd);
  return Answer(args, IsFixed(fd) || (files != nullptr && files->IsOpen(fd)) ? kSuccess : kEbadf);
}

After FdFilestatGet(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  Filestat stat = {};
  if (Files* files = FilesOf(context, fd)) {
    Errno error = files->Stat(fd, stat, StopOf(context));
    if (error == kSuccess && !context.memory.Store(args.U32(1), stat)) error = kEfault;
    return Ended(context, args, error);
  }
  if (!IsFixed(fd)) return Answer(args, kEbadf);
  stat.inode = fd + 1;
  stat.type = fd == kRootDir ? kTypeDirectory : kTypeCharacterDevice;
  stat.links = 1;
  return Answer(args, context.memory.Store(args.U32(1), stat) ? kSuccess : kEfault);
}

After FdFilestatSetSize(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  Files* files = FilesOf(context, fd);
  if (files == nullptr) return Answer(args, IsFixed(fd) ? kEinval : kEbadf);
  return Ended(context, args, files->SetSize(fd, args.U64(1), StopOf(context)));
}

After FdAllocate(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  Files* files = FilesOf(context, fd);
  if (files == nullptr) return Answer(args, IsFixed(fd) ? kEspipe : kEbadf);
  return Ended(context, args, files->Allocate(fd, args.U64(1), args.U64(2), StopOf(context)));
}

After FdFilestatSetTimes(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  FileTimes times;
  const Errno error = TimesOf(*Host(context).sources, args.U64(1), args.U64(2), args.U32(3), times);
  if (error != kSuccess) return Answer(args, error);
  Files* files = FilesOf(context, fd);
  if (files == nullptr) return Answer(args, IsFixed(fd) ? kEacces : kEbadf);
  return Ended(context, args, files->SetTimes(fd, times, StopOf(context)));
}

After FdSync(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  Files* files = FilesOf(context, fd);
  if (files == nullptr) return Answer(args, IsFixed(fd) ? kEinval : kEbadf);
  return Ended(context, args, files->Sync(fd, StopOf(context)));
}

After FdAdvise(CallContext& context, Args args) {
  const uint32_t fd = args.U32(0);
  const Files* files = FilesOf(context, fd);
  if (files == nullptr || !files->IsOpen(fd)) return Answer(args, IsFixed(fd) ? kEspipe : kEbadf);
  return Answer(args, args.U32(3) <= 5 ? kSuccess : kEinval);
}

After FdRenumber(CallContext& context, Args args) {
  Files* files = Host(context).files;
  // Standard streams, "/" and the channel keep their numbers.
  if (files == nullptr) return Answer(args, IsFixed(args.U32(0)) && IsFixed(args.U32(1)) ? kEnotsup : kEbadf);
  return Answer(args, files->Renumber(args.U32(0), args.U32(1)));
}

After FdPrestatGet(CallContext& context, Args args) {
  if (args.U32(0) != kRootDir) return Answer(args, kEbadf);
  Prestat prestat = {};
  prestat.name_length = static_cast<uint32_t>(kRootPath.size());
  return Answer(args, context.memory.Store(args.U32(1), prestat) ? kSuccess : kEfault);
}

After FdPrestatDirName(CallContext& context, Args args) {
  if (args.U32(0) != kRootDir) return Answer(args, kEbadf);
  if (args.U32(2) < kRootPath.size()) return Answer(args, kEnametoolong);
  const auto bytes = context.memory.Bytes(args.U32(1), kRootPath.size());
  if (!bytes) return Answer(args, kEfault);
  std::copy(kRootPath.begin(), kRootPath.end(), bytes->begin());
  return Answer(args, kSuccess);
}

constexpr wasm::HostImport kImports[] = {
    {module_kind, "fd_write", "iiii:i", FdWrite},
    {module_kind, "fd_pwrite", "iiiIi:i", FdPwrite},
    {module_kind, "fd_read", "iiii:i", FdRead},
    {module_kind, "fd_pread", "iiiIi:i", FdPread},
    {module_kind, "fd_close", "i:i", FdClose},
    {module_kind, "fd_seek", "iIii:i", FdSeek},
    {module_kind, "fd_tell", "ii:i", FdTell},
    {module_kind, "fd_sync", "i:i", FdSync},
    {module_kind, "fd_datasync", "i:i", FdSync},
    {module_kind, "fd_advise", "iIIi:i", FdAdvise},
    {module_kind, "fd_allocate", "iII:i", FdAllocate},
    {module_kind, "fd_renumber", "ii:i", FdRenumber},
    {module_kind, "fd_fdstat_get", "ii:i", FdFdstatGet},
    {module_kind, "fd_fdstat_set_flags", "ii:i", FdFdstatSetFlags},
    {module_kind, "fd_fdstat_set_rights", "iII:i", FdFdstatSetRights},
    {module_kind, "fd_filestat_get", "ii:i", FdFilestatGet},
    {module_kind, "fd_filestat_set_size", "iI:i", FdFilestatSetSize},
    {module_kind, "fd_filestat_set_times", "iIIi:i", FdFilestatSetTimes},
    {module_kind, "fd_prestat_get", "ii:i", FdPrestatGet},
    {module_kind, "fd_prestat_dir_name", "iii:i", FdPrestatDirName},
};

}  // namespace

std::span<const wasm::HostImport> StreamImports() { return kImports; }

}  // namespace goru::wasi
