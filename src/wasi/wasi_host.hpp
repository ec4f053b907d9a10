// A small WASI preview 1 host: what CPython and QuickJS need to run, and nothing that reaches the machine.
//
// There are standard streams, clocks, entropy and one directory, "/". In it is /.goru, which holds the channel to the
// host; what else is in it the session says (files/files.hpp). Everything else answers ENOSYS.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "wasm/imports.hpp"

namespace goru::wasi {

class Files;

/// Where time and randomness come from.
class Sources {
 public:
  virtual ~Sources() = default;
  /// Nanoseconds of a clock (abi.hpp, ClockId).
  virtual uint64_t Now(uint32_t clock) = 0;
  virtual void FillRandom(std::span<uint8_t> out) = 0;

  /// The machine's clocks and entropy.
  static Sources& System();
};

/// What a guest's WASI calls lead to; implemented by each kind of guest.
class GuestIo {
 public:
  virtual ~GuestIo() = default;

  /// The guest reads standard input; `count` is how many bytes were put into `into`, 0 = end of file.
  virtual wasm::After ReadStdin(wasm::CallContext& context, std::span<uint8_t> into, uint32_t& count) = 0;

  /// The guest wrote to standard output (1) or error (2). Nothing may be kept of `bytes`.
  virtual wasm::After WriteOutput(int stream, std::span<const uint8_t> bytes) = 0;

  /// The guest writes a whole request to the channel device.
  virtual wasm::After WriteChannel(wasm::CallContext& context, std::span<const uint8_t> request) = 0;

  /// The guest reads from the channel device into the memory at `address`; `count` is how many bytes were put there.
  virtual wasm::After ReadChannel(wasm::CallContext& context, uint32_t address, std::span<uint8_t> into,
                                  uint32_t& count) = 0;

  /// The guest takes its arguments: its C library is set up and has allocated memory, its own code has not begun.
  virtual wasm::After Started(wasm::CallContext& /*context*/) { return wasm::After::kContinue; }

  /// The guest ended itself with proc_exit.
  virtual void Exit(uint32_t code) = 0;
};

/// The WASI state of one instance, handed to the host functions as CallContext::state.
struct WasiHost {
  GuestIo* io = nullptr;
  Sources* sources = &Sources::System();
  /// What the guest sees of files; null: none.
  Files* files = nullptr;
  /// Read once, while the image is built.
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
};

/// The functions of module wasi_snapshot_preview1 that are served.
std::span<const wasm::HostImport> Imports();

}  // namespace goru::wasi
