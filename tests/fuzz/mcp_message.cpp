// Messages of the Model Context Protocol, and bytes in them.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "mcp/bytes.hpp"
#include "mcp/protocol.hpp"
#include "mcp/server.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using goru::fuzz::Require;
  namespace mcp = goru::mcp;
  const std::string_view text = goru::fuzz::Text(data, size);
  nlohmann::json id;
  try {
    const mcp::Message message = mcp::ReadMessage(mcp::ParseMessage(text, size_t{1} << 20), id);
    Require(message.params.is_object());
    const bool request = message.kind == mcp::Message::Kind::kRequest;
    Require(request == !message.id.is_null());
    Require(!request || message.id == id);
    const std::string line = mcp::TextOf(mcp::ResultMessage(message.id, message.params));
    Require(line.find('\n') == std::string::npos && nlohmann::json::accept(line));
    const mcp::Era era = mcp::EraOf(message, "");
    Require(era.modern ? era.version == mcp::kModernVersion : message.method == "ping");
  } catch (const mcp::ProtocolError& error) {
    // Whatever it quotes is one line again.
    const std::string line = mcp::TextOf(mcp::ErrorMessage(id, error));
    Require(line.find('\n') == std::string::npos && nlohmann::json::accept(line));
  }
  if (const auto bytes = mcp::FromBase64(text); bytes && text.find_first_of("\r\n") == std::string_view::npos) {
    Require(mcp::ToBase64(*bytes) == text);
  }
  Require(mcp::FromBase64(mcp::ToBase64(text)) == text);
  Require(mcp::DecodePath(mcp::EncodePath(text)) == text);
  if (const auto path = mcp::DecodePath(text)) Require(path->size() <= text.size());
  const std::string cut = mcp::CutMiddle(text, size / 2);
  Require(cut.size() <= size / 2 + 60);
  Require(!mcp::IsUtf8(text) || mcp::IsUtf8(cut));
  return 0;
}
