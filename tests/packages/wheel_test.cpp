#include "packages/wheel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stop_token>

#include "packages/digest.hpp"
#include "packages/zip_library.hpp"
#include "support/base64.hpp"
#include "support/dynamic_library.hpp"

namespace goru::packages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// Writes zip files with what the library that reads them offers.
class ZipWriter {
 public:
  ZipWriter() {
    const auto library = support::DynamicLibrary::Load("libzip.so.4");
    ok_ = library && library->Find("zip_open", open_) && library->Find("zip_close", close_) &&
          library->Find("zip_source_buffer", source_) && library->Find("zip_file_add", add_) &&
          library->Find("zip_file_set_external_attributes", attributes_) &&
          library->Find("zip_set_file_compression", compress_);
  }
  bool ok() const { return ok_; }

  void Write(const std::string& path, const std::vector<std::pair<std::string, std::string>>& entries,
             const std::string& link) const {
    int error = 0;
    zip_t* zip = open_(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    ASSERT_NE(zip, nullptr);
    for (const auto& [name, data] : entries) {
      const auto index = add_(zip, name.c_str(), source_(zip, data.data(), data.size(), 0), ZIP_FL_ENC_UTF_8);
      ASSERT_GE(index, 0) << name;
      constexpr zip_uint32_t kLink = 0120777U << 16U;
      if (name == link) attributes_(zip, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX, kLink);
    }
    ASSERT_EQ(close_(zip), 0);
  }

 private:
  bool ok_ = false;
  decltype(&::zip_open) open_ = nullptr;
  decltype(&::zip_close) close_ = nullptr;
  decltype(&::zip_source_buffer) source_ = nullptr;
  decltype(&::zip_file_add) add_ = nullptr;
  decltype(&::zip_file_set_external_attributes) attributes_ = nullptr;
  decltype(&::zip_set_file_compression) compress_ = nullptr;
};

std::string RecordLine(const std::string& name, const std::string& data) {
  const auto digest = Digest("sha256", {reinterpret_cast<const uint8_t*>(data.data()), data.size()});
  std::string hash = support::ToBase64({reinterpret_cast<const char*>(digest->data()), digest->size()});
  for (char& c : hash) c = c == '+' ? '-' : c == '/' ? '_' : c;
  hash.resize(hash.find('='));
  return name + ",sha256=" + hash + "," + std::to_string(data.size()) + "\n";
}

class WheelTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(writer_.ok());
    std::string path = (fs::temp_directory_path() / "goru-wheel-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::map<std::string, std::string> Ordinary() const {
    return {{"cup/__init__.py", "x = 1\n"},
            {"cup-1.0.dist-info/METADATA",
             "Metadata-Version: 2.1\nName: Cup\nVersion: 1.0\nRequires-Dist: Tea_Pot (>=1) ; extra == 'x'\n\nName: "
             "other\n"},
            {"cup-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n"}};
  }

  Expected<Wheel> Read(const std::map<std::string, std::string>& files, const std::string& link = {},
                       const std::string& name = "cup-1.0-py3-none-any.whl") {
    std::vector<std::pair<std::string, std::string>> entries(files.begin(), files.end());
    std::string record;
    for (const auto& [file, data] : files) record += file.ends_with('/') ? "" : RecordLine(file, data);
    if (record_) record = *record_;
    entries.emplace_back("cup-1.0.dist-info/RECORD", record);
    const std::string path = (directory_ / name).string();
    writer_.Write(path, entries, link);
    return ReadWheel(path, limits_);
  }

  std::string Refusal(const std::map<std::string, std::string>& files, const std::string& link = {}) {
    auto wheel = Read(files, link);
    return wheel ? "accepted" : wheel.error().message;
  }

  ZipWriter writer_;
  fs::path directory_;
  WheelLimits limits_;
  std::optional<std::string> record_;
};

