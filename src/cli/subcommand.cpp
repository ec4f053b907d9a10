#include "subcommand.hpp"

#include "arguments.hpp"
#include "exit_code.hpp"
#include "output.hpp"

namespace goru::cli {

void ParseSubcommand(CLI::App& app, const std::vector<std::string>& arguments) {
  try {
    // CLI11 takes them in reverse.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ExtrasError&) {
    const auto extras = app.remaining();
    const std::string first = extras.empty() ? std::string() : extras.front();
    throw UsageError{first.starts_with('-') ? "there is no flag " + first : "'" + first + "' is one argument too many"};
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();
    throw UsageError{what.substr(0, what.find(':')) + " needs one value"};
  } catch (const CLI::ParseError& error) {
    throw UsageError{error.what()};
  }
}

Language PythonNamed(const std::string& name) {
  auto known = Language::FromName(name);
  if (!known || !known->is_python()) {
    throw UsageError{"only Python has packages: --lang python, python3.12 or python3.13, not '" + name + "'"};
  }
  return std::move(*known);
}

int Fail(const Error& error) {
  Say(error.message);
  switch (error.kind) {
    case ErrorKind::kInvalidArgument:
      return kUsage;
    case ErrorKind::kCancelled:
      return kInterrupted;
    case ErrorKind::kTimeout:
      return kTimedOut;
    default:
      return kGoruFailed;
  }
}

}  // namespace goru::cli
