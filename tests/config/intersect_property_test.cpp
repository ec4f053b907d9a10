// Intersections of configurations at random, judged by asking what each of them allows and not by how it is computed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "config/random_config.hpp"
#include "goru/config.hpp"
#include "host/http/address.hpp"
#include "host/http/allow_list.hpp"
#include "packages/names.hpp"

namespace goru {
namespace {

using host::http::AllowList;
using nlohmann::json;
using Names = std::vector<std::string>;

bool Has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// --- hosts and networks ---

constexpr const char* kHosts[] = {"example.com",       "a.example.com", "b.example.com", "b.a.example.com",
                                  "c.b.a.example.com", "other.com",     "example.org",   "x.example.org",
                                  "127.0.0.1",         "localhost",     "[::1]",         "com"};
constexpr uint16_t kPorts[] = {80, 443, 8080};

/// "host:port" for each that is allowed.
Names Reachable(const Names& entries) {
  const auto list = AllowList::Create(entries, "");
  EXPECT_TRUE(list);
  Names out;
  for (const char* const text : kHosts) {
    const auto host = host::http::ParseHostName(text);
    for (const uint16_t port : kPorts) {
      if (list->Allows(*host, port)) out.push_back(std::string(text) + ":" + std::to_string(port));
    }
  }
  return out;
}

Names AddressesIn(const Names& networks) {
  constexpr const char* kAddresses[] = {
      "10.1.2.3",        "10.1.9.9",       "10.200.0.1",        "192.168.1.1", "8.8.8.8",
      "fd00::1",         "fd00:1::1",      "2001:db8::1",       "::1",         "::ffff:10.1.2.3",
      "::ffff:10.9.9.9", "::ffff:8.8.8.8", "::ffff:192.168.1.1"};
  Names out;
  for (const char* const text : kAddresses) {
    const auto address = host::http::ParseAddress(text);
    if (std::any_of(networks.begin(), networks.end(), [&](const std::string& network) {
          return host::http::ParseNetwork(network)->Contains(*address);
        })) {
      out.emplace_back(text);
    }
  }
  return out;
}

Names Both(const Names& a, const Names& b) {
  Names out;
  std::copy_if(a.begin(), a.end(), std::back_inserter(out), [&b](const std::string& name) { return Has(b, name); });
  return out;
}

// --- mounts ---

struct Shown {
  std::string host;
  MountMode mode = MountMode::kReadOnly;
};

std::string Normal(const std::string& path) {
  std::string out = std::filesystem::path(path).lexically_normal().string();
  return out.size() > 1 && out.back() == '/' ? out.substr(0, out.size() - 1) : out;
}

bool Holds(const std::string& above, const std::string& path) {
  return above == "/" || path == above || path.starts_with(above + "/");
}

std::string Moved(const std::string& path, const std::string& from, const std::string& to) {
  const std::string rest = from == "/" ? (path == "/" ? "" : path) : path.substr(from.size());
  return to == "/" && !rest.empty() ? rest : to + rest;
}

/// What stands under a path.
std::optional<Shown> LookUp(const std::vector<Mount>& mounts, const std::string& path) {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts) {
    if (Holds(mount.virtual_path, path) && (best == nullptr || mount.virtual_path.size() > best->virtual_path.size())) {
      best = &mount;
    }
  }
  if (best == nullptr) return std::nullopt;
  return Shown{Moved(path, best->virtual_path, Normal(best->host_path)), best->mode};
}

/// Whether the ceiling shows a directory anywhere with those rights.
bool Shows(const std::vector<Mount>& ceiling, const Shown& wanted) {
  return std::any_of(ceiling.begin(), ceiling.end(), [&](const Mount& mount) {
    const std::string root = Normal(mount.host_path);
    if (!Holds(root, wanted.host)) return false;
    const auto shown = LookUp(ceiling, Moved(wanted.host, root, mount.virtual_path));
    return shown && shown->host == wanted.host && shown->mode >= wanted.mode;
  });
}

void CheckMounts(const std::vector<Mount>& wanted, const std::vector<Mount>& ceiling, const std::vector<Mount>& cut) {
  constexpr const char* kPaths[] = {"/",     "/a",      "/ab",  "/a/b",   "/a/b/c",   "/a/b/c/d",
                                    "/a/ab", "/a/b/ab", "/b",   "/b/a",   "/b/b",     "/c",
                                    "/ab/a", "/ab/a/b", "/a/a", "/a/a/b", "/a/b/a/b", "/a/b/c/a/b"};
  for (const char* const path : kPaths) {
    const auto got = LookUp(cut, path);
    if (!got) continue;
    EXPECT_TRUE(Shows(ceiling, *got)) << path << " shows " << got->host;
    const auto allowed = LookUp(ceiling, path);
    ASSERT_TRUE(allowed) << path;
    const auto asked = LookUp(wanted, path);
    ASSERT_TRUE(asked) << path;
    EXPECT_GE(asked->mode, got->mode) << path;
    // What was asked for, or what the ceiling puts in its place.
    EXPECT_TRUE(got->host == asked->host || got->host == allowed->host) << path << " shows " << got->host;
  }
  for (const Mount& mount : cut) {
    for (const std::string& above : mount.within) EXPECT_TRUE(Holds(Normal(above), Normal(mount.host_path)));
  }
}

// --- everything ---

class Pair {
 public:
  explicit Pair(test::RandomConfig& random)
      : wanted_(*SessionConfigFromJson(random.Session())), ceiling_(*SessionConfigFromJson(random.Session())) {
    // A ceiling says where its mounts are.
    for (Mount& mount : ceiling_.fs.mounts) {
      if (mount.host_path.empty()) mount.host_path = "/h";
    }
  }

