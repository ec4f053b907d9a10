// Faults of guests that Wasmtime runs, and forks.
//
// A guest's fault is a signal. Wasmtime's handler looks the instruction up in the process's list of modules, under a
// lock. A fork at that moment, which lasts as long as the kernel copies the process's tables of pages, would leave that
// lock held in the child for ever, and a child could load no module.
#pragma once

#include <cstddef>

#include "goru/error.hpp"

namespace goru::wasm {

/// Has forks wait for faults that Wasmtime looks at, and the other way round. To be called once there is an engine;
/// does something the first time.
Expected<void> HoldForksInFaults();

/// The code that this thread is in, for as long as one lives. They nest.
class CodeRuns {
 public:
  CodeRuns(const void* begin, const void* end) noexcept;
  ~CodeRuns();
  CodeRuns(const CodeRuns&) = delete;
  CodeRuns& operator=(const CodeRuns&) = delete;

  bool Contains(const void* address) const noexcept { return address >= begin_ && address < end_; }

 private:
  const void* const begin_;
  const void* const end_;
  const CodeRuns* const outer_;
};

}  // namespace goru::wasm
