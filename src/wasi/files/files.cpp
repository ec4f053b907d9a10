#include "wasi/files/files.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <set>
#include <utility>

#include "support/utf8.hpp"
#include "wasi/descriptors.hpp"

namespace goru::wasi {
namespace {

constexpr size_t kMaxName = 255;
/// As many as a path of 4,096 bytes can have.
constexpr size_t kMaxComponents = 2048;
/// Within what a signed offset can say, so that positions never wrap.
constexpr uint64_t kFarthest = uint64_t{1} << 62;

bool IsBelow(const std::string& path, const std::string& above) {
  return above.empty() || (path.starts_with(above) && (path.size() == above.size() || path[above.size()] == '/'));
}

/// A directory that only stands for what is below it.
class BareDirectory final : public File {
 public:
  explicit BareDirectory(uint64_t made) noexcept : made_(made) {}
  bool is_directory() const noexcept override { return true; }
  Errno Read(uint64_t /*offset*/, std::span<uint8_t> /*into*/, size_t& /*count*/, const SharedStop& /*s*/) override {
    return kEisdir;
  }
  Errno Write(uint64_t& /*offset*/, bool /*append*/, std::span<const uint8_t> /*bytes*/, size_t& /*count*/,
              const SharedStop& /*stop*/) override {
    return kEisdir;
  }
  static Filestat Described(uint64_t made) {
    Filestat stat = {};
    stat.inode = 1;
    stat.type = kTypeDirectory;
    stat.links = 1;
    stat.accessed = stat.modified = stat.changed = made;
    return stat;
  }
  Errno Stat(Filestat& stat, const SharedStop& /*stop*/) override {
    stat = Described(made_);
    return kSuccess;
  }
  Errno SetSize(uint64_t /*size*/, const SharedStop& /*stop*/) override { return kEisdir; }
  Errno SetTimes(const FileTimes& /*times*/, const SharedStop& /*stop*/) override { return kEacces; }
  Errno Sync(const SharedStop& /*stop*/) override { return kSuccess; }
  Errno ReadNames(uint64_t /*cookie*/, std::vector<DirectoryName>& /*names*/, const SharedStop& /*stop*/) override {
    return kSuccess;
  }

 private:
  const uint64_t made_;
};

/// Cookies of names that lead to trees have this bit, so that they are never those of a tree's own.
constexpr uint64_t kTreeName = uint64_t{1} << 63;

}  // namespace

struct Files::Opened {
  std::string path;
  std::unique_ptr<File> file;
  bool reads = false;
  bool writes = false;
  uint16_t flags = 0;
  uint64_t position = 0;
  /// Names of trees in this directory, which come first and hide others.
  std::vector<std::string> tree_names;
  bool listed = false;
  /// What was read last, and from where.
  std::vector<DirectoryName> names;
  uint64_t names_from = 0;
};

Files::Files(std::vector<PlacedTree> trees, FilesLimits limits)
    : limits_(limits),
      trees_(std::move(trees)),
      made_(static_cast<uint64_t>(
          std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count())) {
  std::sort(trees_.begin(), trees_.end(),
            [](const PlacedTree& a, const PlacedTree& b) { return a.path.size() > b.path.size(); });
}

Files::~Files() = default;

Files::Opened* Files::Find(uint32_t descriptor) const noexcept {
  if (descriptor < kFirstFile) return nullptr;
  const size_t index = descriptor - kFirstFile;
  return index < opened_.size() ? opened_[index].get() : nullptr;
}

Errno Files::Resolve(uint32_t directory, std::string_view path, std::string& resolved, bool& must_be_directory) const {
  resolved.clear();
  if (directory != kRootDir) {
    const Opened* opened = Find(directory);
    if (opened == nullptr) return directory < kFirstFile ? kEnotdir : kEbadf;
    if (!opened->file->is_directory()) return kEnotdir;
    resolved = opened->path;
  }
  if (path.empty()) return kEnoent;
  if (path.starts_with('/')) return kEperm;
  if (path.find('\0') != std::string_view::npos) return kEinval;
  if (!support::IsUtf8(path)) return kEilseq;
  must_be_directory =
      path.ends_with('/') || path == "." || path.ends_with("/.") || path == ".." || path.ends_with("/..");
  size_t components = static_cast<size_t>(std::count(resolved.begin(), resolved.end(), '/'));
  while (!path.empty()) {
    const std::string_view component = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(component.size() + 1, path.size()));
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      // Above "/" is "/".
      const size_t slash = resolved.rfind('/');
      resolved.resize(slash == std::string::npos ? 0 : slash);
      continue;
    }
    if (component.size() > kMaxName || ++components > kMaxComponents) return kEnametoolong;
    if (!resolved.empty()) resolved += '/';
    resolved += component;
  }
  return kSuccess;
}

