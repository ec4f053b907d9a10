#include "describe.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "flags.hpp"
#include "goru/version.hpp"
#include "help.hpp"
#include "output.hpp"

namespace goru::cli {
namespace {

using nlohmann::ordered_json;

ordered_json Data(const std::vector<Line>& lines) {
  ordered_json out = ordered_json::array();
  for (const Line& line : lines) out.push_back({{"form", line.form}, {"text", line.text}});
  return out;
}

ordered_json Data(const Command& command) {
  ordered_json out = {{"name", command.name},
                      {"summary", command.summary},
                      {"about", command.about},
                      {"usage", Data(command.usage)},
                      {"examples", Data(command.examples)}};
  out["subcommands"] = ordered_json::array();
  for (const Subcommand& sub : command.subcommands) {
    out["subcommands"].push_back({{"name", sub.name}, {"text", sub.text}, {"flags_of_run", sub.flags_of_run}});
  }
  out["sections"] = ordered_json::array();
  for (const FlagSection& section : command.sections) {
    ordered_json flags = ordered_json::array();
    for (const FlagText& flag : section.flags) {
      flags.push_back({{"names", NamesOf(flag)},
                       {"shown", Shown(flag)},
                       {"takes", flag.takes},
                       {"text", flag.text},
                       {"repeats", flag.repeats},
                       {"words", ValuesOf(flag).words}});
    }
    out["sections"].push_back({{"title", section.title}, {"flags", flags}});
  }
  out["exit_codes"] = Data(command.exit_codes);
  out["notes"] = command.notes;
  return out;
}

std::string Json() {
  ordered_json out = {{"version", Version()}, {"commands", ordered_json::array()}};
  for (const CommandEntry& entry : Commands()) out["commands"].push_back(Data(entry.describe()));
  out["environment"] = Data(EnvironmentTexts());
  out["files"] = Data(FileTexts());
  return out.dump(2) + "\n";
}

struct Form {
  const char* name;
  const char* text;
  std::string (*write)();
};

constexpr Form kForms[] = {
    {"bash", "what bash reads to complete goru's command lines", BashCompletion},
    {"zsh", "the same for zsh", ZshCompletion},
    {"fish", "the same for fish", FishCompletion},
    {"man", "the manual page goru(1)", ManPage},
    {"json", "all commands and flags as data", Json},
};

}  // namespace

int DescribeCommand(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  bool help = false;
  Flags flags(DescribeDescription);
  flags.Arguments("FORM", names);
  flags.Switch("-h,--help", help);
  flags.Parse(arguments);
  flags.TakeAll();
  if (help || names.empty()) {
    WriteAll(STDOUT_FILENO, HelpText(DescribeDescription()));
    return kOk;
  }
  for (const Form& form : kForms) {
    if (names != std::vector<std::string>{form.name}) continue;
    WriteAll(STDOUT_FILENO, form.write());
    return kOk;
  }
  throw UsageError{"goru describe knows bash, zsh, fish, man and json"};
}

Command DescribeDescription() {
  Command out;
  out.name = "describe";
  out.summary = "goru's command line for shells, as a man page and as data";
  out.about =
      "goru describe writes what there is to say of goru's commands and flags, all from the tables that --help has.";
  out.usage = {{"goru describe bash|zsh|fish|man|json"}};
  out.examples = {
      {"source <(goru describe bash)", "complete goru's command lines in this bash"},
      {"goru describe zsh > ~/.zsh/_goru", "where ~/.zsh is in fpath"},
      {"goru describe fish > ~/.config/fish/completions/goru.fish"},
      {"goru describe man | man -l -", "read the manual page"},
  };
  for (const Form& form : kForms) out.subcommands.push_back({form.name, form.text});
  out.sections.push_back({"flags", {{"-h,--help", "", "this text"}}});
  out.notes = {"An installation has the manual page and the completions where man and the shells look for them."};
  return out;
}

}  // namespace goru::cli
