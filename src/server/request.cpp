#include "server/request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace goru::server {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

}  // namespace

std::string_view Request::Header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

bool Request::HasHeader(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (key == name) return true;
  }
  return false;
}

bool ReadTarget(std::string_view target, Request& request) {
  const size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  if (!path.starts_with('/') || target.find('#') != std::string_view::npos) return false;
  request.path = path;
  path.remove_prefix(1);
  while (!path.empty()) {
    const size_t slash = path.find('/');
    auto segment = Decode(path.substr(0, slash), false);
    if (!segment || *segment == "..") return false;
    request.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
    // "/a/" is not "/a".
    if (path.empty()) request.segments.emplace_back();
  }
  if (question == std::string_view::npos) return true;
  std::string_view query = target.substr(question + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const size_t equals = pair.find('=');
    auto name = Decode(pair.substr(0, equals), true);
    auto value = Decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value) return false;
    if (!pair.empty()) request.query.insert_or_assign(std::move(*name), std::move(*value));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return true;
}

Response ErrorResponse(unsigned status, std::string_view kind, std::string_view message) {
  Response response;
  response.status = status;
  const nlohmann::json body = {{"error", {{"kind", kind}, {"message", message}}}};
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return response;
}

Response NoContent() {
  Response response;
  response.status = 204;
  response.content_type.clear();
  return response;
}

Response TextResponse(unsigned status, std::string_view line) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::string(line) + "\n";
  return response;
}

}  // namespace goru::server
