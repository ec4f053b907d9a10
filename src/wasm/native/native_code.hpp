// Guests that were compiled ahead of time (scripts/compile_guest.py), as shared objects.
#pragma once

#include <memory>
#include <string>

#include "goru/error.hpp"
#include "support/private_directory.hpp"

struct goru_guest;  // NOLINT(readability-identifier-naming): C, guest_abi.h

namespace goru::wasm {

/// One shared object, loaded. Immutable, so any thread may use it; outlives the instances that run in it.
///
/// It is executed as it is: like the program's own code it must lie where only its owner writes.
class NativeCode {
 public:
  /// The code of the module that hashes to `module_hash` among the *.so in `directory`. Null: there is none.
  /// kUnavailable: there is one, but it is damaged, of another version of goru, for another processor, or others than
  /// its owner may write to it.
  ///
  /// Its content is checked against its seal. Where `checked` is given, that is noted there, and done again only when
  /// the file looks different: hashing is a quarter of a short program's time.
  static Expected<std::shared_ptr<const NativeCode>> Find(const std::string& directory, const std::string& module_hash,
                                                          const support::PrivateDirectory* checked = nullptr);
  ~NativeCode();
  NativeCode(const NativeCode&) = delete;
  NativeCode& operator=(const NativeCode&) = delete;

  const goru_guest& guest() const noexcept { return *guest_; }

  /// Writes the shared object `object`, compiled from a module that hashes to `module_hash`, to `output`, with what
  /// Find looks at behind it: both hashes.
  static Expected<void> Seal(const std::string& object, const std::string& module_hash, const std::string& output);

 private:
  NativeCode(void* handle, const goru_guest* guest) noexcept : handle_(handle), guest_(guest) {}

  static Expected<std::shared_ptr<const NativeCode>> Load(const std::string& path, const std::string& module_hash);

  void* handle_;
  const goru_guest* guest_;
};

}  // namespace goru::wasm
