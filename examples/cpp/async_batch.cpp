// Concurrent host calls: what the guest gathers crosses to the host together and runs at the same time.
#include <chrono>
#include <goru/goru.hpp>
#include <iostream>
#include <thread>

int main() {
  goru::Registry functions;
  // Stands for anything slow: a database, a model, a service.
  functions.Add("fetch_page", [](const goru::CallContext&, const nlohmann::json& args) -> nlohmann::json {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return "page " + std::to_string(args.at("n").get<int>());
  });
  auto executor = goru::Executor::Create({goru::WithRegistry(functions)});
  if (!executor) {
    std::cerr << executor.error().message << '\n';
    return 1;
  }
  const auto show = [&](const goru::Language& language, const char* code) {
    const goru::Result result = executor->Run(language, code);
    // One after the other, 50 calls would take five seconds.
    std::cout << language.name() << ": " << result.usage.host_calls << " calls "
              << (result.duration < std::chrono::seconds(3) ? "together" : "one by one") << ": " << result.output;
  };
  show(goru::Python(), R"(
import asyncio
async def main():
    pages = await asyncio.gather(*(async_call("fetch_page", n=n) for n in range(50)))
    print(pages[0], "to", pages[-1])
asyncio.run(main())
)");
  show(goru::JavaScript(), R"(
const pages = await runAsync(...Array.from({length: 50}, (_, n) => asyncCall("fetch_page", {n})));
console.log(pages[0], "to", pages.at(-1));
)");
  return 0;
}
