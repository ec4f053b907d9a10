// Requests as spans, sent to a collector: OTLP/HTTP 1.x with JSON (OpenTelemetry Protocol Specification).
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "server/exchange.hpp"

namespace goru::server {

/// Sends spans in batches, by libcurl, on a thread of its own. What a slow or absent collector does not take is dropped
/// once kMost wait. Thread-safe.
class SpanExporter {
 public:
  /// "http://localhost:4318": /v1/traces is added.
  explicit SpanExporter(std::string endpoint);
  /// Sends what is left, for two seconds at most.
  ~SpanExporter();
  SpanExporter(const SpanExporter&) = delete;
  SpanExporter& operator=(const SpanExporter&) = delete;

  /// The span of a request that is over. Only traces that are sampled are sent.
  void Add(const Exchange& exchange, std::string_view route, unsigned status,
           std::chrono::steady_clock::time_point ended);

 private:
  void SendForever();

  const std::string url_;
  std::mutex mutex_;
  std::condition_variable wake_;
  /// Each is JSON text.
  std::deque<std::string> spans_;
  bool ending_ = false;
  std::thread sender_;
};

}  // namespace goru::server
