#include "config/capabilities.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "config/tables.hpp"
#include "host/fs/virtual_path.hpp"
#include "host/http/address.hpp"
#include "host/http/host_entry.hpp"
#include "host/http/proxy.hpp"
#include "host/http/secrets.hpp"
#include "host/surroundings.hpp"
#include "packages/names.hpp"

namespace goru::config {
namespace {

namespace http = host::http;

/// What stands for a proxy's user and password.
constexpr const char* kLeftOut = "***";

std::string Quoted(const std::string& text) { return Shown(json(text)); }

/// Reads the items of a list; where one cannot be read, `error` says so and the list is empty.
template <typename Item, typename Parse>
std::vector<Item> ParseAll(const Names& texts, Parse parse, std::string_view whose, const Place& place,
                           Cutting& cutting) {
  std::vector<Item> out;
  for (size_t i = 0; i < texts.size() && !cutting.error; ++i) {
    auto item = parse(texts[i]);
    if (item) {
      out.push_back(std::move(*item));
    } else {
      cutting.error = Place(place, i).Wrong(std::string(whose) + " cannot be read: " + Quoted(texts[i]));
    }
  }
  return cutting.error ? std::vector<Item>() : out;
}

/// What two lists of ranges have in common. Each item of `wanted` is kept as it is where one of `ceiling` has all of
/// it, and else becomes the parts that those of `ceiling` have.
template <typename Item, typename Parse>
void CutRanges(Names& wanted, const Names& ceiling, Parse parse, const Place& place, Cutting& cutting) {
  const auto items = ParseAll<Item>(wanted, parse, "", place, cutting);
  const auto allowed = ParseAll<Item>(ceiling, parse, " of the ceiling", place, cutting);
  if (cutting.error) return;
  Names out;
  std::set<std::string> known;
  for (size_t i = 0; i < items.size(); ++i) {
    Names parts;
    bool whole = false;
    for (size_t j = 0; j < allowed.size() && !whole; ++j) {
      const auto part = items[i].Meet(allowed[j]);
      if (!part) continue;
      whole = ToText(*part) == ToText(items[i]);
      parts.push_back(ToText(*part));
    }
    if (whole) {
      parts = {wanted[i]};
    } else {
      cutting.Note(place, Quoted(wanted[i]) + (parts.empty() ? " is not allowed" : " is allowed in part"));
    }
    for (std::string& part : parts) {
      if (known.insert(part).second) out.push_back(std::move(part));
    }
    if (out.size() > kMaxItems) {
      cutting.error = place.Wrong(" leaves more than " + std::to_string(kMaxItems) + " items");
      return;
    }
  }
  wanted = std::move(out);
}

void CutHosts(Names& wanted, const Names& ceiling, const Place& place, Cutting& cutting) {
  CutRanges<http::HostEntry>(
      wanted, ceiling, [](const std::string& text) { return http::HostEntry::Parse(text); }, place, cutting);
}

/// Keeps the names that `allowed` has.
void CutNames(Names& wanted, const std::set<std::string>& allowed, std::string (*canonical)(const std::string&),
              const Place& place, Cutting& cutting) {
  std::erase_if(wanted, [&](const std::string& name) {
    const bool kept = allowed.contains(canonical(name));
    if (!kept) cutting.Note(place, Quoted(name) + " is not allowed");
    return !kept;
  });
}

std::set<std::string> SetOf(const Names& names, std::string (*canonical)(const std::string&)) {
  std::set<std::string> out;
  for (const std::string& name : names) out.insert(canonical(name));
  return out;
}

std::string Same(const std::string& name) { return name; }
std::string CanonicalPackage(const std::string& name) { return packages::CanonicalName(name).value_or(name); }
std::string NormalPath(const std::string& path) {
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).string();
}

/// What would be wrong with a secret in a session. Parts that are left to others count as right.
Expected<void> CheckSecret(HttpSecret secret) {
  constexpr const char* kAnyValue = "a value of others";
  if (secret.value.empty()) secret.value = kAnyValue;
  if (secret.hosts.empty()) secret.hosts.emplace_back("localhost");
  if (auto checked = http::Secrets::Create({std::move(secret)}); !checked) return checked.error();
  return {};
}

}  // namespace

// --- http ---

Expected<void> Host::Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options) {
  if (auto read = Text::Read(value, out, place, options); !read) return read;
  const auto entry = http::HostEntry::Parse(out);
  if (!entry) return place.Wrong(": " + Quoted(out) + " cannot be an allowed host: " + entry.error().message);
  return {};
}

void Hosts::Cut(Names& wanted, const Names& ceiling, const Place& place, Cutting& cutting) {
  CutHosts(wanted, ceiling, place, cutting);
}

