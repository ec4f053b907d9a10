// Booting a guest from nothing, as it is done once for each image.
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
#include "guest/wasm_sandbox.hpp"
#include "wasi/wasi_host.hpp"
#include "wasm/engine.hpp"
#include "wasm/module_rewriter.hpp"

namespace goru::guest {

/// Time and entropy that are the same in every build.
class FixedSources final : public wasi::Sources {
 public:
  uint64_t Now(uint32_t clock) override;
  void FillRandom(std::span<uint8_t> out) override;

 private:
  uint64_t now_ = 1'700'000'000'000'000'000;
  uint64_t state_ = 1;
};

/// The host while an image is made: there are no host functions, and what the guest complains of is shown to whoever
/// builds.
class BuildPort final : public HostPort {
 public:
  After Handle(char op, nlohmann::json payload, support::HeldBytes held, Reply& reply) override;
  void Outcome(nlohmann::json outcome) override { outcome_ = std::move(outcome); }
  uint32_t ReadStdin(std::span<uint8_t> /*into*/) override { return 0; }
  After WriteOutput(int stream, std::span<const uint8_t> bytes) override;
  size_t MaxMessage() const override { return size_t{16} << 20; }

  const nlohmann::json& outcome() const { return outcome_; }

 private:
  nlohmann::json outcome_;
};

/// A guest at rest for the first time, and what makes an image of it.
struct Booted {
  std::unique_ptr<WasmSandbox> sandbox;
  std::vector<uint8_t> memory;
  std::vector<wasm::GlobalValue> globals;
  ParkingPlace parking;
};

/// `sources` and `port` outlive the sandbox.
Expected<Booted> Boot(const std::shared_ptr<wasm::Engine>& engine, const Recipe& recipe,
                      std::span<const uint8_t> module, const std::string& prelude, FixedSources& sources,
                      BuildPort& port);

/// The WASI host that a guest is booted with.
wasi::WasiHost BootHost(wasi::Sources& sources, const Recipe& recipe, const std::string& prelude);

/// All memory that the guest has now.
std::vector<uint8_t> MemoryOf(wasm::Instance& instance);

}  // namespace goru::guest
