#include "guest/image_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "common/raw_sandbox.hpp"
#include "common/temporary_folder.hpp"
#include "support/content_hash.hpp"
#include "support/file.hpp"

namespace goru::guest {
namespace {

namespace fs = std::filesystem;
using test::Must;

/// An archive (src/wasi/packages/package_archive.cpp) of one file, "m.py".
std::vector<uint8_t> Archive() {
  const std::string index = R"([["m.py",0,5]])";
  const uint64_t size = index.size();
  const std::string data = "x = 1";
  std::vector<uint8_t> out(sizeof(size) + index.size() + data.size());
  std::memcpy(out.data(), &size, sizeof(size));
  std::memcpy(out.data() + sizeof(size), index.data(), index.size());
  std::memcpy(out.data() + sizeof(size) + index.size(), data.data(), data.size());
  return out;
}

/// Where the copies of images are kept: in a directory, or nowhere.
class ImageFileTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) keep_ = Must(support::PrivateDirectory::Open(folder_.path() + "/keep"));
    std::fill_n(memory_.begin() + 4096, 4096, uint8_t{0});
    ImageInfo info;
    info.language = "python";
    info.variant = "3.12";
    info.runtime = "CPython";
    info.version = "3.12.0";
    info.model = GuestModel::kResumable;
    info.codec_name = CodecName::kJson;
    info.packages = "3.12";
    info.hot_job = "print(1+1)";
    info.parking.buffer = 5;
    info.parking.depth = 7;
    info.hot_pages = {0, 2};
    info.provides = {{"cup", "1.0"}, {"spoon", "2.1"}};
    ASSERT_TRUE(ImageFile::Write(path_, info, module_, memory_, packages_).ok());
  }
  Expected<std::shared_ptr<const ImageFile>> Open() const { return ImageFile::Open(path_, keep_ ? &*keep_ : nullptr); }
  void Change(size_t at, char byte) const {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
  }
  /// In place, as `cp` over an installed file does.
  void Overwrite(char byte) const {
    const auto size = static_cast<std::streamsize>(fs::file_size(path_));
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamsize i = 0; i < size; ++i) file.put(byte);
  }
  void ExpectWhole(const ImageFile& image) const {
    ASSERT_EQ(image.memory()->size(), memory_.size());
    EXPECT_TRUE(std::equal(memory_.begin(), memory_.end(), image.memory()->bytes().begin()));
    auto slot = Must(wasm::MemorySlot::Create(image.memory()));
    EXPECT_TRUE(std::equal(memory_.begin(), memory_.end(), slot->base()));
    wasi::PackageEntry entry;
    std::unique_ptr<wasi::PackageFile> file;
    ASSERT_NE(image.packages(), nullptr);
    ASSERT_EQ(image.packages()->Open("m.py", entry, file, wasi::Patience::kForDisk), wasi::kSuccess);
    std::vector<uint8_t> text(100);
    size_t count = 0;
    ASSERT_EQ(file->Read(0, text, count, wasi::Patience::kForDisk), wasi::kSuccess);
    EXPECT_EQ(std::string(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count)), "x = 1");
  }
  fs::path KeptFile() const {
    for (const auto& entry : fs::directory_iterator(keep_->path())) {
      if (entry.path().extension() == ".memory") return entry.path();
    }
    ADD_FAILURE() << "nothing is kept";
    return {};
  }

  static constexpr size_t kModuleAt = 4096;
  static constexpr size_t kMemoryAt = kModuleAt + 8192;
  static constexpr size_t kPackagesAt = kMemoryAt + 3 * size_t{4096};

  const test::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/test.img";
  std::optional<support::PrivateDirectory> keep_;
  const std::vector<uint8_t> module_ = std::vector<uint8_t>(5000, 'm');
  std::vector<uint8_t> memory_ = std::vector<uint8_t>(3 * size_t{4096}, 'M');
  const std::vector<uint8_t> packages_ = Archive();
};
INSTANTIATE_TEST_SUITE_P(Copies, ImageFileTest, testing::Bool(),
                         [](const auto& kept) { return kept.param ? "Kept" : "InMemory"; });

