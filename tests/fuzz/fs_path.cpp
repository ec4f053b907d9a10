// Paths of a guest, and the mounts that they are in. The first byte chooses the mounts; the text follows.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/fs/errors.hpp"
#include "host/fs/mount_table.hpp"
#include "host/fs/virtual_path.hpp"

namespace {

using goru::host::fs::FsError;
using goru::host::fs::MountTable;
using goru::host::fs::Target;
using goru::host::fs::VirtualPath;

std::shared_ptr<const MountTable> Open(const std::vector<const char*>& paths) {
  goru::FsConfig config;
  for (const char* path : paths) config.mounts.push_back({path, "/"});
  auto table = MountTable::Open(config);
  if (!table) std::abort();
  return *table;
}

void Require(bool condition) {
  if (!condition) std::abort();
}

/// What the kernel gets to see: beneath its root whatever the links are, and never another mount's.
void CheckTarget(const MountTable& table, const Target& target) {
  Require(target.mount != nullptr || target.holds_mounts);
  if (target.mount == nullptr) return;
  Require(target.mount->path.Holds(target.path));
  const std::string& relative = target.relative;
  Require(!relative.empty() && relative.front() != '/' && relative.find('\0') == std::string::npos);
  Require(("/" + relative + "/").find("/../") == std::string::npos);
  Require(relative == "." || ("/" + relative + "/").find("/./") == std::string::npos);
  Require(relative.find("//") == std::string::npos && relative.back() != '/');
  Require(table.Find(target.path) == target.mount);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<std::shared_ptr<const MountTable>> tables = {
      Open({"/data"}), Open({"/"}), Open({"/", "/a", "/a/b/c"}), Open({"/a/b", "/a/bc", "/\xC3\xA4"})};
  constexpr size_t kMaxBytes = 1024;
  if (size < 1) return 0;
  const MountTable& table = *tables[data[0] % tables.size()];
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  try {
    const VirtualPath path = table.Parse(text, kMaxBytes);
    Require(path.text().size() <= text.size() && path.text().size() <= kMaxBytes);
    Require(table.Parse(path.text(), kMaxBytes) == path);
    Require(path.is_root() || path.text().ends_with(path.name()));
    for (const std::string& name : table.NamesIn(path)) {
      const std::string below = path.is_root() ? "/" + name : path.text() + "/" + name;
      Require(table.Locate(table.Parse(below, kMaxBytes + below.size())).holds_mounts);
    }
    CheckTarget(table, table.Locate(path));
  } catch (const FsError& e) {
    Require(*e.ToError({}).what() != '\0');
  }
  return 0;
}
