#include "guest/image_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/raw_sandbox.hpp"
#include "support/file.hpp"

namespace goru::guest {
namespace {

using test::Must;

class ImageFileTest : public testing::Test {
 protected:
  void SetUp() override {
    ImageInfo info;
    info.language = "python";
    info.version = "3.12.0";
    info.model = GuestModel::kResumable;
    info.parking.buffer = 5;
    info.parking.depth = 7;
    info.hot_pages = {0, 2};
    ASSERT_TRUE(ImageFile::Write(path_, info, module_, memory_).ok());
  }
  void TearDown() override { std::filesystem::remove(path_); }
  void Change(size_t at, char byte) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
  }

  const std::string path_ = testing::TempDir() + "goru-image-file-" + std::to_string(::getpid());
  const std::vector<uint8_t> module_ = std::vector<uint8_t>(5000, 'm');
  const std::vector<uint8_t> memory_ = std::vector<uint8_t>(3 * 4096, 'M');
};

TEST_F(ImageFileTest, ReadsWhatItWrote) {
  const auto image = Must(ImageFile::Open(path_));
  EXPECT_EQ(image->info().language, "python");
  EXPECT_EQ(image->info().version, "3.12.0");
  EXPECT_EQ(image->info().model, GuestModel::kResumable);
  EXPECT_EQ(image->info().parking.buffer, 5U);
  EXPECT_EQ(image->info().parking.depth, 7U);
  EXPECT_EQ(image->info().hot_pages, (std::vector<uint32_t>{0, 2}));
  EXPECT_EQ(image->info().module_hash, HashHex(module_));
  EXPECT_EQ(Must(image->ReadModule()), module_);
  EXPECT_TRUE(std::equal(memory_.begin(), memory_.end(), image->memory()->bytes().begin()));
}

TEST_F(ImageFileTest, DamagedModuleIsNotHandedOut) {
  Change(4096 + 17, '!');
  const auto image = Must(ImageFile::Open(path_));
  EXPECT_FALSE(image->ReadModule().ok());
}

TEST_F(ImageFileTest, TruncatedFilesAreRefused) {
  const auto size = std::filesystem::file_size(path_);
  for (const auto to : {size - 1, size - 4096, uintmax_t{4096}, uintmax_t{20}, uintmax_t{8}, uintmax_t{0}}) {
    std::filesystem::resize_file(path_, to);
    EXPECT_FALSE(ImageFile::Open(path_).ok()) << to;
  }
  EXPECT_FALSE(ImageFile::Open(path_ + ".missing").ok());
  EXPECT_FALSE(ImageFile::Open("/").ok());
}

TEST_F(ImageFileTest, EveryByteOfTheDescriptionMayBeDamaged) {
  const auto whole = Must(support::ReadFile(path_, size_t{1} << 20));
  size_t refused = 0;
  for (size_t at = 0; at < 420; ++at) {
    Change(at, '9');
    const auto image = ImageFile::Open(path_);
    if (!image) {
      ++refused;
    } else {
      for (const uint32_t page : (*image)->info().hot_pages) EXPECT_LT(page, (*image)->memory()->size() / 4096);
    }
    Change(at, static_cast<char>(whole[at]));
  }
  EXPECT_GT(refused, 16U);
  EXPECT_TRUE(ImageFile::Open(path_).ok());
}

}  // namespace
}  // namespace goru::guest
