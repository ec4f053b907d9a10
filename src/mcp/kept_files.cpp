#include "mcp/kept_files.hpp"

#include <utility>

#include "service/random_handle.hpp"

namespace goru::mcp {

std::string KeptFiles::Keep(std::string_view owner, std::map<std::string, std::string> files) {
  Entry entry;
  for (const auto& [path, bytes] : files) entry.bytes += path.size() + bytes.size();
  if (files.empty() || entry.bytes > bytes_) return {};
  entry.handle = service::RandomHandle();
  entry.owner = owner;
  entry.files = std::move(files);
  entry.until = Clock::now() + time_;
  const std::lock_guard lock(mutex_);
  Expire();
  MakeRoom(owner, entry.bytes);
  all_bytes_ += entry.bytes;
  of_owner_[entry.owner] += entry.bytes;
  entries_.push_back(std::move(entry));
  return entries_.back().handle;
}

std::optional<std::string> KeptFiles::Find(std::string_view owner, std::string_view handle, std::string_view path) {
  const std::lock_guard lock(mutex_);
  Expire();
  for (const Entry& entry : entries_) {
    if (entry.handle != handle || entry.owner != owner) continue;
    const auto file = entry.files.find(std::string(path));
    if (file != entry.files.end()) return file->second;
  }
  return std::nullopt;
}

void KeptFiles::Expire() {
  const auto now = Clock::now();
  while (!entries_.empty() && entries_.front().until <= now) Drop(entries_.begin());
}

void KeptFiles::MakeRoom(std::string_view owner, size_t bytes) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto own = of_owner_.find(owner);
    const size_t has = own == of_owner_.end() ? 0 : own->second;
    const bool full = all_bytes_ + bytes > 4 * bytes_;
    if (!full && has + bytes <= bytes_) return;
    entry = full || entry->owner == owner ? Drop(entry) : std::next(entry);
  }
}

std::list<KeptFiles::Entry>::iterator KeptFiles::Drop(std::list<Entry>::iterator entry) {
  all_bytes_ -= entry->bytes;
  const auto own = of_owner_.find(entry->owner);
  own->second -= entry->bytes;
  if (own->second == 0) of_owner_.erase(own);
  return entries_.erase(entry);
}

}  // namespace goru::mcp
