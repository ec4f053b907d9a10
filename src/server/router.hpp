// Which endpoint a request is for.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/exchange.hpp"

namespace goru::server {

struct Route {
  std::string method;
  /// "/v1/sessions/{id}/files/{path...}"; the last part may take the rest of the path.
  std::string pattern;
  /// Answers the exchange, now or later. On the event loop, or on a worker where the body is large or `slow` is set.
  std::function<void(const ExchangePtr&, const PathParts&)> handle;
  /// Needs no token.
  bool open = false;
  /// May take more than a moment, and so is kept off the event loop.
  bool slow = false;
};

class Router {
 public:
  void Add(Route route);

  struct Match {
    /// Null: there is none.
    const Route* route = nullptr;
    PathParts parts;
    /// The methods that this path has, for a 405; empty for a 404.
    std::string allowed;
  };
  /// HEAD is GET.
  Match Find(const Request& request) const;
  const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> patterns_;
};

}  // namespace goru::server