  void Check() {
    auto cut = Intersect(wanted_, ceiling_);
    ASSERT_TRUE(cut) << cut.error().message;
    got_ = cut->config;
    CheckMembers(ToJson(got_), ToJson(wanted_), ToJson(ceiling_), "");
    CheckHttp();
    CheckMounts(wanted_.fs.mounts, ceiling_.fs.mounts, got_.fs.mounts);
    CheckNames();
    CheckAgain(*cut);
  }

 private:
  /// Plain members, by their type. Every member is met here; those that need more are only known by name.
  void CheckMembers(const json& got, const json& wanted, const json& ceiling, const std::string& path) {
    static const Names looked_at = {"functions", "http.allowed_hosts",   "http.allowed_networks", "http.secrets",
                                    "fs.mounts", "packages.directories", "packages.allowed"};
    static const Names given = {"tenant", "http.ca_file", "http.proxy", "http.proxy_from_environment", "kv.file"};
    if (Has(looked_at, path)) return;
    if (path == "environment") {
      EXPECT_EQ(got, wanted);
    } else if (got.is_object()) {
      for (const auto& [name, member] : got.items()) {
        CheckMembers(member, wanted.at(name), ceiling.at(name), path.empty() ? name : path + "." + name);
      }
    } else if (Has(given, path)) {
      EXPECT_EQ(got, ceiling) << path;
    } else if (path == "limits.stop_on_output_limit") {
      EXPECT_EQ(got, wanted.get<bool>() || ceiling.get<bool>());
    } else if (got.is_boolean()) {
      EXPECT_EQ(got, wanted.get<bool>() && ceiling.get<bool>()) << path;
    } else if (got.is_number()) {
      EXPECT_EQ(got, std::min(wanted, ceiling)) << path;
    } else {
      ADD_FAILURE() << "no rule for " << path;
    }
  }

