#include "goru/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "common/temporary_folder.hpp"
#include "config/random_config.hpp"

namespace goru {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string ErrorOf(const json& document) {
  const auto config = SessionConfigFromJson(document);
  EXPECT_FALSE(config) << document;
  if (config) return {};
  EXPECT_EQ(config.error().kind, ErrorKind::kInvalidArgument);
  return config.error().message;
}

SessionConfig Session(const json& document) {
  auto config = SessionConfigFromJson(document);
  EXPECT_TRUE(config) << document << (config ? "" : config.error().message);
  return config ? std::move(*config) : SessionConfig();
}

TEST(Config, AnEmptyDocumentSaysNothing) {
  EXPECT_EQ(ToJson(Session(json::object())), ToJson(SessionConfig()));
  SessionConfig base;
  base.limits.timeout = 7s;
  base.http.allowed_hosts = {"example.com"};
  const auto config = SessionConfigFromJson(json::object(), base);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->limits.timeout, 7s);
  EXPECT_EQ(config->http.allowed_hosts, base.http.allowed_hosts);
}

TEST(Config, Members) {
  const SessionConfig config = Session(json::parse(R"({
    "limits": {"timeout": "500ms", "memory_bytes": "64mb", "output_bytes": 1000, "stop_on_output_limit": true,
               "host_calls": 5, "http": {"timeout": 1.5, "redirects": 2}, "kv": {"entries": 3.0},
               "packages": {"install_timeout": 9}},
    "functions": ["f", "g"],
    "http": {"allowed_hosts": ["*.example.com", "localhost:8080"], "allowed_networks": ["10.0.0.0/8"],
             "secrets": [{"name": "KEY", "value": "0123456789", "hosts": ["example.com"]}],
             "ca_file": "/ca.pem", "proxy": "http://proxy.example:3128", "allow_downgrade": true},
    "fs": {"mounts": [{"virtual_path": "/data", "host_path": "/srv", "mode": "rwc"}, {"virtual_path": "/in"}]},
    "kv": {"enabled": true},
    "packages": {"directories": ["/p"], "allowed": ["toml"], "allow_any": true}})"));
  EXPECT_EQ(config.limits.timeout, 500ms);
  EXPECT_EQ(config.limits.memory_bytes, size_t{64} << 20);
  EXPECT_EQ(config.limits.output_bytes, 1000U);
  EXPECT_TRUE(config.limits.stop_on_output_limit);
  EXPECT_EQ(config.limits.host_calls, 5U);
  EXPECT_EQ(config.limits.http.timeout, 1500ms);
  EXPECT_EQ(config.limits.http.redirects, 2U);
  EXPECT_EQ(config.limits.kv.entries, 3U);
  EXPECT_EQ(config.limits.packages.install_timeout, 9s);
  // What is not there stays.
  EXPECT_EQ(config.limits.http.requests, HttpLimits().requests);
  ASSERT_TRUE(config.functions);
  EXPECT_THAT(*config.functions, testing::ElementsAre("f", "g"));
  EXPECT_THAT(config.http.allowed_hosts, testing::ElementsAre("*.example.com", "localhost:8080"));
  EXPECT_THAT(config.http.allowed_networks, testing::ElementsAre("10.0.0.0/8"));
  ASSERT_EQ(config.http.secrets.size(), 1U);
  EXPECT_EQ(config.http.secrets[0].value, "0123456789");
  EXPECT_EQ(config.http.ca_file, "/ca.pem");
  EXPECT_EQ(config.http.proxy, "http://proxy.example:3128");
  EXPECT_TRUE(config.http.allow_downgrade);
  ASSERT_EQ(config.fs.mounts.size(), 2U);
  EXPECT_EQ(config.fs.mounts[0].virtual_path, "/data");
  EXPECT_EQ(config.fs.mounts[0].host_path, "/srv");
  EXPECT_EQ(config.fs.mounts[0].mode, MountMode::kReadWriteCreate);
  EXPECT_EQ(config.fs.mounts[1].mode, MountMode::kReadOnly);
  EXPECT_TRUE(config.kv.enabled);
  EXPECT_THAT(config.packages.directories, testing::ElementsAre("/p"));
  EXPECT_THAT(config.packages.allowed, testing::ElementsAre("toml"));
  EXPECT_TRUE(config.packages.allow_any);
}

