#include "line_editor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string_view>

#include "edit_library.hpp"
#include "output.hpp"

namespace goru::cli {
namespace {

constexpr int kHistory = 1000;

// What terminals put around text that is pasted, once they are asked to.
constexpr std::string_view kPasteOn = "\x1b[?2004h";
constexpr std::string_view kPasteOff = "\x1b[?2004l";
constexpr std::string_view kPasteEnd = "\x1b[201~";
constexpr size_t kMostPasted = size_t{16} << 20;

// Libedit takes what is between two of these for sequences that take no place.
constexpr char kInvisible = '\1';

void Show(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

/// Where a LineEditor has found that it is there.
const EditLibrary& Edit() { return **EditLibrary::Get(); }

}  // namespace

struct LineEditor::Terminal {
  EditLine* line = nullptr;
  History* history = nullptr;
  std::string file;
  std::string prompt;
  Complete complete;

  ~Terminal() {
    HistEvent event = {};
    if (!file.empty()) {
      const mode_t mask = ::umask(077);
      Edit().history(history, &event, H_SAVE, file.c_str());
      ::umask(mask);
      ::chmod(file.c_str(), S_IRUSR | S_IWUSR);
    }
    Edit().history_end(history);
    Edit().end(line);
  }

  static Terminal& Of(EditLine* line) {
    void* self = nullptr;
    Edit().get(line, EL_CLIENTDATA, &self);
    return *static_cast<Terminal*>(self);
  }
  /// See LineEditor::EndLinesAt.
  int interrupt_fd = -1;
  bool interrupted = false;

