// Paths as guests write them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace goru::host::fs {

/// Why a text is no path.
enum class PathFault {
  kNone,
  kNotAbsolute,
  kNotUtf8,
  kNul,
  /// It has a ".." component.
  kParent,
  kTooLong,
  kComponentTooLong,
};

/// Absolute and normal: "/" or "/a/b", without ".", "..", repeated slashes or one at the end. A value.
class VirtualPath {
 public:
  /// The longest component, as Linux has it.
  static constexpr size_t kMaxComponent = 255;

  /// Drops "." and repeated slashes. Nothing, with `fault` set, where `text` is no path of at most `max_bytes`.
  static std::optional<VirtualPath> Parse(std::string_view text, size_t max_bytes, PathFault& fault);

  /// Whether `text` is a path that Parse leaves as it is.
  static bool IsNormal(std::string_view text);
  /// What a text that is not has to become, for messages.
  static constexpr std::string_view kNormalForm = R"(must be absolute, without ".", "..", or a slash too many)";

  const std::string& text() const noexcept { return text_; }
  bool is_root() const noexcept { return text_.size() == 1; }

  /// The last component; "/" of the root.
  std::string_view name() const noexcept;

  /// Whether `other` is this path or below it.
  bool Holds(const VirtualPath& other) const noexcept;

  /// `other`, which this path holds, as seen from here: "." or "a/b".
  std::string RelativeOf(const VirtualPath& other) const;

  friend bool operator==(const VirtualPath&, const VirtualPath&) = default;

 private:
  explicit VirtualPath(std::string text) noexcept : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace goru::host::fs