TEST(Config, ListsReplaceThoseOfTheBase) {
  SessionConfig base;
  base.http.allowed_hosts = {"example.com"};
  base.functions = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"f"});
  auto config = SessionConfigFromJson(json::parse(R"({"http": {"allowed_hosts": ["example.org"]}})"), base);
  ASSERT_TRUE(config);
  EXPECT_THAT(config->http.allowed_hosts, testing::ElementsAre("example.org"));
  EXPECT_THAT(*config->functions, testing::ElementsAre("f"));
  config = SessionConfigFromJson(json::parse(R"({"functions": null})"), base);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->functions, nullptr);
}

TEST(Config, ErrorsNameTheMemberAndWhatItTakes) {
  const auto error = [](const char* text) { return ErrorOf(json::parse(text)); };
  EXPECT_EQ(error("[]"), "the configuration takes an object; not a list");
  EXPECT_EQ(error("3"), "the configuration takes an object; not 3");
  EXPECT_EQ(error(R"({"limits": {"http": {"timeout": "soon"}}})"),
            "limits.http.timeout takes a time such as 500ms, 30s or 2m, more than zero; not 'soon'");
  for (const char* value : {"0", "-1", "1e9", "null", "true", "[]", "\"1e3\"", "\"0s\""}) {
    EXPECT_THAT(error((R"({"limits": {"timeout": )" + std::string(value) + "}}").c_str()),
                StartsWith("limits.timeout takes a time such as 500ms"))
        << value;
  }
  for (const char* value : {"-1", "1.5", "1e14", "\"1zb\"", "false", "{}"}) {
    EXPECT_THAT(error((R"({"limits": {"memory_bytes": )" + std::string(value) + "}}").c_str()),
                StartsWith("limits.memory_bytes takes a size such as 65536, 64kb"))
        << value;
  }
  for (const char* value : {"-1", "1.5", "\"1\"", "99999999999999999999", "null"}) {
    EXPECT_THAT(error((R"({"limits": {"host_calls": )" + std::string(value) + "}}").c_str()),
                StartsWith("limits.host_calls takes a whole number; not "))
        << value;
  }
  EXPECT_EQ(error(R"({"limits": {"http": {"redirects": 4294967296}}})"),
            "limits.http.redirects: 4294967296 is too many; at most 4294967295");
  EXPECT_EQ(error(R"({"limits": {"stop_on_output_limit": 1}})"),
            "limits.stop_on_output_limit takes true or false; not 1");
  EXPECT_THAT(error(R"({"limits": {"kv": {"valeu_bytes": 1}}})"),
              StartsWith("limits.kv.valeu_bytes does not exist; there are key_bytes, value_bytes, entries"));
  EXPECT_THAT(error(R"({"": 1})"),
              HasSubstr("does not exist; there are limits, tenant, functions, http, fs, kv, packages"));
  EXPECT_EQ(error(R"({"registry": {}})"), "registry cannot be said in JSON: it is set in C++");
  EXPECT_EQ(error(R"({"http": {"audit": {}}})"), "http.audit cannot be said in JSON: it is set in C++");
  EXPECT_EQ(error(R"({"http": {"allowed_hosts": "example.com"}})"),
            "http.allowed_hosts takes a list; not 'example.com'");
  EXPECT_EQ(error(R"({"http": {"allowed_hosts": ["a", 1]}})"), "http.allowed_hosts[1] takes text; not 1");
  EXPECT_EQ(error(R"({"http": {"allowed_hosts": ["http://a"]}})"),
            "http.allowed_hosts[0]: 'http://a' cannot be an allowed host: an entry is a host, without scheme and path");
  EXPECT_THAT(error(R"({"http": {"allowed_networks": ["10.0.0.1/8"]}})"),
              StartsWith("http.allowed_networks[0] takes an address range such as 10.0.0.0/8"));
  EXPECT_THAT(error(R"({"http": {"proxy": "ftp://a:1"}})"), AllOf(StartsWith("http.proxy: "), HasSubstr("scheme")));
  EXPECT_THAT(error(R"({"fs": {"mounts": [{"virtual_path": "/a/../b"}]}})"),
              StartsWith("fs.mounts[0].virtual_path must be absolute"));
  EXPECT_EQ(error(R"({"fs": {"mounts": [{"virtual_path": "/a", "mode": "rx"}]}})"),
            "fs.mounts[0].mode takes ro, rw or rwc; not 'rx'");
  EXPECT_EQ(error(R"({"fs": {"mounts": [{"mode": "ro"}]}})"), "fs.mounts[0] needs virtual_path");
  EXPECT_EQ(error(R"({"fs": {"mounts": [{"virtual_path": "/a"}, {"virtual_path": "/a"}]}})"),
            "fs.mounts[1] has the same name as another one");
  EXPECT_THAT(error(R"({"fs": {"mounts": [{"virtual_path": "/a", "host_path": "\u0000"}]}})"), HasSubstr("NUL"));
  EXPECT_THAT(error(R"({"http": {"secrets": [{"name": "a-b"}]}})"),
              AllOf(StartsWith("http.secrets[0]: "), HasSubstr("name")));
  EXPECT_EQ(error(R"({"packages": {"allowed": ["../x"]}})"),
            "packages.allowed[0] takes the name of a package; not '../x'");
  json many = json::array();
  for (int i = 0; i < 1001; ++i) many.push_back("f" + std::to_string(i));
  EXPECT_EQ(ErrorOf({{"functions", many}}), "functions takes at most 1000 items");
}

TEST(Config, ErrorsShowNoSecret) {
  const std::string message =
      ErrorOf(json::parse(R"({"http": {"secrets": [{"name": "KEY", "value": "hush\u0001hush", "hosts": ["a"]}]}})"));
  EXPECT_THAT(message, AllOf(HasSubstr("KEY"), testing::Not(HasSubstr("hush"))));
}

TEST(Config, NumbersMadeInCpp) {
  EXPECT_EQ(
      Session({{"limits", {{"host_calls", 5}, {"memory_bytes", int64_t{4096}}, {"timeout", 2}}}}).limits.host_calls,
      5U);
  EXPECT_THAT(ErrorOf({{"limits", {{"host_calls", std::numeric_limits<double>::quiet_NaN()}}}}),
              HasSubstr("whole number"));
  EXPECT_THAT(ErrorOf({{"limits", {{"timeout", std::numeric_limits<double>::infinity()}}}}), HasSubstr("takes a time"));
  EXPECT_THAT(ErrorOf({{"limits", {{"host_calls", -5}}}}), HasSubstr("whole number"));
}

TEST(Config, RelativePathsAndSecretsOfOthers) {
  ConfigReadOptions options;
  options.directory = "/etc/goru";
  options.secret = [](const std::string& name) -> Expected<std::string> {
    if (name == "KEY") return std::string("0123456789");
    return Error{ErrorKind::kInvalidArgument, "no value for " + name};
  };
  const auto document = json::parse(R"({
    "fs": {"mounts": [{"virtual_path": "/a", "host_path": "../in"}, {"virtual_path": "/b", "host_path": "/abs"}]},
    "http": {"ca_file": "ca.pem", "proxy": "http://proxy:1", "secrets": [{"name": "KEY", "hosts": ["a"]}]},
    "packages": {"directories": ["./p"]}, "kv": {"file": "state.db"}})");
  const auto config = SessionConfigFromJson(document, {}, options);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->fs.mounts[0].host_path, "/etc/in");
  EXPECT_EQ(config->fs.mounts[1].host_path, "/abs");
  EXPECT_EQ(config->http.ca_file, "/etc/goru/ca.pem");
  EXPECT_EQ(config->http.proxy, "http://proxy:1");
  EXPECT_EQ(config->packages.directories[0], "/etc/goru/p");
  EXPECT_EQ(config->kv.file, "/etc/goru/state.db");
  // A file is of no use without the store.
  EXPECT_TRUE(config->kv.enabled);
  EXPECT_EQ(config->http.secrets[0].value, "0123456789");

  const auto missing = SessionConfigFromJson(json::parse(R"({"http": {"secrets": [{"name": "X"}]}})"), {}, options);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "http.secrets[0]: no value for X");
  EXPECT_FALSE(Session(json::parse(R"({"kv": {"file": "a", "enabled": false}})")).kv.enabled);
}

