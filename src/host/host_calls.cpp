#include "host/host_calls.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>

#include "guest/codec.hpp"

namespace goru::host {
namespace {

using guest::Reply;
using nlohmann::json;
using wasm::After;

/// Roughly what `value` takes when written: enough to hold results against their limit without writing them twice.
size_t EstimateSize(const json& value) {
  size_t size = 8;
  if (value.is_string()) size += value.get_ref<const std::string&>().size();
  if (value.is_array()) {
    for (const json& item : value) size += EstimateSize(item);
  }
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) size += key.size() + EstimateSize(member);
  }
  return size;
}

/// Both sides read values recursively, the guest on a stack that is not ours to judge.
bool NestedDeeperThan(const json& value, size_t depth) {
  if (!value.is_structured()) return false;
  if (depth == 0) return true;
  return std::any_of(value.begin(), value.end(),
                     [depth](const json& item) { return NestedDeeperThan(item, depth - 1); });
}

Reply Invoke(const Registry::Entry& entry, const CallContext& context, const json& args, size_t max_bytes) {
  try {
    Reply reply;
    reply.value = entry.function(context, args);
    if (NestedDeeperThan(reply.value, guest::MessageLimits().max_depth)) {
      return Reply::Failed("ValueError", "the result is nested too deeply");
    }
    if (EstimateSize(reply.value) > max_bytes) {
      return Reply::Failed("ValueError", "the result is larger than " + std::to_string(max_bytes) + " bytes");
    }
    return reply;
  } catch (const std::exception& e) {
    return Reply::Failed("HostError", e.what());
  } catch (...) {
    return Reply::Failed("HostError", "the host function failed");
  }
}

/// More calls than this in one crossing, or results that nobody fetches, are not what an event loop does.
constexpr size_t kMaxBatch = 100'000;

const Reply malformed = Reply::Failed("HostError", "malformed request");

}  // namespace

/// Where functions on the pool's threads leave their results. They may finish after the run, so they share it; all of
/// it is guarded by the signal's mutex.
struct HostCalls::Board {
  struct Done {
    uint64_t id;
    Reply reply;
    size_t size;
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

