// Bytes as text: base64, cut text, kinds of files, URIs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace goru::mcp {

/// RFC 4648, section 4.
std::string ToBase64(std::string_view bytes);
/// Nothing where it is none, or not in the one form that each text of bytes has. Line ends are passed over.
std::optional<std::string> FromBase64(std::string_view text);

bool IsUtf8(std::string_view bytes) noexcept;

/// At most about `most` bytes of `text`: its begin and its end, with a word on how much is missing between them. Cuts
/// no character in two.
std::string CutMiddle(std::string_view text, size_t most);

/// "image/png", by what the bytes begin with; empty where they are no image that models are shown.
std::string_view ImageType(std::string_view bytes) noexcept;
/// The media type of a file, by its name and whether it is text.
std::string MediaType(std::string_view path, std::string_view bytes);

/// A path in a URI, and back; nothing where it is not written so.
std::string EncodePath(std::string_view path);
std::optional<std::string> DecodePath(std::string_view text);

}  // namespace goru::mcp