TEST(Config, SecretsAreWrittenOnlyWhenAskedFor) {
  SessionConfig config;
  config.http.secrets = {{.name = "KEY", .value = "0123456789", .hosts = {"example.com"}}};
  config.http.proxy = "http://user:password@proxy.example:3128";
  const std::string text = ToJson(config).dump();
  EXPECT_THAT(text, AllOf(HasSubstr("KEY"), testing::Not(HasSubstr("0123456789")), testing::Not(HasSubstr("password")),
                          HasSubstr("http://***@proxy.example:3128")));
  // Nobody goes on with the stand-in by mistake.
  EXPECT_THAT(ErrorOf(json::parse(text)), AllOf(StartsWith("http.proxy: "), HasSubstr("left out")));
  const json whole = ToJson(config, {.secrets = true});
  EXPECT_EQ(whole["http"]["secrets"][0]["value"], "0123456789");
  EXPECT_EQ(ToJson(Session(whole), {.secrets = true}), whole);
}

TEST(Config, WhatIsWrittenIsReadBack) {
  test::RandomConfig random(1);
  for (int i = 0; i < 300; ++i) {
    const json session = random.Session();
    const SessionConfig config = Session(session);
    for (const bool units : {false, true}) {
      const json written = ToJson(config, {.secrets = true, .units = units});
      EXPECT_EQ(ToJson(Session(written), {.secrets = true, .units = units}), written);
      EXPECT_EQ(ToJson(Session(written), {.secrets = true}), ToJson(config, {.secrets = true}));
    }
    const json document = random.Executor();
    const auto executor = ExecutorConfigFromJson(document);
    ASSERT_TRUE(executor) << document << executor.error().message;
    const auto again = ExecutorConfigFromJson(ToJson(*executor));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(ToJson(*again), ToJson(*executor));
  }
}

