#include "server/router.hpp"

#include <utility>

namespace goru::server {
namespace {

std::vector<std::string> Split(std::string_view pattern) {
  std::vector<std::string> parts;
  pattern.remove_prefix(1);
  while (!pattern.empty()) {
    const std::string_view part = pattern.substr(0, pattern.find('/'));
    parts.emplace_back(part);
    pattern.remove_prefix(std::min(pattern.size(), part.size() + 1));
  }
  return parts;
}

bool Matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path, PathParts& parts) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string& part = pattern[i];
    const bool named = part.starts_with('{');
    if (named && part.ends_with("...}")) {
      if (i >= path.size()) return false;
      std::string rest;
      for (size_t j = i; j < path.size(); ++j) rest += (j > i ? "/" : "") + path[j];
      parts[part.substr(1, part.size() - 5)] = std::move(rest);
      return true;
    }
    if (i >= path.size()) return false;
    if (named) {
      if (path[i].empty()) return false;
      parts[part.substr(1, part.size() - 2)] = path[i];
    } else if (part != path[i]) {
      return false;
    }
  }
  return path.size() == pattern.size();
}

}  // namespace

void Router::Add(Route route) {
  patterns_.push_back(Split(route.pattern));
  routes_.push_back(std::move(route));
}

Router::Match Router::Find(const Request& request) const {
  Match match;
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  for (size_t i = 0; i < routes_.size(); ++i) {
    PathParts parts;
    if (!Matches(patterns_[i], request.segments, parts)) continue;
    if (routes_[i].method == method) {
      match.route = &routes_[i];
      match.parts = std::move(parts);
      return match;
    }
    match.allowed += (match.allowed.empty() ? "" : ", ") + routes_[i].method;
  }
  return match;
}

}  // namespace goru::server
