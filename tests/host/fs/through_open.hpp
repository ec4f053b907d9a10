// What a guest does with open and os where it could have called fs: the same operations, put together from the calls
// that WASI has, so that the tests of fs hold for files as well.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "goru/registry.hpp"
#include "host/fs/errors.hpp"
#include "host/fs/fs_module.hpp"
#include "host/fs/mount_tree.hpp"
#include "host/fs/shared.hpp"
#include "host/wire_bytes.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/files/files.hpp"

namespace goru::host::fs::test {

using nlohmann::json;

/// The functions of fs by their names, each in a process's view of files of its own.
class ThroughOpen {
 public:
  explicit ThroughOpen(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
    Add("read", "path", [](wasi::Files& files, const std::string& path, const json&) { return Read(files, path); });
    Add("write", "path", [](wasi::Files& files, const std::string& path, const json& args) {
      return Write(files, path, args, {.write = true, .create = true, .truncate = true}, 0);
    });
    Add("append", "path", [](wasi::Files& files, const std::string& path, const json& args) {
      return Write(files, path, args, {.write = true, .create = true}, wasi::kFdAppend);
    });
    Add("list", "path", [](wasi::Files& files, const std::string& path, const json& args) {
      return List(files, path, args.contains("links") && args["links"] == true);
    });
    Add("exists", "path", [](wasi::Files& files, const std::string& path, const json&) {
      wasi::Filestat stat = {};
      return json(files.StatPath(Resolve(files, path), true, stat, nullptr) == wasi::kSuccess);
    });
    Add("stat", "path", [](wasi::Files& files, const std::string& path, const json&) { return Stat(files, path); });
    Add("mkdir", "path", [](wasi::Files& files, const std::string& path, const json& args) {
      MakeDirectory(files, path, args.value("parents", false), args.value("exist_ok", false));
      return json();
    });
    Add("remove", "path", [](wasi::Files& files, const std::string& path, const json&) {
      Remove(files, path);
      return json();
    });
    Add("rename", "from", [](wasi::Files& files, const std::string& path, const json& args) {
      Check(files.Rename(Resolve(files, path), Resolve(files, args.at("to").get<std::string>()), nullptr));
      return json();
    });
  }

  const Registry& functions() const noexcept { return functions_; }

 private:
  using Operation = json (*)(wasi::Files& files, const std::string& path, const json& args);

  void Add(const char* name, const char* path_argument, Operation operation) {
    functions_.Add(name, [shared = shared_, path_argument, operation](const CallContext&, const json& args) {
      wasi::Files files(MountTrees(shared, nullptr));
      const std::string path = args.at(path_argument).get<std::string>();
      try {
        return operation(files, path, args);
      } catch (const FsError& e) {
        throw e.ToError(path);
      }
    });
  }

  /// Throws what Python would raise.
  static void Check(wasi::Errno error) {
    if (error == wasi::kSuccess) return;
    constexpr int kHighest = 133;
    for (int code = 1; code <= kHighest; ++code) {
      if (wasi::ToErrno(code) == error) throw FsError(code);
    }
    throw FsError(EIO);
  }

  static std::string Resolve(const wasi::Files& files, const std::string& path) {
    std::string resolved;
    bool folder = false;
    // wasi-libc asks relative to the folder that is open from the beginning.
    const std::string relative = path.substr(std::min(path.find_first_not_of('/'), path.size()));
    Check(files.Resolve(wasi::kRootDir, relative.empty() ? "." : relative, resolved, folder));
    return resolved;
  }

  static uint32_t Open(wasi::Files& files, const std::string& path, const wasi::OpenHow& how, uint16_t flags = 0) {
    uint32_t descriptor = 0;
    Check(files.Open(Resolve(files, path), how, flags, descriptor, nullptr));
    return descriptor;
  }

  static json Read(wasi::Files& files, const std::string& path) {
    const uint32_t file = Open(files, path, {.read = true});
    wasi::Filestat stat = {};
    Check(files.Stat(file, stat, nullptr));
    // Python says it of any folder that is opened as a file.
    if (stat.type == wasi::kTypeDirectory) throw FsError(EISDIR);
    std::vector<uint8_t> content;
    std::array<uint8_t, 40'000> piece = {};
    for (size_t count = 1; count > 0;) {
      Check(files.Read(file, piece, count, nullptr));
      content.insert(content.end(), piece.begin(), piece.begin() + static_cast<ptrdiff_t>(count));
    }
    return json::binary(std::move(content));
  }