TEST(Config, NumbersAreForProgramsAndUnitsForPeople) {
  SessionConfig config;
  config.limits.timeout = 1500ms;
  const json plain = ToJson(config)["limits"];
  EXPECT_EQ(plain["timeout"], 1.5);
  EXPECT_EQ(plain["memory_bytes"], 256 << 20);
  EXPECT_EQ(plain["http"]["timeout"], 30);
  const json units = ToJson(config, {.units = true})["limits"];
  EXPECT_EQ(units["timeout"], "1500ms");
  EXPECT_EQ(units["memory_bytes"], "256mb");
  EXPECT_EQ(units["kv"]["key_bytes"], 256);
}

TEST(Config, EveryTimeComesBackToTheNanosecond) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2'000; ++i) {
    SessionConfig config;
    config.limits.timeout = std::chrono::nanoseconds(1 + (random() >> (random() % 64)) % 999'999'999'000'000'000);
    EXPECT_EQ(Session({{"limits", {{"timeout", ToJson(config)["limits"]["timeout"]}}}}).limits.timeout,
              config.limits.timeout);
  }
}

TEST(Config, LimitsThatAreNoneAreWrittenAsTheLargest) {
  SessionConfig config;
  config.limits.timeout = std::chrono::nanoseconds::max();
  config.limits.memory_bytes = std::numeric_limits<size_t>::max();
  config.limits.host_calls = std::numeric_limits<uint64_t>::max();
  config.fs.mounts = {{.virtual_path = "/a", .host_path = "/\xff"}};
  const json written = ToJson(config);
  EXPECT_EQ(written["limits"]["timeout"], 999'999'999);
  EXPECT_EQ(written["fs"]["mounts"][0]["host_path"], "/\uFFFD");
  const SessionConfig read = Session(written);
  EXPECT_EQ(read.limits.memory_bytes, 99'999'999'999'999U);
  EXPECT_EQ(read.limits.host_calls, config.limits.host_calls);
  EXPECT_FALSE(written.dump().empty());
}

