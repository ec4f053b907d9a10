#include <algorithm>
#include <string_view>

#include "commands.hpp"
#include "describe.hpp"
#include "goru/version.hpp"

namespace goru::cli {
namespace {

/// As roff takes text for what it says.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else if (c == '"') {
      out += "\\(dq";
    } else {
      out += c;
    }
  }
  return out;
}

/// A line as it stands: a full stop in front would make it a request.
std::string Verbatim(std::string_view text) { return (text.starts_with('.') ? "\\&" : "") + Escaped(text) + "\n"; }

/// Text to be filled, in lines of a length that roff's own tools approve of.
std::string Text(std::string_view text) {
  constexpr size_t kWidth = 60;
  std::string out;
  while (text.size() > kWidth) {
    const size_t space = std::min(text.find(' ', kWidth), text.size());
    out += Verbatim(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return text.empty() ? out : out + Verbatim(text);
}

std::string Bold(std::string_view text) { return "\\fB" + Escaped(text) + "\\fR"; }

std::string Upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
  return out;
}

std::string Section(const std::string& title) { return ".SH " + Escaped(title) + "\n"; }
std::string Subsection(const std::string& title) { return ".SS " + Escaped(title) + "\n"; }

/// `head` is roff already.
std::string Item(const std::string& head, std::string_view text) { return ".TP\n" + head + "\n" + Text(text); }

std::string Items(const std::vector<Line>& lines) {
  std::string out;
  for (const Line& line : lines) out += Item(Bold(line.form), line.text);
  return out;
}

/// "\fB\-c\fR, \fB\-\-code\fR \fICODE\fR".
std::string Head(const FlagText& flag) {
  const std::string shown = Shown(flag);
  const std::string names = shown.substr(0, shown.size() - (flag.takes.empty() ? 0 : flag.takes.size() + 1));
  std::string out = Bold(names);
  if (!flag.takes.empty()) out += " \\fI" + Escaped(flag.takes) + "\\fR";
  return out;
}

/// As they stand, one line each.
std::string Lines(const std::vector<Line>& lines) {
  std::string out = ".PP\n.nf\n";
  for (const Line& line : lines) out += Bold(line.form) + "\n";
  return out + ".fi\n";
}

std::string Examples(const std::vector<Line>& lines) {
  std::string out;
  for (const Line& line : lines) {
    // The remark first, as shells write it.
    out += ".PP\n.nf\n.RS 4\n";
    if (!line.text.empty()) out += Verbatim("# " + line.text);
    out += Verbatim(line.form) + ".RE\n.fi\n";
  }
  return out;
}

bool Has(const std::vector<FlagText>& flags, const FlagText& wanted) {
  return std::any_of(flags.begin(), flags.end(), [&wanted](const FlagText& flag) {
    return flag.names == wanted.names && flag.text == wanted.text;
  });
}

/// The flags of a command, those that `known` has by their names only.
std::string Flags(const Command& command, const std::vector<FlagText>& known) {
  std::string out;
  std::string shared;
  for (const FlagSection& section : command.sections) {
    std::string items;
    for (const FlagText& flag : section.flags) {
      if (Has(known, flag) && flag.names != "-h,--help") {
        shared += (shared.empty() ? "" : ",\n") + Bold(Shown(flag));
      } else {
        items += Item(Head(flag), flag.text);
      }
    }
    if (items.empty()) continue;
    if (known.empty() && !section.title.empty())
      out += Subsection(Upper(section.title.substr(0, 1)) + section.title.substr(1));
    out += items;
  }
  if (!shared.empty()) out += ".PP\nFlags that are those of \\fBgoru run\\fR:\n" + shared + ".\n";
  return out;
}

std::string Paragraphs(const std::vector<std::string>& notes) {
  std::string out;
  for (const std::string& note : notes) out += ".PP\n" + Text(note);
  return out;
}

}  // namespace

std::string ManPage() {
  const Command run = Commands().front().describe();
  const std::string version(Version());
  std::string out = ".\\\" Written by `goru describe man`.\n";
  out += ".TH GORU 1 \"" GORU_VERSION_DATE "\" \"goru " + version + "\" \"User Commands\"\n";
  out += ".nh\n.ad l\n";
  out += Section("NAME") + "goru \\- run untrusted Python and JavaScript in a sandbox\n";

  std::vector<Line> synopsis = run.usage;
  for (const CommandEntry& entry : Commands().subspan(1)) {
    for (Line& line : entry.describe().usage) synopsis.push_back(std::move(line));
  }
  out += Section("SYNOPSIS");
  // The section begins without a paragraph's space.
  out += Lines(synopsis).substr(std::string_view(".PP\n").size());

  out += Section("DESCRIPTION") + Text(run.about);
  for (const Line& line : run.usage) out += Item(Bold(line.form), line.text);
  out += Paragraphs(run.notes);
  out += Section("COMMANDS");
  for (const CommandEntry& entry : Commands()) out += Item(Bold(entry.name), entry.describe().summary);
  out += Section("OPTIONS") + Flags(run, {});
  const std::vector<FlagText> known = FlagsOf(run);
  for (const CommandEntry& entry : Commands().subspan(1)) {
    const Command command = entry.describe();
    out += Section("GORU " + Upper(command.name)) + Text(command.about);
    for (const Line& line : command.usage) {
      if (!line.text.empty()) out += Item(Bold(line.form), line.text);
    }
    out += Flags(command, known) + Paragraphs(command.notes) + Examples(command.examples);
  }
  out += Section("EXIT STATUS") + Items(run.exit_codes);
  out += Section("ENVIRONMENT") + Items(EnvironmentTexts());
  out += Section("FILES") + Items(FileTexts());
  out += Section("EXAMPLES") + Examples(run.examples).substr(std::string_view(".PP\n").size());
  return out;
}

}  // namespace goru::cli
