// Functions that the host offers to a guest: how a layer above describes them to the engine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "support/after.hpp"
#include "wasm/guest_memory.hpp"
#include "wasm/values.hpp"

namespace goru::wasm {

class Instance;

/// Arguments and result of one call, as the engine passes them.
class Args {
 public:
  explicit Args(Value* values) noexcept : values_(values) {}
  uint32_t U32(size_t i) const noexcept { return static_cast<uint32_t>(values_[i].i32); }
  int32_t I32(size_t i) const noexcept { return values_[i].i32; }
  uint64_t U64(size_t i) const noexcept { return static_cast<uint64_t>(values_[i].i64); }
  void Return(int32_t value) const noexcept { values_[0].i32 = value; }

 private:
  Value* values_;
};

/// How a host function ends.
using support::After;

/// What a host function gets: memory for this call, and the state its instance was made with.
struct CallContext {
  Instance& instance;
  GuestMemory memory;
  void* state;
};

using HostFunction = After (*)(CallContext& context, Args args);

/// One import that the host serves. `signature` spells the parameter types and, behind a colon, the result:
/// i = i32, I = i64; "iI:i", "i:".
struct HostImport {
  std::string_view module;
  std::string_view name;
  std::string_view signature;
  HostFunction function;
};

}  // namespace goru::wasm
