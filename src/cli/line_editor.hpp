// Lines that a person enters at a terminal, or that come from a pipe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"

namespace goru::cli {

/// On a terminal with libedit: editing, history, search (Ctrl-R), completion (Tab), pasting of several lines (bracketed
/// paste). Else plain lines without prompts.
class LineEditor {
 public:
  enum class End { kLine, kEndOfInput, kInterrupted };
  /// What could stand in the place of `typed`, with which a text ends; each word begins with it.
  struct Completions {
    std::string typed;
    std::vector<std::string> words;
  };
  /// Of the line up to the cursor.
  using Complete = std::function<Completions(std::string_view text)>;

  /// `history`: the file of earlier lines, read now and written when this is destroyed, for its owner only; empty: none
  /// is kept.
  explicit LineEditor(std::string history);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  bool is_terminal() const noexcept { return terminal_; }
  /// Why nothing can be entered: on a terminal, without libedit.
  const std::optional<Error>& failed() const noexcept { return failed_; }
  void CompleteWith(Complete complete);
  /// From here on a line ends (kInterrupted) once `fd`, an eventfd, can be read, also where it could be before Read.
  /// The descriptor is kept by the caller, and read here.
  void EndLinesAt(int fd);
  /// Reads a line without its end; what is pasted comes as a whole, with the line ends inside.
  End Read(const std::string& prompt, std::string& line);
  /// Lines that were entered together are one entry of the history.
  void Remember(const std::string& text);

 private:
  struct Terminal;
  const bool terminal_;
  std::optional<Error> failed_;
  std::unique_ptr<Terminal> edit_;
};

}  // namespace goru::cli
