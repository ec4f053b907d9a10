#include "host/wire_bytes.hpp"

#include <string>

namespace goru::host {

nlohmann::json ToWire(std::string_view bytes) { return nlohmann::json::binary({bytes.begin(), bytes.end()}); }

std::optional<std::string_view> FromWire(const nlohmann::json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (!value.is_binary()) return std::nullopt;
  const auto& bytes = value.get_binary();
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace goru::host