Expected<void> Cidr::Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options) {
  if (auto read = Text::Read(value, out, place, options); !read) return read;
  if (http::ParseNetwork(out)) return {};
  return place.Wrong(" takes an address range such as 10.0.0.0/8 or fd00::/8, with zeros behind the prefix; not " +
                     Quoted(out));
}

void CutNetworks(HttpConfig& wanted, const HttpConfig& ceiling, const Place& place, Cutting& cutting) {
  if (wanted.allowed_hosts.empty() && !wanted.allowed_networks.empty()) {
    cutting.Note(place, "is of no use without a host that is allowed");
    wanted.allowed_networks.clear();
  }
  CutRanges<http::Network>(
      wanted.allowed_networks, ceiling.allowed_networks,
      [](const std::string& text) { return http::ParseNetwork(text); }, place, cutting);
}

json SecretValue::Write(const std::string& value, const ConfigWriteOptions& options) {
  return options.secrets && !value.empty() ? WriteText(value) : json(json::value_t::discarded);
}

Expected<void> Secret::Read(const json& value, HttpSecret& out, const Place& place, const ConfigReadOptions& options) {
  if (auto read = Object::Read(value, out, place, options); !read) return read;
  if (auto checked = CheckSecret(out); !checked) return place.Wrong(": " + checked.error().message);
  if (!out.value.empty() || !options.secret) return {};
  auto found = options.secret(out.name);
  if (!found) return place.Wrong(": " + found.error().message);
  out.value = std::move(*found);
  if (auto checked = CheckSecret(out); !checked) return place.Wrong(": " + checked.error().message);
  return {};
}

Expected<void> Secret::Set(std::string_view /*path*/, std::string_view text, HttpSecret& out, const Place& place,
                           const ConfigReadOptions& options) {
  out = {};
  const size_t at = text.find('@');
  out.name = text.substr(0, at);
  for (size_t begin = at; begin != std::string_view::npos;) {
    const size_t end = text.find(',', begin + 1);
    const std::string_view host = text.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1);
    if (!host.empty()) out.hosts.emplace_back(host);
    begin = end;
  }
  if (out.name.empty() || out.hosts.empty()) {
    return place.Wrong(" takes NAME@HOST[,HOST] such as API_KEY@api.example.com; not " + Quoted(std::string(text)));
  }
  if (!options.secret) return {};
  auto value = options.secret(out.name);
  if (!value) return place.Wrong(" " + out.name + ": " + value.error().message);
  out.value = std::move(*value);
  return {};
}

void CutSecrets(HttpConfig& wanted, const HttpConfig& ceiling, const Place& place, Cutting& cutting) {
  if (wanted.allowed_hosts.empty() && !wanted.secrets.empty()) {
    cutting.Note(place, "is of no use without a host that is allowed");
    wanted.secrets.clear();
  }
  std::vector<HttpSecret> out;
  for (HttpSecret& secret : wanted.secrets) {
    const auto allowed = std::find_if(ceiling.secrets.begin(), ceiling.secrets.end(),
                                      [&secret](const HttpSecret& other) { return Secret::Same(secret, other); });
    if (allowed == ceiling.secrets.end()) {
      cutting.Note(place, Quoted(secret.name) + " is not allowed");
      continue;
    }
    // Whether the wanted value was the same is not for whoever wants it to find out.
    if (!allowed->value.empty()) secret.value = allowed->value;
    if (secret.hosts.empty()) secret.hosts = allowed->hosts;
    CutHosts(secret.hosts, allowed->hosts, Place(place, secret.name), cutting);
    if (!secret.hosts.empty()) out.push_back(std::move(secret));
  }
  wanted.secrets = std::move(out);
}

Expected<void> ProxyUrl::Read(const json& value, std::string& out, const Place& place,
                              const ConfigReadOptions& options) {
  if (auto read = Text::Read(value, out, place, options); !read || out.empty()) return read;
  if (out.find(kLeftOut + std::string("@")) != std::string::npos) {
    return place.Wrong(": the proxy's user and password were left out where this was written; put them in again");
  }
  const auto proxy = http::Proxy::Parse(out, "WithSessionHttpProxy, --http-proxy");
  if (!proxy) return place.Wrong(": " + proxy.error().message);
  return {};
}

json ProxyUrl::Write(const std::string& url, const ConfigWriteOptions& options) {
  const size_t at = url.rfind('@');
  if (options.secrets || at == std::string::npos) return WriteText(url);
  const size_t scheme = url.find("://");
  const size_t begin = scheme == std::string::npos || scheme > at ? 0 : scheme + 3;
  return WriteText(url.substr(0, begin) + kLeftOut + url.substr(at));
}

