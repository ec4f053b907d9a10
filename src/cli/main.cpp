// The program `goru`.
#include <malloc.h>

#include <exception>
#include <string>
#include <vector>

#include "config_command.hpp"
#include "deps.hpp"
#include "exit_code.hpp"
#include "flags.hpp"
#include "image.hpp"
#include "mcp.hpp"
#include "output.hpp"
#include "repl.hpp"
#include "run.hpp"
#include "serve.hpp"

namespace {

/// Blocks of this size go back to the system when they are freed. Left alone the C library learns to keep them, in each
/// thread's arena, and the process holds a multiple of what goru does.
constexpr int kLargeBlock = 256 << 10;

}  // namespace

int main(int argc, char** argv) {
  using namespace goru::cli;
  ::mallopt(M_MMAP_THRESHOLD, kLargeBlock);
  try {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string command = arguments.empty() ? "" : arguments.front();
    const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
    if (command == "config") return ConfigCommand(rest);
    if (command == "deps") return DepsCommand(rest);
    if (command == "repl") return ReplCommand(rest);
    if (command == "image") return ImageCommand(rest);
    if (command == "serve") return ServeCommand(rest);
    if (command == "mcp") return McpCommand(rest);
    // `run` is what is meant where no command is named.
    if (command == "run") arguments = rest;
    return RunCommand(arguments);
  } catch (const UsageError& error) {
    Say(error.message);
    WriteAll(2, "Try 'goru --help'.\n");
    return kUsage;
  } catch (const std::exception& error) {
    Say(error.what());
    return kGoruFailed;
  }
}
