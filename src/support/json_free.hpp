// Freeing large values.
#pragma once

#include <nlohmann/json.hpp>

namespace goru::support {

/// Frees what `value` holds, in place. The destructor of nlohmann::json first moves the parts of every container into
/// another array, which takes as much memory again and several times the time.
void FreeJson(nlohmann::json& value) noexcept;

/// Does so when it goes.
class JsonFreed {
 public:
  explicit JsonFreed(nlohmann::json& value) noexcept : value_(value) {}
  ~JsonFreed() { FreeJson(value_); }
  JsonFreed(const JsonFreed&) = delete;
  JsonFreed& operator=(const JsonFreed&) = delete;

 private:
  nlohmann::json& value_;
};

}  // namespace goru::support
