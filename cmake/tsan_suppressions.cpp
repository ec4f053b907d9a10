// Linked into every program of a ThreadSanitizer build.
//
// The engine is not instrumented: its own synchronisation is invisible, so what it copies and frees between its threads
// would be reported, and its handler of faults allocates. Our code, also where the engine calls it, is watched as
// before.

extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libgoru-wasmtime.so\n"
         "signal:libgoru-wasmtime.so\n";
}