TEST_F(WheelTest, ReadsAWheel) {
  auto files = Ordinary();
  files["cup-1.0.data/purelib/saucer.py"] = "y = 2\n";
  files["cup-1.0.data/scripts/cup"] = "#!python\n";
  files["cup/_fast.cpython-312-x86_64-linux-gnu.so"] = "elf";
  files["cup.libs/libz.so.1"] = "elf";
  files["start.pth"] = "import os\n";
  files["cup/__pycache__/x.pyc"] = "stale";
  const auto wheel = Read(files);
  ASSERT_TRUE(wheel) << wheel.error().message;
  EXPECT_EQ(wheel->name, "cup");
  EXPECT_EQ(wheel->version, "1.0");
  EXPECT_EQ(wheel->sha256.size(), 64U);
  EXPECT_TRUE(wheel->native_removed);
  EXPECT_THAT(wheel->modules, ElementsAre("cup", "saucer"));
  EXPECT_THAT(wheel->requires_names, ElementsAre("tea-pot"));
  std::vector<std::string> paths;
  for (const WheelFile& file : wheel->files) paths.push_back(file.path);
  EXPECT_THAT(paths, ElementsAre("saucer.py", "cup-1.0.dist-info/METADATA", "cup-1.0.dist-info/RECORD",
                                 "cup-1.0.dist-info/WHEEL", "cup/__init__.py"));
}

TEST_F(WheelTest, RefusesPathsThatLeadOut) {
  for (const char* name : {"../x.py", "/x.py", "cup/../../x.py", "cup//x.py", "cup/./x.py", "c:/x.py", "cup\\x.py",
                           "a\nb.py", "..", "a/.."}) {
    auto files = Ordinary();
    files[name] = "x";
    EXPECT_THAT(Refusal(files), HasSubstr("leads out")) << name;
  }
  auto files = Ordinary();
  files[std::string(2000, 'x')] = "x";
  EXPECT_THAT(Refusal(files), HasSubstr("leads out"));
}

TEST_F(WheelTest, RefusesLinks) {
  auto files = Ordinary();
  files["cup/link"] = "/etc/passwd";
  EXPECT_THAT(Refusal(files, "cup/link"), HasSubstr("is a link"));
}

TEST_F(WheelTest, RefusesWhatRecordDoesNotHold) {
  record_ = "";
  EXPECT_THAT(Refusal(Ordinary()), HasSubstr("is not in RECORD"));
  record_ = RecordLine("cup/__init__.py", "other\n");
  EXPECT_THAT(Refusal(Ordinary()), HasSubstr("not what RECORD says"));
  record_ = "cup/__init__.py,md5=abc,6\n";
  EXPECT_THAT(Refusal(Ordinary()), HasSubstr("not accepted"));
}

TEST_F(WheelTest, RefusesOtherNames) {
  auto files = Ordinary();
  files["cup-1.0.dist-info/METADATA"] = "Name: saucer\n";
  EXPECT_THAT(Refusal(files), HasSubstr("another package"));
  files = Ordinary();
  files["other-1.0.dist-info/METADATA"] = "Name: other\n";
  EXPECT_THAT(Refusal(files), HasSubstr(".dist-info"));
  EXPECT_FALSE(Read(Ordinary(), {}, "saucer-1.0-py3-none-any.whl"));
  EXPECT_FALSE(Read(Ordinary(), {}, "cup.whl"));
}

TEST_F(WheelTest, RefusesOtherVersions) {
  const auto refusal = [this](const std::string& metadata) {
    auto files = Ordinary();
    files["cup-1.0.dist-info/METADATA"] = metadata;
    return Refusal(files);
  };
  EXPECT_THAT(refusal("Name: cup\nVersion: 1.1\n"), HasSubstr("another version"));
  EXPECT_THAT(refusal("Name: cup\n"), HasSubstr("another version"));
  EXPECT_THAT(refusal("Name: cup\nVersion: 1.0\nVersion: 1.1\n"), HasSubstr("another version"));
  EXPECT_THAT(refusal("Name: cup\n\nVersion: 1.0\n"), HasSubstr("another version"));
  EXPECT_EQ(refusal("Name: cup\nVersion: 1.0.0\n"), "accepted");
  const auto wheel = Read(Ordinary(), {}, "cup-1.1-py3-none-any.whl");
  ASSERT_FALSE(wheel);
  EXPECT_THAT(wheel.error().message, HasSubstr(".dist-info directory is another version's"));
}

