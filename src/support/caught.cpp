#include "support/caught.hpp"

#include <exception>
#include <new>
#include <system_error>

#include "support/process_generation.hpp"

namespace goru::support {
namespace {

/// Short enough to be kept without an allocation.
constexpr const char* kNoMemory = "out of memory";

Error Describe() {
  try {
    throw;
  } catch (const Forked&) {
    return ForkedError();
  } catch (const std::bad_alloc&) {
    return {ErrorKind::kUnavailable, kNoMemory};
  } catch (const std::system_error& e) {
    if (e.code() == std::errc::resource_unavailable_try_again) {
      return {ErrorKind::kUnavailable,
              "the system gives no further thread; raise the limit on processes (ulimit -u, TasksMax)"};
    }
    return {ErrorKind::kInternal, e.what()};
  } catch (const std::exception& e) {
    return {ErrorKind::kInternal, e.what()};
  } catch (...) {
    return {ErrorKind::kInternal, "an exception of unknown type"};
  }
}

}  // namespace

Error CaughtError() noexcept {
  try {
    return Describe();
  } catch (...) {
    return {ErrorKind::kUnavailable, kNoMemory};
  }
}

}  // namespace goru::support