  /// One byte of what is entered, as read(2) has it; -1 also where the line is to end.
  ssize_t ReadByte(unsigned char& byte) {
    for (;;) {
      std::array<pollfd, 2> wanted = {pollfd{interrupt_fd, POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
      if (::poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR) return -1;
      uint64_t count = 0;
      if ((wanted[0].revents & POLLIN) != 0 && ::read(interrupt_fd, &count, sizeof(count)) == sizeof(count)) {
        interrupted = true;
        return -1;
      }
      if (wanted[1].revents == 0) continue;
      const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
      if (got >= 0 || errno != EINTR) return got;
    }
  }

  /// UTF-8, whatever the locale.
  static int Next(EditLine* line, wchar_t* out) {
    uint32_t code = 0;
    int more = -1;
    do {
      unsigned char byte = 0;
      const ssize_t got = Of(line).ReadByte(byte);
      if (got <= 0) return static_cast<int>(got);
      constexpr unsigned char kLead2 = 0xC0;
      constexpr unsigned char kLead3 = 0xE0;
      constexpr unsigned char kLead4 = 0xF0;
      constexpr unsigned char kRest = 0x3F;
      if (more < 0) {
        more = byte >= kLead4 ? 3 : byte >= kLead3 ? 2 : byte >= kLead2 ? 1 : 0;
        code = more == 0 ? byte : byte & (kRest >> more);
      } else {
        code = (code << 6) | (byte & kRest);
        --more;
      }
    } while (more > 0);
    *out = static_cast<wchar_t>(code);
    return 1;
  }

  static char* Prompt(EditLine* line) { return Of(line).prompt.data(); }

  void SetPrompt(const std::string& text) {
    const auto invisible = [](std::string_view sequence) { return kInvisible + std::string(sequence) + kInvisible; };
    prompt = text;
    if (!UsesColours(STDOUT_FILENO)) return;
    // Libedit loses a sequence that nothing follows.
    prompt.insert(prompt.find_last_not_of(' ') + 1, invisible("\x1b[0m"));
    prompt.insert(0, invisible("\x1b[1;32m"));
  }

  /// Tab: what all words that fit begin with, or a list of them.
  static unsigned char OnTab(EditLine* line, int /*key*/) {
    Terminal& self = Of(line);
    const LineInfo* info = Edit().line(line);
    const std::string_view text(info->buffer, static_cast<size_t>(info->cursor - info->buffer));
    if (text.find_first_not_of(" \t") == std::string_view::npos) {
      // Indentation.
      return Edit().insertstr(line, "    ") == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (!self.complete) return CC_ERROR;
    Completions found = self.complete(text);
    std::erase_if(found.words, [&found](const std::string& word) { return !word.starts_with(found.typed); });
    if (found.words.empty() || !text.ends_with(found.typed)) return CC_ERROR;
    std::string common = found.words.front();
    for (const std::string& word : found.words) {
      const auto end = std::mismatch(common.begin(), common.end(), word.begin(), word.end()).first;
      common.erase(end, common.end());
    }
    // Not within a character of UTF-8.
    const std::string& first = found.words.front();
    while (common.size() < first.size() && (first[common.size()] & 0xC0) == 0x80) common.pop_back();
    if (common.size() > found.typed.size()) {
      return Edit().insertstr(line, common.substr(found.typed.size()).c_str()) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (found.words.size() == 1) return CC_ERROR;
    std::string list = "\n";
    constexpr size_t kMost = 200;
    for (size_t i = 0; i < std::min(found.words.size(), kMost); ++i) list += found.words[i] + "  ";
    if (found.words.size() > kMost) list += "... " + std::to_string(found.words.size() - kMost) + " more";
    Show(list + "\n");
    return CC_REDISPLAY;
  }

  /// What is pasted, up to the mark at its end. A text of one line is as if it was typed.
  static unsigned char OnPaste(EditLine* line, int /*key*/) {
    Terminal& self = Of(line);
    std::string text;
    while (!text.ends_with(kPasteEnd)) {
      unsigned char byte = 0;
      if (text.size() > kMostPasted || self.ReadByte(byte) <= 0) return CC_EOF;
      // Terminals send what Return sends.
      text += byte == '\r' ? '\n' : static_cast<char>(byte);
    }
    text.resize(text.size() - kPasteEnd.size());
    if (text.find('\n') == std::string::npos) {
      return text.empty() || Edit().insertstr(line, text.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
    }
    const LineInfo* info = Edit().line(line);
    self.before_paste = static_cast<size_t>(info->cursor - info->buffer);
    while (text.ends_with('\n')) text.pop_back();
    std::string shown = text;
    for (size_t at = 0; (at = shown.find('\n', at)) != std::string::npos; at += 5) shown.replace(at, 1, "\n... ");
    Show(shown + "\n");
    self.pasted = std::move(text);
    return CC_NEWLINE;
  }

  size_t before_paste = 0;
  std::string pasted;
};

LineEditor::LineEditor(std::string history) : terminal_(::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) {
  if (!terminal_) return;
  if (const auto library = EditLibrary::Get(); !library) {
    failed_ = library.error();
    return;
  }
  // What is entered is UTF-8, and is shown as such.
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  edit_ = std::make_unique<Terminal>();
  edit_->line = Edit().init("goru", stdin, stdout, stderr);
  edit_->history = Edit().history_init();
  edit_->file = std::move(history);
  Edit().set(edit_->line, EL_CLIENTDATA, edit_.get());
  Edit().set(edit_->line, EL_GETCFN, Terminal::Next);
  Edit().set(edit_->line, EL_PROMPT_ESC, Terminal::Prompt, kInvisible);
  Edit().set(edit_->line, EL_EDITOR, "emacs");
  Edit().set(edit_->line, EL_HIST, Edit().history, edit_->history);
  Edit().set(edit_->line, EL_ADDFN, "goru-complete", "Completes a name", Terminal::OnTab);
  Edit().set(edit_->line, EL_BIND, "\t", "goru-complete", nullptr);
  Edit().set(edit_->line, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  Edit().set(edit_->line, EL_ADDFN, "goru-paste", "Takes pasted text", Terminal::OnPaste);
  Edit().set(edit_->line, EL_BIND, "\\e[200~", "goru-paste", nullptr);
  HistEvent event = {};
  Edit().history(edit_->history, &event, H_SETSIZE, kHistory);
  Edit().history(edit_->history, &event, H_SETUNIQUE, 1);
  if (!edit_->file.empty()) Edit().history(edit_->history, &event, H_LOAD, edit_->file.c_str());
}

LineEditor::~LineEditor() = default;

void LineEditor::CompleteWith(Complete complete) {
  if (edit_) edit_->complete = std::move(complete);
}

void LineEditor::EndLinesAt(int fd) {
  if (edit_) edit_->interrupt_fd = fd;
}

LineEditor::End LineEditor::Read(const std::string& prompt, std::string& line) {
  line.clear();
  if (!terminal_) return std::getline(std::cin, line) ? End::kLine : End::kEndOfInput;
  edit_->SetPrompt(prompt);
  int count = 0;
  edit_->interrupted = false;
  edit_->pasted.clear();
  Show(kPasteOn);
  const char* text = Edit().gets(edit_->line, &count);
  Show(kPasteOff);
  if (!edit_->pasted.empty()) {
    // An empty line is no text.
    if (text != nullptr && count > 0) line.assign(text, static_cast<size_t>(count));
    if (line.ends_with('\n')) line.pop_back();
    line.insert(std::min(edit_->before_paste, line.size()), edit_->pasted);
    return End::kLine;
  }
  if (text == nullptr || count <= 0) {
    Show("\n");
    if (edit_->interrupted) Edit().reset(edit_->line);
    return edit_->interrupted ? End::kInterrupted : End::kEndOfInput;
  }
  line.assign(text, static_cast<size_t>(count));
  if (line.ends_with('\n')) line.pop_back();
  return End::kLine;
}

void LineEditor::Remember(const std::string& text) {
  if (!edit_ || text.find_first_not_of(" \t\n") == std::string::npos) return;
  HistEvent event = {};
  Edit().history(edit_->history, &event, H_ENTER, text.c_str());
}

}  // namespace goru::cli