TEST(Config, Executors) {
  const auto config = ExecutorConfigFromJson(json::parse(R"({
    "session_limits": {"timeout": "1s"}, "limits": {"host_threads": 3, "warm_sandboxes": 0}, "disk_cache": false,
    "image_file": "app.img", "packages": ["p"], "precompile": ["py", "python3.12", "ts"]})"));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->session_limits.timeout, 1s);
  EXPECT_EQ(config->limits.host_threads, 3U);
  EXPECT_FALSE(config->disk_cache);
  EXPECT_EQ(config->precompile, (std::vector<Language>{Python(), Python("3.12"), TypeScript()}));
  EXPECT_EQ(ToJson(*config)["precompile"], json::parse(R"(["python3.13", "python3.12", "typescript"])"));
  const auto wrong = ExecutorConfigFromJson(json::parse(R"({"precompile": ["ruby"]})"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "precompile[0]: there is no language 'ruby'");
  EXPECT_EQ(config->engine, goru::Engine::kWasmtime);
  EXPECT_EQ(ToJson(*config)["engine"], "wasmtime");
  const auto native = ExecutorConfigFromJson(json::parse(R"({"engine": "native"})"));
  ASSERT_TRUE(native);
  EXPECT_EQ(native->engine, goru::Engine::kNative);
  EXPECT_EQ(ToJson(*native)["engine"], "native");
  EXPECT_EQ(ExecutorConfigFromJson(json::parse(R"({"engine": "v8"})")).error().message,
            "engine takes wasmtime or native; not 'v8'");
  EXPECT_EQ(ExecutorConfigFromJson(json::parse(R"({"engine": 1})")).error().message,
            "engine takes wasmtime or native; not 1");
  // Where compiled code is to be kept, it is kept.
  EXPECT_TRUE(ExecutorConfigFromJson(json::parse(R"({"cache_directory": "/c"})"), *config)->disk_cache);
}

TEST(Config, Runs) {
  const json document =
      json::parse(R"({"name": "main.py", "stdin_data": "a\u0000b", "want_value": true, "timeout": "2s"})");
  const auto run = RunOptionsFromJson(document);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->name, "main.py");
  EXPECT_EQ(run->stdin_data, std::string_view("a\0b", 3));
  EXPECT_TRUE(run->want_value);
  EXPECT_EQ(run->timeout, std::chrono::seconds(2));
  const json wrong = {{"on_stdout", 1}};
  EXPECT_THAT(RunOptionsFromJson(wrong).error().message, StartsWith("on_stdout cannot be said in JSON"));
}

TEST(Config, ErrorsHoldNothingThatMovesATerminal) {
  const std::string name = "\x1b[2J\n" + std::string(1'000'000, 'a');
  for (const json& document : {json{{name, 1}}, json{{"limits", {{name, 1}}}}, json{{"limits", {{"timeout", name}}}},
                               json{{"http", {{"allowed_hosts", {name}}}}}}) {
    const std::string message = ErrorOf(document);
    EXPECT_LT(message.size(), 600U);
    EXPECT_TRUE(std::none_of(message.begin(), message.end(), [](char c) { return c < ' '; })) << message;
  }
  const auto twice = ParseConfigText(R"({"\n": 1, "\n": 2})");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message, "? stands there twice");
}

