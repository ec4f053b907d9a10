// What the guests have in the place of functions of the C library (tests/guest/libc/check.c).
#include <gtest/gtest.h>

#include "common/wat.hpp"
#include "support/file.hpp"
#include "wasm/instance.hpp"

namespace goru::guest {
namespace {

using test::Must;

TEST(LibC, DoesWhatPlainLoopsDo) {
  const auto module = Must(support::ReadFile(GORU_TEST_LIBC, size_t{1} << 20));
  const auto engine = Must(wasm::Engine::Create());
  auto program = Must(wasm::Program::Link(engine, Must(engine->Compile(module)), {}));
  const auto instance = Must(wasm::Instance::Create(program, Must(wasm::MemorySlot::Create(nullptr)), nullptr));
  wasmtime_val_raw_t line = {};
  instance->gate().Begin();
  const wasm::CallEnd end = instance->Call(Must(instance->Function("check")), {&line, 1});
  instance->gate().End();
  EXPECT_EQ(end.kind, wasm::CallEnd::Kind::kReturned) << end.message;
  EXPECT_EQ(line.i32, 0) << "the line of tests/guest/libc/check.c that failed";
}

}  // namespace
}  // namespace goru::guest
