// Small modules from their text form, and instances of them.
#pragma once

#include <gtest/gtest.h>
#include <wasmtime/error.h>
#include <wasmtime/wat.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "common/raw_sandbox.hpp"
#include "wasm/engine.hpp"
#include "wasm/instance.hpp"

namespace goru::test {

inline std::vector<uint8_t> Wat(std::string_view text) {
  wasm_byte_vec_t bytes;
  if (auto* error = wasmtime_wat2wasm(text.data(), text.size(), &bytes)) {
    ADD_FAILURE() << wasm::TakeError(error, "wat").message;
    return {};
  }
  std::vector<uint8_t> out(bytes.data, bytes.data + bytes.size);
  wasm_byte_vec_delete(&bytes);
  return out;
}

/// An instance of a module that imports nothing but WASI. Its memory starts empty.
inline std::unique_ptr<wasm::Instance> Start(const std::vector<uint8_t>& module) {
  static const auto engine = Must(wasm::Engine::Create());
  auto program = Must(wasm::Program::Link(engine, Must(engine->Compile(module)), {}));
  return Must(wasm::Instance::Create(program, Must(wasm::MemorySlot::Create(nullptr)), nullptr));
}

/// What the function `name`, which has no parameters, returns.
inline wasm::Value Call(wasm::Instance& instance, const char* name) {
  wasm::Value value = {};
  instance.gate().Begin();
  const wasm::CallEnd end = instance.Call(Must(instance.Function(name)), {&value, 1});
  instance.gate().End();
  EXPECT_EQ(end.kind, wasm::CallEnd::Kind::kReturned) << name << ": " << end.message;
  return value;
}

}  // namespace goru::test
