#include "wasm/wasmtime_library.hpp"

#include <gtest/gtest.h>
#include <wasm.h>

#include <array>
#include <filesystem>
#include <thread>

#include "wasm/handles.hpp"

namespace goru::wasm {
namespace {

TEST(WasmtimeLibrary, FirstCallLoadsItAndKeepsItsArguments) {
  wasm_valtype_t* type = wasm_valtype_new(WASM_F64);
  EXPECT_EQ(wasm_valtype_kind(type), WASM_F64);
  wasm_valtype_vec_t parameters = {};
  wasm_valtype_vec_new(&parameters, 1, &type);
  wasm_valtype_vec_t results = {};
  wasm_valtype_vec_new(&results, 0, nullptr);
  const FunctionTypePtr function(wasm_functype_new(&parameters, &results));
  EXPECT_EQ(wasm_functype_params(function.get())->size, 1U);
  EXPECT_EQ(wasm_functype_results(function.get())->size, 0U);
}

TEST(WasmtimeLibrary, ThreadsMayAskAtOnce) {
  std::array<std::thread, 8> threads;
  for (std::thread& thread : threads) {
    thread = std::thread([] {
      wasm_valtype_t* type = wasm_valtype_new(WASM_I64);
      EXPECT_EQ(wasm_valtype_kind(type), WASM_I64);
      wasm_valtype_vec_t types = {};
      wasm_valtype_vec_new(&types, 1, &type);
      wasm_valtype_vec_t none = {};
      wasm_valtype_vec_new(&none, 0, nullptr);
      const FunctionTypePtr function(wasm_functype_new(&types, &none));
      EXPECT_TRUE(LoadWasmtime());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(WasmtimeLibrary, ItsFileIsKnown) {
  // The program itself, where it has Wasmtime inside.
  EXPECT_TRUE(std::filesystem::is_regular_file(WasmtimeFile())) << WasmtimeFile();
}

}  // namespace
}  // namespace goru::wasm
