// What tests of sessions have in common.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "common/engine.hpp"
#include "goru/goru.hpp"

namespace goru::test {

/// An executor on the engine under test, whose compiled code is kept in the build tree. Options given here win.
inline Executor MakeExecutor(std::vector<ExecutorOption> options = {}) {
  options.insert(options.begin(), {WithDiskCache(GORU_TEST_CACHE), WithEngine(EngineUnderTest())});
  auto executor = Executor::Create(options);
  if (!executor) {
    ADD_FAILURE() << executor.error().message;
    std::abort();
  }
  return std::move(*executor);
}

inline Session MakeSession(Executor& executor, const Language& language,
                           const std::vector<SessionOption>& options = {}) {
  auto session = executor.NewSession(language, options);
  if (!session) {
    ADD_FAILURE() << session.error().message;
    std::abort();
  }
  return std::move(*session);
}

/// Everything of a result that explains a failed expectation.
inline std::string Show(const Result& result) { return ToJson(result).dump(1, ' ', false); }

inline ErrorKind KindOf(const Result& result) { return result.error ? result.error->kind : ErrorKind::kInternal; }

/// A door that threads wait at until it is opened. It stays open.
class Door {
 public:
  void Open() {
    // Notified under the lock: who waits may destroy the door as soon as it is open.
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }
  bool IsOpen() {
    const std::lock_guard lock(mutex_);
    return open_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// Both Pythons, for what only Python has.
inline const std::vector<Language>& EveryPython() {
  static const std::vector<Language> all = {Python(), Python("3.12")};
  return all;
}

/// Every runtime, for tests that run once on each.
inline const std::vector<Language>& EveryRuntime() {
  static const std::vector<Language> all = {Python(), Python("3.12"), JavaScript()};
  return all;
}

/// A program in each language that does the same.
struct Program {
  const char* python;
  const char* javascript;

  const char* In(const Language& language) const { return language.is_python() ? python : javascript; }
};

/// Names the parameter of a test that runs once per runtime.
inline std::string LanguageName(const testing::TestParamInfo<Language>& info) {
  return info.param == Python("3.12") ? "python_3_12" : info.param.name();
}

}  // namespace goru::test

namespace goru {

/// How GoogleTest shows the parameter of a test.
inline void PrintTo(const Language& language, std::ostream* out) { *out << language.image(); }

}  // namespace goru
