// A program outside of goru's tree, with nothing but what an installation offers.

#include <goru/goru.hpp>
#include <iostream>

int main() {
  goru::Registry registry;
  registry.Add("twice", [](const goru::CallContext&, const nlohmann::json& args) {
    return nlohmann::json(2 * args.at("n").get<int>());
  });
  auto executor = goru::Executor::Create({goru::WithRegistry(std::move(registry))});
  if (!executor) {
    std::cerr << executor.error().message << "\n";
    return 1;
  }
  const goru::Result python = executor->Run(goru::Python(), "print(call('twice', n=21))");
  const goru::Result javascript = executor->Run(goru::JavaScript(), "console.log(call('twice', {n: 21}))");
  for (const goru::Result& result : {python, javascript}) {
    if (!result.ok()) std::cerr << result.error->message << "\n";
    std::cout << result.stdout_text;
    if (result.stdout_text != "42\n") return 1;
  }
  return 0;
}
