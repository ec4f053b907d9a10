// libedit, loaded when a person comes to a prompt: it brings three more libraries along, which other commands do
// without.
#pragma once

#include <histedit.h>

#include "goru/error.hpp"

namespace goru::cli {

struct EditLibrary {
  decltype(&::el_init) init = nullptr;
  decltype(&::el_end) end = nullptr;
  decltype(&::el_reset) reset = nullptr;
  decltype(&::el_gets) gets = nullptr;
  decltype(&::el_set) set = nullptr;
  decltype(&::el_get) get = nullptr;
  decltype(&::el_line) line = nullptr;
  decltype(&::el_insertstr) insertstr = nullptr;
  decltype(&::history_init) history_init = nullptr;
  decltype(&::history_end) history_end = nullptr;
  decltype(&::history) history = nullptr;

  /// kUnavailable: it is not installed.
  static Expected<const EditLibrary*> Get();
};

}  // namespace goru::cli
