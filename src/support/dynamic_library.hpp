// A shared library that is loaded when it is first needed: programs that do not need it start without it.
#pragma once

#include <dlfcn.h>

#include <memory>
#include <string>

#include "goru/error.hpp"

namespace goru::support {

/// Stays loaded for good: libraries such as OpenSSL do not survive being taken away.
class DynamicLibrary {
 public:
  /// kUnavailable: the loader's own words.
  static Expected<DynamicLibrary> Load(const std::string& name) {
    void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      const char* why = ::dlerror();
      return Error{ErrorKind::kUnavailable, why != nullptr ? why : name + " cannot be loaded"};
    }
    return DynamicLibrary(handle);
  }

  /// The library that `address` lies in once more, with globals of its own: those of the first stay as they are.
  static Expected<DynamicLibrary> LoadCopyOf(const void* address);

  /// Sets `function` to the function of that name; false where there is none.
  template <typename Function>
  bool Find(const char* name, Function& function) const {
    function = reinterpret_cast<Function>(::dlsym(handle_, name));
    return function != nullptr;
  }

 private:
  explicit DynamicLibrary(void* handle) noexcept : handle_(handle) {}
  void* handle_;
};

}  // namespace goru::support
