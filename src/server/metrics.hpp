// What the server counts, in the format that Prometheus reads (text exposition format 0.0.4).
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "goru/observer.hpp"
#include "goru/stats.hpp"

namespace goru::server {

/// What is asked when metrics are read, since it changes by itself.
struct Levels {
  ExecutorStats executor;
  size_t held_sessions = 0;
  size_t jobs = 0;
  size_t connections = 0;
};

/// Thread-safe. Labels are names of goru's own (routes, languages, kinds of errors), never text of a client or a guest.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// To be given to the executor.
  std::shared_ptr<Observer> observer() const;
  /// A request that has been answered. `route`: the pattern of its endpoint; empty where it has none.
  void Answered(std::string_view method, std::string_view route, unsigned status, std::chrono::nanoseconds time);
  /// A request that was refused before its endpoint saw it.
  void Refused(unsigned status);

  std::string Text(const Levels& levels);

 private:
  struct Families;
  std::shared_ptr<Families> families_;
};

}  // namespace goru::server
