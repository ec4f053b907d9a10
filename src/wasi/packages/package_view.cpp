#include "wasi/packages/package_view.hpp"

#include <algorithm>
#include <cstring>
#include <set>

namespace goru::wasi {
namespace {

constexpr size_t kMaxComponents = 64;
constexpr size_t kMaxName = 255;
/// What is read at a time, which takes about a millisecond from memory; and from a disk, with a copy.
constexpr size_t kPiece = size_t{4} << 20;
constexpr size_t kPieceFromDisk = size_t{256} << 10;
// Names are the guest's to invent.
constexpr size_t kMaxRememberedOwners = 4096;

std::string FirstComponent(const std::string& path) { return path.substr(0, path.find('/')); }

}  // namespace

void PackageView::SetTopLayers(const Layers& layers) {
  const std::lock_guard lock(mutex_);
  layers_.erase(layers_.begin(), layers_.begin() + static_cast<Layers::difference_type>(top_layers_));
  layers_.insert(layers_.begin(), layers.begin(), layers.end());
  top_layers_ = layers.size();
  ++generation_;
  owners_.clear();
  root_names_.reset();
}

PackageView::Opened* PackageView::Find(uint32_t descriptor) {
  if (descriptor < kFirstPackageFile) return nullptr;
  const size_t index = descriptor - kFirstPackageFile;
  return index < opened_.size() ? opened_[index].get() : nullptr;
}

std::optional<std::string> PackageView::Resolve(uint32_t directory, std::string_view path, Errno& error) {
  std::vector<std::string_view> components;
  std::string start;
  if (directory >= kFirstPackageFile) {
    const Opened* opened = Find(directory);
    error = opened == nullptr ? kEbadf : kEnotdir;
    if (opened == nullptr || !opened->entry.is_directory) return std::nullopt;
    start = opened->path;
  }
  error = kEnoent;
  if (path.starts_with('/') || path.find('\0') != std::string_view::npos) return std::nullopt;
  for (std::string_view rest : {std::string_view(start), path}) {
    while (!rest.empty()) {
      const size_t slash = std::min(rest.find('/'), rest.size());
      const std::string_view component = rest.substr(0, slash);
      rest.remove_prefix(std::min(slash + 1, rest.size()));
      if (component.empty() || component == ".") continue;
      if (component == "..") {
        if (components.empty()) return std::nullopt;
        components.pop_back();
        continue;
      }
      if (component.size() > kMaxName || components.size() >= kMaxComponents) {
        error = kEnametoolong;
        return std::nullopt;
      }
      components.push_back(component);
    }
  }
  std::string resolved;
  for (const std::string_view component : components) {
    if (!resolved.empty()) resolved += '/';
    resolved += component;
  }
  return resolved;
}

Errno PackageView::StatIn(const Layer& layer, const std::string& path, PackageEntry& entry, const SharedStop& stop) {
  const Errno error = layer->Stat(path, entry, Patience::kNone);
  if (error != kEagain) return error;
  const auto answer = std::make_shared<PackageEntry>();
  const Errno waited = WaitForDisk(threads_.get(), stop,
                                   [layer, path, answer] { return layer->Stat(path, *answer, Patience::kForDisk); });
  if (waited == kSuccess) entry = *answer;
  return waited;
}

Errno PackageView::ListIn(const Layer& layer, const std::string& path, std::vector<PackageName>& names,
                          const SharedStop& stop) {
  const Errno error = layer->List(path, limits_.listed_names, names, Patience::kNone);
  if (error != kEagain) return error;
  const auto answer = std::make_shared<std::vector<PackageName>>();
  const Errno waited = WaitForDisk(threads_.get(), stop, [layer, path, answer, limit = limits_.listed_names] {
    return layer->List(path, limit, *answer, Patience::kForDisk);
  });
  if (waited == kSuccess) names = std::move(*answer);
  return waited;
}

Errno PackageView::OpenIn(const Layer& layer, const std::string& path, Opened& opened, const SharedStop& stop) {
  std::unique_ptr<PackageFile> file;
  Errno error = layer->Open(path, opened.entry, file, Patience::kNone);
  if (error == kEagain) {
    struct Answer {
      PackageEntry entry;
      std::unique_ptr<PackageFile> file;
    };
    const auto answer = std::make_shared<Answer>();
    error = WaitForDisk(threads_.get(), stop, [layer, path, answer] {
      return layer->Open(path, answer->entry, answer->file, Patience::kForDisk);
    });
    if (error != kSuccess) return error;
    opened.entry = answer->entry;
    file = std::move(answer->file);
  }
  opened.file = std::move(file);
  return error;
}

Errno PackageView::ReadFile(const Opened& opened, std::span<uint8_t> into, size_t& count, const SharedStop& stop) {
  const Errno error = opened.file->Read(opened.position, into, count, Patience::kNone);
  if (error != kEagain) return error;
  struct Answer {
    std::vector<uint8_t> bytes;
    size_t count = 0;
  };
  const auto answer = std::make_shared<Answer>();
  // Not into the guest's memory, which may be another's by the time the disk answers.
  answer->bytes.resize(std::min(into.size(), kPieceFromDisk));
  const Errno waited = WaitForDisk(threads_.get(), stop, [file = opened.file, at = opened.position, answer] {
    return file->Read(at, answer->bytes, answer->count, Patience::kForDisk);
  });
  if (waited != kSuccess) return waited;
  count = answer->count;
  std::memcpy(into.data(), answer->bytes.data(), count);
  return kSuccess;
}

Errno PackageView::Owners(const std::string& top, Layers& layers, const SharedStop& stop) {
  for (const auto& layer : layers_) {
    PackageEntry entry;
    Errno error = StatIn(layer, top, entry, stop);
    if (error == kEintr) return error;
    if (error != kSuccess) continue;
    bool whole = !entry.is_directory;
    if (!whole) {
      error = StatIn(layer, top + "/__init__.py", entry, stop);
      if (error == kEintr) return error;
      whole = error == kSuccess;
    }
    if (whole) {
      layers = {layer};
      return kSuccess;
    }
    layers.push_back(layer);
  }
  return kSuccess;
}

Errno PackageView::Candidates(const std::string& path, Layers& layers, const SharedStop& stop) {
  if (layers_.size() <= 1 || path.empty()) {
    layers = layers_;
    return kSuccess;
  }
  std::string top = FirstComponent(path);
  if (top == "__pycache__" && path.size() > top.size() + 1) {
    // Bytecode belongs to the source of that name and to no other.
    const std::string name = path.substr(top.size() + 1);
    top = name.substr(0, name.find('.')) + ".py";
  }
  if (const auto found = owners_.find(top); found != owners_.end()) {
    layers = found->second;
    return kSuccess;
  }
  if (const Errno error = Owners(top, layers, stop); error != kSuccess) return error;
  if (owners_.size() >= kMaxRememberedOwners) owners_.clear();
  owners_[top] = layers;
  return kSuccess;
}

Errno PackageView::Look(const std::string& path, PackageEntry& entry, const SharedStop& stop) {
  if (path.empty()) {
    entry.is_directory = true;
    return kSuccess;
  }
  Layers layers;
  Errno error = Candidates(path, layers, stop);
  if (error != kSuccess) return error;
  error = kEnoent;
  for (const auto& layer : layers) {
    error = StatIn(layer, path, entry, stop);
    if (error != kEnoent) return error;
  }
  return error;
}

Errno PackageView::List(const std::string& path, std::vector<PackageName>& names, const SharedStop& stop) {
  Layers layers;
  if (const Errno failed = Candidates(path, layers, stop); failed != kSuccess) return failed;
  Errno error = path.empty() ? kSuccess : kEnoent;
  std::set<std::string> seen;
  for (const auto& layer : layers) {
    std::vector<PackageName> more;
    const Errno failed = ListIn(layer, path, more, stop);
    if (failed != kSuccess && failed != kEnoent) return failed;
    if (failed == kSuccess) error = kSuccess;
    for (PackageName& item : more) {
      if (names.size() >= limits_.listed_names) return error;
      if (seen.insert(item.name).second) names.push_back(std::move(item));
    }
  }
  return error;
}

Filestat PackageView::Describe(const PackageEntry& entry) const {
  constexpr uint64_t kNanoseconds = 1'000'000'000;
  // 1 January 1980: the machine's own times stay hidden, and archives have no earlier ones.
  constexpr uint64_t kEarliest = 315'532'800;
  Filestat stat = {};
  stat.device = 1;
  stat.inode = entry.inode;
  stat.type = entry.is_directory ? kTypeDirectory : kTypeRegularFile;
  stat.links = 1;
  stat.size = entry.size;
  stat.accessed = stat.modified = stat.changed = (kEarliest + (entry.is_directory ? generation_ : 0)) * kNanoseconds;
  return stat;
}

Errno PackageView::OpenPath(uint32_t directory, std::string_view path, bool must_be_directory, uint32_t& descriptor,
                            const SharedStop& stop) {
  const std::lock_guard lock(mutex_);
  Errno error = kSuccess;
  auto resolved = Resolve(directory, path, error);
  if (!resolved) return error;
  size_t index = 0;
  while (index < opened_.size() && opened_[index] != nullptr) ++index;
  if (index >= limits_.open_files) return kEmfile;
  auto opened = std::make_unique<Opened>();
  if (resolved->empty()) {
    opened->entry.is_directory = true;
  } else {
    Layers layers;
    if (error = Candidates(*resolved, layers, stop); error != kSuccess) return error;
    error = kEnoent;
    for (const auto& layer : layers) {
      error = OpenIn(layer, *resolved, *opened, stop);
      if (error != kEnoent) break;
    }
    if (error != kSuccess) return error;
  }
  if (must_be_directory && !opened->entry.is_directory) return kEnotdir;
  if (opened->entry.size > limits_.file_bytes) return kEfbig;
  opened->path = std::move(*resolved);
  if (index == opened_.size()) opened_.emplace_back();
  opened_[index] = std::move(opened);
  descriptor = kFirstPackageFile + static_cast<uint32_t>(index);
  return kSuccess;
}

Errno PackageView::StatPath(uint32_t directory, std::string_view path, Filestat& stat, const SharedStop& stop) {
  const std::lock_guard lock(mutex_);
  Errno error = kSuccess;
  const auto resolved = Resolve(directory, path, error);
  if (!resolved) return error;
  PackageEntry entry;
  error = Look(*resolved, entry, stop);
  if (error == kSuccess) stat = Describe(entry);
  return error;
}

Errno PackageView::Stat(uint32_t descriptor, Filestat& stat) {
  const std::lock_guard lock(mutex_);
  const Opened* opened = Find(descriptor);
  if (opened == nullptr) return kEbadf;
  stat = Describe(opened->entry);
  return kSuccess;
}

Errno PackageView::Read(uint32_t descriptor, std::span<uint8_t> into, size_t& count, const SharedStop& stop) {
  const std::lock_guard lock(mutex_);
  count = 0;
  Opened* opened = Find(descriptor);
  if (opened == nullptr) return kEbadf;
  if (opened->file == nullptr) return kEisdir;
  // No more than the size that was checked, should the file have grown since.
  const uint64_t left = opened->entry.size - std::min(opened->position, opened->entry.size);
  into = into.first(static_cast<size_t>(std::min({uint64_t{into.size()}, left, uint64_t{kPiece}})));
  const Errno error = ReadFile(*opened, into, count, stop);
  if (error == kSuccess) opened->position += count;
  // The thread that waits for the disk has the file from now on.
  if (error == kEintr) opened_[descriptor - kFirstPackageFile].reset();
  return error;
}

Errno PackageView::Seek(uint32_t descriptor, int64_t offset, uint32_t whence, uint64_t& position) {
  const std::lock_guard lock(mutex_);
  Opened* opened = Find(descriptor);
  if (opened == nullptr) return kEbadf;
  if (opened->file == nullptr) return kEisdir;
  uint64_t from = 0;
  if (whence == kWhenceCurrent) from = opened->position;
  if (whence == kWhenceEnd) from = opened->entry.size;
  if (whence > kWhenceEnd) return kEinval;
  // Within what a signed offset can say, so that positions never wrap.
  constexpr uint64_t kFarthest = uint64_t{1} << 62;
  const uint64_t distance = offset < 0 ? uint64_t{0} - static_cast<uint64_t>(offset) : static_cast<uint64_t>(offset);
  if (distance > kFarthest || (offset < 0 && distance > from) || (offset > 0 && from + distance > kFarthest)) {
    return kEinval;
  }
  position = offset < 0 ? from - distance : from + distance;
  opened->position = position;
  return kSuccess;
}

Errno PackageView::ReadDirectory(uint32_t descriptor, uint64_t cookie, std::span<uint8_t> into, size_t& count,
                                 const SharedStop& stop) {
  const std::lock_guard lock(mutex_);
  count = 0;
  Opened* opened = Find(descriptor);
  if (descriptor >= kFirstPackageFile && opened == nullptr) return kEbadf;
  if (opened != nullptr && !opened->entry.is_directory) return kEnotdir;
  std::optional<std::vector<PackageName>>& names = opened == nullptr ? root_names_ : opened->names;
  if (!names || cookie == 0) {
    names.reset();
    std::vector<PackageName> listed;
    const Errno error = List(opened == nullptr ? "" : opened->path, listed, stop);
    if (error != kSuccess) return error;
    names = std::move(listed);
  }
  for (uint64_t number = cookie; number < names->size() && count < into.size(); ++number) {
    const PackageName& item = (*names)[static_cast<size_t>(number)];
    Dirent header = {};
    header.next = number + 1;
    header.inode = item.entry.inode;
    header.name_length = static_cast<uint32_t>(item.name.size());
    header.type = item.entry.is_directory ? kTypeDirectory : kTypeRegularFile;
    const size_t head = std::min(sizeof(header), into.size() - count);
    std::memcpy(into.data() + count, &header, head);
    count += head;
    const size_t tail = std::min(item.name.size(), into.size() - count);
    std::memcpy(into.data() + count, item.name.data(), tail);
    count += tail;
  }
  return kSuccess;
}

Errno PackageView::Close(uint32_t descriptor) {
  const std::lock_guard lock(mutex_);
  if (Find(descriptor) == nullptr) return kEbadf;
  opened_[descriptor - kFirstPackageFile].reset();
  return kSuccess;
}

bool PackageView::IsOpen(uint32_t descriptor, bool& is_directory) {
  const std::lock_guard lock(mutex_);
  const Opened* opened = Find(descriptor);
  if (opened == nullptr) return false;
  is_directory = opened->entry.is_directory;
  return true;
}

void PackageView::Rest() {
  const std::lock_guard lock(mutex_);
  root_names_.reset();
  for (const auto& opened : opened_) {
    if (opened == nullptr) continue;
    if (opened->file) opened->file->Rest();
    opened->names.reset();
  }
}

}  // namespace goru::wasi
