// The shortest useful program: run code in a fresh sandbox, look at what came of it.
#include <goru/goru.hpp>
#include <iostream>

int main() {
  auto executor = goru::Executor::Create();
  if (!executor) {
    std::cerr << executor.error().message << '\n';
    return 1;
  }
  std::cout << executor->Run(goru::Python(), "print('hello from Python', 1 + 1)").output;
  std::cout << executor->Run(goru::JavaScript(), "console.log('hello from JavaScript', [1, 2].map(n => n * 2))").output;

  const goru::Result failed = executor->Run(goru::Python(), "def f():\n    return 1 / 0\nf()", {.name = "main.py"});
  if (failed.error) std::cout << failed.status() << '\n' << failed.error->traceback;
  return 0;
}