  void Post(uint64_t id, Reply reply) {
    const size_t size = EstimateSize(reply.value);
    {
      const std::lock_guard lock(signal->mutex());
      --at_work;
      // A cancelled call is no longer among the running, and nobody asks for its result.
      if (running.erase(id) != 0 && !abandoned) ready.push_back({id, std::move(reply), size});
    }
    signal->Wake();
  }
};

HostCalls::HostCalls(const Policy& policy, WorkerPool& pool, std::shared_ptr<support::StopSignal> signal,
                     CallContext context)
    : policy_(policy), pool_(pool), context_(std::move(context)), board_(std::make_shared<Board>(std::move(signal))) {}

HostCalls::~HostCalls() {
  std::map<uint64_t, std::stop_source> running;
  {
    const std::lock_guard lock(board_->signal->mutex());
    board_->abandoned = true;
    running.swap(board_->running);
  }
  for (auto& [id, source] : running) source.request_stop();
}

After HostCalls::Handle(char op, json payload, Reply& reply) {
  ++crossings_;
  switch (op) {
    case 'c':
      return Call(std::move(payload), reply);
    case 'b':
      return Batch(std::move(payload), reply);
    default:
      reply = malformed;
      return After::kContinue;
  }
}

const Registry::Entry* HostCalls::Admit(const json& name, const json& args, Reply& reply) {
  if (!name.is_string() || !args.is_object()) {
    reply = malformed;
    return nullptr;
  }
  if (calls_ >= policy_.limits.host_calls) {
    limit_hit_ = true;
    reply = Reply::Failed("HostCallLimitError", "the run has made its " + std::to_string(policy_.limits.host_calls) +
                                                    " host calls (WithSessionHostCallLimit, --max-host-calls)");
    return nullptr;
  }
  ++calls_;
  const auto& text = name.get_ref<const std::string&>();
  const Registry::Entry* entry = policy_.registry ? policy_.registry->Find(text) : nullptr;
  if (entry == nullptr) {
    reply = Reply::Failed("HostError",
                          "unknown host function \"" + text + "\"; the host registers functions with Registry::Add");
    return nullptr;
  }
  if (policy_.functions &&
      std::find(policy_.functions->begin(), policy_.functions->end(), text) == policy_.functions->end()) {
    reply = Reply::Failed(
        "HostError", "host function \"" + text + "\" is not enabled for this session; name it in WithSessionFunctions");
    return nullptr;
  }
  return entry;
}

After HostCalls::Call(json payload, Reply& reply) {
  if (!payload.is_array() || payload.size() != 2) {
    reply = malformed;
    return After::kContinue;
  }
  const Registry::Entry* entry = Admit(payload[0], payload[1], reply);
  if (entry == nullptr) return After::kContinue;
  if (entry->blocking == Blocking::kNever) {
    reply = Invoke(*entry, context_, payload[1], policy_.limits.message_bytes);
    return After::kContinue;
  }
  // On a thread of its own kind, so that a function which blocks does not hold the run beyond its time.
  struct Answer {
    std::optional<Reply> reply;
  };
  auto answer = std::make_shared<Answer>();
  auto args = std::make_shared<json>(std::move(payload[1]));
  pool_.Submit([answer, args, registry = policy_.registry, entry, context = context_, signal = board_->signal,
                max_bytes = policy_.limits.message_bytes] {
    Reply result = Invoke(*entry, context, *args, max_bytes);
    {
      const std::lock_guard lock(signal->mutex());
      answer->reply = std::move(result);
    }
    signal->Wake();
  });
  std::unique_lock lock(board_->signal->mutex());
  if (!board_->signal->Wait(lock, [&] { return answer->reply.has_value(); })) return After::kUnwind;
  reply = std::move(*answer->reply);
  return After::kContinue;
}

void HostCalls::Enqueue(json call) {
  const bool well_formed = call.is_array() && call.size() == 3 && call[0].is_number_unsigned();
  if (!well_formed) return;
  const auto id = call[0].get<uint64_t>();
  Reply refusal;
  const Registry::Entry* entry = Admit(call[1], call[2], refusal);
  if (entry == nullptr) {
    const std::lock_guard lock(board_->signal->mutex());
    const size_t size = EstimateSize(refusal.value);
    board_->ready.push_back({id, std::move(refusal), size});
    return;
  }
  waiting_.push_back({id, call[1].get<std::string>(), std::move(call[2])});
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
    Launch(next.id, *policy_.registry->Find(next.name), std::move(next.args));
  }
}

void HostCalls::Launch(uint64_t id, const Registry::Entry& entry, json args) {
  if (entry.blocking == Blocking::kNever) {
    Reply reply = Invoke(entry, context_, args, policy_.limits.message_bytes);
    const size_t size = EstimateSize(reply.value);
    const std::lock_guard lock(board_->signal->mutex());
    board_->ready.push_back({id, std::move(reply), size});
    return;
  }
  std::stop_source source;
  CallContext context = context_;
  context.stop = source.get_token();
  {
    const std::lock_guard lock(board_->signal->mutex());
    // No guest of ours uses an id twice at a time. Replacing the first one's stop source would leave it running for
    // ever.
    if (!board_->running.try_emplace(id, std::move(source)).second) return;
    ++board_->at_work;
  }
  pool_.Submit([board = board_, registry = policy_.registry, &entry, id, context = std::move(context),
                args = std::make_shared<json>(std::move(args)), max_bytes = policy_.limits.message_bytes] {
    board->Post(id, Invoke(entry, context, *args, max_bytes));
  });
}

json HostCalls::TakeReady() {
  json out = json::array();
  size_t size = 0;
  const std::lock_guard lock(board_->signal->mutex());
  while (!board_->ready.empty()) {
    Board::Done& done = board_->ready.front();
    // What does not fit into this answer comes with the next one.
    if (size > 0 && size + done.size > policy_.limits.message_bytes / 2) break;
    size += done.size + 32;
    out.push_back(json::array({done.id, done.reply.ok, std::move(done.reply.value)}));
    board_->ready.pop_front();
  }
  return out;
}

After HostCalls::Batch(json payload, Reply& reply) {
  const bool well_formed = payload.is_array() && payload.size() == 3 && payload[0].is_array() &&
                           payload[0].size() <= kMaxBatch && (payload[2].is_null() || payload[2].is_number());
  if (!well_formed) {
    reply = malformed;
    return After::kContinue;
  }
  {
    const std::lock_guard lock(board_->signal->mutex());
    if (board_->ready.size() > kMaxBatch) {
      reply = malformed;
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
