// W3C Trace Context (Recommendation, level 1): which trace a request belongs to.
#pragma once

#include <string>
#include <string_view>

namespace goru::server {

struct TraceContext {
  /// 32 and 16 hexadecimal digits.
  std::string trace_id;
  /// Of the server's own span.
  std::string span_id;
  /// Of the caller's; empty where the trace begins here.
  std::string parent_id;
  bool sampled = true;

  /// The header's value, to hand on.
  std::string Header() const;
};

/// Goes on with the trace of a `traceparent` header, or begins one where that is none or malformed.
TraceContext ReadTraceParent(std::string_view header);

}  // namespace goru::server
