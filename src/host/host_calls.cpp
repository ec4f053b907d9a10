#include "host/host_calls.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>

#include "guest/codec.hpp"

namespace goru::host {
namespace {

using guest::After;
using guest::Reply;
using nlohmann::json;

/// Adds to `size` roughly what `value` takes when written. False where it is nested deeper than `depth`: both sides
/// read values recursively, the guest on a stack that is not ours to judge.
bool Measure(const json& value, size_t depth, size_t& size) {
  size += 8;
  if (value.is_string()) size += value.get_ref<const std::string&>().size();
  if (value.is_binary()) size += value.get_binary().size();
  if (!value.is_structured()) return true;
  if (depth == 0) return false;
  if (value.is_object()) {
    for (const auto& [key, member] : value.get_ref<const json::object_t&>()) {
      size += key.size();
      if (!Measure(member, depth - 1, size)) return false;
    }
    return true;
  }
  return std::all_of(value.begin(), value.end(),
                     [depth, &size](const json& item) { return Measure(item, depth - 1, size); });
}

/// Calls `function`, which may throw anything, and holds its result against what crosses.
template <typename Function>
Answer Guarded(Function function, size_t max_bytes) {
  Answer answer;
  try {
    answer.reply = function();
    if (!Measure(answer.reply.value, guest::MessageLimits().max_depth, answer.size)) {
      answer = {Reply::Failed("ValueError", "the result is nested too deeply")};
    } else if (answer.size > max_bytes) {
      answer = {Reply::Failed("ValueError", "the result is larger than " + std::to_string(max_bytes) + " bytes")};
    }
  } catch (const std::exception& e) {
    answer = {Reply::Failed("HostError", e.what())};
  } catch (...) {
    answer = {Reply::Failed("HostError", "the host function failed")};
  }
  return answer;
}

Answer Invoke(const Registry::Entry* function, const Operation* operation, const CallContext& context, const json& args,
              size_t max_bytes) {
  return Guarded(
      [&] {
        if (operation != nullptr) return operation->run(context, args);
        Reply reply;
        reply.value = function->function(context, args);
        return reply;
      },
      max_bytes);
}

/// More calls than this in one crossing, or results that nobody fetches, are not what an event loop does.
constexpr size_t kMaxBatch = 100'000;

Reply Malformed() { return Reply::Failed("HostError", "malformed request"); }

}  // namespace

/// Where functions on the pool's threads leave their results. They may finish after the run, so they share it; all of
/// it is guarded by the signal's mutex.
struct HostCalls::Board {
  struct Done {
    uint64_t id;
    Answer answer;
  };
  explicit Board(std::shared_ptr<support::StopSignal> stop_signal) : signal(std::move(stop_signal)) {}

  std::shared_ptr<support::StopSignal> signal;
  std::deque<Done> ready;
  /// In flight and wanted, and how to tell each that it no longer is.
  std::map<uint64_t, std::stop_source> running;
  /// Functions that have not returned. A cancelled one keeps its place until it does: otherwise a guest that starts and
  /// cancels could occupy all of the pool.
  size_t at_work = 0;
  bool abandoned = false;

