#include "server/trace.hpp"

#include <gtest/gtest.h>

namespace goru::server {
namespace {

constexpr std::string_view kHeader = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceParent, GoesOnWithTheCallersTrace) {
  const TraceContext context = ReadTraceParent(kHeader);
  EXPECT_EQ(context.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context.parent_id, "00f067aa0ba902b7");
  EXPECT_EQ(context.span_id.size(), 16U);
  EXPECT_NE(context.span_id, context.parent_id);
  EXPECT_TRUE(context.sampled);
  EXPECT_EQ(context.Header(), "00-" + context.trace_id + "-" + context.span_id + "-01");
  EXPECT_FALSE(ReadTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").sampled);
  // A later version, with more behind it.
  EXPECT_EQ(ReadTraceParent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what").parent_id,
            "00f067aa0ba902b7");
}

TEST(TraceParent, BeginsATraceWhereTheHeaderIsMalformed) {
  for (const std::string_view header : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                                        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g"}) {
    const TraceContext context = ReadTraceParent(header);
    EXPECT_TRUE(context.parent_id.empty()) << header;
    EXPECT_EQ(context.trace_id.size(), 32U);
    EXPECT_NE(context.trace_id, ReadTraceParent(header).trace_id);
  }
}

}  // namespace
}  // namespace goru::server
