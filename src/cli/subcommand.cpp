#include "subcommand.hpp"

#include "exit_code.hpp"
#include "flags.hpp"
#include "output.hpp"

namespace goru::cli {

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
