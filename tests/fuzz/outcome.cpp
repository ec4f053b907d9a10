// What a guest says of its run. The first byte says what the host has seen of it and chooses the codec.
#include "executor/outcome.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>

#include "guest/codec.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using goru::ErrorKind;
  using goru::fuzz::Require;
  if (size < 1) return 0;
  const bool json = (data[0] & 8U) == 0;
  const goru::guest::Codec& codec = json ? goru::guest::Codec::Json() : goru::guest::Codec::Marshal();
  const auto outcome = codec.Decode(std::span(data + 1, size - 1));
  if (!outcome) return 0;
  const goru::internal::Seen seen = {(data[0] & 1U) != 0, (data[0] & 2U) != 0, (data[0] & 4U) != 0};
  goru::Result result;
  goru::internal::ReadOutcome(*outcome, seen, result);
  if (result.value) Require(nlohmann::json::accept(*result.value) || result.value->find("\\u") != std::string::npos);
  Require(result.exit_code >= 0 && result.exit_code <= 255);
  if (!result.error) return 0;
  const ErrorKind kind = result.error->kind;
  Require(kind == ErrorKind::kGuestException || kind == ErrorKind::kExited ||
          (kind == ErrorKind::kMemoryLimit && seen.memory_refused) ||
          (kind == ErrorKind::kHostCallLimit && seen.call_refused) ||
          (kind == ErrorKind::kCancelled && seen.interrupt_requested));
  return 0;
}
