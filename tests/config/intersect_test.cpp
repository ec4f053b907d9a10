#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "goru/config.hpp"

namespace goru {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Intersection Cut(const SessionConfig& wanted, const SessionConfig& ceiling) {
  auto cut = Intersect(wanted, ceiling);
  EXPECT_TRUE(cut) << (cut ? "" : cut.error().message);
  return cut ? std::move(*cut) : Intersection();
}

std::vector<std::string> Messages(const Intersection& cut) {
  std::vector<std::string> out;
  for (const ConfigCut& part : cut.cuts) out.push_back(part.path + ": " + part.message);
  return out;
}

TEST(Intersect, Limits) {
  SessionConfig wanted;
  SessionConfig ceiling;
  wanted.limits.timeout = 60s;
  wanted.limits.memory_bytes = size_t{1} << 30;
  wanted.limits.host_calls = 5;
  wanted.limits.http.redirects = 20;
  ceiling.limits.stop_on_output_limit = true;
  const Intersection cut = Cut(wanted, ceiling);
  EXPECT_EQ(cut.config.limits.timeout, 30s);
  EXPECT_EQ(cut.config.limits.memory_bytes, size_t{256} << 20);
  EXPECT_EQ(cut.config.limits.host_calls, 5U);
  EXPECT_EQ(cut.config.limits.http.redirects, 10U);
  EXPECT_TRUE(cut.config.limits.stop_on_output_limit);
  EXPECT_THAT(Messages(cut), ElementsAre("limits.timeout: 60s is more than the 30s allowed",
                                         "limits.memory_bytes: 1gb is more than the 256mb allowed",
                                         "limits.stop_on_output_limit: cannot be left out",
                                         "limits.http.redirects: 20 is more than the 10 allowed"));
}

std::vector<std::string> Hosts(const std::vector<std::string>& wanted, const std::vector<std::string>& ceiling) {
  SessionConfig a;
  SessionConfig b;
  a.http.allowed_hosts = wanted;
  b.http.allowed_hosts = ceiling;
  return Cut(a, b).config.http.allowed_hosts;
}

TEST(Intersect, Hosts) {
  EXPECT_THAT(Hosts({"a.example.com"}, {"*.example.com"}), ElementsAre("a.example.com"));
  EXPECT_THAT(Hosts({"*.example.com"}, {"a.example.com", "b.example.com:80", "c.org"}),
              ElementsAre("a.example.com", "b.example.com:80"));
  EXPECT_THAT(Hosts({"*.example.com"}, {"*.a.example.com"}), ElementsAre("*.a.example.com"));
  EXPECT_THAT(Hosts({"example.com"}, {"*.example.com"}), IsEmpty());
  EXPECT_THAT(Hosts({"*.example.com"}, {"example.com"}), IsEmpty());
  EXPECT_THAT(Hosts({"badexample.com"}, {"*.example.com"}), IsEmpty());
  EXPECT_THAT(Hosts({"localhost"}, {"localhost:8080"}), ElementsAre("localhost:8080"));
  EXPECT_THAT(Hosts({"localhost:8080"}, {"localhost"}), ElementsAre("localhost:8080"));
  EXPECT_THAT(Hosts({"localhost:8080"}, {"localhost:8081"}), IsEmpty());
  EXPECT_THAT(Hosts({"127.0.0.1"}, {"localhost"}), IsEmpty());
  EXPECT_THAT(Hosts({"Example.com."}, {"example.COM"}), ElementsAre("Example.com."));
  EXPECT_THAT(Hosts({"a.com", "b.com"}, {}), IsEmpty());
}

TEST(Intersect, NetworksAndSecretsNeedAHost) {
  SessionConfig wanted;
  wanted.http.allowed_hosts = {"a.com"};
  wanted.http.allowed_networks = {"10.0.0.0/8", "192.168.0.0/16"};
  wanted.http.secrets = {{.name = "KEY", .value = "", .hosts = {"a.com"}}};
  SessionConfig ceiling = wanted;
  ceiling.http.allowed_networks = {"10.1.0.0/16", "0.0.0.0/1"};
  ceiling.http.secrets[0].value = "the host's own";
  const Intersection cut = Cut(wanted, ceiling);
  EXPECT_THAT(cut.config.http.allowed_networks, ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(cut.config.http.secrets.at(0).value, "the host's own");
  EXPECT_THAT(Messages(cut), ElementsAre("http.allowed_networks: '192.168.0.0/16' is not allowed"));
  ceiling.http.allowed_networks = {"10.1.0.0/16"};
  EXPECT_THAT(Cut(wanted, ceiling).config.http.allowed_networks, ElementsAre("10.1.0.0/16"));
  ceiling.http.allowed_hosts = {"b.com"};
  const Intersection none = Cut(wanted, ceiling);
  EXPECT_THAT(none.config.http.allowed_hosts, IsEmpty());
  EXPECT_THAT(none.config.http.allowed_networks, IsEmpty());
  EXPECT_THAT(none.config.http.secrets, IsEmpty());
}

TEST(Intersect, Secrets) {
  SessionConfig wanted;
  SessionConfig ceiling;
  wanted.http.allowed_hosts = ceiling.http.allowed_hosts = {"*.example.com"};
  ceiling.http.secrets = {{.name = "KEY", .value = "the host's own", .hosts = {"api.example.com"}},
                          {.name = "OWN", .value = "", .hosts = {"own.example.com"}}};
  wanted.http.secrets = {{.name = "KEY", .value = "a guess of mine", .hosts = {"*.example.com"}},
                         {.name = "OWN", .value = "brought along", .hosts = {}},
                         {.name = "OTHER", .value = "brought along", .hosts = {"api.example.com"}}};
  const Intersection cut = Cut(wanted, ceiling);
  ASSERT_EQ(cut.config.http.secrets.size(), 2U);
  EXPECT_EQ(cut.config.http.secrets[0].value, "the host's own");
  EXPECT_THAT(cut.config.http.secrets[0].hosts, ElementsAre("api.example.com"));
  EXPECT_EQ(cut.config.http.secrets[1].value, "brought along");
  EXPECT_THAT(cut.config.http.secrets[1].hosts, ElementsAre("own.example.com"));
  EXPECT_THAT(Messages(cut), ElementsAre("http.secrets.KEY: '*.example.com' is allowed in part",
                                         "http.secrets: 'OTHER' is not allowed"));
  // A guess that is right looks like one that is wrong.
  wanted.http.secrets[0].value = "the host's own";
  EXPECT_EQ(Messages(Cut(wanted, ceiling)), Messages(cut));
}

TEST(Intersect, WhatTheHostDecides) {
  SessionConfig wanted;
  SessionConfig ceiling;
  ceiling.http.proxy = "http://proxy.example:3128";
  ceiling.http.proxy_from_environment = true;
  ceiling.http.ca_file = "/ca.pem";
  ceiling.tenant = "somebody";
  ceiling.registry = std::make_shared<const Registry>();
  ceiling.kv.enabled = true;
  ceiling.kv.store = KVStore::InMemory();
  bool heard = false;
  ceiling.http.audit = [&heard](const HttpAttempt&) { heard = true; };
  wanted.kv.enabled = true;
  Intersection cut = Cut(wanted, ceiling);
  EXPECT_THAT(cut.cuts, IsEmpty());
  EXPECT_EQ(cut.config.http.proxy, ceiling.http.proxy);
  EXPECT_TRUE(cut.config.http.proxy_from_environment);
  EXPECT_EQ(cut.config.http.ca_file, "/ca.pem");
  EXPECT_EQ(cut.config.tenant, "somebody");
  EXPECT_EQ(cut.config.registry, ceiling.registry);
  EXPECT_EQ(cut.config.kv.store, ceiling.kv.store);
  cut.config.http.audit({});
  EXPECT_TRUE(heard);

  wanted.http.proxy = "http://other.example:3128";
  wanted.http.ca_file = "/mine.pem";
  wanted.registry = std::make_shared<const Registry>();
  wanted.kv.store = KVStore::InMemory();
  wanted.kv.file = "/etc/state.db";
  wanted.http.allow_downgrade = true;
  cut = Cut(wanted, SessionConfig());
  EXPECT_EQ(cut.config.http.proxy, "");
  EXPECT_EQ(cut.config.http.ca_file, "");
  EXPECT_EQ(cut.config.registry, nullptr);
  EXPECT_EQ(cut.config.kv.store, std::nullopt);
  EXPECT_EQ(cut.config.kv.file, "");
  EXPECT_FALSE(cut.config.kv.enabled);
  EXPECT_FALSE(cut.config.http.allow_downgrade);
  EXPECT_THAT(Messages(cut), ElementsAre("registry: is the host's to choose", "http.ca_file: is the host's to choose",
                                         "http.proxy: is the host's to choose", "http.allow_downgrade: is not allowed",
                                         "kv.store: is the host's to choose", "kv.file: is the host's to choose",
                                         "kv.enabled: is not allowed"));
}

TEST(Intersect, FunctionsAndPackages) {
  const auto names = [](std::vector<std::string> list) {
    return std::make_shared<const std::vector<std::string>>(std::move(list));
  };
  SessionConfig wanted;
  SessionConfig ceiling;
  ceiling.functions = names({"f", "g"});
  EXPECT_EQ(Cut(wanted, ceiling).config.functions, ceiling.functions);
  wanted.functions = names({"g", "h"});
  EXPECT_THAT(*Cut(wanted, ceiling).config.functions, ElementsAre("g"));
  EXPECT_THAT(*Cut(wanted, SessionConfig()).config.functions, ElementsAre("g", "h"));

  wanted.packages = {
      .directories = {"/p/one/", "/p/two", "/p/one/sub"}, .allowed = {"Jinja2", "toml"}, .allow_any = false};
  ceiling.packages = {.directories = {"/p/one", "/p/three"}, .allowed = {"jinja2"}, .allow_any = false};
  Intersection cut = Cut(wanted, ceiling);
  EXPECT_THAT(cut.config.packages.directories, ElementsAre("/p/one/"));
  EXPECT_THAT(cut.config.packages.allowed, ElementsAre("Jinja2"));
  wanted.packages.allow_any = true;
  cut = Cut(wanted, ceiling);
  EXPECT_THAT(cut.config.packages.allowed, ElementsAre("jinja2"));
  EXPECT_FALSE(cut.config.packages.allow_any);
  ceiling.packages.allow_any = true;
  EXPECT_TRUE(Cut(wanted, ceiling).config.packages.allow_any);
  wanted.packages.allow_any = false;
  EXPECT_THAT(Cut(wanted, ceiling).config.packages.allowed, ElementsAre("Jinja2", "toml"));
}

constexpr auto kRead = MountMode::kReadOnly;
constexpr auto kWrite = MountMode::kReadWrite;
constexpr auto kCreate = MountMode::kReadWriteCreate;

/// "virtual host mode within,within" of each mount that is left.
std::vector<std::string> Mounts(const std::vector<Mount>& wanted, const std::vector<Mount>& ceiling) {
  SessionConfig a;
  SessionConfig b;
  a.fs.mounts = wanted;
  b.fs.mounts = ceiling;
  std::vector<std::string> out;
  for (const Mount& mount : Cut(a, b).config.fs.mounts) {
    std::string text = mount.virtual_path + " " + mount.host_path + " ";
    text += mount.mode == kRead ? "ro" : mount.mode == kWrite ? "rw" : "rwc";
    for (const std::string& above : mount.within) text += " " + above;
    out.push_back(text);
  }
  return out;
}

TEST(Intersect, Mounts) {
  const std::vector<Mount> ceiling = {{"/data", "/srv/data", kWrite}};
  EXPECT_THAT(Mounts(ceiling, ceiling), ElementsAre("/data /srv/data rw"));
  EXPECT_THAT(Mounts({{"/data", "/srv/data", kCreate}}, ceiling), ElementsAre("/data /srv/data rw"));
  EXPECT_THAT(Mounts({{"/data", "/srv/data", kRead}}, ceiling), ElementsAre("/data /srv/data ro"));
  EXPECT_THAT(Mounts({{"/data/a", "/srv/data/a", kRead}}, ceiling), ElementsAre("/data/a /srv/data/a ro /srv/data"));
  EXPECT_THAT(Mounts({{"/data", "/srv//data/./a/", kRead}}, ceiling), ElementsAre("/data /srv/data/a ro /srv/data"));
  // The host's path is the ceiling's where none is named.
  EXPECT_THAT(Mounts({{"/data/a", "", kRead}}, ceiling), ElementsAre("/data/a /srv/data/a ro /srv/data"));
  for (const Mount& mount : std::vector<Mount>{{"/", "/srv/data", kRead},
                                               {"/database", "/srv/data", kRead},
                                               {"/data", "/srv", kRead},
                                               {"/data", "/srv/database", kRead},
                                               {"/data", "/", kRead},
                                               {"/data", "srv/data", kRead},
                                               {"/data", "/etc", kRead},
                                               {"/other", "", kRead}}) {
    EXPECT_THAT(Mounts({mount}, ceiling), IsEmpty()) << mount.virtual_path << " " << mount.host_path;
  }
  SessionConfig wanted;
  wanted.fs.mounts = {{"/data", "/srv/data/../../etc", kRead}};
  const auto refused = Intersect(wanted, wanted);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("fs.mounts[0]"));
}

TEST(Intersect, MountsThatHideSomething) {
  const std::vector<Mount> ceiling = {{"/data", "/srv/data", kCreate}, {"/data/private", "/srv/empty", kRead}};
  // What is hidden there is hidden here.
  EXPECT_THAT(Mounts({{"/data", "/srv/data", kCreate}}, ceiling),
              ElementsAre("/data /srv/data rwc", "/data/private /srv/empty ro"));
  EXPECT_THAT(Mounts({{"/data/x", "/srv/data/private", kRead}}, ceiling), IsEmpty());
  EXPECT_THAT(Mounts({{"/data/x", "/srv/data", kRead}}, ceiling), IsEmpty());
  EXPECT_THAT(Mounts({{"/data/private", "/srv/data/private", kRead}}, ceiling), IsEmpty());
  EXPECT_THAT(Mounts({{"/data/private", "", kWrite}}, ceiling), ElementsAre("/data/private /srv/empty ro"));
  // What is shown elsewhere may be shown here.
  EXPECT_THAT(Mounts({{"/data/private", "/srv/data/public", kRead}}, ceiling),
              ElementsAre("/data/private /srv/data/public ro /srv/data"));
  EXPECT_THAT(Mounts({{"/data", "/srv/data/public", kRead}}, ceiling),
              ElementsAre("/data /srv/data/public ro /srv/data"));
  // No more rights below than were wanted above.
  EXPECT_THAT(
      Mounts({{"/data", "/srv/data", kRead}}, {{"/data", "/srv/data", kRead}, {"/data/out", "/srv/out", kCreate}}),
      ElementsAre("/data /srv/data ro", "/data/out /srv/out ro"));
}

TEST(Intersect, AMountThatWasToHideSomething) {
  const std::vector<Mount> ceiling = {{"/data", "/srv/data", kCreate}};
  // What it would have hidden is not shown instead.
  EXPECT_THAT(Mounts({{"/data", "/srv/data", kCreate}, {"/data/private", "/etc", kRead}}, ceiling), IsEmpty());
  EXPECT_THAT(Mounts({{"/data/a", "", kRead}, {"/data/b", "", kRead}, {"/data/b/c", "/etc", kRead}}, ceiling),
              ElementsAre("/data/a /srv/data/a ro /srv/data"));
}

TEST(Intersect, MountsOfACeilingThatWasCut) {
  const std::vector<Mount> whole = {{"/d", "/srv", kCreate}};
  SessionConfig tenant;
  SessionConfig all;
  tenant.fs.mounts = {{"/d", "/srv/tenant", kWrite}};
  all.fs.mounts = whole;
  const std::vector<Mount> ceiling = Cut(tenant, all).config.fs.mounts;
  EXPECT_THAT(Mounts({{"/d/a", "", kRead}}, ceiling), ElementsAre("/d/a /srv/tenant/a ro /srv /srv/tenant"));
  // The other way round as well.
  SessionConfig session;
  session.fs.mounts = {{"/d/a", "/srv/tenant/a", kRead}};
  tenant.fs.mounts = ceiling;
  const std::vector<Mount> cut = Cut(session, tenant).config.fs.mounts;
  EXPECT_THAT(Mounts(cut, whole), ElementsAre("/d/a /srv/tenant/a ro /srv /srv/tenant"));
}

TEST(Intersect, WhatCannotBeRead) {
  SessionConfig good;
  SessionConfig bad;
  good.http.allowed_hosts = {"a.com"};
  bad.http.allowed_hosts = {"http://a.com"};
  EXPECT_EQ(Intersect(bad, good).error().message, "http.allowed_hosts[0] cannot be read: 'http://a.com'");
  EXPECT_EQ(Intersect(good, bad).error().message,
            "http.allowed_hosts[0] of the ceiling cannot be read: 'http://a.com'");
}

TEST(Intersect, ListsThatWouldGrowWithoutBound) {
  SessionConfig wanted;
  SessionConfig ceiling;
  for (int i = 1; i <= 1000; ++i) {
    wanted.http.allowed_hosts.push_back("*.example.com:" + std::to_string(i));
    ceiling.http.allowed_hosts.push_back("h" + std::to_string(i) + ".example.com");
  }
  const auto cut = Intersect(wanted, ceiling);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().message, "http.allowed_hosts leaves more than 1000 items");
}

TEST(RequireWithin, RefusesWithAllThatIsTooMuch) {
  SessionConfig wanted;
  SessionConfig ceiling;
  ceiling.limits.timeout = 10s;
  ceiling.http.allowed_hosts = {"a.com"};
  wanted.http.allowed_hosts = {"b.com"};
  const auto refused = RequireWithin(wanted, ceiling);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalidArgument);
  EXPECT_EQ(refused.error().message,
            "limits.timeout: 30s is more than the 10s allowed; http.allowed_hosts: 'b.com' is not allowed");
  // Defaults of somebody who says nothing are within the ceiling.
  const SessionConfig defaults = Cut(SessionConfig(), ceiling).config;
  const auto silent = SessionConfigFromJson(nlohmann::json::object(), defaults);
  ASSERT_TRUE(silent);
  const auto allowed = RequireWithin(*silent, ceiling);
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_EQ(allowed->limits.timeout, 10s);
}

}  // namespace
}  // namespace goru
