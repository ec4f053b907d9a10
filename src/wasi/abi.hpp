// Numbers and layouts of WASI preview 1 that goru serves.
// Source: WebAssembly/WASI, legacy/preview1/docs.md ("wasi_snapshot_preview1").
#pragma once

#include <cstdint>

namespace goru::wasi {

enum Errno : int32_t {
  kSuccess = 0,
  kEacces = 2,
  kEagain = 6,
  kEbadf = 8,
  kEbusy = 10,
  kEdquot = 19,
  kEexist = 20,
  kEfault = 21,
  kEfbig = 22,
  kEilseq = 25,
  kEintr = 27,
  kEinval = 28,
  kEio = 29,
  kEisdir = 31,
  kEloop = 32,
  kEmfile = 33,
  kEmlink = 34,
  kEnametoolong = 37,
  kEnfile = 41,
  kEnoent = 44,
  kEnomem = 48,
  kEnospc = 51,
  kEnosys = 52,
  kEnotdir = 54,
  kEnotempty = 55,
  kEnotsup = 58,
  kEnxio = 60,
  kEperm = 63,
  kErofs = 69,
  kEspipe = 70,
  kEstale = 72,
  kEtxtbsy = 74,
  kExdev = 75,
};

enum FileType : uint8_t {
  kTypeUnknown = 0,
  kTypeBlockDevice = 1,
  kTypeCharacterDevice = 2,
  kTypeDirectory = 3,
  kTypeRegularFile = 4,
  kTypeSymbolicLink = 7,
};

inline constexpr uint64_t kRightRead = 1 << 1;
inline constexpr uint64_t kRightSeek = 1 << 2;
inline constexpr uint64_t kRightTell = 1 << 5;
inline constexpr uint64_t kRightWrite = 1 << 6;
inline constexpr uint64_t kRightPathOpen = 1 << 13;
inline constexpr uint64_t kRightReaddir = 1 << 14;
inline constexpr uint64_t kRightPathFilestatGet = 1 << 18;
inline constexpr uint64_t kRightFilestatGet = 1 << 21;
/// All that preview 1 knows.
inline constexpr uint64_t kRightsAll = (uint64_t{1} << 30) - 1;

struct Ciovec {
  uint32_t address;
  uint32_t length;
};
static_assert(sizeof(Ciovec) == 8);

struct Fdstat {
  uint8_t type;
  uint8_t pad0;
  uint16_t flags;
  uint32_t pad1;
  uint64_t rights;
  uint64_t rights_inheriting;
};
static_assert(sizeof(Fdstat) == 24);

struct Filestat {
  uint64_t device;
  uint64_t inode;
  uint8_t type;
  uint8_t pad[7];
  uint64_t links;
  uint64_t size;
  uint64_t accessed;
  uint64_t modified;
  uint64_t changed;
};
static_assert(sizeof(Filestat) == 64);

/// What fd_readdir writes for each entry, before its name.
struct Dirent {
  uint64_t next;
  uint64_t inode;
  uint32_t name_length;
  uint8_t type;
  uint8_t pad[3];
};
static_assert(sizeof(Dirent) == 24);

inline constexpr uint32_t kOpenCreate = 1;
inline constexpr uint32_t kOpenDirectory = 2;
inline constexpr uint32_t kOpenExclusive = 4;
inline constexpr uint32_t kOpenTruncate = 8;

/// Of path_open and the like: a symbolic link at the end of the path is followed.
inline constexpr uint32_t kLookupFollow = 1;

inline constexpr uint16_t kFdAppend = 1;
inline constexpr uint16_t kFdDsync = 2;
inline constexpr uint16_t kFdNonblock = 4;
inline constexpr uint16_t kFdRsync = 8;
inline constexpr uint16_t kFdSync = 16;
inline constexpr uint16_t kFdAll = 31;

inline constexpr uint16_t kSetAccessed = 1;
inline constexpr uint16_t kSetAccessedNow = 2;
inline constexpr uint16_t kSetModified = 4;
inline constexpr uint16_t kSetModifiedNow = 8;

enum Whence : uint32_t { kWhenceSet = 0, kWhenceCurrent = 1, kWhenceEnd = 2 };

struct Prestat {
  uint8_t tag;
  uint8_t pad[3];
  uint32_t name_length;
};
static_assert(sizeof(Prestat) == 8);

enum ClockId : uint32_t { kClockRealtime = 0, kClockMonotonic = 1, kClockProcessCpu = 2, kClockThreadCpu = 3 };
enum EventType : uint8_t { kEventClock = 0, kEventFdRead = 1, kEventFdWrite = 2 };
inline constexpr uint16_t kSubscriptionAbsolute = 1;

struct Subscription {
  uint64_t userdata;
  uint8_t type;
  uint8_t pad0[7];
  uint32_t clock_id;
  uint32_t pad1;
  uint64_t timeout;
  uint64_t precision;
  uint16_t flags;
  uint8_t pad2[6];
};
static_assert(sizeof(Subscription) == 48);

struct Event {
  uint64_t userdata;
  uint16_t error;
  uint8_t type;
  uint8_t pad0[5];
  uint64_t bytes;
  uint16_t flags;
  uint8_t pad1[6];
};
static_assert(sizeof(Event) == 32);

}  // namespace goru::wasi
