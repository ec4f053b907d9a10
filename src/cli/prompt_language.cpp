#include "prompt_language.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <thread>
#include <vector>

namespace goru::cli {
namespace {

using nlohmann::json;

constexpr auto kForWords = std::chrono::milliseconds(200);
constexpr auto kForParser = std::chrono::seconds(2);

/// Stops a run that takes too long, on a thread of its own.
class Patience {
 public:
  explicit Patience(std::chrono::milliseconds limit) : timer_([this, limit] { Wait(limit); }) {}
  ~Patience() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_one();
    timer_.join();
  }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  void Wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, limit, [this] { return ended_; })) stop_.request_stop();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::stop_source stop_;
  std::thread timer_;
};

/// The answer; discarded where there is none in time.
json Ask(Session& session, std::string_view text, PromptQuestion question, std::chrono::milliseconds limit) {
  RunOptions options;
  options.name = "<prompt>";
  options.question = question;
  const Patience patience(limit);
  // Python 3.12 cannot be interrupted without losing the session; what is asked is bounded anyhow.
  if (session.language() != Python("3.12")) options.stop = patience.token();
  return json::parse(session.Run(text, options).value.value_or(""), nullptr, false);
}

std::vector<std::string> WordsOf(const json& value) {
  std::vector<std::string> out;
  if (!value.is_array()) return out;
  for (const json& item : value) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

}  // namespace

bool IsComplete(Session& session, const std::string& text) {
  const json answer = Ask(session, text, PromptQuestion::kIsComplete, kForParser);
  return !answer.is_boolean() || answer.get<bool>();
}

LineEditor::Completions CompletionsOf(Session& session, std::string_view text) {
  LineEditor::Completions out;
  const json answer = Ask(session, text, PromptQuestion::kWords, kForWords);
  if (!answer.is_object() || !answer.contains("typed") || !answer["typed"].is_string()) return out;
  out.typed = answer["typed"].get<std::string>();
  out.words = WordsOf(answer.value("words", json()));
  return out;
}

std::string VariablesOf(Session& session) {
  RunOptions options;
  options.name = "<prompt>";
  options.want_value = true;
  const Result result = session.Run(
      session.language().is_python()
          ? "[n for n in globals() if not n.startswith('_')]"
          : "Object.keys(globalThis).filter((n) => Object.getOwnPropertyDescriptor(globalThis, n).enumerable)",
      options);
  std::string out;
  for (const std::string& name : WordsOf(json::parse(result.value.value_or(""), nullptr, false))) {
    out += (out.empty() ? "" : "  ") + name;
  }
  return out.empty() ? "no names yet" : out;
}

}  // namespace goru::cli