Files::Place Files::PlaceOf(const std::string& path) const {
  Place place;
  for (const PlacedTree& placed : trees_) {
    if (IsBelow(placed.path, path)) place.pinned = true;
    if (place.tree != nullptr || !IsBelow(path, placed.path)) continue;
    place.tree = placed.tree.get();
    place.path = path.substr(std::min(path.size(), placed.path.empty() ? 0 : placed.path.size() + 1));
  }
  return place;
}

Errno Files::OpenDirectory(const std::string& path, std::unique_ptr<File>& file, const SharedStop& stop) {
  const Place place = PlaceOf(path);
  Errno error = kEnoent;
  if (place.tree != nullptr)
    error = place.tree->Open(place.path, {.read = true, .must_be_directory = true}, file, stop);
  // Whatever else is there, what lies below hides it.
  if (place.pinned && (error == kEnoent || error == kEnotdir)) {
    file = std::make_unique<BareDirectory>(made_);
    error = kSuccess;
  }
  return error;
}

Errno Files::Open(const std::string& path, const OpenHow& how, uint16_t flags, uint32_t& descriptor,
                  const SharedStop& stop) {
  size_t index = 0;
  while (index < opened_.size() && opened_[index] != nullptr) ++index;
  if (index >= limits_.open_files) return kEmfile;
  auto opened = std::make_unique<Opened>();
  const Place place = PlaceOf(path);
  Errno error = kEnoent;
  if (place.pinned) {
    if (how.create && how.exclusive) return kEexist;
    if (how.write || how.truncate || how.create) return kEisdir;
    error = OpenDirectory(path, opened->file, stop);
  } else if (place.tree != nullptr) {
    error = place.tree->Open(place.path, how, opened->file, stop);
  }
  if (error != kSuccess) return error;
  opened->path = path;
  opened->reads = how.read;
  opened->writes = how.write;
  opened->flags = flags;
  if (index == opened_.size()) opened_.emplace_back();
  opened_[index] = std::move(opened);
  descriptor = kFirstFile + static_cast<uint32_t>(index);
  return kSuccess;
}

Errno Files::StatPath(const std::string& path, bool follow, Filestat& stat, const SharedStop& stop) {
  const Place place = PlaceOf(path);
  Errno error = kEnoent;
  if (place.tree != nullptr) error = place.tree->Stat(place.path, follow || place.pinned, stat, stop);
  const bool hidden = error == kEnoent || error == kEnotdir || (error == kSuccess && stat.type != kTypeDirectory);
  if (place.pinned && hidden) {
    stat = BareDirectory::Described(made_);
    error = kSuccess;
  }
  return error;
}

Errno Files::MakeDirectory(const std::string& path, const SharedStop& stop) {
  const Place place = PlaceOf(path);
  if (place.pinned) return kEexist;
  return place.tree == nullptr ? kEnoent : place.tree->MakeDirectory(place.path, stop);
}

Errno Files::RemoveDirectory(const std::string& path, const SharedStop& stop) {
  const Place place = PlaceOf(path);
  if (place.pinned) return kEbusy;
  return place.tree == nullptr ? kEnoent : place.tree->RemoveDirectory(place.path, stop);
}

