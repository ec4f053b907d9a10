// What a guest asks of its files: paths, descriptors, offsets, sizes. Steps of five bytes (what, descriptor, length of
// a path, number), each followed by its path.
#include "wasi/files/files.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "require.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/files/device_tree.hpp"
#include "wasi/files/memory_tree.hpp"

namespace {

using goru::fuzz::Require;
using goru::wasi::kFirstFile;
using goru::wasi::kSuccess;

constexpr uint64_t kBytes = 4096;
constexpr size_t kOpen = 4;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace goru::wasi;  // NOLINT(google-build-using-namespace)
  const auto root = std::make_shared<MemoryTree>(MemoryTreeLimits{.bytes = kBytes, .entries = 16, .depth = 4});
  const auto mount = std::make_shared<MemoryTree>(MemoryTreeLimits{.bytes = kBytes, .entries = 16, .depth = 4});
  Files files({{"", root}, {"a/m", mount}, {"dev", std::make_shared<DeviceTree>()}}, {kOpen});
  std::vector<uint8_t> buffer(128);
  constexpr size_t kStep = 5;
  while (size >= kStep) {
    const uint32_t fd = data[1] % 8 == 0 ? kRootDir : kFirstFile + data[1] % 8 - 1;
    const size_t length = std::min<size_t>(data[2], size - kStep);
    const uint64_t number = data[3] + (uint64_t{data[4]} << (data[3] % 57));
    const std::string_view text = goru::fuzz::Text(data + kStep, length);
    const auto bytes = std::span(buffer).first(number % buffer.size());
    std::string path;
    bool folder = false;
    size_t count = 0;
    uint64_t position = 0;
    Filestat stat = {};
    const bool named = files.Resolve(fd, text, path, folder) == kSuccess;
    if (named) {
      Require(!path.starts_with('/') && !path.ends_with('/') && ("/" + path + "/").find("/../") == std::string::npos);
    }
    switch (data[0] % 16) {
      case 0:
      case 1: {
        const OpenHow how = {.read = (data[3] & 1) != 0,
                             .write = (data[3] & 2) != 0,
                             .create = (data[3] & 4) != 0,
                             .exclusive = (data[3] & 8) != 0,
                             .truncate = (data[3] & 16) != 0,
                             .must_be_directory = (data[3] & 32) != 0};
        uint32_t opened = 0;
        if (named && files.Open(path, how, data[4] & 1, opened, nullptr) == kSuccess) {
          Require(opened >= kFirstFile && opened < kFirstFile + kOpen);
        }
        break;
      }
      case 2:
        if (files.Read(fd, bytes, count, nullptr) == kSuccess) Require(count <= bytes.size());
        break;
      case 3:
        if (files.Write(fd, bytes, count, nullptr) == kSuccess) Require(count <= bytes.size());
        break;
      case 4:
        if (files.ReadAt(fd, number, bytes, count, nullptr) == kSuccess) Require(count <= bytes.size());
        break;
      case 5:
        (void)files.WriteAt(fd, number, bytes, count, nullptr);
        break;
      case 6:
        if (files.Seek(fd, static_cast<int64_t>(number - 5), data[4] % 4, position, nullptr) == kSuccess) {
          Require(position <= uint64_t{1} << 62);
        }
        break;
      case 7:
        if (files.ReadDirectory(fd, number, bytes, count, nullptr) == kSuccess) Require(count <= bytes.size());
        break;
      case 8:
        (void)files.SetSize(fd, number, nullptr);
        (void)files.Allocate(fd, number, number, nullptr);
        break;
      case 9:
        if (named) (void)files.MakeDirectory(path, nullptr);
        break;
      case 10:
        if (named) (void)files.RemoveDirectory(path, nullptr);
        break;
      case 11:
        if (named) (void)files.Unlink(path, nullptr);
        break;
      case 12:
        if (named) (void)files.Rename(path, std::string(1, static_cast<char>('a' + data[4] % 8)), nullptr);
        break;
      case 13:
        if (named && files.StatPath(path, true, stat, nullptr) == kSuccess) Require(stat.size <= kBytes);
        break;
      case 14:
        (void)files.Renumber(fd, kFirstFile + data[4] % 8);
        break;
      default:
        (void)files.Close(fd);
        files.Rest();
        break;
    }
    Require(root->used() <= kBytes && mount->used() <= kBytes);
    data += kStep + length;
    size -= kStep + length;
  }
  return 0;
}
