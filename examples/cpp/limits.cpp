// Limits: what ends a run, how the result names it, and whether the session lives on.
#include <chrono>
#include <goru/goru.hpp>
#include <iostream>

int main() {
  auto executor = goru::Executor::Create();
  if (!executor) {
    std::cerr << executor.error().message << '\n';
    return 1;
  }
  const auto show = [&](const goru::Language& language, const char* what, const char* code) {
    auto session = executor->NewSession(
        language, {goru::WithSessionTimeout(std::chrono::seconds(2)), goru::WithSessionMemoryLimit(size_t{64} << 20),
                   goru::WithSessionOutputLimit(1000)});
    if (!session) return;
    const goru::Result result = session->Run(code);
    std::cout << language.name() << ", " << what << ": " << result.status() << (result.stdout_truncated ? ", cut" : "")
              << (result.session_alive ? ", the session lives" : ", the session is closed") << '\n';
  };
  show(goru::Python(), "busy loop", "while True: pass");
  show(goru::Python(), "sleep", "import time; time.sleep(3600)");
  show(goru::Python(), "regular expression", "import re; re.match('(a+)+$', 'a' * 60 + 'b')");
  show(goru::Python(), "memory", "x = [bytearray(2**20) for _ in range(1000)]");
  show(goru::Python(), "recursion", "def f(): f()\nf()");
  show(goru::Python(), "output", "print('x' * 100_000)");
  show(goru::JavaScript(), "busy loop", "for (;;) {}");
  show(goru::JavaScript(), "memory", "const all = []; for (;;) all.push(new Uint8Array(2 ** 20))");
  show(goru::JavaScript(), "recursion", "function f() { f() } f()");
  return 0;
}