TEST(ConfigText, WhatIsNoDocument) {
  const auto error = [](std::string_view text) {
    const auto document = ParseConfigText(text);
    EXPECT_FALSE(document) << text;
    return document ? std::string() : document.error().message;
  };
  EXPECT_THAT(error("{"),
              AllOf(StartsWith("this is not JSON: parse error at line 1"), testing::Not(HasSubstr("json.exception"))));
  EXPECT_THAT(error(""), StartsWith("this is not JSON"));
  EXPECT_THAT(error("{} {}"), StartsWith("this is not JSON"));
  EXPECT_THAT(error("{\"a\": 1e999}"), StartsWith("this is not JSON"));
  EXPECT_THAT(error("\"\xff\""), StartsWith("this is not JSON"));
  EXPECT_LT(error("\"" + std::string(1'000'000, 'a')).size(), 400U);
  EXPECT_EQ(error(R"({"limits": {"timeout": 1, "kv": {}, "timeout": 2}})"), "limits.timeout stands there twice");
  EXPECT_EQ(error(R"({"a": [{"b": 1}, {"b": 1, "b": 1}]})"), "a.b stands there twice");
  EXPECT_THAT(error(std::string(1'000'000, '[')), HasSubstr("nested deeper"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"a":)";
  EXPECT_THAT(error(deep), HasSubstr("nested deeper"));
  EXPECT_TRUE(ParseConfigText(R"({"a": {"b": 1}, "c": {"b": 1}})"));
}

class ConfigFiles : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  test::TemporaryFolder folder_;
};

TEST_F(ConfigFiles, ThreeParts) {
  const std::string path = Write("goru.json", R"({"$schema": "config.schema.json",
    "executor": {"session_limits": {"timeout": "3s", "host_calls": 7}, "image_file": "app.img"},
    "session": {"limits": {"timeout": "2s"}, "fs": {"mounts": [{"virtual_path": "/data", "host_path": "in"}]}},
    "run": {"stdin_data": "text", "want_value": true}})");
  auto file = ReadConfigFile(path);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->session.limits.timeout, 2s);
  EXPECT_EQ(file->session.limits.host_calls, 7U);
  EXPECT_EQ(file->executor.image_file, folder_.path() + "/app.img");
  EXPECT_EQ(file->session.fs.mounts[0].host_path, folder_.path() + "/in");
  // What the run refers to moves and is copied along.
  const ConfigFile copy = *file;
  file = ConfigFile();
  EXPECT_EQ(copy.run.stdin_data, "text");
  const json written = ToJson(copy);
  EXPECT_EQ(written["run"]["stdin_data"], "text");
  ASSERT_TRUE(ConfigFileFromJson(written));
}

