#include "host/wire_bytes.hpp"

#include "support/base64.hpp"
#include "support/utf8.hpp"

namespace goru::host {

nlohmann::json ToWire(std::string bytes) {
  if (support::IsUtf8(bytes)) return bytes;
  return {{"base64", support::ToBase64(bytes)}};
}

std::optional<std::string> FromWire(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object() || value.size() != 1) return std::nullopt;
  const auto found = value.find("base64");
  if (found == value.end() || !found->is_string()) return std::nullopt;
  return support::FromBase64(found->get_ref<const std::string&>());
}

}  // namespace goru::host
