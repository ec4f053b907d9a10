#include "line_editor.hpp"

#include <fcntl.h>
#include <histedit.h>
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

namespace goru::cli {
namespace {

constexpr int kHistory = 1000;

/// What a completion is about: names, and what is between dots.
bool IsOfWord(char c) {
  return (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '_' || c == '.' || c == '$' || (c & 0x80) != 0;
}

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
      ::history(history, &event, H_SAVE, file.c_str());
      ::umask(mask);
      ::chmod(file.c_str(), S_IRUSR | S_IWUSR);
    }
    ::history_end(history);
    ::el_end(line);
  }

  static Terminal& Of(EditLine* line) {
    void* self = nullptr;
    ::el_get(line, EL_CLIENTDATA, &self);
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

  /// Tab: what all words that fit begin with, or a list of them.
  static unsigned char OnTab(EditLine* line, int /*key*/) {
    Terminal& self = Of(line);
    const LineInfo* info = ::el_line(line);
    const char* begin = info->cursor;
    while (begin > info->buffer && IsOfWord(begin[-1])) --begin;
    const std::string word(begin, info->cursor);
    if (word.empty() && (begin == info->buffer || std::isspace(static_cast<unsigned char>(begin[-1])) != 0)) {
      // Indentation.
      return ::el_insertstr(line, "    ") == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (!self.complete) return CC_ERROR;
    std::vector<std::string> words = self.complete(word);
    std::erase_if(words, [&word](const std::string& found) { return !found.starts_with(word); });
    if (words.empty()) return CC_ERROR;
    std::sort(words.begin(), words.end());
    std::string common = words.front();
    for (const std::string& found : words) {
      const auto end = std::mismatch(common.begin(), common.end(), found.begin(), found.end()).first;
      common.erase(end, common.end());
    }
    if (common.size() > word.size()) {
      return ::el_insertstr(line, common.substr(word.size()).c_str()) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (words.size() == 1) return CC_ERROR;
    std::string list = "\n";
    constexpr size_t kMost = 200;
    for (size_t i = 0; i < std::min(words.size(), kMost); ++i) list += words[i] + "  ";
    if (words.size() > kMost) list += "... " + std::to_string(words.size() - kMost) + " more";
    list += "\n";
    std::fputs(list.c_str(), stdout);
    std::fflush(stdout);
    return CC_REDISPLAY;
  }
};

LineEditor::LineEditor(std::string history) : terminal_(::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) {
  if (!terminal_) return;
  // What is entered is UTF-8, and is shown as such.
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  edit_ = std::make_unique<Terminal>();
  edit_->line = ::el_init("goru", stdin, stdout, stderr);
  edit_->history = ::history_init();
  edit_->file = std::move(history);
  ::el_set(edit_->line, EL_CLIENTDATA, edit_.get());
  ::el_set(edit_->line, EL_GETCFN, Terminal::Next);
  ::el_set(edit_->line, EL_PROMPT, Terminal::Prompt);
  ::el_set(edit_->line, EL_EDITOR, "emacs");
  ::el_set(edit_->line, EL_HIST, ::history, edit_->history);
  ::el_set(edit_->line, EL_ADDFN, "goru-complete", "Completes a name", Terminal::OnTab);
  ::el_set(edit_->line, EL_BIND, "\t", "goru-complete", nullptr);
  ::el_set(edit_->line, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  HistEvent event = {};
  ::history(edit_->history, &event, H_SETSIZE, kHistory);
  ::history(edit_->history, &event, H_SETUNIQUE, 1);
  if (!edit_->file.empty()) ::history(edit_->history, &event, H_LOAD, edit_->file.c_str());
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
  edit_->prompt = prompt;
  int count = 0;
  edit_->interrupted = false;
  const char* text = ::el_gets(edit_->line, &count);
  if (text == nullptr || count <= 0) {
    std::fputs("\n", stdout);
    std::fflush(stdout);
    if (edit_->interrupted) ::el_reset(edit_->line);
    return edit_->interrupted ? End::kInterrupted : End::kEndOfInput;
  }
  line.assign(text, static_cast<size_t>(count));
  if (line.ends_with('\n')) line.pop_back();
  return End::kLine;
}

void LineEditor::Remember(const std::string& text) {
  if (!edit_ || text.find_first_not_of(" \t\n") == std::string::npos) return;
  HistEvent event = {};
  ::history(edit_->history, &event, H_ENTER, text.c_str());
}

}  // namespace goru::cli
