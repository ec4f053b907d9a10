#include "guest/image_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

#include "support/content_hash.hpp"
#include "support/file.hpp"
#include "support/json_number.hpp"
#include "support/memory_file.hpp"
#include "wasi/packages/package_archive.hpp"
#include "wasm/memory_image.hpp"
#include "wasm/memory_slot.hpp"
#include "wasm/page_size.hpp"

namespace goru::guest {
namespace {

// Page 0: magic, size and hash of the description, description (JSON). Then the module, then on a page boundary the
// memory and behind it the packages. The description has hashes of all of them.
//
// The number at the end of the magic is that of this layout and of what guest and host say to each other
// (docs/GUEST_ABI.md): an image of another number is of no use.
constexpr std::string_view kMagic = "GORUIMG3";
struct Prefix {
  std::array<char, 8> magic;
  uint64_t size;
  support::ContentHash hash;
};
constexpr size_t kMaxDescription = 1 << 20;
constexpr uint64_t kMaxModule = uint64_t{1} << 30;
constexpr uint64_t kMaxPackages = uint64_t{3} << 30;

Error OtherVersion(const std::string& path) {
  return Error{
      ErrorKind::kUnavailable,
      path + " is an image of another version of goru; build it again for this one (`make build`, goru image build)"};
}

Error Damaged(const std::string& path) {
  return Error{ErrorKind::kUnavailable, path + " is not a goru image or is damaged; build or install it again"};
}

template <typename T>
std::span<const uint8_t> BytesOf(const T& value) {
  return {reinterpret_cast<const uint8_t*>(&value), sizeof(value)};
}

/// A stretch of the file and the hash that it should have.
struct Part {
  uint64_t offset = 0;
  uint64_t size = 0;
  std::string hash;
};

/// All that the file says of itself.
struct Description {
  ImageInfo info;
  Part module;
  Part memory;
  Part packages;
  /// Of the description, and so of everything.
  std::string hash;
};

bool Parse(std::span<const uint8_t> text, Description& out) {
  const auto json = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  try {
    ImageInfo& info = out.info;
    auto language = ReadLanguage(json);
    if (!language) return false;
    static_cast<LanguageInfo&>(info) = std::move(*language);
    const auto& parking = json.at("parking");
    info.parking = {support::WholeNumber<uint32_t>(parking.at(0)), support::WholeNumber<uint32_t>(parking.at(1)),
                    support::WholeNumber<uint32_t>(parking.at(2)), support::WholeNumber<uint32_t>(parking.at(3)),
                    support::WholeNumber<uint32_t>(parking.at(4))};
    info.hot_pages = support::WholeNumbers<uint32_t>(json.at("hot_pages"));
    info.hot_table_entries = support::WholeNumbers<uint32_t>(json.at("hot_table_entries"));
    info.module_hash = json.at("module_hash").get<std::string>();
    // Images without packages may leave it out.
    for (const auto& package : json.value("provides", nlohmann::json::array())) {
      info.provides.push_back({package.at(0).get<std::string>(), package.at(1).get<std::string>()});
    }
    out.module = {0, support::WholeNumber<uint64_t>(json.at("module_size")), info.module_hash};
    out.memory = {0, support::WholeNumber<uint64_t>(json.at("memory_size")), json.at("memory_hash").get<std::string>()};
    out.packages = {0, support::WholeNumber<uint64_t>(json.at("packages_size")),
                    json.at("packages_hash").get<std::string>()};
  } catch (const nlohmann::json::exception&) {
    return false;
  }
  if (out.module.size > kMaxModule || out.packages.size > kMaxPackages) return false;
  if (out.memory.size == 0 || out.memory.size > wasm::MemorySlot::kReservation ||
      out.memory.size % wasm::kPageSize != 0) {
    return false;
  }
  return std::all_of(out.info.hot_pages.begin(), out.info.hot_pages.end(),
                     [&out](uint32_t page) { return page < out.memory.size / wasm::kPageSize; });
}

Expected<Description> ReadDescription(int fd, const std::string& path) {
  struct stat st = {};
  if (::fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return Damaged(path);
  Prefix prefix = {};
  if (!support::ReadExactly(fd, 0, {reinterpret_cast<uint8_t*>(&prefix), sizeof(prefix)})) return Damaged(path);
  const std::string_view magic(prefix.magic.data(), prefix.magic.size());
  if (magic != kMagic && magic.substr(0, magic.size() - 1) == kMagic.substr(0, kMagic.size() - 1)) {
    return OtherVersion(path);
  }
  if (magic != kMagic || prefix.size > kMaxDescription) return Damaged(path);
  std::vector<uint8_t> text(prefix.size);
  if (!support::ReadExactly(fd, sizeof(prefix), text) || support::HashOf(text) != prefix.hash) return Damaged(path);
  Description description;
  if (!Parse(text, description)) return Damaged(path);
  description.hash = prefix.hash.Hex();
  description.module.offset = wasm::RoundUpToPage(sizeof(prefix) + text.size());
  description.memory.offset = description.module.offset + wasm::RoundUpToPage(description.module.size);
  description.packages.offset = description.memory.offset + description.memory.size;
  return description;
}

enum class Copied { kWhole, kDamaged, kNotWritten };

/// Hands a part of the file to `append`, piece by piece. What is read is never more than was asked for, and never
/// looked at twice: the file may change meanwhile, and what the hash was made of is what was handed on.
template <typename Append>
Copied CopyPart(int fd, const Part& part, Append append) {
  support::Hasher hasher;
  std::vector<uint8_t> piece(static_cast<size_t>(std::min<uint64_t>(part.size, size_t{1} << 20)));
  for (uint64_t done = 0; done < part.size;) {
    const auto bytes = std::span(piece).first(static_cast<size_t>(std::min<uint64_t>(piece.size(), part.size - done)));
    if (!support::ReadExactly(fd, part.offset + done, bytes)) return Copied::kDamaged;
    hasher.Add(bytes);
    if (!append(bytes)) return Copied::kNotWritten;
    done += bytes.size();
  }
  return hasher.Get().Hex() == part.hash ? Copied::kWhole : Copied::kDamaged;
}

/// Memory and packages of the image, one behind the other, in a file of the user's own or in sealed memory: what guests
/// run on while whoever installs an image may write over its file.
Expected<support::UniqueFd> OwnCopy(int fd, const std::string& path, const Description& description,
                                    const support::PrivateDirectory* keep) {
  const auto copy = [&](auto append) {
    const Copied memory = CopyPart(fd, description.memory, append);
    return memory == Copied::kWhole ? CopyPart(fd, description.packages, append) : memory;
  };
  if (keep != nullptr) {
    const std::string name = description.hash + ".memory";
    if (auto found = keep->Find(name)) return found;
    Copied copied = Copied::kNotWritten;
    keep->Put(name, [&](support::PrivateDirectory::Writer& writer) {
      copied = copy([&writer](std::span<const uint8_t> bytes) { return writer.Append(bytes); });
      return copied == Copied::kWhole;
    });
    if (copied == Copied::kDamaged) return Damaged(path);
    if (auto found = keep->Find(name)) return found;
  }
  auto file = support::MemoryFile::Create("goru-image");
  if (!file) return file.error();
  switch (copy([&file](std::span<const uint8_t> bytes) { return file->Append(bytes); })) {
    case Copied::kWhole:
      return std::move(*file).Seal();
    case Copied::kDamaged:
      return Damaged(path);
    case Copied::kNotWritten:
      break;
  }
  return support::SystemError("cannot copy the memory of", path);
}

support::UniqueFd OpenForReading(const std::string& path) {
  // A pipe in the place of a file would be waited for.
  return support::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

}  // namespace

Expected<void> ImageFile::Write(const std::string& path, ImageInfo info, std::span<const uint8_t> module,
                                std::span<const uint8_t> memory, std::span<const uint8_t> packages) {
  nlohmann::json description = DescribeLanguage(info);
  nlohmann::json provides = nlohmann::json::array();
  for (const ProvidedPackage& package : info.provides) provides.push_back({package.name, package.version});
  description.update(nlohmann::json{
      {"parking",
       {info.parking.buffer, info.parking.buffer_size, info.parking.depth, info.parking.answer,
        info.parking.answer_size}},
      {"hot_pages", info.hot_pages},
      {"hot_table_entries", info.hot_table_entries},
      {"provides", std::move(provides)},
      {"module_hash", support::HashOf(module).Hex()},
      {"module_size", module.size()},
      {"memory_size", memory.size()},
      {"memory_hash", support::HashOf(memory).Hex()},
      {"packages_size", packages.size()},
      {"packages_hash", support::HashOf(packages).Hex()},
  });
  const std::string text = description.dump();
  Prefix prefix = {};
  std::copy(kMagic.begin(), kMagic.end(), prefix.magic.begin());
  prefix.size = text.size();
  prefix.hash = support::HashOf({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  std::vector<uint8_t> head(wasm::RoundUpToPage(sizeof(prefix) + text.size()));
  std::memcpy(head.data(), &prefix, sizeof(prefix));
  std::memcpy(head.data() + sizeof(prefix), text.data(), text.size());
  const std::vector<uint8_t> padding(wasm::RoundUpToPage(module.size()) - module.size());
  const std::array<std::span<const uint8_t>, 5> parts = {head, module, padding, memory, packages};
  return support::WriteFileAtomically(path, parts, 0644);
}

Expected<ImageInfo> ImageFile::ReadInfo(const std::string& path) {
  const support::UniqueFd fd = OpenForReading(path);
  if (!fd) return support::SystemError("cannot open image", path);
  auto description = ReadDescription(fd.get(), path);
  if (!description) return description.error();
  return std::move(description->info);
}

Expected<std::shared_ptr<const ImageFile>> ImageFile::Open(const std::string& path,
                                                           const support::PrivateDirectory* keep) {
  support::UniqueFd fd = OpenForReading(path);
  if (!fd) return support::SystemError("cannot open image", path);
  auto description = ReadDescription(fd.get(), path);
  if (!description) return description.error();
  auto own = OwnCopy(fd.get(), path, *description, keep);
  if (!own) return own.error();
  std::shared_ptr<ImageFile> image(new ImageFile());
  if (description->packages.size > 0) {
    support::UniqueFd other(::fcntl(own->get(), F_DUPFD_CLOEXEC, 0));
    auto packages = wasi::OpenArchive(std::move(other), description->memory.size, description->packages.size);
    if (!packages) return Damaged(path);
    image->packages_ = std::move(*packages);
  }
  auto memory = wasm::MemoryImage::Open(std::move(*own), 0, description->memory.size, description->info.hot_pages);
  if (!memory) return Damaged(path);
  image->memory_ = std::move(*memory);
  image->path_ = path;
  image->fd_ = std::move(fd);
  image->info_ = std::move(description->info);
  image->module_offset_ = description->module.offset;
  image->module_size_ = description->module.size;
  return std::shared_ptr<const ImageFile>(std::move(image));
}

Expected<std::vector<uint8_t>> ImageFile::ReadModule() const {
  std::vector<uint8_t> module;
  module.reserve(module_size_);
  const Copied copied =
      CopyPart(fd_.get(), {module_offset_, module_size_, info_.module_hash}, [&module](std::span<const uint8_t> bytes) {
        module.insert(module.end(), bytes.begin(), bytes.end());
        return true;
      });
  if (copied != Copied::kWhole) return Damaged(path_);
  return module;
}

}  // namespace goru::guest