Errno Files::Unlink(const std::string& path, const SharedStop& stop) {
  const Place place = PlaceOf(path);
  if (place.pinned) return kEisdir;
  return place.tree == nullptr ? kEnoent : place.tree->Unlink(place.path, stop);
}

Errno Files::Rename(const std::string& from, const std::string& to, const SharedStop& stop) {
  const Place source = PlaceOf(from);
  const Place target = PlaceOf(to);
  if (source.pinned || target.pinned) return kEbusy;
  if (source.tree == nullptr || target.tree == nullptr) return kEnoent;
  if (source.tree != target.tree) {
    Filestat stat = {};
    const Errno error = source.tree->Stat(source.path, false, stat, stop);
    return error == kSuccess ? kExdev : error;
  }
  return source.tree->Rename(source.path, target.path, stop);
}

Errno Files::SetTimesOf(const std::string& path, bool follow, const FileTimes& times, const SharedStop& stop) {
  const Place place = PlaceOf(path);
  return place.tree == nullptr ? kEnoent : place.tree->SetTimes(place.path, follow, times, stop);
}

Errno Files::ReadLink(const std::string& path, std::string& target, const SharedStop& stop) {
  const Place place = PlaceOf(path);
  if (place.pinned) return kEinval;
  return place.tree == nullptr ? kEnoent : place.tree->ReadLink(place.path, target, stop);
}

Errno Files::Usable(uint32_t descriptor, bool writes, Opened*& opened) const noexcept {
  opened = Find(descriptor);
  if (opened == nullptr) return kEbadf;
  if (opened->file->is_directory()) return kEisdir;
  return (writes ? opened->writes : opened->reads) ? kSuccess : kEbadf;
}

Errno Files::Read(uint32_t descriptor, std::span<uint8_t> into, size_t& count, const SharedStop& stop) {
  count = 0;
  Opened* opened = nullptr;
  Errno error = Usable(descriptor, false, opened);
  if (error == kSuccess) error = opened->file->Read(opened->position, into, count, stop);
  if (error == kSuccess) opened->position += count;
  return error;
}

Errno Files::Write(uint32_t descriptor, std::span<const uint8_t> bytes, size_t& count, const SharedStop& stop) {
  count = 0;
  Opened* opened = nullptr;
  const Errno error = Usable(descriptor, true, opened);
  if (error != kSuccess) return error;
  if (opened->position > kFarthest) return kEfbig;
  const Errno written = opened->file->Write(opened->position, (opened->flags & kFdAppend) != 0, bytes, count, stop);
  return written == kSuccess && (opened->flags & (kFdSync | kFdDsync)) != 0 ? opened->file->Sync(stop) : written;
}

Errno Files::ReadAt(uint32_t descriptor, uint64_t offset, std::span<uint8_t> into, size_t& count,
                    const SharedStop& stop) {
  count = 0;
  Opened* opened = nullptr;
  const Errno error = Usable(descriptor, false, opened);
  if (error != kSuccess) return error;
  if (offset > kFarthest) return kEinval;
  return opened->file->Read(offset, into, count, stop);
}

Errno Files::WriteAt(uint32_t descriptor, uint64_t offset, std::span<const uint8_t> bytes, size_t& count,
                     const SharedStop& stop) {
  count = 0;
  Opened* opened = nullptr;
  const Errno error = Usable(descriptor, true, opened);
  if (error != kSuccess) return error;
  if (offset > kFarthest) return kEinval;
  const Errno written = opened->file->Write(offset, (opened->flags & kFdAppend) != 0, bytes, count, stop);
  return written == kSuccess && (opened->flags & (kFdSync | kFdDsync)) != 0 ? opened->file->Sync(stop) : written;
}

