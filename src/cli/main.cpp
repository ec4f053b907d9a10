// The program `goru`.
#include <exception>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "run.hpp"

int main(int argc, char** argv) {
  using namespace goru::cli;
  try {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    // `run` is the only command, and the one that is meant where none is named.
    if (!arguments.empty() && arguments.front() == "run") arguments.erase(arguments.begin());
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