  void CheckHttp() {
    const HttpConfig& got = got_.http;
    EXPECT_EQ(Reachable(got.allowed_hosts),
              Both(Reachable(wanted_.http.allowed_hosts), Reachable(ceiling_.http.allowed_hosts)));
    if (got.allowed_hosts.empty()) {
      EXPECT_TRUE(got.allowed_networks.empty() && got.secrets.empty());
      return;
    }
    EXPECT_EQ(AddressesIn(got.allowed_networks),
              Both(AddressesIn(wanted_.http.allowed_networks), AddressesIn(ceiling_.http.allowed_networks)));
    for (const HttpSecret& secret : got.secrets) {
      const auto named = [&secret](const HttpSecret& other) { return other.name == secret.name; };
      const auto allowed = std::find_if(ceiling_.http.secrets.begin(), ceiling_.http.secrets.end(), named);
      const auto asked = std::find_if(wanted_.http.secrets.begin(), wanted_.http.secrets.end(), named);
      ASSERT_NE(allowed, ceiling_.http.secrets.end());
      ASSERT_NE(asked, wanted_.http.secrets.end());
      const Names reachable = Reachable(allowed->hosts);
      EXPECT_EQ(Reachable(secret.hosts), asked->hosts.empty() ? reachable : Both(Reachable(asked->hosts), reachable));
      EXPECT_EQ(secret.value, allowed->value.empty() ? asked->value : allowed->value);
    }
  }

  void CheckNames() {
    for (const std::string name : {"f", "g", "h", "goru"}) {
      const auto may = [&name](const SessionConfig& config) {
        return !config.functions || Has(*config.functions, name);
      };
      EXPECT_EQ(may(got_), may(wanted_) && may(ceiling_)) << name;
    }
    for (const std::string name : {"jinja2", "toml", "python-dateutil", "other"}) {
      const auto may = [&name](const SessionConfig& config) {
        return config.packages.allow_any ||
               std::any_of(config.packages.allowed.begin(), config.packages.allowed.end(),
                           [&](const std::string& allowed) { return packages::CanonicalName(allowed) == name; });
      };
      EXPECT_EQ(may(got_), may(wanted_) && may(ceiling_)) << name;
    }
    for (const std::string directory : {"/p/one", "/p/two"}) {
      const auto has = [&directory](const SessionConfig& config) {
        return std::any_of(config.packages.directories.begin(), config.packages.directories.end(),
                           [&](const std::string& other) { return Normal(other) == directory; });
      };
      EXPECT_EQ(has(got_), has(wanted_) && has(ceiling_)) << directory;
    }
  }

  void CheckAgain(const Intersection& cut) {
    const json whole = ToJson(got_, {.secrets = true});
    const auto again = Intersect(got_, ceiling_);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(ToJson(again->config, {.secrets = true}), whole);
    EXPECT_TRUE(again->cuts.empty()) << again->cuts.front().path << ": " << again->cuts.front().message;
    const auto required = RequireWithin(got_, ceiling_);
    ASSERT_TRUE(required) << required.error().message;
    EXPECT_EQ(RequireWithin(wanted_, ceiling_).ok(), cut.cuts.empty());
    // The message of a cut never says what a secret is.
    for (const ConfigCut& part : cut.cuts) EXPECT_EQ(part.message.find("value"), std::string::npos) << part.message;

    const auto itself = Intersect(ceiling_, ceiling_);
    ASSERT_TRUE(itself);
    EXPECT_EQ(Reachable(itself->config.http.allowed_hosts), Reachable(ceiling_.http.allowed_hosts));
    EXPECT_EQ(itself->config.fs.mounts.size(), ceiling_.fs.mounts.size());
    EXPECT_EQ(ToJson(itself->config)["limits"], ToJson(ceiling_)["limits"]);
  }

  SessionConfig wanted_;
  SessionConfig ceiling_;
  SessionConfig got_;
};

TEST(IntersectProperty, IsWithinBoth) {
  test::RandomConfig random(4);
  for (int i = 0; i < 4'000 && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("pair " + std::to_string(i));
    Pair(random).Check();
  }
}

}  // namespace
}  // namespace goru