Errno Files::Seek(uint32_t descriptor, int64_t offset, uint32_t whence, uint64_t& position, const SharedStop& stop) {
  Opened* opened = Find(descriptor);
  if (opened == nullptr) return kEbadf;
  if (opened->file->is_directory()) return kEisdir;
  if (opened->file->standard_stream() >= 0) return kEspipe;
  uint64_t from = 0;
  if (whence == kWhenceCurrent) from = opened->position;
  if (whence == kWhenceEnd) {
    Filestat stat = {};
    if (const Errno error = opened->file->Stat(stat, stop); error != kSuccess) return error;
    from = stat.size;
  }
  if (whence > kWhenceEnd) return kEinval;
  const uint64_t distance = offset < 0 ? uint64_t{0} - static_cast<uint64_t>(offset) : static_cast<uint64_t>(offset);
  if (distance > kFarthest || (offset < 0 && distance > from) || (offset > 0 && from + distance > kFarthest)) {
    return kEinval;
  }
  position = offset < 0 ? from - distance : from + distance;
  opened->position = position;
  return kSuccess;
}

Errno Files::Describe(uint32_t descriptor, Fdstat& stat, const SharedStop& stop) {
  const Opened* opened = Find(descriptor);
  if (opened == nullptr) return kEbadf;
  Filestat found = {};
  if (const Errno error = opened->file->Stat(found, stop); error != kSuccess) return error;
  stat = {};
  stat.type = found.type;
  stat.flags = opened->flags;
  if (found.type == kTypeDirectory) {
    // What may be done in it, its tree says.
    stat.rights = kRightsAll;
    stat.rights_inheriting = kRightsAll;
    return kSuccess;
  }
  stat.rights = kRightsAll;
  if (!opened->reads) stat.rights &= ~kRightRead;
  if (!opened->writes) stat.rights &= ~kRightWrite;
  return kSuccess;
}

Errno Files::SetFlags(uint32_t descriptor, uint16_t flags) {
  Opened* opened = Find(descriptor);
  if (opened == nullptr) return kEbadf;
  if ((flags & ~kFdAll) != 0) return kEinval;
  opened->flags = flags;
  return kSuccess;
}

Errno Files::Stat(uint32_t descriptor, Filestat& stat, const SharedStop& stop) {
  const Opened* opened = Find(descriptor);
  return opened == nullptr ? kEbadf : opened->file->Stat(stat, stop);
}

Errno Files::SetSize(uint32_t descriptor, uint64_t size, const SharedStop& stop) {
  Opened* opened = nullptr;
  const Errno error = Usable(descriptor, true, opened);
  if (error == kEbadf && opened != nullptr) return kEinval;
  if (error != kSuccess) return error;
  return size > kFarthest ? kEfbig : opened->file->SetSize(size, stop);
}

Errno Files::Allocate(uint32_t descriptor, uint64_t offset, uint64_t length, const SharedStop& stop) {
  Opened* opened = nullptr;
  Errno error = Usable(descriptor, true, opened);
  if (error != kSuccess) return error;
  if (length == 0 || offset > kFarthest || length > kFarthest) return kEinval;
  Filestat stat = {};
  error = opened->file->Stat(stat, stop);
  if (error != kSuccess || stat.size >= offset + length) return error;
  return opened->file->SetSize(offset + length, stop);
}

Errno Files::SetTimes(uint32_t descriptor, const FileTimes& times, const SharedStop& stop) {
  const Opened* opened = Find(descriptor);
  return opened == nullptr ? kEbadf : opened->file->SetTimes(times, stop);
}

Errno Files::Sync(uint32_t descriptor, const SharedStop& stop) {
  const Opened* opened = Find(descriptor);
  return opened == nullptr ? kEbadf : opened->file->Sync(stop);
}