TEST_F(ConfigFiles, NamesOfImagesAreNoPaths) {
  auto file = ReadConfigFile(Write("named.json", R"({"executor": {"image_file": "data"}})"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->executor.image_file, "data");
  file = ReadConfigFile(Write("path.json", R"({"executor": {"image_file": "./data"}})"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->executor.image_file, folder_.path() + "/data");
}

TEST_F(ConfigFiles, ErrorsNameTheFile) {
  const auto error = [](const std::string& path) { return ReadConfigFile(path).error().message; };
  const std::string path = Write("goru.json", R"({"session": {"limits": {"timeout": 0}}})");
  EXPECT_THAT(error(path), StartsWith(path + ": session.limits.timeout takes a time"));
  EXPECT_THAT(error(Write("no.json", "{")), AllOf(HasSubstr("no.json: this is not JSON"), HasSubstr("line 1")));
  EXPECT_THAT(error(Write("other.json", R"({"limits": {}})")),
              HasSubstr("limits does not exist; there are executor, session, run, $schema"));
  EXPECT_THAT(error(folder_.path() + "/missing.json"), HasSubstr("missing.json"));
  EXPECT_THAT(error(Write("large.json", std::string(size_t{2} << 20, ' '))), HasSubstr("large.json"));
  EXPECT_THAT(error(Write("document.json", R"({"document": 1})")), HasSubstr("document cannot be said in JSON"));
}

TEST(ConfigFields, AreSetFromWhatPeopleType) {
  SessionConfig config;
  const auto set = [&config](const std::string& path, std::string_view text) {
    for (const ConfigField& field : SessionConfigFields()) {
      if (field.path == path) return SetConfigField(config, field, text, "--flag");
    }
    ADD_FAILURE() << "no member " << path;
    return Expected<void>();
  };
  EXPECT_TRUE(set("limits.timeout", "2m"));
  EXPECT_TRUE(set("limits.http.redirects", "3"));
  EXPECT_TRUE(set("limits.stop_on_output_limit", ""));
  EXPECT_TRUE(set("http.allowed_hosts", "a"));
  EXPECT_TRUE(set("http.allowed_hosts", "b"));
  EXPECT_TRUE(set("functions", "f"));
  EXPECT_TRUE(set("functions", "g"));
  EXPECT_TRUE(set("fs.mounts", "/data:./in:put:rw"));
  EXPECT_TRUE(set("fs.mounts", "/data:.:ro"));
  EXPECT_TRUE(set("fs.mounts", "/out:.:rwc"));
  EXPECT_TRUE(set("kv.file", "state.db"));
  EXPECT_EQ(config.limits.timeout, 120s);
  EXPECT_EQ(config.limits.http.redirects, 3U);
  EXPECT_TRUE(config.limits.stop_on_output_limit);
  EXPECT_THAT(config.http.allowed_hosts, testing::ElementsAre("a", "b"));
  EXPECT_THAT(*config.functions, testing::ElementsAre("f", "g"));
  // The later one of a name counts.
  ASSERT_EQ(config.fs.mounts.size(), 2U);
  EXPECT_EQ(config.fs.mounts[0].host_path, ".");
  EXPECT_EQ(config.fs.mounts[1].mode, MountMode::kReadWriteCreate);
  EXPECT_TRUE(config.kv.enabled);
  EXPECT_TRUE(set("http.proxy", "env"));
  EXPECT_TRUE(config.http.proxy_from_environment);
  EXPECT_TRUE(set("http.proxy", "http://proxy:1"));
  EXPECT_FALSE(config.http.proxy_from_environment);
  EXPECT_THAT(set("limits.timeout", "soon").error().message, StartsWith("--flag takes a time"));
  EXPECT_THAT(set("limits.host_calls", "-1").error().message, StartsWith("--flag takes a whole number; not '-1'"));
  EXPECT_THAT(set("limits.http.redirects", "99999999999").error().message,
              StartsWith("--flag: 99999999999 is too many"));
  EXPECT_THAT(set("kv.file", "").error().message, "--flag needs a file");
  EXPECT_FALSE(SetConfigField(config, ConfigField{.path = "limits.nothing"}, "1", "--flag"));
  EXPECT_FALSE(SetConfigField(config, ConfigField{.path = "registry"}, "1", "--flag"));
}

TEST(ConfigFields, AllHaveATextAndADefault) {
  size_t flags = 0;
  for (const auto* fields : {&SessionConfigFields(), &ExecutorConfigFields(), &RunOptionsFields()}) {
    for (const ConfigField& field : *fields) {
      EXPECT_FALSE(field.text.empty()) << field.path;
      flags += field.flag.empty() ? 0U : 1U;
    }
  }
  EXPECT_GE(flags, 35U);
  const ConfigField& timeout = SessionConfigFields().front();
  EXPECT_EQ(timeout.path, "limits.timeout");
  EXPECT_EQ(timeout.flag, "--timeout");
  EXPECT_EQ(timeout.takes, "TIME");
  EXPECT_EQ(timeout.default_text, "30s");
}

}  // namespace
}  // namespace goru
