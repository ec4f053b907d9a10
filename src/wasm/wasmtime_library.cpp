#include "wasm/wasmtime_library.hpp"

#include <dlfcn.h>
#include <wasm.h>

#ifdef GORU_WASMTIME_LIBRARY

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "support/dynamic_library.hpp"
#include "support/process_generation.hpp"
#include "wasm/wasmtime_functions.hpp"

// In the place of each function stands a jump through a word. The words lead to goru_wasmtime_first until the library
// is loaded, and to its functions from then on.
#define GORU_STUB(name)                                     \
  ".pushsection .text.goru_wasmtime,\"ax\",@progbits\n"     \
  ".globl " #name "\n.hidden " #name                        \
  "\n"                                                      \
  ".type " #name ",@function\n" #name                       \
  ":\n"                                                     \
  "  endbr64\n"                                             \
  "  jmp *goru_wasmtime_at_" #name                          \
  "(%rip)\n"                                                \
  "goru_wasmtime_first_" #name                              \
  ":\n"                                                     \
  "  endbr64\n"                                             \
  "  lea goru_wasmtime_at_" #name                           \
  "(%rip), %r11\n"                                          \
  "  jmp goru_wasmtime_first\n"                             \
  ".size " #name ", .-" #name                               \
  "\n"                                                      \
  ".popsection\n"                                           \
  ".pushsection .data.rel.goru_wasmtime,\"aw\",@progbits\n" \
  ".p2align 3\n"                                            \
  "goru_wasmtime_at_" #name                                 \
  ":\n"                                                     \
  "  .quad goru_wasmtime_first_" #name                      \
  "\n"                                                      \
  ".popsection\n"

asm(".pushsection .data.rel.goru_wasmtime,\"aw\",@progbits\n"
    ".p2align 3\n"
    ".hidden goru_wasmtime_words\n.globl goru_wasmtime_words\n"
    "goru_wasmtime_words:\n"
    ".popsection\n"
    // r11: the word. What a function is handed in registers is kept.
    ".pushsection .text.goru_wasmtime,\"ax\",@progbits\n"
    ".type goru_wasmtime_first,@function\n"
    "goru_wasmtime_first:\n"
    "  push %rbp\n"
    "  mov %rsp, %rbp\n"
    "  push %r11\n  push %rdi\n  push %rsi\n  push %rdx\n  push %rcx\n  push %r8\n  push %r9\n  push %rax\n"
    "  sub $128, %rsp\n"
    "  movups %xmm0, (%rsp)\n  movups %xmm1, 16(%rsp)\n  movups %xmm2, 32(%rsp)\n  movups %xmm3, 48(%rsp)\n"
    "  movups %xmm4, 64(%rsp)\n  movups %xmm5, 80(%rsp)\n  movups %xmm6, 96(%rsp)\n  movups %xmm7, 112(%rsp)\n"
    "  call goru_wasmtime_load\n"
    "  movups (%rsp), %xmm0\n  movups 16(%rsp), %xmm1\n  movups 32(%rsp), %xmm2\n  movups 48(%rsp), %xmm3\n"
    "  movups 64(%rsp), %xmm4\n  movups 80(%rsp), %xmm5\n  movups 96(%rsp), %xmm6\n  movups 112(%rsp), %xmm7\n"
    "  add $128, %rsp\n"
    "  pop %rax\n  pop %r9\n  pop %r8\n  pop %rcx\n  pop %rdx\n  pop %rsi\n  pop %rdi\n  pop %r11\n"
    "  pop %rbp\n"
    "  jmp *(%r11)\n"
    ".size goru_wasmtime_first, .-goru_wasmtime_first\n"
    ".popsection\n" GORU_WASMTIME_FUNCTIONS(GORU_STUB));

extern "C" {
// NOLINTBEGIN(readability-identifier-naming)
[[gnu::visibility("hidden")]] extern void* goru_wasmtime_words[];
[[gnu::visibility("hidden")]] void goru_wasmtime_load() noexcept;
// NOLINTEND(readability-identifier-naming)
}

namespace goru::wasm {
namespace {

#define GORU_NAME(name) #name,
constexpr std::array kNames = {GORU_WASMTIME_FUNCTIONS(GORU_NAME)};

Expected<void> Load() {
  const auto library = support::DynamicLibrary::Load(GORU_WASMTIME_LIBRARY);
  if (!library) return library.error();
  std::array<void*, kNames.size()> found = {};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (!library->Find(kNames[i], found[i])) {
      return Error{ErrorKind::kUnavailable,
                   std::string(GORU_WASMTIME_LIBRARY) + " is of another version: no " + kNames[i]};
    }
  }
  for (size_t i = 0; i < kNames.size(); ++i) __atomic_store_n(&goru_wasmtime_words[i], found[i], __ATOMIC_RELEASE);
  return {};
}

}  // namespace

Expected<void> LoadWasmtime() {
  // The loader's lock, and the one of `loaded`, must not be inherited locked.
  const support::HoldFork hold;
  static const Expected<void> loaded = Load();
  return loaded;
}

std::string WasmtimeFile() {
  Dl_info info = {};
  if (!LoadWasmtime() || ::dladdr(goru_wasmtime_words[0], &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

}  // namespace goru::wasm

void goru_wasmtime_load() noexcept {
  const auto loaded = goru::wasm::LoadWasmtime();
  if (loaded) return;
  std::fprintf(stderr, "goru: %s\n", loaded.error().message.c_str());
  std::abort();
}

#else

namespace goru::wasm {

Expected<void> LoadWasmtime() { return {}; }

std::string WasmtimeFile() {
  Dl_info info = {};
  if (::dladdr(reinterpret_cast<const void*>(&wasm_engine_new), &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

}  // namespace goru::wasm

#endif
