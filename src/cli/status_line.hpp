// What a long command is doing, while it does it.
#pragma once

#include <string_view>

namespace goru::cli {

/// On a terminal one line that changes; elsewhere a plain line for each step.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  void Show(std::string_view text);
  /// Takes the line away.
  void Clear();

 private:
  bool terminal_;
  bool shown_ = false;
};

}  // namespace goru::cli
