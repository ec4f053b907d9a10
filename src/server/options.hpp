// What `goru serve` is told to do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "goru/config.hpp"
#include "goru/language.hpp"
#include "service/session_store.hpp"

namespace goru::server {

enum class LogForm : uint8_t { kText, kJson, kOff };

struct ServeOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;

  /// Of requests that name none.
  Language language = Python();
  /// The executor, and as `session` what no session has more than.
  ConfigFile config;

  // Who may ask.
  std::string token_file;
  /// Names that the Host header may have besides those of this machine's loopback.
  std::vector<std::string> hostnames;
  /// Web pages that may ask: "https://app.example.com", or "*".
  std::vector<std::string> cors_origins;
  std::string tls_certificate;
  std::string tls_key;

  // How much.
  size_t body_bytes = size_t{16} << 20;
  /// Bodies of all requests together.
  size_t all_bodies_bytes = size_t{256} << 20;
  size_t header_bytes = size_t{16} << 10;
  size_t connections = 10'000;
  size_t runs_per_client = 256;
  service::StoreLimits store;
  size_t jobs = 1'000;
  /// How long a job's result is kept.
  std::chrono::nanoseconds job_life = std::chrono::minutes(10);

  // How long.
  /// From a request's first byte to the end of its header.
  std::chrono::nanoseconds header_time = std::chrono::seconds(10);
  /// To the end of its body.
  std::chrono::nanoseconds body_time = std::chrono::seconds(60);
  /// A client takes next to nothing of its response.
  std::chrono::nanoseconds write_time = std::chrono::seconds(30);
  /// Between requests.
  std::chrono::nanoseconds keep_alive = std::chrono::seconds(75);
  /// What is under way when the server is told to end has so long.
  std::chrono::nanoseconds shutdown_time = std::chrono::seconds(10);
  /// How long it goes on as before, but for /ready, when it is told to end: until whoever sends requests has seen that.
  std::chrono::nanoseconds shutdown_delay{0};

  LogForm log = LogForm::kText;
  /// "http://localhost:4318"; empty: no spans are sent.
  std::string otlp_endpoint;
  bool playground = true;
  bool mcp = true;
  /// Code that comes by /mcp has what ordinary programs expect (WithSessionCompatibility).
  bool mcp_compatibility = true;
};

}  // namespace goru::server