  static json Write(wasi::Files& files, const std::string& path, const json& args, const wasi::OpenHow& how,
                    uint16_t flags) {
    const std::string data(FromWire(args.at("data")).value());
    const uint32_t file = Open(files, path, how, flags);
    for (size_t at = 0; at < data.size();) {
      size_t count = 0;
      Check(files.Write(file, {reinterpret_cast<const uint8_t*>(data.data()) + at, data.size() - at}, count, nullptr));
      at += count;
    }
    return nullptr;
  }

  static json List(wasi::Files& files, const std::string& path, bool links) {
    const uint32_t folder = Open(files, path, {.read = true, .must_be_directory = true});
    std::vector<uint8_t> buffer(size_t{1} << 16);
    std::vector<std::string> names;
    uint64_t cookie = 0;
    for (;;) {
      size_t used = 0;
      Check(files.ReadDirectory(folder, cookie, buffer, used, nullptr));
      size_t at = 0;
      wasi::Dirent entry = {};
      while (at + sizeof(entry) <= used) {
        std::memcpy(&entry, buffer.data() + at, sizeof(entry));
        if (at + sizeof(entry) + entry.name_length > used) break;
        names.emplace_back(reinterpret_cast<const char*>(buffer.data()) + at + sizeof(entry), entry.name_length);
        at += sizeof(entry) + entry.name_length;
        cookie = entry.next;
      }
      if (used < buffer.size()) break;
    }
    std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
    std::ranges::sort(names);
    json out = json::array();
    for (const std::string& name : names) {
      const std::string inside = Resolve(files, std::string(path).append("/").append(name));
      wasi::Filestat itself = {};
      wasi::Filestat stat = {};
      // It may have gone since.
      if (files.StatPath(inside, false, itself, nullptr) != wasi::kSuccess) itself = {};
      if (files.StatPath(inside, true, stat, nullptr) != wasi::kSuccess) stat = {};
      const bool folder_there = stat.type == wasi::kTypeDirectory;
      json item = {{"name", name}, {"is_dir", folder_there}, {"size", folder_there ? 0 : stat.size}};
      if (links) item["is_link"] = itself.type == wasi::kTypeSymbolicLink;
      out.push_back(std::move(item));
    }
    return out;
  }

  static json Stat(wasi::Files& files, const std::string& path) {
    constexpr uint64_t kSecond = 1'000'000'000;
    wasi::Filestat stat = {};
    const std::string resolved = Resolve(files, path);
    Check(files.StatPath(resolved, true, stat, nullptr));
    const bool folder = stat.type == wasi::kTypeDirectory;
    const uint64_t seconds = stat.modified / kSecond;
    return {{"name", resolved.empty() ? "/" : resolved.substr(resolved.rfind('/') + 1)},
            {"size", folder ? 0 : stat.size},
            {"is_dir", folder},
            {"mod_time", static_cast<double>(seconds) + static_cast<double>(stat.modified - seconds * kSecond) * 1e-9}};
  }

  /// As os.mkdir and os.makedirs do it.
  static void MakeDirectory(wasi::Files& files, const std::string& path, bool parents, bool exist_ok) {
    const std::string resolved = Resolve(files, path);
    const wasi::Errno error = files.MakeDirectory(resolved, nullptr);
    wasi::Filestat stat = {};
    if (error == wasi::kEexist && exist_ok && files.StatPath(resolved, true, stat, nullptr) == wasi::kSuccess &&
        stat.type == wasi::kTypeDirectory) {
      return;
    }
    if (error != wasi::kEnoent || !parents) return Check(error);
    const size_t slash = resolved.rfind('/');
    if (slash == std::string::npos) return Check(error);
    MakeDirectory(files, "/" + resolved.substr(0, slash), true, true);
    MakeDirectory(files, path, false, exist_ok);
  }

  static void Remove(wasi::Files& files, const std::string& path) {
    const std::string resolved = Resolve(files, path);
    wasi::Filestat stat = {};
    Check(files.StatPath(resolved, false, stat, nullptr));
    Check(stat.type == wasi::kTypeDirectory ? files.RemoveDirectory(resolved, nullptr)
                                            : files.Unlink(resolved, nullptr));
  }

  std::shared_ptr<Shared> shared_;
  Registry functions_;
};

}  // namespace goru::host::fs::test
