#include "config_command.hpp"

#include <unistd.h>

#include "arguments.hpp"
#include "exit_code.hpp"
#include "flags.hpp"
#include "goru/config.hpp"
#include "help.hpp"
#include "output.hpp"

namespace goru::cli {
namespace {

void Print(const nlohmann::json& document) { WriteAll(STDOUT_FILENO, document.dump(2) + "\n"); }

int Show(const std::vector<std::string>& arguments) {
  const RunArguments parsed = ParseRunArguments(arguments);
  if (parsed.show != RunArguments::Show::kRun) {
    WriteAll(STDOUT_FILENO, HelpText(ConfigDescription()));
    return kOk;
  }
  if (parsed.file || parsed.code) throw UsageError{"goru config show runs nothing: it takes flags only"};
  Print(ToJson(parsed.config, {.secrets = false, .units = true}));
  return kOk;
}

int Check(const std::vector<std::string>& arguments) {
  std::vector<std::string> files;
  Flags flags;
  flags.Arguments("FILE", files);
  flags.Parse(arguments);
  if (files.empty()) throw UsageError{"goru config check needs a FILE"};
  int code = kOk;
  for (const std::string& path : files) {
    if (const auto file = ReadConfigFile(path)) {
      WriteAll(STDOUT_FILENO, path + ": ok\n");
    } else {
      Say(file.error().message);
      code = kUsage;
    }
  }
  return code;
}

}  // namespace

int ConfigCommand(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "--help" : arguments.front();
  const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  const bool asks = !rest.empty() && (rest.front() == "-h" || rest.front() == "--help");
  if (command == "-h" || command == "--help" || command == "help" || asks) {
    WriteAll(STDOUT_FILENO, HelpText(ConfigDescription()));
    return kOk;
  }
  if (command == "show") return Show(rest);
  if (command == "check") return Check(rest);
  if (command == "schema") {
    if (!rest.empty()) throw UsageError{"goru config schema takes no arguments"};
    Print(ConfigSchema());
    return kOk;
  }
  throw UsageError{"there is no 'goru config " + command + "': say show, check or schema"};
}

Command ConfigDescription() {
  Command out;
  out.name = "config";
  out.summary = "what flags can say, as a JSON file";
  out.about = "goru config shows, checks and describes what goru --config reads.";
  out.usage = {
      {"goru config show [--config FILE] [flags]", "what goru run would use with these flags, as a file to start from"},
      {"goru config check FILE...", "whether goru can read these files"},
      {"goru config schema", "the JSON Schema of such a file"},
  };
  out.examples = {
      {"goru config show --timeout 2s --memory 64mb --allow-host api.example.com > sandbox.json"},
      {"goru config check sandbox.json"},
      {"goru run --config sandbox.json app.py"},
  };
  out.subcommands = {
      {.name = "show", .text = "what goru run would use with these flags", .flags_of_run = true},
      {.name = "check", .text = "whether goru can read these files", .operands = Operands::kFiles},
      {.name = "schema", .text = "the JSON Schema of such a file"},
  };
  out.sections.push_back({"flags", {{"-h,--help", "", "this text"}}});
  out.notes = {
      "Secrets are shown without their values: those come from environment variables of their names. "
      "docs/CONFIGURATION.md "
      "lists all members.",
  };
  return out;
}

}  // namespace goru::cli
