#include "wasi/packages/package_archive.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "support/file.hpp"
#include "support/json_check.hpp"
#include "support/json_number.hpp"
#include "wasi/packages/disk_read.hpp"

namespace goru::wasi {
namespace {

using nlohmann::json;

constexpr size_t kMaxFiles = 200'000;
constexpr size_t kMaxDepth = 64;
constexpr uint64_t kMaxBytes = uint64_t{2} << 30;
constexpr uint64_t kMaxIndex = uint64_t{64} << 20;
constexpr size_t kMaxPath = 4096;

/// Relative and normal, as layers have them.
bool IsPlain(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath || path.find('\0') != std::string_view::npos) return false;
  for (size_t depth = 0; depth < kMaxDepth; ++depth) {
    const size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    if (component.empty() || component == "." || component == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

struct Packer {
  json index = json::array();
  std::map<std::string, bool> seen;
  std::vector<uint8_t> content;
};

Error Unreadable(const std::string& path) {
  return Error{ErrorKind::kUnavailable, "the packages' file " + path + " cannot be read into the image"};
}

Expected<void> PackFile(const PackageLayer& layer, const std::string& path, Packer& packer) {
  PackageEntry entry;
  std::unique_ptr<PackageFile> file;
  if (layer.Open(path, entry, file, Patience::kForDisk) != kSuccess || file == nullptr) return Unreadable(path);
  const size_t start = packer.content.size();
  if (packer.index.size() >= kMaxFiles || start + entry.size > kMaxBytes) {
    return Error{ErrorKind::kInvalidArgument, "the packages are too many or too large for an image"};
  }
  packer.content.resize(start + entry.size);
  std::span<uint8_t> rest = std::span(packer.content).subspan(start);
  while (!rest.empty()) {
    size_t count = 0;
    if (file->Read(entry.size - rest.size(), rest, count, Patience::kForDisk) != kSuccess || count == 0) {
      return Unreadable(path);
    }
    rest = rest.subspan(count);
  }
  packer.index.push_back(json::array({path, start, entry.size}));
  return {};
}

Expected<void> PackDirectory(const PackageLayer& layer, const std::string& path, size_t depth, Packer& packer) {
  std::vector<PackageName> names;
  if (depth > kMaxDepth || layer.List(path, kMaxFiles, names, Patience::kForDisk) != kSuccess) return Unreadable(path);
  std::sort(names.begin(), names.end(), [](const PackageName& a, const PackageName& b) { return a.name < b.name; });
  for (const PackageName& item : names) {
    const std::string child = path.empty() ? item.name : path + "/" + item.name;
    if (item.entry.is_directory) {
      if (auto packed = PackDirectory(layer, child, depth + 1, packer); !packed) return packed;
    } else if (packer.seen.emplace(child, true).second) {
      if (auto packed = PackFile(layer, child, packer); !packed) return packed;
    }
  }
  return {};
}

class ArchiveFile final : public PackageFile {
 public:
  ArchiveFile(std::shared_ptr<const support::UniqueFd> fd, uint64_t offset, uint64_t size)
      : fd_(std::move(fd)), offset_(offset), size_(size) {}

  Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count, Patience patience) override {
    count = 0;
    if (offset >= size_) return kSuccess;
    into = into.first(static_cast<size_t>(std::min<uint64_t>(into.size(), size_ - offset)));
    return ReadFromDisk(fd_->get(), offset_ + offset, into, count, patience);
  }

 private:
  std::shared_ptr<const support::UniqueFd> fd_;
  uint64_t offset_;
  uint64_t size_;
};

class ArchiveLayer final : public PackageLayer {
 public:
  struct Node {
    PackageEntry entry;
    uint64_t offset = 0;
    std::vector<std::string> children;
  };

  explicit ArchiveLayer(support::UniqueFd fd) : fd_(std::make_shared<const support::UniqueFd>(std::move(fd))) {
    nodes_[""].entry.is_directory = true;
  }

  /// Only while it is made. False: the path cannot be.
  bool Add(const std::string& path, uint64_t offset, uint64_t size) {
    Node node;
    node.entry.size = size;
    node.entry.inode = nodes_.size() + 1;
    node.offset = offset;
    if (!IsPlain(path) || !nodes_.emplace(path, std::move(node)).second) return false;
    std::string child = path;
    while (!child.empty()) {
      const size_t slash = child.rfind('/');
      const std::string parent = slash == std::string::npos ? std::string() : child.substr(0, slash);
      const bool known = nodes_.contains(parent);
      Node& directory = nodes_[parent];
      if (!known) {
        directory.entry.is_directory = true;
        directory.entry.inode = nodes_.size() + 1;
      }
      if (!directory.entry.is_directory) return false;
      directory.children.push_back(child.substr(slash == std::string::npos ? 0 : slash + 1));
      if (known) break;
      child = parent;
    }
    return true;
  }

  Errno Stat(const std::string& path, PackageEntry& entry, Patience /*patience*/) const override {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return kEnoent;
    entry = found->second.entry;
    return kSuccess;
  }

  Errno List(const std::string& path, size_t limit, std::vector<PackageName>& names,
             Patience /*patience*/) const override {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return kEnoent;
    if (!found->second.entry.is_directory) return kEnotdir;
    for (const std::string& name : found->second.children) {
      if (names.size() >= limit) break;
      std::string below = path;
      if (!below.empty()) below += '/';
      below += name;
      const auto child = nodes_.find(below);
      if (child != nodes_.end()) names.push_back({name, child->second.entry});
    }
    return kSuccess;
  }

  Errno Open(const std::string& path, PackageEntry& entry, std::unique_ptr<PackageFile>& file,
             Patience /*patience*/) const override {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return kEnoent;
    entry = found->second.entry;
    if (!entry.is_directory) file = std::make_unique<ArchiveFile>(fd_, found->second.offset, entry.size);
    return kSuccess;
  }

 private:
  std::shared_ptr<const support::UniqueFd> fd_;
  std::map<std::string, Node> nodes_;
};

}  // namespace

Expected<std::vector<uint8_t>> PackArchive(std::span<const std::shared_ptr<const PackageLayer>> layers) {
  Packer packer;
  for (const auto& layer : layers) {
    if (auto packed = PackDirectory(*layer, "", 0, packer); !packed) return packed.error();
  }
  const std::string index = packer.index.dump();
  const uint64_t size = index.size();
  if (size > kMaxIndex) return Error{ErrorKind::kInvalidArgument, "the packages are too many for an image"};
  std::vector<uint8_t> archive(sizeof(size));
  std::memcpy(archive.data(), &size, sizeof(size));
  archive.insert(archive.end(), index.begin(), index.end());
  archive.insert(archive.end(), packer.content.begin(), packer.content.end());
  return archive;
}

Expected<std::shared_ptr<const PackageLayer>> OpenArchive(support::UniqueFd file, uint64_t offset, uint64_t size) {
  const Error damaged = {ErrorKind::kUnavailable, "the packages in the image are damaged"};
  uint64_t index_size = 0;
  std::vector<uint8_t> bytes(sizeof(index_size));
  if (size < sizeof(index_size) || !support::ReadExactly(file.get(), offset, bytes)) return damaged;
  std::memcpy(&index_size, bytes.data(), sizeof(index_size));
  if (index_size > kMaxIndex || index_size > size - sizeof(index_size)) return damaged;
  bytes.resize(index_size);
  if (!support::ReadExactly(file.get(), offset + sizeof(index_size), bytes)) return damaged;
  if (!support::CheckJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) return damaged;
  const json index = json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (!index.is_array() || index.size() > kMaxFiles) return damaged;
  const uint64_t content = sizeof(index_size) + index_size;
  auto layer = std::make_shared<ArchiveLayer>(std::move(file));
  try {
    for (const json& item : index) {
      const auto start = support::WholeNumber<uint64_t>(item.at(1));
      const auto length = support::WholeNumber<uint64_t>(item.at(2));
      const uint64_t room = size - content;
      if (start > room || length > room - start) return damaged;
      if (!layer->Add(item.at(0).get<std::string>(), offset + content + start, length)) return damaged;
    }
  } catch (const json::exception&) {
    return damaged;
  }
  return std::shared_ptr<const PackageLayer>(std::move(layer));
}

}  // namespace goru::wasi