  void Post(uint64_t id, Answer answer) {
    {
      const std::lock_guard lock(signal->mutex());
      --at_work;
      // A cancelled call is no longer among the running, and nobody asks for its result.
      if (running.erase(id) != 0 && !abandoned) ready.push_back({id, std::move(answer)});
    }
    signal->Wake();
  }
};

HostCalls::HostCalls(const Policy& policy, WorkerPool& pool, std::shared_ptr<support::StopSignal> signal,
                     CallContext context)
    : policy_(policy), pool_(pool), context_(std::move(context)), board_(std::make_shared<Board>(std::move(signal))) {
  if (policy_.modules) policy_.modules->BeginRun();
}

HostCalls::~HostCalls() {
  std::map<uint64_t, std::stop_source> running;
  {
    const std::lock_guard lock(board_->signal->mutex());
    board_->abandoned = true;
    running.swap(board_->running);
  }
  for (auto& [id, source] : running) source.request_stop();
}

After HostCalls::Handle(char op, json payload, support::HeldBytes /*held*/, Reply& reply) {
  ++crossings_;
  switch (op) {
    case 'c':
      return Call(std::move(payload), reply);
    case 'b':
      return Batch(std::move(payload), reply);
    default:
      reply = Malformed();
      return After::kContinue;
  }
}

bool HostCalls::Callee::immediate() const noexcept {
  if (function != nullptr) return function->blocking == Blocking::kNever;
  return operation->run && operation->blocking == Blocking::kNever;
}

HostCalls::Callee HostCalls::Admit(const json& name, const json& args, Reply& reply) {
  if (!name.is_string() || !args.is_object()) {
    reply = Malformed();
    return {};
  }
  if (calls_ >= policy_.limits.host_calls) {
    limit_hit_ = true;
    reply = Reply::Failed("HostCallLimitError", "the run has made its " + std::to_string(policy_.limits.host_calls) +
                                                    " host calls (WithSessionHostCallLimit, --max-host-calls)");
    return {};
  }
  ++calls_;
  const auto& text = name.get_ref<const std::string&>();
  if (text.starts_with(kReservedPrefix) && policy_.modules) {
    return {.operation = policy_.modules->Find(text, reply)};
  }
  const Registry::Entry* entry = policy_.registry ? policy_.registry->Find(text) : nullptr;
  if (entry == nullptr) {
    reply = Reply::Failed("HostError",
                          "unknown host function \"" + text + "\"; the host registers functions with Registry::Add");
    return {};
  }
  if (policy_.functions &&
      std::find(policy_.functions->begin(), policy_.functions->end(), text) == policy_.functions->end()) {
    reply = Reply::Failed(
        "HostError", "host function \"" + text + "\" is not enabled for this session; name it in WithSessionFunctions");
    return {};
  }
  return {.function = entry};
}

Answer HostCalls::Immediate(const Callee& callee, const json& args) const {
  return Invoke(callee.function, callee.operation, context_, args, policy_.limits.message_bytes);
}

void HostCalls::Start(const Callee& callee, const CallContext& context, json args, std::function<void(Answer)> done) {
  if (callee.operation != nullptr && callee.operation->start) {
    // Whatever answers keeps the session's modules alive until it has.
    auto keeping = [modules = policy_.modules, done, max_bytes = policy_.limits.message_bytes](Reply reply) {
      done(Guarded([&] { return std::move(reply); }, max_bytes));
    };
    try {
      callee.operation->start(context, std::move(args), std::move(keeping));
    } catch (const std::exception& e) {
      done({Reply::Failed("HostError", e.what())});
    }
    return;
  }
  // On a thread of its own kind, so that what blocks does not hold the run beyond its time.
  pool_.Submit([callee, registry = policy_.registry, modules = policy_.modules, context, done = std::move(done),
                args = std::make_shared<json>(std::move(args)), max_bytes = policy_.limits.message_bytes] {
    // Its run may have ended while this waited for a thread.
    done(context.stop.stop_requested() ? Answer{Reply::Failed("HostError", "the run has ended")}
                                       : Invoke(callee.function, callee.operation, context, *args, max_bytes));
  });
}

After HostCalls::Call(json payload, Reply& reply) {
  if (!payload.is_array() || payload.size() != 2) {
    reply = Malformed();
    return After::kContinue;
  }
  const Callee callee = Admit(payload[0], payload[1], reply);
  if (!callee) return After::kContinue;
  if (callee.immediate()) {
    reply = Immediate(callee, payload[1]).reply;
    return After::kContinue;
  }
  auto answer = std::make_shared<std::optional<Answer>>();
  Start(callee, context_, std::move(payload[1]), [answer, signal = board_->signal](Answer result) {
    {
      const std::lock_guard lock(signal->mutex());
      *answer = std::move(result);
    }
    signal->Wake();
  });
  std::unique_lock lock(board_->signal->mutex());
  if (!board_->signal->Wait(lock, [&] { return answer->has_value(); })) return After::kUnwind;
  reply = std::move((**answer).reply);
  return After::kContinue;
}

void HostCalls::Enqueue(json call) {
  const bool well_formed = call.is_array() && call.size() == 3 && call[0].is_number_unsigned();
  if (!well_formed) return;
  const auto id = call[0].get<uint64_t>();
  Reply refusal;
  const Callee callee = Admit(call[1], call[2], refusal);
  if (!callee) {
    const std::lock_guard lock(board_->signal->mutex());
    board_->ready.push_back({id, {std::move(refusal)}});
    return;
  }
  waiting_.push_back({id, callee, std::move(call[2])});
}

void HostCalls::Cancel(const json& ids) {
  if (!ids.is_array()) return;
  for (const json& item : ids) {
    if (!item.is_number_unsigned()) continue;
    const auto id = item.get<uint64_t>();
    std::erase_if(waiting_, [id](const Waiting& w) { return w.id == id; });
    std::stop_source source{std::nostopstate};
    {
      const std::lock_guard lock(board_->signal->mutex());
      if (const auto found = board_->running.find(id); found != board_->running.end()) {
        source = found->second;
        board_->running.erase(found);
      }
    }
    source.request_stop();
  }
}

void HostCalls::StartWaiting() {
  while (!waiting_.empty()) {
    {
      const std::lock_guard lock(board_->signal->mutex());
      if (board_->at_work >= policy_.limits.host_calls_in_flight) return;
    }
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    Launch(std::move(next));
  }
}

void HostCalls::Launch(Waiting call) {
  if (call.callee.immediate()) {
    Answer answer = Immediate(call.callee, call.args);
    const std::lock_guard lock(board_->signal->mutex());
    board_->ready.push_back({call.id, std::move(answer)});
    return;
  }
  std::stop_source source;
  CallContext context = context_;
  context.stop = source.get_token();
  {
    const std::lock_guard lock(board_->signal->mutex());
    // No guest of ours uses an id twice at a time. Replacing the first one's stop source would leave it running for
    // ever.
    if (!board_->running.try_emplace(call.id, std::move(source)).second) return;
    ++board_->at_work;
  }
  Start(call.callee, context, std::move(call.args),
        [board = board_, id = call.id](Answer answer) { board->Post(id, std::move(answer)); });
}

json HostCalls::TakeReady() {
  json out = json::array();
  size_t size = 0;
  const std::lock_guard lock(board_->signal->mutex());
  while (!board_->ready.empty()) {
    Board::Done& done = board_->ready.front();
    // What does not fit into this answer comes with the next one.
    if (size > 0 && size + done.answer.size > policy_.limits.message_bytes / 2) break;
    size += done.answer.size + 32;
    out.push_back(json::array({done.id, done.answer.reply.ok, std::move(done.answer.reply.value)}));
    board_->ready.pop_front();
  }
  return out;
}

After HostCalls::Batch(json payload, Reply& reply) {
  const bool well_formed = payload.is_array() && payload.size() == 3 && payload[0].is_array() &&
                           payload[0].size() <= kMaxBatch && (payload[2].is_null() || payload[2].is_number());
  if (!well_formed) {
    reply = Malformed();
    return After::kContinue;
  }
  {
    const std::lock_guard lock(board_->signal->mutex());
    if (board_->ready.size() > kMaxBatch) {
      reply = Malformed();
      return After::kContinue;
    }
  }
  for (json& call : payload[0]) Enqueue(std::move(call));
  Cancel(payload[1]);

  using Clock = support::StopSignal::Clock;
  auto deadline = Clock::time_point::max();
  if (!payload[2].is_null()) {
    // Longer than any run, and far from where clocks overflow; NaN compares false and becomes zero.
    constexpr double kLongest = 1e12;
    const auto milliseconds = payload[2].get<double>();
    const double clamped = milliseconds > 0 ? std::min(milliseconds, kLongest) : 0;
    deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(clamped));
  }
  support::StopSignal& signal = *board_->signal;
  for (;;) {
    StartWaiting();
    std::unique_lock lock(signal.mutex());
    if (!board_->ready.empty() || Clock::now() >= deadline) break;
    if (board_->running.empty() && waiting_.empty() && deadline == Clock::time_point::max()) break;
    // With calls waiting for their turn, every function that returns is a reason to look again.
    const auto changed = [&] {
      return !board_->ready.empty() || (!waiting_.empty() && board_->at_work < policy_.limits.host_calls_in_flight);
    };
    const bool go_on =
        deadline == Clock::time_point::max() ? signal.Wait(lock, changed) : signal.WaitUntil(lock, deadline, changed);
    if (!go_on) return After::kUnwind;
  }
  StartWaiting();
  reply.value = TakeReady();
  return After::kContinue;
}

}  // namespace goru::host
