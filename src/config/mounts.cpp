// What two sets of mounts have in common.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/capabilities.hpp"
#include "host/fs/virtual_path.hpp"

namespace goru::config {
namespace {

using host::fs::VirtualPath;

/// A path of the host as text says it, without a look at the disk. A value.
class HostPath {
 public:
  /// Nothing for a path with "..": where that leads depends on links.
  static std::optional<HostPath> Parse(const std::string& text) {
    HostPath out;
    out.absolute_ = text.starts_with('/');
    for (const auto& part : std::filesystem::path(text).relative_path()) {
      if (part == "..") return std::nullopt;
      if (!part.empty() && part != ".") out.parts_.push_back(part.string());
    }
    return out;
  }

  std::string text() const {
    std::string out;
    for (const std::string& part : parts_) out += (out.empty() && !absolute_ ? "" : "/") + part;
    if (out.empty()) out = absolute_ ? "/" : ".";
    return out;
  }

  /// Whether `other` is this path or below it.
  bool Holds(const HostPath& other) const {
    return absolute_ == other.absolute_ && parts_.size() <= other.parts_.size() &&
           std::equal(parts_.begin(), parts_.end(), other.parts_.begin());
  }

  /// What `virtual_path`, which stands for this one, becomes when it stands for `other`, which this one holds.
  std::string Below(const std::string& virtual_path, const HostPath& other) const {
    std::string out = virtual_path == "/" ? "" : virtual_path;
    for (size_t i = parts_.size(); i < other.parts_.size(); ++i) out += "/" + other.parts_[i];
    return out.empty() ? "/" : out;
  }

  HostPath operator/(const std::string& relative) const {
    HostPath out = *this;
    for (const auto& part : std::filesystem::path(relative)) {
      if (part != ".") out.parts_.push_back(part.string());
    }
    return out;
  }

  bool operator==(const HostPath&) const = default;

 private:
  bool absolute_ = false;
  std::vector<std::string> parts_;
};

/// A mount that makes sense.
struct Parsed {
  const Mount* mount;
  VirtualPath path;
  HostPath host;
};

std::optional<VirtualPath> ParseVirtual(const std::string& text) {
  host::fs::PathFault fault = host::fs::PathFault::kNone;
  return VirtualPath::Parse(text, text.size(), fault);
}

std::optional<Parsed> Parse(const Mount& mount) {
  auto path = ParseVirtual(mount.virtual_path);
  auto host = HostPath::Parse(mount.host_path);
  if (!path || !host) return std::nullopt;
  return Parsed{&mount, std::move(*path), std::move(*host)};
}

/// The mount that `path` is in: the longest one that holds it. Null: none.
const Parsed* Find(const std::vector<Parsed>& mounts, const VirtualPath& path) {
  const Parsed* found = nullptr;
  for (const Parsed& mount : mounts) {
    if (!mount.path.Holds(path)) continue;
    if (found == nullptr || mount.path.text().size() > found->path.text().size()) found = &mount;
  }
  return found;
}

/// Whether other mounts show something else below `path`.
bool HasBelow(const std::vector<Parsed>& mounts, const VirtualPath& path) {
  return std::any_of(mounts.begin(), mounts.end(),
                     [&path](const Parsed& mount) { return path.Holds(mount.path) && mount.path != path; });
}

/// The directories that `host` must not lead out of: those of both mounts, and the ceiling's own.
std::vector<std::string> Within(const Mount& wanted, const Parsed& ceiling, const HostPath& host) {
  std::vector<std::string> out = ceiling.mount->within;
  out.insert(out.end(), wanted.within.begin(), wanted.within.end());
  if (ceiling.host != host) out.push_back(ceiling.host.text());
  std::sort(out.begin(), out.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));
  });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

struct Allowed {
  Mount mount;
  /// The ceiling shows the same directory under the same path.
  bool in_place = false;
};

