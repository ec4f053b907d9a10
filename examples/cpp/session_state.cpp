// A session remembers: variables, functions and imports live on between runs, and other sessions see nothing of them.
#include <goru/goru.hpp>
#include <iostream>

int main() {
  auto executor = goru::Executor::Create();
  if (!executor) {
    std::cerr << executor.error().message << '\n';
    return 1;
  }
  for (const goru::Language& language : {goru::Python(), goru::JavaScript()}) {
    auto first = executor->NewSession(language);
    auto second = executor->NewSession(language);
    if (!first || !second) return 1;
    const bool python = language == goru::Python();
    goru::Result result = first->Run(python ? "total = 40" : "let total = 40");
    result = first->Run("total + 2", {.want_value = true});
    std::cout << language.name() << ": " << result.value.value_or("nothing");
    result = second->Run("total");
    std::cout << ", elsewhere: " << (result.error ? result.error->type : "found") << '\n';
  }
  return 0;
}
