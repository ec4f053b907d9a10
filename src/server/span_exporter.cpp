#include "server/span_exporter.hpp"

#include <curl/curl.h>

#include <cstring>
#include <utility>

#include "goru/version.hpp"
#include "server/answers.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

constexpr size_t kMost = 8'192;
constexpr size_t kBatch = 512;
constexpr std::chrono::seconds kPace{1};
constexpr long kTimeoutMilliseconds = 2'000;
/// Of the protocol's enumerations.
constexpr int kSpanKindServer = 2;
constexpr int kStatusError = 2;

json Attribute(const char* key, std::string_view text) { return {{"key", key}, {"value", {{"stringValue", text}}}}; }

std::string Nanoseconds(std::chrono::system_clock::time_point time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

size_t Ignore(char* /*data*/, size_t size, size_t count, void* /*user*/) { return size * count; }

}  // namespace

SpanExporter::SpanExporter(std::string endpoint)
    : url_((endpoint.ends_with('/') ? endpoint.substr(0, endpoint.size() - 1) : std::move(endpoint)) + "/v1/traces"),
      sender_([this] { SendForever(); }) {}

SpanExporter::~SpanExporter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  sender_.join();
}

void SpanExporter::Add(const Exchange& exchange, std::string_view route, unsigned status,
                       std::chrono::steady_clock::time_point ended) {
  const Request& request = exchange.request;
  if (!request.trace.sampled) return;
  const auto now = std::chrono::system_clock::now();
  const auto began = now - std::chrono::duration_cast<std::chrono::system_clock::duration>(ended - exchange.began);
  const std::string name = route.empty() ? "HTTP" : request.method + " " + std::string(route);
  json span = {
      {"traceId", request.trace.trace_id},
      {"spanId", request.trace.span_id},
      {"name", name},
      {"kind", kSpanKindServer},
      {"startTimeUnixNano", Nanoseconds(began)},
      {"endTimeUnixNano", Nanoseconds(now)},
      {"attributes",
       {Attribute("http.request.method", route.empty() ? "_OTHER" : request.method),
        Attribute("http.route", route),
        {{"key", "http.response.status_code"}, {"value", {{"intValue", std::to_string(status)}}}},
        Attribute("goru.request_id", request.id)}},
  };
  if (!request.trace.parent_id.empty()) span["parentSpanId"] = request.trace.parent_id;
  if (const std::string run = exchange.run_status(); !run.empty()) {
    span["attributes"].push_back(Attribute("goru.run_status", run));
  }
  if (status >= 500) span["status"] = {{"code", kStatusError}};
  const std::lock_guard lock(mutex_);
  if (spans_.size() < kMost) spans_.push_back(Dump(span));
  if (spans_.size() >= kBatch) wake_.notify_all();
}

void SpanExporter::SendForever() {
  CURL* const curl = ::curl_easy_init();
  curl_slist* headers = ::curl_slist_append(nullptr, "Content-Type: application/json");
  const json resource = {{"attributes", {Attribute("service.name", "goru"), Attribute("service.version", Version())}}};
  std::unique_lock lock(mutex_);
  while (curl != nullptr) {
    wake_.wait_for(lock, kPace, [this] { return ending_ || spans_.size() >= kBatch; });
    if (spans_.empty()) {
      if (ending_) break;
      continue;
    }
    std::string list;
    for (size_t i = 0; i < kBatch && !spans_.empty(); ++i) {
      list += (list.empty() ? "" : ",") + spans_.front();
      spans_.pop_front();
    }
    const bool last = ending_;
    lock.unlock();
    const std::string body = R"({"resourceSpans":[{"resource":)" + Dump(resource) +
                             R"(,"scopeSpans":[{"scope":{"name":"goru serve"},"spans":[)" + list + "]}]}]}";
    ::curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
    ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kTimeoutMilliseconds);
    ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Ignore);
    const CURLcode sent = ::curl_easy_perform(curl);
    lock.lock();
    // Whoever is not there now will not be there in the second that is left.
    if (last && sent != CURLE_OK) break;
  }
  lock.unlock();
  ::curl_slist_free_all(headers);
  if (curl != nullptr) ::curl_easy_cleanup(curl);
}

}  // namespace goru::server