TEST_P(ImageFileTest, ReadsWhatItWrote) {
  for (int round = 0; round < 2; ++round) {
    const auto image = Must(Open());
    EXPECT_EQ(image->info().language, "python");
    EXPECT_EQ(image->info().variant, "3.12");
    EXPECT_EQ(image->info().version, "3.12.0");
    EXPECT_EQ(image->info().model, GuestModel::kResumable);
    EXPECT_EQ(image->info().codec_name, CodecName::kJson);
    EXPECT_EQ(image->info().packages, "3.12");
    EXPECT_EQ(image->info().hot_job, "print(1+1)");
    EXPECT_EQ(image->info().parking.buffer, 5U);
    EXPECT_EQ(image->info().parking.depth, 7U);
    EXPECT_EQ(image->info().hot_pages, (std::vector<uint32_t>{0, 2}));
    EXPECT_EQ(image->info().provides, (std::vector<ProvidedPackage>{{"cup", "1.0"}, {"spoon", "2.1"}}));
    EXPECT_EQ(image->info().module_hash, support::HashOf(module_).Hex());
    EXPECT_EQ(Must(image->ReadModule()), module_);
    ExpectWhole(*image);
  }
  EXPECT_EQ(Must(ImageFile::ReadInfo(path_)).version, "3.12.0");
}

TEST_P(ImageFileTest, ImagesOfOtherVersionsSaySo) {
  for (const char number : {'1', '2', '4'}) {
    Change(7, number);
    for (const auto& error : {Open().error(), ImageFile::ReadInfo(path_).error()}) {
      EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
      EXPECT_NE(error.message.find("another version of goru; build it again"), std::string::npos) << error.message;
    }
  }
}

TEST_P(ImageFileTest, DamagedModuleIsNotHandedOut) {
  Change(kModuleAt + 17, '!');
  const auto image = Must(Open());
  EXPECT_FALSE(image->ReadModule().ok());
}

TEST_P(ImageFileTest, DamagedMemoryOrPackagesAreRefused) {
  for (const size_t at : {kMemoryAt, kMemoryAt + 5000, kPackagesAt - 1, kPackagesAt, kPackagesAt + 12}) {
    const auto whole = Must(support::ReadFile(path_, size_t{1} << 20));
    Change(at, '!');
    const auto image = Open();
    ASSERT_FALSE(image.ok()) << at;
    EXPECT_EQ(image.error().kind, ErrorKind::kUnavailable);
    Change(at, static_cast<char>(whole[at]));
  }
  ExpectWhole(*Must(Open()));
}

TEST_P(ImageFileTest, TruncatedFilesAreRefused) {
  const auto size = fs::file_size(path_);
  for (const auto to :
       {size - 1, size - 4096, uintmax_t{kMemoryAt}, uintmax_t{4096}, uintmax_t{20}, uintmax_t{8}, uintmax_t{0}}) {
    fs::resize_file(path_, to);
    EXPECT_FALSE(Open().ok()) << to;
  }
  EXPECT_FALSE(ImageFile::Open(path_ + ".missing", nullptr).ok());
  EXPECT_FALSE(ImageFile::Open("/", nullptr).ok());
  const std::string pipe = folder_.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(ImageFile::Open(pipe, nullptr).ok());
}

TEST_P(ImageFileTest, NoByteOfTheDescriptionMayBeDamaged) {
  const auto whole = Must(support::ReadFile(path_, size_t{1} << 20));
  uint64_t size = 0;
  std::memcpy(&size, whole.data() + 8, sizeof(size));
  for (size_t at = 0; at < 32 + size; ++at) {
    Change(at, static_cast<char>(whole[at] ^ 0x11));
    EXPECT_FALSE(Open().ok()) << at;
    EXPECT_FALSE(ImageFile::ReadInfo(path_).ok()) << at;
    Change(at, static_cast<char>(whole[at]));
  }
  EXPECT_TRUE(Open().ok());
}

