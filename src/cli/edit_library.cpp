#include "edit_library.hpp"

#include <dlfcn.h>

#include <string>
#include <type_traits>

namespace goru::cli {
namespace {

Expected<EditLibrary> Load() {
  void* library = ::dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    return Error{ErrorKind::kUnavailable, "a prompt needs libedit; on Debian: apt-get install libedit2 (" +
                                              std::string(why != nullptr ? why : "no reason") + ")"};
  }
  const auto find = [library](const char* name, auto& function) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
    return function != nullptr;
  };
  EditLibrary edit;
  const bool complete = find("el_init", edit.init) && find("el_end", edit.end) && find("el_reset", edit.reset) &&
                        find("el_gets", edit.gets) && find("el_set", edit.set) && find("el_get", edit.get) &&
                        find("el_line", edit.line) && find("el_insertstr", edit.insertstr) &&
                        find("history_init", edit.history_init) && find("history_end", edit.history_end) &&
                        find("history", edit.history);
  if (!complete) return Error{ErrorKind::kUnavailable, "the installed libedit lacks a function that goru needs"};
  return edit;
}

}  // namespace

Expected<const EditLibrary*> EditLibrary::Get() {
  static const Expected<EditLibrary> library = Load();
  if (!library) return library.error();
  return &*library;
}

}  // namespace goru::cli
