// The user's pip, which knows indexes, proxies, credentials and how versions fit together.
#pragma once

#include <chrono>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "packages/pip_report.hpp"

namespace goru::packages {

/// Which wheels may be chosen.
enum class WheelKind {
  /// Those that are made for every platform.
  kPure,
  /// Those of CPython on Linux as well: some have a fallback in Python.
  kAny,
};

/// Drives pip as a program. Wheels only: nothing of a package runs, and nothing is built.
class Pip {
 public:
  /// `scratch` is an empty directory of this installation's own, `python` the version to find wheels for, "3.13".
  /// kInvalidArgument: GORU_INSTALLER names no installer.
  static Expected<Pip> Create(std::string scratch, std::string python, std::chrono::steady_clock::time_point deadline,
                              std::stop_token stop);

  /// What fulfils all of the requirements, and `constraints` where those are named at all. `links` are directories
  /// of wheels to choose from besides the index.
  Expected<std::vector<Resolved>> Resolve(const std::vector<std::string>& requirements,
                                          const std::vector<std::string>& constraints, WheelKind kind,
                                          const std::vector<std::string>& links);
  /// Tags of a wheel that is chosen before all others of its version, whichever kind is asked for.
  std::string BestTags() const;
  /// What pip wrote when it last failed.
  const std::string& said() const noexcept { return said_; }

  /// Downloads exactly these, without what they need; the result is the path of each by its canonical name.
  Expected<std::map<std::string, std::string>> Download(const std::vector<Resolved>& packages, WheelKind kind);

 private:
  Pip(std::string scratch, std::string python, std::chrono::steady_clock::time_point deadline, std::stop_token stop)
      : scratch_(std::move(scratch)), python_(std::move(python)), deadline_(deadline), stop_(std::move(stop)) {}

  /// What pip wrote.
  Expected<std::string> Run(const std::vector<std::string>& arguments);
  /// Why pip may have failed: there is none, or one that is too old. The message has the command that helps.
  Expected<void> CheckVersion() const;
  std::string NewPath(const std::string& name);
  std::vector<std::string> Target(WheelKind kind) const;

  /// What starts pip: "python3 -m pip", or uv's way.
  std::vector<std::string> command_;
  std::string scratch_;
  std::string python_;
  std::chrono::steady_clock::time_point deadline_;
  std::stop_token stop_;
  std::string said_;
  unsigned files_ = 0;
};

}  // namespace goru::packages
