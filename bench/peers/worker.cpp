// This project's worker for run.py: does the jobs that the peers do and reports times. One JSON object per line, see
// run.py.
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "goru/goru.hpp"

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

double Microseconds(Clock::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

struct Failure {
  std::string message;
};

goru::Executor MakeExecutor() {
  goru::Registry registry;
  registry.Add(
      "lookup",
      [](const goru::CallContext& /*context*/, const json& args) {
        return json{{"key", args.at("key")}, {"name", "Ada"}, {"visits", 3}};
      },
      goru::Blocking::kNever);
  auto executor = goru::Executor::Create({goru::WithRegistry(registry)});
  if (!executor) throw Failure{executor.error().message};
  return std::move(*executor);
}

class Worker {
 public:
  json Do(const json& job) {
    const auto language = goru::Language::FromName(job.at("language").get<std::string>());
    if (!language) throw Failure{"unknown language"};
    const std::string what = job.at("job");
    const auto stop = Clock::now() + std::chrono::milliseconds(job.at("milliseconds").get<int64_t>());
    const auto samples = job.at("samples").get<size_t>();
    std::vector<double> times;
    goru::Session session = MakeSession(*language);
    while (times.size() < samples && (times.empty() || Clock::now() < stop)) {
      if (what == "fresh") {
        times.push_back(Time([&] {
          goru::Session fresh = MakeSession(*language);
          Run(fresh, job.at("code"));
        }));
      } else if (what == "session") {
        times.push_back(Time([&] { Run(session, job.at("code")); }));
      } else if (what == "compute") {
        goru::Session fresh = MakeSession(*language);
        times.push_back(Time([&] { Run(fresh, job.at("code")); }));
      } else if (what == "call") {
        const std::string calls = std::to_string(job.at("calls").get<int>());
        const bool python = language->is_python();
        const std::string with = python ? "for i in range(" + calls + "): call('lookup', key='user:1')"
                                        : "for (let i = 0; i < " + calls + "; i++) call('lookup', {key: 'user:1'});";
        const std::string without =
            python ? "for i in range(" + calls + "): pass" : "for (let i = 0; i < " + calls + "; i++);";
        const double base = Time([&] { Run(session, without); });
        times.push_back((Time([&] { Run(session, with); }) - base) / job.at("calls").get<double>());
      } else {
        throw Failure{"unknown job"};
      }
    }
    return {{"us", times}};
  }

 private:
  goru::Session MakeSession(const goru::Language& language) {
    auto session = executor_.NewSession(language, {goru::WithSessionHostCallLimit(1'000'000'000)});
    if (!session) throw Failure{session.error().message};
    return std::move(*session);
  }

  static void Run(goru::Session& session, const std::string& code) {
    const goru::Result result = session.Run(code);
    if (!result.ok()) throw Failure{result.error->message};
  }

  template <typename Function>
  static double Time(const Function& function) {
    const auto start = Clock::now();
    function();
    return Microseconds(Clock::now() - start);
  }

  goru::Executor executor_ = MakeExecutor();
};

}  // namespace

int main() {
  try {
    Worker worker;
    std::cout << json{{"ready", std::string(goru::Version())}} << '\n' << std::flush;
    std::string line;
    while (std::getline(std::cin, line)) {
      json answer;
      try {
        answer = worker.Do(json::parse(line));
      } catch (const Failure& failure) {
        answer = {{"error", failure.message}};
      }
      std::cout << answer << '\n' << std::flush;
    }
  } catch (const Failure& failure) {
    std::cout << json{{"error", failure.message}} << '\n' << std::flush;
    return 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
