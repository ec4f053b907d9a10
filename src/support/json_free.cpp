#include "support/json_free.hpp"

#include <cstddef>

namespace goru::support {
namespace {

using nlohmann::json;

/// Of what lies deeper the destructor takes care, which is not recursive.
constexpr size_t kDeepest = 250;

void Free(json& value, size_t depth) noexcept {
  if (depth == kDeepest) return;
  if (value.is_array()) {
    auto& items = value.get_ref<json::array_t&>();
    for (json& item : items) Free(item, depth + 1);
    items.clear();
  } else if (value.is_object()) {
    auto& members = value.get_ref<json::object_t&>();
    for (auto& [key, member] : members) Free(member, depth + 1);
    members.clear();
  }
}

}  // namespace

void FreeJson(json& value) noexcept {
  Free(value, 0);
  value = nullptr;
}

}  // namespace goru::support