Expected<void> SetProxy(std::string_view /*path*/, std::string_view text, HttpConfig& out, const Place& place,
                        const ConfigReadOptions& /*options*/) {
  if (text.empty()) return place.Wrong(" needs a URL, or env");
  out.proxy_from_environment = text == "env";
  out.proxy = out.proxy_from_environment ? std::string() : std::string(text);
  return {};
}

void CutAudit(HttpConfig& wanted, const HttpConfig& ceiling, const Place& /*place*/, Cutting& /*cutting*/) {
  if (ceiling.audit) wanted.audit = ceiling.audit;
}

// --- fs ---

Expected<void> VirtualPathText::Read(const json& value, std::string& out, const Place& place,
                                     const ConfigReadOptions& options) {
  if (auto read = Text::Read(value, out, place, options); !read) return read;
  if (host::fs::VirtualPath::IsNormal(out)) return {};
  return place.Wrong(" " + std::string(host::fs::VirtualPath::kNormalForm) + "; not " + Quoted(out));
}

Expected<void> Mode::Read(const json& value, MountMode& out, const Place& place, const ConfigReadOptions& options) {
  if (!value.is_string()) return place.Wrong(" takes ro, rw or rwc; not " + Shown(value));
  return Set({}, value.get_ref<const std::string&>(), out, place, options);
}

json Mode::Write(MountMode mode, const ConfigWriteOptions& /*options*/) {
  switch (mode) {
    case MountMode::kReadOnly:
      break;
    case MountMode::kReadWrite:
      return "rw";
    case MountMode::kReadWriteCreate:
      return "rwc";
  }
  return "ro";
}

Expected<void> Mode::Set(std::string_view /*path*/, std::string_view text, MountMode& out, const Place& place,
                         const ConfigReadOptions& options) {
  for (const MountMode mode : {MountMode::kReadOnly, MountMode::kReadWrite, MountMode::kReadWriteCreate}) {
    if (Write(mode, {}).get_ref<const std::string&>() != text) continue;
    out = mode;
    return {};
  }
  (void)options;
  return place.Wrong(" takes ro, rw or rwc; not " + Quoted(std::string(text)));
}

Expected<void> MountItem::Set(std::string_view /*path*/, std::string_view text, Mount& out, const Place& place,
                              const ConfigReadOptions& options) {
  const auto wrong = [&place](std::string_view what) {
    return place.Wrong(
        " takes VIRTUAL:HOST:MODE such as /data:./input:ro; MODE is ro (read), rw (change and remove) or rwc (create); "
        "not " +
        Quoted(std::string(what)));
  };
  out = {};
  const size_t first = text.find(':');
  if (first == std::string_view::npos || first == 0) return wrong(text);
  out.virtual_path = text.substr(0, first);
  std::string_view path = text.substr(first + 1);
  if (const size_t last = path.rfind(':'); last != std::string_view::npos) {
    const std::string_view mode = path.substr(last + 1);
    if (!Mode::Set({}, mode, out.mode, place, options)) return wrong(mode);
    path = path.substr(0, last);
  }
  if (path.empty()) return wrong(text);
  return Directory::Set({}, path, out.host_path, place, options);
}

// --- surroundings ---

Expected<void> Environment::Read(const json& value, Value& out, const Place& place,
                                 const ConfigReadOptions& /*options*/) {
  if (!value.is_object()) return place.Wrong(" takes an object of names and texts; not " + Shown(value));
  if (value.size() > kMaxItems) return place.Wrong(" takes at most " + std::to_string(kMaxItems) + " variables");
  Value variables;
  for (const auto& [name, member] : value.items()) {
    if (!member.is_string()) return Place(place, name).Wrong(" takes a text; not " + Shown(member));
    if (auto checked = host::CheckVariable(name, member.get_ref<const std::string&>()); !checked) {
      return place.Wrong(": " + checked.error().message);
    }
    variables[name] = member.get<std::string>();
  }
  out = std::move(variables);
  return {};
}

json Environment::Write(const Value& variables, const ConfigWriteOptions& /*options*/) {
  json out = json::object();
  for (const auto& [name, value] : variables) out[std::string(WriteText(name))] = WriteText(value);
  return out;
}

Expected<void> Environment::Set(std::string_view /*path*/, std::string_view text, Value& out, const Place& place,
                                const ConfigReadOptions& options) {
  const size_t equals = text.find('=');
  const std::string name(text.substr(0, equals));
  std::string value;
  if (equals != std::string_view::npos) {
    value = text.substr(equals + 1);
  } else if (options.secret) {
    auto own = options.secret(name);
    if (!own) return place.Wrong(" " + name + ": " + own.error().message);
    value = std::move(*own);
  }
  if (auto checked = host::CheckVariable(name, value); !checked) return place.Wrong(": " + checked.error().message);
  out[name] = std::move(value);
  return {};
}

