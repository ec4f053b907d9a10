#include "wasi/files/times.hpp"

namespace goru::wasi {
namespace {

Errno TimeOf(Sources& sources, uint64_t given, bool set, bool now, std::optional<uint64_t>& time) {
  if (set && now) return kEinval;
  if (now) time = sources.Now(kClockRealtime);
  // Nanoseconds of a signed number, as the host's own have it.
  if (set && given > uint64_t{INT64_MAX}) return kEinval;
  if (set) time = given;
  return kSuccess;
}

}  // namespace

Errno TimesOf(Sources& sources, uint64_t accessed, uint64_t modified, uint32_t flags, FileTimes& times) {
  const Errno error =
      TimeOf(sources, accessed, (flags & kSetAccessed) != 0, (flags & kSetAccessedNow) != 0, times.accessed);
  if (error != kSuccess) return error;
  return TimeOf(sources, modified, (flags & kSetModified) != 0, (flags & kSetModifiedNow) != 0, times.modified);
}

}  // namespace goru::wasi
