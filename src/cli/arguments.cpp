#include "arguments.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "repl.hpp"
#include "run.hpp"

namespace goru::cli {
namespace {

/// So that it stands in no command line and in no file.
Expected<std::string> FromEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value != nullptr && *value != '\0') return std::string(value);
  return Error{ErrorKind::kInvalidArgument, "there is no environment variable " + name + " that holds its value"};
}

/// A flag for each member that has one.
template <typename Config>
void AddFields(Flags& flags, Config& config, const std::vector<ConfigField>& fields) {
  std::set<std::string_view> known;
  for (const ConfigField& field : fields) {
    if (field.flag.empty() || !known.insert(field.flag).second) continue;
    const auto take = [&config, &fields, names = field.flag](const std::string& text, const std::string& flag) {
      for (const ConfigField& member : fields) {
        if (member.flag != names) continue;
        const auto set = SetConfigField(config, member, text, flag, {.directory = {}, .secret = FromEnvironment});
        if (!set) throw UsageError{set.error().message};
      }
    };
    const std::string names(field.flag);
    if (field.takes.empty()) {
      flags.Switch(names, take);
    } else if (field.takes == "[SIZE]") {
      flags.OptionalSize(names, take);
    } else if (field.repeats) {
      flags.Values(names, take);
    } else {
      flags.Value(names, take);
    }
  }
}

void ReadConfig(const std::string& path, const std::string& flag, ConfigFile& config) {
  if (path.empty() || path == "-") throw UsageError{flag + " needs the name of a file"};
  auto file = ReadConfigFile(path, std::move(config), {.directory = {}, .secret = FromEnvironment});
  if (!file) throw UsageError{file.error().message};
  config = std::move(*file);
}

/// Files go in and out by way of the session's own.
void RequireScratch(const RunArguments& arguments) {
  if (arguments.config.session.scratch_bytes > 0) return;
  const char* flag = nullptr;
  if (!arguments.inputs.empty()) flag = "--input";
  if (arguments.output_directory) flag = "--output-dir";
  if (arguments.config.run.report_files) flag = "--report-files";
  if (flag != nullptr) throw UsageError{std::string(flag) + " needs --scratch, which gives the code files of its own"};
}

}  // namespace

void AddLanguageFlag(Flags& flags, std::optional<Language>& out) {
  flags.Value("-l,--language,--lang", [&out](const std::string& text, const std::string&) {
    if (text.ends_with(".img")) {
      auto language = Language::FromImage(text);
      if (!language) throw UsageError{language.error().message};
      out = std::move(*language);
      return;
    }
    out = Language::FromName(text);
    if (!out) throw UsageError{"there is no language '" + text + "': say -l python, -l js or -l ts"};
  });
}

void AddConfigFlags(Flags& flags, ConfigFile& config) {
  // First, so that the other flags have the last word.
  flags.Value("--config",
              [&config](const std::string& text, const std::string& flag) { ReadConfig(text, flag, config); });
  AddFields(flags, config.session, SessionConfigFields());
  AddFields(flags, config.executor, ExecutorConfigFields());
}

ReplArguments ParseReplArguments(const std::vector<std::string>& arguments) {
  ReplArguments out;
  RunArguments& run = out.run;
  run.config.executor.limits.warm_sandboxes = 0;
  bool help = false;
  Flags flags(ReplDescription);
  flags.Switch("-h,--help", help);
  AddConfigFlags(flags, run.config);
  AddLanguageFlag(flags, run.language);
  flags.Value("--history", out.history);
  flags.Parse(arguments, "; goru repl takes flags only: goru repl --help");
  if (flags.Given("-h,--help")) {
    run.show = RunArguments::Show::kHelp;
    return out;
  }
  flags.TakeAll();
  return out;
}

RunArguments ParseRunArguments(const std::vector<std::string>& arguments) {
  RunArguments out;
  // One sandbox is all that is needed.
  out.config.executor.limits.warm_sandboxes = 0;
  bool help = false;
  bool version = false;
  Flags flags(RunDescription);
  flags.Switch("-h,--help", help);
  flags.Switch("-V,--version", version);
  // First, so that the other flags have the last word.
  flags.Value("--config",
              [&out](const std::string& text, const std::string& flag) { ReadConfig(text, flag, out.config); });
  flags.Value("FILE", [&out](const std::string& text, const std::string&) { out.file = text; });
  flags.Value("-c,--code", [&out](const std::string& text, const std::string&) { out.code = text; });
  AddLanguageFlag(flags, out.language);
  flags.Value("--stdin", [&out](const std::string& text, const std::string&) { out.stdin_file = text; });
  flags.Switch("--json", out.json);
  flags.Values("--input", out.inputs);
  flags.Value("--output-dir", [&out](const std::string& text, const std::string&) { out.output_directory = text; });
  AddFields(flags, out.config.session, SessionConfigFields());
  AddFields(flags, out.config.run, RunOptionsFields());
  AddFields(flags, out.config.executor, ExecutorConfigFields());
  // What stands behind "--" is the program's.
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  flags.Parse({arguments.begin(), dashes}, "; the program's own arguments stand behind --: goru " +
                                               (arguments.empty() ? "app.py" : arguments.front()) + " -- ARGUMENT...");

  if (flags.Given("-h,--help") || flags.Given("-V,--version")) {
    out.show = flags.Given("-h,--help") ? RunArguments::Show::kHelp : RunArguments::Show::kVersion;
    return out;
  }
  flags.TakeAll();
  if (dashes != arguments.end()) {
    std::vector<std::string> rest(dashes + 1, arguments.end());
    if (!out.file && !out.code && !rest.empty()) {
      out.file = rest.front();
      rest.erase(rest.begin());
    }
    out.config.run.arguments = std::move(rest);
  }
  if (out.file && out.code) throw UsageError{"either FILE or -c CODE, not both"};
  if (flags.Given("--no-cache") && flags.Given("--cache-dir")) {
    throw UsageError{"either --cache-dir or --no-cache, not both"};
  }
  RequireScratch(out);
  return out;
}

}  // namespace goru::cli
