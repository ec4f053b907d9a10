// The program `goru`.
#include <malloc.h>

#include <exception>
#include <string>
#include <vector>

#include "commands.hpp"
#include "exit_code.hpp"
#include "flags.hpp"
#include "output.hpp"

namespace {

/// Blocks of this size go back to the system when they are freed. Left alone the C library learns to keep them, in each
/// thread's arena, and the process holds a multiple of what goru does.
constexpr int kLargeBlock = 256 << 10;

}  // namespace

int main(int argc, char** argv) {
  using namespace goru::cli;
  ::mallopt(M_MMAP_THRESHOLD, kLargeBlock);
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const CommandEntry* command = arguments.empty() ? nullptr : FindCommand(arguments.front());
    // `run` is what is meant where no command is named.
    if (command == nullptr) return Commands().front().run(arguments);
    return command->run({arguments.begin() + 1, arguments.end()});
  } catch (const UsageError& error) {
    Say(error.message);
    WriteAll(2, "Try 'goru --help'.\n");
    return kUsage;
  } catch (const std::exception& error) {
    Say(error.what());
    return kGoruFailed;
  }
}
