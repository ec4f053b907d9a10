#include "host/value_size.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "support/stop_signal.hpp"

namespace goru::host {
namespace {

using nlohmann::json;

// What the parts take with what the allocator adds, as nlohmann::json keeps them.
constexpr size_t kValue = sizeof(json);
constexpr size_t kText = 48;
constexpr size_t kArray = 48;
constexpr size_t kObject = 64;
/// A node of the map, its key included where that is short.
constexpr size_t kMember = 112;
/// Longer texts have a block of their own.
constexpr size_t kInline = 15;
constexpr size_t kBlock = 16;
/// How many values are looked at between two looks at the signal.
constexpr uint32_t kBetweenLooks = 4096;

size_t HeldByText(const std::string& text) { return text.size() > kInline ? text.size() + kBlock : 0; }

class Walk {
 public:
  Walk(size_t max_written, const support::StopSignal* stop, ValueSize& size) noexcept
      : max_written_(max_written), stop_(stop), size_(size) {}

  Measured Add(const json& value, size_t depth) {
    size_.written += 8;
    if (!value.is_structured() && !value.is_string() && !value.is_binary()) return Look();
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      size_.written += text.size();
      size_.held += kText + HeldByText(text);
      return Look();
    }
    if (value.is_binary()) {
      const auto& bytes = value.get_binary();
      size_.written += bytes.size();
      size_.held += kText + bytes.size();
      return Look();
    }
    if (depth == 0) return Measured::kTooDeep;
    return value.is_array() ? AddArray(value.get_ref<const json::array_t&>(), depth - 1)
                            : AddObject(value.get_ref<const json::object_t&>(), depth - 1);
  }

 private:
  Measured AddArray(const json::array_t& items, size_t depth) {
    size_.held += kArray + items.capacity() * kValue;
    for (const json& item : items) {
      if (const Measured end = Add(item, depth); end != Measured::kWhole) return end;
    }
    return Look();
  }

  Measured AddObject(const json::object_t& members, size_t depth) {
    size_.held += kObject;
    for (const auto& [key, member] : members) {
      size_.written += key.size();
      size_.held += kMember + HeldByText(key);
      if (const Measured end = Add(member, depth); end != Measured::kWhole) return end;
    }
    return Look();
  }

  Measured Look() {
    if (size_.written > max_written_) return Measured::kTooLarge;
    if (++values_ % kBetweenLooks == 0 && stop_ != nullptr && stop_->raised()) return Measured::kStopped;
    return Measured::kWhole;
  }

  const size_t max_written_;
  const support::StopSignal* const stop_;
  ValueSize& size_;
  uint32_t values_ = 0;
};

}  // namespace

Measured Measure(const json& value, size_t max_depth, size_t max_written, const support::StopSignal* stop,
                 ValueSize& size) {
  return Walk(max_written, stop, size).Add(value, max_depth);
}

}  // namespace goru::host
