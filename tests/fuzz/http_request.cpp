// What clients of goru serve send: targets, headers, bodies.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "require.hpp"
#include "server/base64.hpp"
#include "server/guard.hpp"
#include "server/request.hpp"
#include "server/run_request.hpp"
#include "server/tokens.hpp"
#include "server/trace.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using goru::fuzz::Require;
  namespace server = goru::server;
  const std::string_view text = goru::fuzz::Text(data, size);
  server::Request request;
  if (server::ReadTarget(text, request)) {
    Require(request.path.starts_with('/'));
    for (const std::string& segment : request.segments) Require(segment != "..");
  }
  const server::TraceContext trace = server::ReadTraceParent(text);
  Require(trace.trace_id.size() == 32 && trace.span_id.size() == 16 && trace.Header().size() == 55);
  Require(server::HostWithoutPort(text).size() <= text.size());
  Require(server::BearerToken(text).size() <= text.size());
  if (const auto bytes = server::DecodeBase64(text)) Require(server::EncodeBase64(*bytes).size() == text.size());
  Require(server::DecodeBase64(server::EncodeBase64(text)) == text);
  for (const bool fresh : {false, true}) {
    const auto run = server::ReadRunRequest(text, {.fresh = fresh, .session_id = !fresh, .stream = fresh});
    Require(run ? !run->code.empty() : run.error().message.find('\n') == std::string::npos);
    if (run && run->session) {
      std::vector<goru::ConfigCut> cuts;
      const auto config = server::SessionWithin(run->session, {}, false, cuts);
      if (config) Require(config->http.allowed_hosts.empty() && config->fs.mounts.empty());
    }
  }
  return 0;
}