void Environment::Cut(Value& /*wanted*/, const Value& /*ceiling*/, const Place& /*place*/, Cutting& /*cutting*/) {}

// --- functions ---

Expected<void> FunctionNames::Read(const json& value, Value& out, const Place& place,
                                   const ConfigReadOptions& options) {
  if (value.is_null()) {
    out = nullptr;
    return {};
  }
  Names names;
  if (auto read = List<Text>::Read(value, names, place, options); !read) return read;
  out = std::make_shared<const Names>(std::move(names));
  return {};
}

json FunctionNames::Write(const Value& names, const ConfigWriteOptions& options) {
  return names ? List<Text>::Write(*names, options) : json(nullptr);
}

Expected<void> FunctionNames::Set(std::string_view /*path*/, std::string_view text, Value& out, const Place& /*place*/,
                                  const ConfigReadOptions& /*options*/) {
  Names names = out ? *out : Names();
  names.emplace_back(text);
  out = std::make_shared<const Names>(std::move(names));
  return {};
}

void FunctionNames::Cut(Value& wanted, const Value& ceiling, const Place& place, Cutting& cutting) {
  if (!ceiling) return;
  if (!wanted) {
    cutting.Note(place, "not all functions are allowed");
    wanted = ceiling;
    return;
  }
  Names names = *wanted;
  CutNames(names, SetOf(*ceiling, Same), Same, place, cutting);
  if (names.size() != wanted->size()) wanted = std::make_shared<const Names>(std::move(names));
}

// --- packages ---

void PackageDirectories::Cut(Names& wanted, const Names& ceiling, const Place& place, Cutting& cutting) {
  CutNames(wanted, SetOf(ceiling, NormalPath), NormalPath, place, cutting);
}

Expected<void> PackageName::Read(const json& value, std::string& out, const Place& place,
                                 const ConfigReadOptions& options) {
  if (auto read = Text::Read(value, out, place, options); !read) return read;
  if (packages::CanonicalName(out)) return {};
  return place.Wrong(" takes the name of a package; not " + Quoted(out));
}

void CutPackageNames(PackagesConfig& wanted, const PackagesConfig& ceiling, const Place& place, Cutting& cutting) {
  if (ceiling.allow_any) return;
  if (wanted.allow_any) {
    wanted.allowed = ceiling.allowed;
    return;
  }
  CutNames(wanted.allowed, SetOf(ceiling.allowed, CanonicalPackage), CanonicalPackage, place, cutting);
}

// --- executors ---

Expected<void> EngineName::Read(const json& value, Engine& out, const Place& place, const ConfigReadOptions& options) {
  if (!value.is_string()) return place.Wrong(" takes wasmtime or native; not " + Shown(value));
  return Set({}, value.get_ref<const std::string&>(), out, place, options);
}

json EngineName::Write(Engine engine, const ConfigWriteOptions& /*options*/) {
  return engine == Engine::kNative ? "native" : "wasmtime";
}

Expected<void> EngineName::Set(std::string_view /*path*/, std::string_view text, Engine& out, const Place& place,
                               const ConfigReadOptions& /*options*/) {
  if (text != "wasmtime" && text != "native") {
    return place.Wrong(" takes wasmtime or native; not " + Quoted(std::string(text)));
  }
  out = text == "native" ? Engine::kNative : Engine::kWasmtime;
  return {};
}

Expected<void> LanguageName::Read(const json& value, Language& out, const Place& place,
                                  const ConfigReadOptions& options) {
  std::string name;
  if (auto read = Text::Read(value, name, place, options); !read) return read;
  return Set({}, name, out, place, options);
}

json LanguageName::Write(const Language& language, const ConfigWriteOptions& /*options*/) {
  const std::string& file = language.image_file();
  return WriteText(file.empty() ? language.name() + language.version() : file);
}

Expected<void> LanguageName::Set(std::string_view /*path*/, std::string_view text, Language& out, const Place& place,
                                 const ConfigReadOptions& options) {
  if (text.ends_with(".img")) {
    std::string file;
    if (auto set = File::Set({}, text, file, place, options); !set) return set;
    auto found = Language::FromImage(file);
    if (!found) return place.Wrong(": " + found.error().message);
    out = std::move(*found);
    return {};
  }
  auto language = Language::FromName(text);
  if (!language) return place.Wrong(": there is no language " + Quoted(std::string(text)));
  out = std::move(*language);
  return {};
}

}  // namespace goru::config
