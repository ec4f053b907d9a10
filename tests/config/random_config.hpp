// Configurations at random, with every member that the schema knows.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "goru/config.hpp"

namespace goru::test {

/// Makes documents from the schema, so that no member is left out. Text comes from few words, so that two documents
/// have something in common.
class RandomConfig {
 public:
  explicit RandomConfig(unsigned seed) : random_(seed), schema_(ConfigSchema()) {}

  nlohmann::json Session() { return Make(schema_.at("$defs").at("SessionConfig"), "session"); }
  nlohmann::json Executor() { return Make(schema_.at("$defs").at("ExecutorConfig"), "executor"); }
  size_t Below(size_t end) { return static_cast<size_t>(random_() % end); }

 private:
  using json = nlohmann::json;

  /// By the member's name; each item of a list has the list's.
  static const std::map<std::string, std::vector<std::string>>& Words() {
    static const std::vector<std::string> hosts = {
        "example.com",     "*.example.com",   "a.example.com",     "*.a.example.com",
        "b.a.example.com", "Example.COM:443", "a.example.com:80",  "127.0.0.1",
        "127.0.0.1:8080",  "localhost",       "localhost:8080",    "*.com",
        "[::1]",           "[::1]:8080",      "*.example.com:443", "*.example.org"};
    static const std::map<std::string, std::vector<std::string>> words = {
        {"session.tenant", {"", "one", "two"}},
        {"session.http.allowed_hosts", hosts},
        {"session.http.secrets.hosts", hosts},
        {"session.http.secrets.name", {"A", "B", "C"}},
        {"session.http.secrets.value", {"the first value", "the second value"}},
        {"session.http.allowed_networks",
         {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "fd00::/8", "fd00:1::/32", "::/0",
          "::ffff:10.0.0.0/104", "::ffff:10.1.2.0/120", "192.168.0.0/16"}},
        {"session.http.ca_file", {"", "/ca/one.pem", "/ca/two.pem"}},
        {"session.http.proxy", {"", "http://proxy.example:3128", "http://user:password@proxy.example:3128"}},
        {"session.fs.mounts.virtual_path", {"/", "/a", "/ab", "/a/b", "/a/b/c", "/b"}},
        {"session.fs.mounts.host_path", {"", "/h", "/h/", "/h/a", "/h/ab", "/h/a/b", "/h/./a/b/c", "/x", "/", "/h/b"}},
        {"session.fs.mounts.within", {"/h"}},
        {"session.functions", {"f", "g", "h", "goru"}},
        {"session.kv.file", {"", "/kv/one.db", "/kv/two.db"}},
        {"session.packages.directories", {"/p/one", "/p/two/", "/p/../p/one"}},
        {"session.packages.allowed", {"jinja2", "Jinja2", "toml", "python_dateutil", "python-dateutil"}},
        {"executor.cache_directory", {"", "/cache"}},
        {"executor.image_directory", {"", "/images"}},
        {"executor.image_file", {"", "/images/app.img"}},
        {"executor.packages", {"/p/one", "/p/two"}},
        {"executor.precompile", {"python", "python3.12", "javascript", "ts"}},
    };
    return words;
  }

  json OneOf(const std::vector<json>& values) { return values[Below(values.size())]; }

  json Make(const json& schema, const std::string& path) {
    if (schema.contains("$ref")) {
      if (schema["$ref"] == "#/$defs/Time") return OneOf({1, 0.25, "30s", "1500ms", 60, "2m"});
      EXPECT_EQ(schema["$ref"], "#/$defs/Size");
      return OneOf({0, 4096, "64kb", "10mb", 1'000'000, "1gb"});
    }
    if (schema.contains("enum")) return OneOf(schema["enum"].get<std::vector<json>>());
    json type = schema.at("type");
    if (type.is_array()) type = OneOf(type.get<std::vector<json>>());
    if (type == "null") return nullptr;
    if (type == "boolean") return Below(2) == 0;
    if (type == "integer") return OneOf({0, 1, 10, 1'000, schema.at("maximum")});
    if (type == "array") return MakeList(schema.at("items"), path);
    if (type == "object") return MakeObject(schema, path);
    EXPECT_EQ(type, "string") << path;
    const auto words = Words().find(path);
    if (words == Words().end()) {
      ADD_FAILURE() << "no words for " << path << ": add some to random_config.hpp";
      return "";
    }
    return words->second[Below(words->second.size())];
  }

  json MakeObject(const json& schema, const std::string& path) {
    json out = json::object();
    if (!schema.contains("properties")) {
      // Names of the writer's own choice.
      for (const char* name : {"TZ", "A", "name with spaces"}) {
        if (Below(2) > 0) out[name] = std::vector<const char*>{"", "x=y", "Europe/Berlin"}[Below(3)];
      }
      return out;
    }
    for (const auto& [name, member] : schema.at("properties").items()) {
      const bool required = schema.contains("required") && schema["required"] == json::array({name});
      // Only Intersect makes these.
      if (name == "within") continue;
      if (required || Below(3) > 0) out[name] = Make(member, path + "." + name);
    }
    return out;
  }

  json MakeList(const json& items, const std::string& path) {
    json out = json::array();
    std::set<std::string> names;
    for (size_t n = Below(5); n > 0; --n) {
      json item = Make(items, path);
      // Structures with names have one of each.
      const bool named = item.is_object();
      const char* const key = named && item.contains("virtual_path") ? "virtual_path" : "name";
      if (!named || names.insert(item.at(key).get<std::string>()).second) out.push_back(std::move(item));
    }
    return out;
  }

  std::mt19937_64 random_;
  json schema_;
};

}  // namespace goru::test
