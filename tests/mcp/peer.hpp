// A client for tests: what it sends, and what comes back.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/sandbox.hpp"
#include "mcp/server.hpp"

namespace goru::mcp::test {

using nlohmann::json;

/// What a sink was given.
class Replies {
 public:
  Sink sink() {
    return [this](json message, bool last) {
      const std::lock_guard lock(mutex_);
      if (last) ++ended_;
      messages_.push_back(std::move(message));
      changed_.notify_all();
    };
  }

  /// The last message of the n-th request that ends.
  json Await(size_t ended = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ >= ended; });
    return messages_.back();
  }
  /// Once there are so many.
  std::vector<json> AwaitMessages(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return messages_.size() >= count; });
    return messages_;
  }
  size_t ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<json> messages_;
  size_t ended_ = 0;
};

inline json Request(int id, std::string_view method, json params = json::object()) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
}

inline json Modern(json params = json::object()) {
  params["_meta"]["io.modelcontextprotocol/protocolVersion"] = kModernVersion;
  params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json::object();
  return params;
}

inline json Tool(std::string_view name, json arguments) {
  return {{"name", name}, {"arguments", std::move(arguments)}};
}

/// Sandboxes as goru mcp makes them.
inline SessionConfig Sandboxes() {
  SessionConfig config;
  WithSessionCompatibility()(config);
  return config;
}

class ServerTest : public testing::Test {
 protected:
  Executor executor_ = goru::test::MakeExecutor();
  service::SessionStore store_{executor_, {}};
  Server server_{executor_, store_, Options()};

  static ServerOptions Options() {
    ServerOptions options;
    options.progress_every = std::chrono::milliseconds(5);
    options.requests = 4;
    options.message_bytes = size_t{1} << 20;
    return options;
  }
  Connection Connect(std::string version = std::string(kHandshakeVersion), std::string owner = "ann") {
    return {server_, {.owner = std::move(owner), .session = Sandboxes()}, std::move(version)};
  }
  /// The response to one request.
  static json Ask(Connection& connection, const json& request) {
    Replies replies;
    EXPECT_EQ(connection.Receive(request.dump(), replies.sink()), Connection::Kind::kRequest) << request;
    return replies.Await();
  }
  static json Result(Connection& connection, std::string_view tool, json arguments) {
    const json response = Ask(connection, Request(1, "tools/call", Tool(tool, std::move(arguments))));
    EXPECT_TRUE(response.contains("result")) << response;
    return response.value("result", json::object());
  }
  static std::string TextIn(const json& result) { return result["content"][0]["text"]; }
};

}  // namespace goru::mcp::test
