// A program outside of goru's tree, with nothing but what an installation offers.

#include <iostream>

#include <goru/goru.hpp>

int main() {
  goru::Executor executor;
  const goru::Result result = executor.Run("python", "print(1+1)");
  std::cout << result.stdout_text;
  return result.stdout_text == "2\n" ? 0 : 1;
}
