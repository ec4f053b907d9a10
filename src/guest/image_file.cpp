#include "guest/image_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

#include "guest/package_archive.hpp"
#include "support/file.hpp"
#include "wasm/memory_image.hpp"
#include "wasm/memory_slot.hpp"
#include "wasm/page_size.hpp"

namespace goru::guest {
namespace {

// Page 0: magic, size of the description, description (JSON). Then the module, then the memory on a page boundary.
constexpr std::string_view kMagic = "GORUIMG1";
constexpr size_t kPrefix = 16;
constexpr size_t kMaxDescription = 1 << 20;
constexpr uint64_t kMaxModule = uint64_t{1} << 30;

Error Damaged(const std::string& path) {
  return Error{ErrorKind::kUnavailable, path + " is not a goru image or is damaged; build or install it again"};
}

bool ReadExactly(int fd, uint64_t offset, std::span<uint8_t> out) {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

std::string HashHex(std::span<const uint8_t> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  std::array<char, 33> text;
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text.data();
}

Expected<void> ImageFile::Write(const std::string& path, ImageInfo info, std::span<const uint8_t> module,
                                std::span<const uint8_t> memory, std::span<const uint8_t> packages) {
  nlohmann::json description = {
      {"language", info.language},
      {"version", info.version},
      {"model", info.model == GuestModel::kResumable ? "resumable" : "reactor"},
      {"parking",
       {info.parking.buffer, info.parking.buffer_size, info.parking.depth, info.parking.answer,
        info.parking.answer_size}},
      {"hot_pages", info.hot_pages},
      {"hot_table_entries", info.hot_table_entries},
      {"module_hash", HashHex(module)},
      {"module_size", module.size()},
      {"memory_size", memory.size()},
      {"packages_size", packages.size()},
  };
  const std::string text = description.dump();
  std::vector<uint8_t> head(wasm::RoundUpToPage(kPrefix + text.size()));
  std::memcpy(head.data(), kMagic.data(), kMagic.size());
  const uint64_t size = text.size();
  std::memcpy(head.data() + kMagic.size(), &size, sizeof(size));
  std::memcpy(head.data() + kPrefix, text.data(), text.size());
  const std::vector<uint8_t> padding(wasm::RoundUpToPage(module.size()) - module.size());
  const std::array<std::span<const uint8_t>, 5> parts = {head, module, padding, memory, packages};
  return support::WriteFileAtomically(path, parts, 0644);
}

Expected<std::shared_ptr<const ImageFile>> ImageFile::Open(const std::string& path) {
  support::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return support::SystemError("cannot open image", path);
  std::array<uint8_t, kPrefix> prefix;
  uint64_t size = 0;
  if (!ReadExactly(fd.get(), 0, prefix) || std::memcmp(prefix.data(), kMagic.data(), kMagic.size()) != 0) {
    return Damaged(path);
  }
  std::memcpy(&size, prefix.data() + kMagic.size(), sizeof(size));
  if (size > kMaxDescription) return Damaged(path);
  std::vector<uint8_t> text(size);
  if (!ReadExactly(fd.get(), kPrefix, text)) return Damaged(path);
  const auto description = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);

  std::shared_ptr<ImageFile> image(new ImageFile());
  image->path_ = path;
  uint64_t memory_size = 0;
  uint64_t packages_size = 0;
  try {
    ImageInfo& info = image->info_;
    info.language = description.at("language").get<std::string>();
    info.version = description.at("version").get<std::string>();
    info.model = description.at("model") == "resumable" ? GuestModel::kResumable : GuestModel::kReactor;
    const auto& parking = description.at("parking");
    info.parking = {parking.at(0).get<uint32_t>(), parking.at(1).get<uint32_t>(), parking.at(2).get<uint32_t>(),
                    parking.at(3).get<uint32_t>(), parking.at(4).get<uint32_t>()};
    info.hot_pages = description.at("hot_pages").get<std::vector<uint32_t>>();
    info.hot_table_entries = description.at("hot_table_entries").get<std::vector<uint32_t>>();
    info.module_hash = description.at("module_hash").get<std::string>();
    image->module_size_ = description.at("module_size").get<uint64_t>();
    memory_size = description.at("memory_size").get<uint64_t>();
    packages_size = description.value("packages_size", uint64_t{0});
  } catch (const nlohmann::json::exception&) {
    return Damaged(path);
  }
  if (image->module_size_ > kMaxModule || memory_size > wasm::MemorySlot::kReservation) return Damaged(path);
  for (const uint32_t page : image->info_.hot_pages) {
    if (page >= memory_size / wasm::kPageSize) return Damaged(path);
  }
  image->module_offset_ = wasm::RoundUpToPage(kPrefix + size);
  const uint64_t memory_offset = image->module_offset_ + wasm::RoundUpToPage(image->module_size_);
  if (packages_size > 0) {
    support::UniqueFd own(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    auto packages = OpenArchive(std::move(own), memory_offset + memory_size, packages_size);
    if (!packages) return Damaged(path);
    image->packages_ = std::move(*packages);
  }
  auto memory = wasm::MemoryImage::Open(std::move(fd), memory_offset, memory_size, image->info_.hot_pages);
  if (!memory) return Damaged(path);
  image->memory_ = std::move(*memory);
  return std::shared_ptr<const ImageFile>(std::move(image));
}

Expected<std::vector<uint8_t>> ImageFile::ReadModule() const {
  const support::UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return support::SystemError("cannot open image", path_);
  std::vector<uint8_t> module(module_size_);
  if (!ReadExactly(fd.get(), module_offset_, module) || HashHex(module) != info_.module_hash) return Damaged(path_);
  return module;
}

}  // namespace goru::guest
