// What guests are told of the host's functions.
#pragma once

#include "host/module.hpp"

namespace goru::host::functions {

/// Every session has it.
extern const ModuleKind module_kind;

}  // namespace goru::host::functions
