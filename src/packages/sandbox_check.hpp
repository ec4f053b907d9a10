// What installing needs of a sandbox.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"

namespace goru::packages {

/// Code of packages runs, and is compiled, nowhere else than behind this. Implemented by the layer that has sandboxes.
class SandboxCheck {
 public:
  virtual ~SandboxCheck() = default;

  /// The version of Python in the sandboxes: "3.13".
  virtual const std::string& python() const noexcept = 0;

  /// Imports modules in a fresh sandbox that has these directories as its packages. Error: the first that failed and
  /// the exception, in one line.
  virtual Expected<void> Import(const std::vector<std::string>& directories,
                                const std::vector<std::string>& modules) = 0;

  /// Takes the bytecode of a source; false: stop.
  using Store = std::function<bool(const std::string& source, std::string_view bytecode)>;

  /// Compiles sources, given relative to `directory`, in a sandbox. Those that are not Python are left out.
  virtual Expected<void> Compile(const std::string& directory, const std::vector<std::string>& sources,
                                 const Store& store) = 0;

  SandboxCheck() = default;
  SandboxCheck(const SandboxCheck&) = delete;
  SandboxCheck& operator=(const SandboxCheck&) = delete;
};

}  // namespace goru::packages
