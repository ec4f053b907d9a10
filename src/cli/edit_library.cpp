#include "edit_library.hpp"

#include "support/dynamic_library.hpp"

namespace goru::cli {
namespace {

Expected<EditLibrary> Load() {
  const auto library = support::DynamicLibrary::Load("libedit.so.2");
  if (!library) {
    return Error{ErrorKind::kUnavailable,
                 "a prompt needs libedit; on Debian: apt-get install libedit2 (" + library.error().message + ")"};
  }
  EditLibrary edit;
  const bool complete = library->Find("el_init", edit.init) && library->Find("el_end", edit.end) &&
                        library->Find("el_reset", edit.reset) && library->Find("el_gets", edit.gets) &&
                        library->Find("el_set", edit.set) && library->Find("el_get", edit.get) &&
                        library->Find("el_line", edit.line) && library->Find("el_insertstr", edit.insertstr) &&
                        library->Find("history_init", edit.history_init) &&
                        library->Find("history_end", edit.history_end) && library->Find("history", edit.history);
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
