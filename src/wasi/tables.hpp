// The served functions by subject; wasi_host.cpp joins them.
#pragma once

#include <span>

#include "wasm/imports.hpp"

namespace goru::wasi {

std::span<const wasm::HostImport> ProcessImports();
std::span<const wasm::HostImport> ClockImports();
std::span<const wasm::HostImport> StreamImports();
std::span<const wasm::HostImport> PathImports();

inline constexpr std::string_view module_kind = "wasi_snapshot_preview1";

}  // namespace goru::wasi