/// `wanted` as `ceiling` allows it; nothing where it does not.
std::optional<Allowed> Cut(const Parsed& wanted, const Parsed& ceiling, const std::vector<Parsed>& all) {
  if (!ceiling.path.Holds(wanted.path)) return std::nullopt;
  const bool chosen = !wanted.mount->host_path.empty();
  const HostPath host = chosen ? wanted.host : ceiling.host / ceiling.path.RelativeOf(wanted.path);
  if (!ceiling.host.Holds(host)) return std::nullopt;
  // Where the ceiling shows that directory, and whether it does: another mount may lie over it.
  const auto shown = ParseVirtual(ceiling.host.Below(ceiling.path.text(), host));
  if (!shown || Find(all, *shown) != &ceiling) return std::nullopt;
  // What other mounts hide there stays hidden only where they lie over the same place.
  const bool in_place = *shown == wanted.path;
  if (!in_place && HasBelow(all, *shown)) return std::nullopt;
  Mount out;
  out.virtual_path = wanted.path.text();
  out.host_path = host == ceiling.host ? ceiling.mount->host_path : host.text();
  out.mode = std::min(wanted.mount->mode, ceiling.mount->mode);
  out.within = Within(*wanted.mount, ceiling, host);
  return Allowed{std::move(out), in_place};
}

/// As much of `wanted` as any mount of the ceiling allows; where several allow as much, the one that shows the
/// directory in the same place, and then the first.
std::optional<Allowed> CutByAny(const Parsed& wanted, const std::vector<Parsed>& ceiling) {
  std::optional<Allowed> best;
  for (const Parsed& allowed : ceiling) {
    auto cut = Cut(wanted, allowed, ceiling);
    const auto rank = [](const Allowed& mount) { return std::pair(mount.mount.mode, mount.in_place); };
    if (cut && (!best || rank(*cut) > rank(*best))) best = std::move(cut);
  }
  return best;
}

/// Whether a mount that is not allowed was to lie over a part of `path`, which would then be seen.
bool LiesUnderRefused(const std::vector<Parsed>& items, const std::vector<std::optional<Allowed>>& cut,
                      const VirtualPath& path) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (!cut[i] && path.Holds(items[i].path) && path != items[i].path) return true;
  }
  return false;
}

std::vector<Parsed> ParseAll(const std::vector<Mount>& mounts, const std::string& whose, const Place& place,
                             Cutting& cutting) {
  std::vector<Parsed> out;
  for (size_t i = 0; i < mounts.size() && !cutting.error; ++i) {
    if (auto parsed = Parse(mounts[i])) {
      out.push_back(std::move(*parsed));
    } else {
      cutting.error = Place(place, i).Wrong(
          whose + " has a path that is not absolute, or one with \"..\": give the directory itself");
    }
  }
  return out;
}

}  // namespace

void Mounts::Cut(std::vector<Mount>& wanted, const std::vector<Mount>& ceiling, const Place& place, Cutting& cutting) {
  const auto items = ParseAll(wanted, "", place, cutting);
  const auto allowed = ParseAll(ceiling, " of the ceiling", place, cutting);
  if (cutting.error) return;
  std::vector<std::optional<Allowed>> cut;
  for (const Parsed& item : items) {
    cut.push_back(CutByAny(item, allowed));
    const std::string name = Shown(json(item.mount->virtual_path));
    if (!cut.back()) {
      cutting.Note(place, name + " is not allowed, or not with that directory");
    } else if (const MountMode mode = cut.back()->mount.mode; mode != item.mount->mode) {
      cutting.Note(place, name + " is allowed as " + Mode::Write(mode, {}).get<std::string>() + " only");
    }
  }
  std::vector<Mount> out;
  std::vector<Parsed> kept;
  std::set<const Mount*> in_place;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!cut[i]) continue;
    if (LiesUnderRefused(items, cut, items[i].path)) {
      cutting.Note(place,
                   Shown(json(items[i].mount->virtual_path)) + " is not allowed without what was to lie over it");
      continue;
    }
    kept.push_back(items[i]);
    if (cut[i]->in_place) in_place.insert(items[i].mount);
    out.push_back(std::move(cut[i]->mount));
  }
  // What the ceiling mounts below those hides what would be seen there.
  for (const Parsed& below : allowed) {
    const Parsed* above = Find(kept, below.path);
    if (above == nullptr || !in_place.contains(above->mount) || above->path == below.path) continue;
    Mount mount = *below.mount;
    mount.mode = std::min(mount.mode, above->mount->mode);
    out.push_back(std::move(mount));
  }
  wanted = std::move(out);
}

}  // namespace goru::config