TEST_F(WheelTest, EachFileIsHashedOnce) {
  const auto files = Ordinary();
  std::string record;
  for (const auto& [name, data] : files) record += RecordLine(name, data);
  record_ = record + record;
  EXPECT_EQ(Refusal(files), "accepted");
  record_ = record + RecordLine("cup/__init__.py", "x = 2\n");
  EXPECT_THAT(Refusal(files), HasSubstr("in RECORD twice"));
  // A MiB, a hundred thousand times, would take minutes.
  auto large = files;
  large["cup/large.bin"] = std::string(size_t{1} << 20, 'x');
  record_ = record;
  const std::string line = RecordLine("cup/large.bin", large["cup/large.bin"]);
  for (int i = 0; i < 100'000; ++i) *record_ += line;
  EXPECT_EQ(Refusal(large), "accepted");
}

TEST_F(WheelTest, EndsWhenItIsToldTo) {
  ASSERT_TRUE(Read(Ordinary()));
  std::stop_source stop;
  stop.request_stop();
  const auto wheel = ReadWheel((directory_ / "cup-1.0-py3-none-any.whl").string(), {}, stop.get_token());
  ASSERT_FALSE(wheel);
  EXPECT_EQ(wheel.error().kind, ErrorKind::kCancelled);
}

TEST_F(WheelTest, RefusesSizesOf64Bits) {
  ASSERT_TRUE(Read(Ordinary()));
  const fs::path path = directory_ / "cup-1.0-py3-none-any.whl";
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const size_t end = bytes.rfind(std::string("PK\5\6", 4));
  ASSERT_NE(end, std::string::npos);
  bytes.insert(end, std::string("PK\6\7", 4) + std::string(16, '\0'));
  std::ofstream(path, std::ios::binary) << bytes;
  const auto wheel = ReadWheel(path.string());
  ASSERT_FALSE(wheel);
  EXPECT_THAT(wheel.error().message, HasSubstr("64 bits"));
}

TEST_F(WheelTest, HoldsToItsLimits) {
  auto files = Ordinary();
  files["cup/big"] = std::string(100'000, '\0');
  limits_.file_bytes = 99'999;
  EXPECT_THAT(Refusal(files), HasSubstr("larger than goru unpacks"));
  limits_.file_bytes = 200'000;
  limits_.total_bytes = 100'001;
  EXPECT_THAT(Refusal(files), HasSubstr("larger than goru unpacks"));
  limits_ = {};
  limits_.files = 4;
  EXPECT_THAT(Refusal(files), HasSubstr("more files"));
  limits_.files = 5;
  EXPECT_EQ(Refusal(files), "accepted");
}

TEST_F(WheelTest, RefusesFilesUnderFiles) {
  auto files = Ordinary();
  files["cup/a"] = "";
  files["cup/a/b"] = "";
  EXPECT_THAT(Refusal(files), HasSubstr("both a file and a directory"));
  // Also where they only meet at their destination.
  files = Ordinary();
  files["cup-1.0.data/purelib/cup/__init__.py"] = "z";
  EXPECT_THAT(Refusal(files), HasSubstr("twice"));
}

TEST_F(WheelTest, SurvivesDamage) {
  ASSERT_TRUE(Read(Ordinary()));
  const fs::path path = directory_ / "cup-1.0-py3-none-any.whl";
  std::vector<char> bytes(fs::file_size(path));
  std::FILE* file = std::fopen(path.c_str(), "rb");
  ASSERT_EQ(std::fread(bytes.data(), 1, bytes.size(), file), bytes.size());
  std::fclose(file);
  // Every byte once: refused, or the same as without the damage (a date, say), but never anything else.
  size_t refused = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    file = std::fopen(path.c_str(), "wb");
    ASSERT_EQ(std::fwrite(damaged.data(), 1, damaged.size(), file), damaged.size());
    std::fclose(file);
    const auto wheel = ReadWheel(path.string());
    refused += wheel ? 0U : 1U;
    EXPECT_TRUE(!wheel || wheel->modules == std::vector<std::string>{"cup"}) << at;
  }
  EXPECT_GT(refused, bytes.size() / 2);
}

}  // namespace
}  // namespace goru::packages
