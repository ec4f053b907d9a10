#include "server/tokens.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace goru::server {
namespace {

using nlohmann::json;

constexpr size_t kLargestFile = size_t{1} << 20;
/// What can be guessed by trying protects nothing.
constexpr size_t kShortestToken = 16;

Error InFile(const std::string& path, const std::string& message) {
  return Error{ErrorKind::kInvalidArgument, "--token-file " + path + ": " + message};
}

Expected<std::string> ReadPrivate(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return InFile(path, std::strerror(errno));
  struct stat status = {};
  std::string text;
  std::optional<Error> error;
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    error = InFile(path, "is no file");
  } else if ((status.st_mode & 077) != 0) {
    error = InFile(path, "others than its owner can read it; chmod 600 it");
  } else {
    text.resize(kLargestFile + 1);
    size_t size = 0;
    ssize_t got = 0;
    while (size < text.size() && (got = ::read(fd, text.data() + size, text.size() - size)) > 0) {
      size += static_cast<size_t>(got);
    }
    text.resize(size);
    if (got < 0) error = InFile(path, std::strerror(errno));
    if (size > kLargestFile) error = InFile(path, "is larger than 1 MiB");
  }
  ::close(fd);
  if (error) return std::move(*error);
  return text;
}

json FromLines(const std::string& text) {
  json tokens = json::array();
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::string token;
    std::string rest;
    if (!(words >> name) || name.starts_with('#')) continue;
    words >> token >> rest;
    json entry = {{"name", name}, {"token", token}};
    // Refused below: a token has no spaces.
    if (!rest.empty()) entry["token"] = token.append(" ").append(rest);
    tokens.push_back(std::move(entry));
  }
  return json{{"tokens", std::move(tokens)}};
}

/// A whole number of at least one.
Expected<size_t> Count(const json& entry, const char* name, size_t otherwise) {
  const auto at = entry.find(name);
  if (at == entry.end()) return otherwise;
  if (!at->is_number_unsigned() || at->get<uint64_t>() == 0) {
    return Error{ErrorKind::kInvalidArgument, std::string(name) + " takes a whole number of at least 1"};
  }
  return at->get<size_t>();
}

template <typename Array>
bool FromHex(const std::string& text, Array& out) {
  if (text.size() != 2 * out.size() || text.find_first_not_of("0123456789abcdef") != std::string::npos) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<unsigned char>(std::stoi(text.substr(2 * i, 2), nullptr, 16));
  }
  return true;
}

}  // namespace

Expected<Tokens> Tokens::Read(const std::string& path, const ClientDefaults& defaults, const Tokens* earlier) {
  const auto text = ReadPrivate(path);
  if (!text) return text.error();
  const size_t first = text->find_first_not_of(" \t\r\n");
  json document;
  if (first != std::string::npos && (*text)[first] == '{') {
    auto parsed = ParseConfigText(*text);
    if (!parsed) return InFile(path, parsed.error().message);
    document = std::move(*parsed);
  } else {
    document = FromLines(*text);
  }
  if (document.size() != 1 || !document.contains("tokens") || !document["tokens"].is_array()) {
    return InFile(path, R"(takes {"tokens": [...]}, or lines of a name and a token)");
  }
  Tokens tokens;
  std::set<std::string> names;
  for (const json& entry : document["tokens"]) {
    const std::string where = "token " + std::to_string(tokens.entries_.size() + 1);
    const auto fail = [&](const std::string& message) {
      std::string line = where;
      return InFile(path, line.append(": ").append(message));
    };
    if (!entry.is_object()) return fail("is no object");
    for (const auto& [key, value] : entry.items()) {
      static const std::set<std::string, std::less<>> known = {"name",    "token",    "sha256",
                                                               "session", "sessions", "runs"};
      if (!known.contains(key)) return fail("has no member of this name: " + json(key).dump());
    }
    const auto text_of = [&entry](const char* name) {
      const auto at = entry.find(name);
      return at != entry.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    auto client = std::make_shared<Client>();
    client->name = text_of("name");
    if (client->name.empty()) return fail("needs a name");
    if (!names.insert(client->name).second) return fail("its name stands twice: " + json(client->name).dump());
    Entry added;
    const std::string token = text_of("token");
    if (entry.contains("token") == entry.contains("sha256")) return fail("needs either token or sha256");
    if (entry.contains("sha256")) {
      if (!FromHex(text_of("sha256"), added.hash)) return fail("sha256 takes 64 hexadecimal digits in small letters");
    } else {
      if (token.size() < kShortestToken || token.find_first_of(" \t\r\n") != std::string::npos) {
        return fail("a token has at least 16 characters and no spaces; `openssl rand -hex 32` makes one");
      }
      ::SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), added.hash.data());
    }
    client->ceiling = defaults.ceiling;
    if (const auto session = entry.find("session"); session != entry.end()) {
      auto wanted = SessionConfigFromJson(*session, defaults.ceiling);
      if (!wanted) return fail("session: " + wanted.error().message);
      auto common = Intersect(std::move(*wanted), defaults.ceiling);
      if (!common) return fail("session: " + common.error().message);
      if (!common->cuts.empty()) {
        const ConfigCut& cut = common->cuts.front();
        return fail("session: " + cut.path + ": " + cut.message + " by the flags of goru serve");
      }
      client->ceiling = std::move(common->config);
    }
    client->ceiling.tenant = client->name;
    const auto sessions = Count(entry, "sessions", defaults.sessions);
    if (!sessions) return fail(sessions.error().message);
    const auto runs = Count(entry, "runs", defaults.runs);
    if (!runs) return fail(runs.error().message);
    client->sessions = *sessions;
    client->runs = *runs;
    for (size_t i = 0; earlier != nullptr && i < earlier->entries_.size(); ++i) {
      const Client& before = *earlier->entries_[i].client;
      if (before.name == client->name) client->running = before.running;
    }
    added.client = std::move(client);
    tokens.entries_.push_back(std::move(added));
  }
  if (tokens.entries_.empty()) return InFile(path, "holds no token");
  return tokens;
}

std::shared_ptr<Client> Tokens::Find(std::string_view token) const {
  Hash hash{};
  ::SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  std::shared_ptr<Client> found;
  for (const Entry& entry : entries_) {
    if (::CRYPTO_memcmp(entry.hash.data(), hash.data(), hash.size()) == 0) found = entry.client;
  }
  return found;
}

std::string_view BearerToken(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() < kScheme.size()) return {};
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = header[i] >= 'A' && header[i] <= 'Z' ? static_cast<char>(header[i] + 32) : header[i];
    if (c != kScheme[i]) return {};
  }
  header.remove_prefix(kScheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  return header;
}

}  // namespace goru::server