TEST_P(ImageFileTest, WhatHappensToTheFileLaterIsNotSeen) {
  const auto image = Must(Open());
  auto slot = Must(wasm::MemorySlot::Create(image->memory()));
  Overwrite('X');
  ExpectWhole(*image);
  EXPECT_TRUE(std::equal(memory_.begin(), memory_.end(), slot->base()));
  EXPECT_FALSE(image->ReadModule().ok());
  // A file that ends before what is mapped of it raises SIGBUS.
  fs::resize_file(path_, 0);
  ExpectWhole(*image);
  EXPECT_TRUE(slot->Reset(wasm::MemorySlot::ResetMethod::kDiscard));
  EXPECT_TRUE(std::equal(memory_.begin(), memory_.end(), slot->base()));
  const auto module = image->ReadModule();
  ASSERT_FALSE(module.ok());
  EXPECT_NE(module.error().message.find("damaged"), std::string::npos);
  EXPECT_FALSE(Open().ok());
}

TEST_P(ImageFileTest, FileThatChangesWhileItIsOpenedIsWholeOrRefused) {
  std::atomic<bool> done{false};
  std::jthread writer([&] {
    for (int i = 0; !done; ++i) {
      Change(kMemoryAt + static_cast<size_t>(i) % (3 * size_t{4096}), i % 2 == 0 ? '!' : 'M');
      // The zeros in the middle as well.
      Change(kMemoryAt + 4096, i % 2 == 0 ? '!' : '\0');
      Change(kMemoryAt + static_cast<size_t>(i) % 4096, 'M');
    }
  });
  for (int i = 0; i < 200; ++i) {
    const auto image = ImageFile::Open(path_, nullptr);
    if (image) ExpectWhole(**image);
  }
  done = true;
}

class KeptImage : public ImageFileTest {};
INSTANTIATE_TEST_SUITE_P(Copies, KeptImage, testing::Values(true));

TEST_P(KeptImage, IsCopiedOnceAndPrivately) {
  (void)Must(Open());
  const fs::path kept = KeptFile();
  EXPECT_EQ(fs::status(kept).permissions() & fs::perms::all, fs::perms::owner_read);
  EXPECT_EQ(fs::file_size(kept), memory_.size() + packages_.size());
  const auto when = fs::last_write_time(kept);
  // Later starts read no more than the description.
  Change(kMemoryAt + 5, '!');
  ExpectWhole(*Must(Open()));
  EXPECT_EQ(fs::last_write_time(kept), when);
  EXPECT_FALSE(ImageFile::Open(path_, nullptr).ok());
}

TEST_P(KeptImage, OtherImagesHaveOtherCopies) {
  (void)Must(Open());
  memory_[0] = 'N';
  ImageInfo info;
  info.language = "python";
  info.runtime = "CPython";
  info.version = "3";
  ASSERT_TRUE(ImageFile::Write(path_, info, module_, memory_, packages_).ok());
  ExpectWhole(*Must(Open()));
}

TEST_P(KeptImage, DamagedCopyIsMadeAgain) {
  (void)Must(Open());
  for (const bool truncate : {false, true}) {
    const fs::path kept = KeptFile();
    fs::permissions(kept, fs::perms::owner_write, fs::perm_options::add);
    if (truncate) {
      fs::resize_file(kept, 10);
    } else {
      std::ofstream(kept, std::ios::in | std::ios::out) << "!!!";
    }
    ExpectWhole(*Must(Open()));
    EXPECT_EQ(fs::file_size(KeptFile()), memory_.size() + packages_.size());
  }
}

TEST_P(KeptImage, NoRoomForACopyCostsOnlyTheCopy) {
  fs::remove_all(keep_->path());
  const auto image = Must(Open());
  Overwrite('X');
  ExpectWhole(*image);
}

}  // namespace
}  // namespace goru::guest