Errno Files::List(Opened& opened, uint64_t cookie, std::span<uint8_t> into, size_t& count, const SharedStop& stop) {
  if (!opened.listed) {
    std::set<std::string> found;
    for (const PlacedTree& placed : trees_) {
      if (placed.path == opened.path || !IsBelow(placed.path, opened.path)) continue;
      const std::string below = placed.path.substr(opened.path.empty() ? 0 : opened.path.size() + 1);
      found.insert(below.substr(0, below.find('/')));
    }
    opened.tree_names.assign(found.begin(), found.end());
    opened.listed = true;
  }
  const auto put = [&](const std::string& name, uint64_t inode, uint8_t type, uint64_t next) {
    Dirent header = {};
    header.next = next;
    header.inode = inode;
    header.name_length = static_cast<uint32_t>(name.size());
    header.type = type;
    const size_t head = std::min(sizeof(header), into.size() - count);
    std::memcpy(into.data() + count, &header, head);
    count += head;
    const size_t tail = std::min(name.size(), into.size() - count);
    std::memcpy(into.data() + count, name.data(), tail);
    count += tail;
  };
  if (cookie == 0 || (cookie & kTreeName) != 0) {
    uint64_t number = cookie & ~kTreeName;
    for (; number < opened.tree_names.size() && count < into.size(); ++number) {
      put(opened.tree_names[static_cast<size_t>(number)], number + 1, kTypeDirectory, kTreeName | (number + 1));
    }
    cookie = 0;
  }
  while (count < into.size()) {
    if (stop != nullptr && stop->raised()) return kEintr;
    // A guest goes on where its buffer was full: what was read before is at hand.
    auto at = opened.names.begin();
    bool known = !opened.names.empty() && opened.names_from == cookie && cookie != 0;
    if (!known) {
      at = std::find_if(opened.names.begin(), opened.names.end(),
                        [cookie](const DirectoryName& name) { return cookie != 0 && name.next == cookie; });
      known = at != opened.names.end() && at + 1 != opened.names.end();
      if (known) ++at;
    }
    if (!known) {
      opened.names.clear();
      if (const Errno error = opened.file->ReadNames(cookie, opened.names, stop); error != kSuccess) return error;
      opened.names_from = cookie;
      at = opened.names.begin();
    }
    if (at == opened.names.end()) break;
    for (; at != opened.names.end() && count < into.size(); ++at) {
      cookie = at->next;
      if (std::binary_search(opened.tree_names.begin(), opened.tree_names.end(), at->name)) continue;
      put(at->name, at->inode, at->type, at->next);
    }
  }
  return kSuccess;
}

Errno Files::ReadDirectory(uint32_t descriptor, uint64_t cookie, std::span<uint8_t> into, size_t& count,
                           const SharedStop& stop) {
  count = 0;
  if (descriptor == kRootDir) {
    if (root_ == nullptr) {
      auto root = std::make_unique<Opened>();
      if (const Errno error = OpenDirectory("", root->file, stop); error != kSuccess) return error;
      root_ = std::move(root);
    }
    return List(*root_, cookie, into, count, stop);
  }
  Opened* opened = Find(descriptor);
  if (opened == nullptr) return descriptor < kFirstFile ? kEnotdir : kEbadf;
  if (!opened->file->is_directory()) return kEnotdir;
  return List(*opened, cookie, into, count, stop);
}

Errno Files::Renumber(uint32_t from, uint32_t to) {
  if (Find(from) == nullptr || Find(to) == nullptr) return from < kFirstFile || to < kFirstFile ? kEnotsup : kEbadf;
  if (from != to) opened_[to - kFirstFile] = std::move(opened_[from - kFirstFile]);
  return kSuccess;
}

Errno Files::Close(uint32_t descriptor) {
  if (Find(descriptor) == nullptr) return kEbadf;
  opened_[descriptor - kFirstFile].reset();
  while (!opened_.empty() && opened_.back() == nullptr) opened_.pop_back();
  return kSuccess;
}

int Files::StreamOf(uint32_t descriptor, bool writes) const noexcept {
  const Opened* opened = Find(descriptor);
  if (opened == nullptr || !(writes ? opened->writes : opened->reads)) return -1;
  const int stream = opened->file->standard_stream();
  return (stream == 0) == writes ? -1 : stream;
}

void Files::Rest() noexcept {
  root_.reset();
  for (const auto& opened : opened_) {
    if (opened == nullptr) continue;
    opened->names.clear();
    opened->names.shrink_to_fit();
    opened->file->Rest();
  }
}

}  // namespace goru::wasi
