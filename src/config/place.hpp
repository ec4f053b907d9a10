// Where in a document a value stands, for messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "goru/error.hpp"

namespace goru::config {

/// Made on the way down, turned into text only where something is wrong. Refers to the place above it and to names.
class Place {
 public:
  /// The whole of a document, or of what a flag takes.
  explicit Place(std::string_view name) : name_(name) {}
  Place(const Place& above, std::string_view member) : above_(&above), name_(member) {}
  Place(const Place& above, size_t index) : above_(&above), index_(index), is_item_(true) {}

  /// "limits.http.timeout", "fs.mounts[2].mode"; empty for a whole document without a name.
  std::string Path() const {
    if (above_ == nullptr) return std::string(name_);
    std::string path = above_->Path();
    if (is_item_) return path + "[" + std::to_string(index_) + "]";
    return path.empty() ? std::string(name_) : path + "." + std::string(name_);
  }

  /// kInvalidArgument: the place, and `problem`.
  Error Wrong(const std::string& problem) const {
    const std::string path = Path();
    return Error{ErrorKind::kInvalidArgument, (path.empty() ? "the configuration" : path) + problem};
  }

 private:
  const Place* above_ = nullptr;
  std::string_view name_;
  size_t index_ = 0;
  bool is_item_ = false;
};

}  // namespace goru::config
