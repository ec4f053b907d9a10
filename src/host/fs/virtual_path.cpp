#include "host/fs/virtual_path.hpp"

#include <algorithm>
#include <utility>

#include "support/utf8.hpp"

namespace goru::host::fs {
namespace {

PathFault FaultOf(std::string_view text, size_t max_bytes) {
  if (text.size() > max_bytes) return PathFault::kTooLong;
  if (text.empty() || text.front() != '/') return PathFault::kNotAbsolute;
  if (text.find('\0') != std::string_view::npos) return PathFault::kNul;
  return support::IsUtf8(text) ? PathFault::kNone : PathFault::kNotUtf8;
}

}  // namespace

std::optional<VirtualPath> VirtualPath::Parse(std::string_view text, size_t max_bytes, PathFault& fault) {
  fault = FaultOf(text, max_bytes);
  if (fault != PathFault::kNone) return std::nullopt;
  std::string normal;
  normal.reserve(text.size());
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view component = text.substr(0, text.find('/'));
    text.remove_prefix(component.size());
    if (component.empty() || component == ".") continue;
    if (component == "..") fault = PathFault::kParent;
    if (component.size() > kMaxComponent) fault = PathFault::kComponentTooLong;
    if (fault != PathFault::kNone) return std::nullopt;
    normal += '/';
    normal += component;
  }
  if (normal.empty()) normal = "/";
  return VirtualPath(std::move(normal));
}

bool VirtualPath::IsNormal(std::string_view text) {
  PathFault fault = PathFault::kNone;
  const auto path = Parse(text, text.size(), fault);
  return path && path->text() == text;
}

std::string_view VirtualPath::name() const noexcept {
  const std::string_view text = text_;
  return is_root() ? text : text.substr(text.rfind('/') + 1);
}

bool VirtualPath::Holds(const VirtualPath& other) const noexcept {
  if (is_root()) return true;
  const std::string_view text = other.text_;
  return text.starts_with(text_) && (text.size() == text_.size() || text[text_.size()] == '/');
}

std::string VirtualPath::RelativeOf(const VirtualPath& other) const {
  const size_t skipped = std::min(is_root() ? 1 : text_.size() + 1, other.text_.size());
  std::string relative = other.text_.substr(skipped);
  return relative.empty() ? "." : relative;
}

}  // namespace goru::host::fs
