#include "server/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <utility>

namespace goru::server {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using Labels = std::map<std::string, std::string>;

double Seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

/// From a tenth of a millisecond, which a small run takes, to half a minute, which is what a run may take.
Histogram::BucketBoundaries Times() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

/// From a megabyte to a gigabyte.
Histogram::BucketBoundaries Sizes() {
  return {1 << 20, 4 << 20, 16 << 20, 32 << 20, 64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30};
}

template <typename Kind>
Family<Kind>& Make(prometheus::Registry& registry, const char* name, const char* help) {
  if constexpr (std::is_same_v<Kind, Counter>)
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  if constexpr (std::is_same_v<Kind, Gauge>) return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  if constexpr (std::is_same_v<Kind, Histogram>) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }
}

}  // namespace

struct Metrics::Families final : Observer {
  prometheus::Registry registry;
  Family<Counter>& requests = Make<Counter>(registry, "goru_http_requests_total", "Requests answered.");
  Family<Histogram>& request_time =
      Make<Histogram>(registry, "goru_http_request_seconds", "From a request's end to its response's end.");
  Family<Counter>& refused =
      Make<Counter>(registry, "goru_http_refused_total", "Requests refused before an endpoint saw them.");
  Family<Counter>& runs = Make<Counter>(registry, "goru_runs_total", "Runs that have ended, by how.");
  Family<Histogram>& run_time = Make<Histogram>(registry, "goru_run_seconds", "What runs took, without their wait.");
  Family<Histogram>& queue_time =
      Make<Histogram>(registry, "goru_run_queue_seconds", "How long runs waited for a turn.");
  Family<Histogram>& run_memory =
      Make<Histogram>(registry, "goru_run_memory_bytes", "Linear memory at the end of runs.");
  Family<Counter>& cpu = Make<Counter>(registry, "goru_run_cpu_seconds_total", "CPU time of runs.");
  Family<Counter>& limits = Make<Counter>(registry, "goru_limits_met_total", "Limits that runs met.");
  Family<Counter>& calls = Make<Counter>(registry, "goru_host_calls_total", "Host calls answered.");
  Family<Histogram>& call_time = Make<Histogram>(registry, "goru_host_call_seconds", "What host calls took.");
  Family<Counter>& rejected =
      Make<Counter>(registry, "goru_rejected_total", "Sessions and runs that there was no room for.");
  Family<Counter>& opened = Make<Counter>(registry, "goru_sessions_opened_total", "Sessions opened.");
  Family<Counter>& closed = Make<Counter>(registry, "goru_sessions_closed_total", "Sessions closed.");
  Family<Counter>& taken = Make<Counter>(registry, "goru_sandboxes_taken_total", "Sandboxes taken, ready or not.");
  Family<Histogram>& made = Make<Histogram>(registry, "goru_sandbox_made_seconds", "What making a sandbox took.");
  Family<Gauge>& sandboxes = Make<Gauge>(registry, "goru_sandboxes", "Sandboxes, by what they are for.");
  Family<Gauge>& level = Make<Gauge>(registry, "goru_now", "What there is at the moment, by what it is.");
  std::mutex reading;

  template <typename Record>
  void Quietly(Record record) noexcept {
    try {
      record();
    } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for a label; the run goes on
    }
  }

  void OnSandboxMade(const SandboxMadeEvent& event) noexcept override {
    Quietly([&] { made.Add({{"language", event.language.name()}}, Times()).Observe(Seconds(event.duration)); });
  }
  void OnSandboxTaken(const SandboxTakenEvent& event) noexcept override {
    Quietly(
        [&] { taken.Add({{"language", event.language.name()}, {"ready", event.ready ? "yes" : "no"}}).Increment(); });
  }
  void OnSessionOpened(const SessionEvent& event) noexcept override {
    Quietly([&] { opened.Add({{"language", event.language.name()}}).Increment(); });
  }
  void OnSessionClosed(const SessionEvent& event) noexcept override {
    Quietly([&] { closed.Add({{"language", event.language.name()}}).Increment(); });
  }
  void OnRejected(const RejectedEvent& event) noexcept override {
    Quietly([&] { rejected.Add({{"language", event.language.name()}}).Increment(); });
  }
  void OnRunEnded(const RunEvent& event, const Result& result) noexcept override {
    Quietly([&] {
      const Labels language = {{"language", event.session.language.name()}};
      runs.Add({{"language", event.session.language.name()}, {"status", std::string(result.status())}}).Increment();
      run_time.Add(language, Times()).Observe(Seconds(result.duration));
      queue_time.Add(language, Times()).Observe(Seconds(result.usage.queued));
      run_memory.Add(language, Sizes()).Observe(static_cast<double>(result.usage.peak_memory_bytes));
      cpu.Add(language).Increment(Seconds(result.usage.cpu_time));
    });
  }
  void OnLimitMet(const RunEvent& event, ErrorKind limit) noexcept override {
    Quietly([&] {
      limits.Add({{"language", event.session.language.name()}, {"limit", std::string(ErrorKindName(limit))}})
          .Increment();
    });
  }
  void OnHostCall(const HostCallEvent& event) noexcept override {
    Quietly([&] {
      const std::string name(event.name);
      calls.Add({{"name", name}, {"ok", event.ok ? "yes" : "no"}}).Increment();
      call_time.Add({{"name", name}}, Times()).Observe(Seconds(event.duration));
    });
  }
};

Metrics::Metrics() : families_(std::make_shared<Families>()) {}
Metrics::~Metrics() = default;

std::shared_ptr<Observer> Metrics::observer() const { return families_; }

void Metrics::Answered(std::string_view method, std::string_view route, unsigned status,
                       std::chrono::nanoseconds time) {
  families_->Quietly([&] {
    // A method that no endpoint has is the client's own text.
    const Labels route_labels = {{"method", route.empty() ? "" : std::string(method)}, {"route", std::string(route)}};
    Labels labels = route_labels;
    labels.emplace("status", std::to_string(status));
    families_->requests.Add(labels).Increment();
    families_->request_time.Add(route_labels, Times()).Observe(Seconds(time));
  });
}

void Metrics::Refused(unsigned status) {
  families_->Quietly([&] { families_->refused.Add({{"status", std::to_string(status)}}).Increment(); });
}

std::string Metrics::Text(const Levels& levels) {
  Families& families = *families_;
  // Gauges are set and read together.
  const std::lock_guard lock(families.reading);
  for (const auto& pool : levels.executor.sandboxes) {
    const std::string language = pool.language.name() + pool.language.version();
    const auto set = [&](const char* use, size_t count) {
      families.sandboxes.Add({{"language", language}, {"use", use}}).Set(static_cast<double>(count));
    };
    set("ready", pool.ready);
    set("being_made", pool.being_made);
    set("in_sessions", pool.in_sessions);
    set("to_be_cleaned", pool.to_be_cleaned);
  }
  const auto set = [&](const char* what, size_t count) {
    families.level.Add({{"what", what}}).Set(static_cast<double>(count));
  };
  set("sessions", levels.executor.sessions);
  set("sessions_held", levels.held_sessions);
  set("runs", levels.executor.runs);
  set("runs_waiting", levels.executor.waiting_runs);
  set("memory_bytes", levels.executor.memory_bytes);
  set("host_bytes", levels.executor.host_bytes);
  set("host_calls", levels.executor.host_calls);
  set("host_threads", levels.executor.host_threads);
  set("jobs", levels.jobs);
  set("connections", levels.connections);
  return prometheus::TextSerializer().Serialize(families.registry.Collect());
}

}  // namespace goru::server
