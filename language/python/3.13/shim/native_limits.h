// Included ahead of two files of CPython, the parser and marshal, which set lower limits on nesting for WASI than for other
// machines, because engines give a program little stack. goru gives it what they have. The headers come first: they mean the
// platform as it is.
#pragma once

#include "Python.h"
#include "pycore_ast.h"
#include "pycore_call.h"
#include "pycore_code.h"
#include "pycore_critical_section.h"
#include "pycore_hashtable.h"
#include "pycore_long.h"
#include "pycore_modsupport.h"
#include "pycore_pystate.h"
#include "pycore_setobject.h"
#include "pycore_token.h"

#undef __wasi__
