#include "support/content_hash.hpp"

#include <xxhash.h>

#include <array>
#include <cstdio>
#include <new>

namespace goru::support {
namespace {

ContentHash From(const XXH128_hash_t& hash) { return {hash.high64, hash.low64}; }

}  // namespace

std::string ContentHash::Hex() const {
  std::array<char, 33> text;
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(high),
                static_cast<unsigned long long>(low));
  return text.data();
}

ContentHash HashOf(std::span<const uint8_t> bytes) { return From(XXH3_128bits(bytes.data(), bytes.size())); }

void Hasher::Free::operator()(void* state) const noexcept { XXH3_freeState(static_cast<XXH3_state_t*>(state)); }

Hasher::Hasher() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_128bits_reset(static_cast<XXH3_state_t*>(state_.get()));
}

void Hasher::Add(std::span<const uint8_t> bytes) {
  XXH3_128bits_update(static_cast<XXH3_state_t*>(state_.get()), bytes.data(), bytes.size());
}

ContentHash Hasher::Get() const { return From(XXH3_128bits_digest(static_cast<const XXH3_state_t*>(state_.get()))); }

}  // namespace goru::support
