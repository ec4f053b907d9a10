#include "help.hpp"

#include <algorithm>
#include <string_view>

#include "commands.hpp"
#include "goru/version.hpp"

namespace goru::cli {
namespace {

/// Where the texts of flags begin, at most.
constexpr size_t kColumn = 26;
constexpr size_t kWidth = 120;

/// `text` behind `head`, from `column` on, in lines of at most kWidth.
std::string Entry(std::string line, std::string_view text, size_t column) {
  std::string out;
  if (text.empty()) return line + "\n";
  if (line.size() + 2 > column && column > 0) {
    out += line + "\n";
    line.clear();
  }
  line.resize(column, ' ');
  while (text.size() > kWidth - column) {
    const size_t space = text.rfind(' ', kWidth - column);
    out += line.append(text.substr(0, space)) + "\n";
    text.remove_prefix(space + 1);
    line.assign(column, ' ');
  }
  return out + line.append(text) + "\n";
}

/// Where the texts of `lines` begin.
size_t ColumnOf(const std::vector<Line>& lines, size_t indent) {
  size_t column = 0;
  for (const Line& line : lines) {
    if (!line.text.empty()) column = std::max(column, indent + line.form.size() + 2);
  }
  return column;
}

std::string Usage(const std::vector<Line>& lines) {
  constexpr std::string_view kFirst = "usage: ";
  const size_t column = ColumnOf(lines, kFirst.size());
  std::string out;
  for (const Line& line : lines) {
    std::string head = out.empty() ? std::string(kFirst) : std::string(kFirst.size(), ' ');
    out += Entry(head + line.form, line.text, column);
  }
  return out;
}

std::string Table(const std::string& title, const std::vector<Line>& lines) {
  if (lines.empty()) return {};
  std::string out = "\n" + title + ":\n";
  for (const Line& line : lines) out += Entry("  " + line.form, line.text, ColumnOf(lines, 2));
  return out;
}

std::string Flags(const Command& command) {
  size_t column = 0;
  for (const FlagText& flag : FlagsOf(command)) column = std::max(column, Shown(flag).size() + 4);
  std::string out;
  for (const FlagSection& section : command.sections) {
    out += section.title.empty() ? "\n" : "\n" + section.title + ":\n";
    for (const FlagText& flag : section.flags) out += Entry("  " + Shown(flag), flag.text, std::min(column, kColumn));
  }
  return out;
}

}  // namespace

std::string HelpText(const Command& command) {
  std::vector<Line> usage = command.usage;
  if (command.name == "run") {
    for (const CommandEntry& entry : Commands()) {
      if (entry.name == command.name) continue;
      usage.push_back({"goru " + std::string(entry.name) + " --help", entry.describe().summary});
    }
  }
  std::string text = Entry({}, command.about, 0) + "\n" + Usage(usage);
  text += Table("examples", command.examples) + Flags(command) + Table("exit codes", command.exit_codes);
  for (const std::string& paragraph : command.notes) text += "\n" + Entry({}, paragraph, 0);
  return text;
}

std::string VersionText() {
  std::string text = "goru " + std::string(Version()) + "\n";
  text += "engine: Wasmtime " + std::string(EngineVersion()) + "\n";
  for (const Language& language : Language::All()) {
    const bool first = Language::FromName(language.name()) == language;
    const auto runtime = RuntimeName(language);
    text += language.name() + (first ? "" : language.version()) + ": " + (runtime ? *runtime : "not found") + "\n";
  }
  return text;
}

}  // namespace goru::cli
