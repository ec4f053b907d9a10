// Small modules from their text form.
#pragma once

#include <gtest/gtest.h>
#include <wasmtime/error.h>
#include <wasmtime/wat.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/raw_sandbox.hpp"
#include "wasm/engine.hpp"

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

}  // namespace goru::test
