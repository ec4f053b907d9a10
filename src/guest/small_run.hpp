// What an image learns from one small run: which functions and which memory a fresh sandbox needs first.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "guest/image_info.hpp"
#include "guest/port.hpp"
#include "guest/recipe.hpp"
#include "guest/runtime.hpp"
#include "guest/sandbox.hpp"
#include "wasm/engine.hpp"

namespace goru::guest {

/// Runs a job that needs nothing of the host, as an image is made. The error says what the job came to.
Expected<void> RunForImage(Sandbox& sandbox, const Job& job);

/// The module with the functions that a small run calls in front; `entries` gets those of its table that hold them.
Expected<std::vector<uint8_t>> PutHotFunctionsFirst(const std::shared_ptr<wasm::Engine>& engine, const Recipe& recipe,
                                                    std::span<const uint8_t> module, const std::string& prelude,
                                                    std::vector<uint32_t>& entries);

/// The 4 KiB pages that a small run writes to.
Expected<std::vector<uint32_t>> FindHotPages(const Runtime& runtime);

}  // namespace goru::guest
