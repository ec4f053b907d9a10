#include "host/host_calls.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "guest/codec.hpp"
#include "host/parameters.hpp"
#include "host/shown.hpp"
#include "host/value_size.hpp"
#include "support/json_free.hpp"
#include "support/work_for.hpp"

namespace goru::host {
namespace {

using guest::After;
using guest::Reply;
using nlohmann::json;

/// More calls than this in one crossing, or results that nobody fetches, are not what an event loop does.
constexpr size_t kMaxBatch = 100'000;
/// Answers that one crossing hands over.
constexpr size_t kMaxAnswers = 10'000;
/// How many small steps there are between two looks at the signal.
constexpr size_t kBetweenLooks = 256;

/// A call that the run waits for alone counts only where it takes more than this: the others of its session are counted
/// all the same, and so the sum is off by this much at most.
constexpr size_t kSmall = size_t{16} << 10;

/// What is set aside for a result that nothing is known of. All of those that are in flight together leave half of the
/// budget to those that turn out larger.
constexpr size_t kShareOfUnknown = 128;
constexpr size_t kMostForUnknown = size_t{512} << 10;
/// The same for one on the run's own thread, where what was not needed is given back before the next one starts.
constexpr size_t kShareOfImmediate = 4;

Reply Malformed() { return Reply::Failed("HostError", "malformed request"); }

bool IsImmediate(const Registry::Entry& entry) noexcept { return entry.function && entry.blocking == Blocking::kNever; }

/// As the protocol has it: milliseconds, or null for ever.
std::optional<support::StopSignal::Clock::time_point> DeadlineOf(const json& timeout) {
  using Clock = support::StopSignal::Clock;
  if (timeout.is_null()) return Clock::time_point::max();
  if (!timeout.is_number()) return std::nullopt;
  // Longer than any run, and far from where clocks overflow; NaN compares false and becomes zero.
  constexpr double kLongest = 1e12;
  const auto milliseconds = timeout.get<double>();
  const double clamped = milliseconds > 0 ? std::min(milliseconds, kLongest) : 0;
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(clamped));
}

}  // namespace

HostCalls::HostCalls(const Policy& policy, WorkerPool& pool, std::shared_ptr<support::StopSignal> signal,
                     CallContext context)
    : policy_(policy),
      pool_(pool),
      board_(std::make_shared<Board>(std::move(signal), policy.memory)),
      context_(std::move(context)) {
  context_.memory = {board_, &board_->own_memory};
  if (policy_.modules) policy_.modules->BeginRun();
}

HostCalls::~HostCalls() {
  if (origin_.forked()) {
    // Other threads were at work on both.
    support::Abandon(board_);
    support::Abandon(lane_);
    return;
  }
  std::map<uint64_t, std::stop_source> running;
  std::list<Board::Done> ready;
  std::vector<WaitingCall> again;
  {
    const std::lock_guard lock(board_->signal->mutex());
    board_->abandoned = true;
    running.swap(board_->running);
    ready.swap(board_->ready);
    again.swap(board_->again);
  }
  for (auto& [id, source] : running) source.request_stop();
  direct_stop_.request_stop();
  if (lane_) pool_.Leave(lane_);
}

After HostCalls::Handle(char op, json payload, support::HeldBytes held, Reply& reply) {
  ++crossings_;
  const support::JsonFreed freed(payload);
  switch (op) {
    case 'c':
      return Call(payload, std::move(held), reply);
    case 'b':
      return Batch(payload, std::move(held), reply);
    default:
      reply = Malformed();
      return After::kContinue;
  }
}

const Registry::Entry* HostCalls::Find(const std::string& name, Reply& reply) const {
  if (name.starts_with(kReservedPrefix) && policy_.modules) return policy_.modules->Find(name, reply);
  const Registry::Entry* entry = policy_.registry ? policy_.registry->Find(name) : nullptr;
  if (entry == nullptr) {
    reply = Reply::Failed(
        "HostError", "unknown host function \"" + Shown(name) + "\"; the host registers functions with Registry::Add");
    return nullptr;
  }
  if (policy_.functions &&
      std::find(policy_.functions->begin(), policy_.functions->end(), name) == policy_.functions->end()) {
    reply = Reply::Failed(
        "HostError", "host function \"" + name + "\" is not enabled for this session; name it in WithSessionFunctions");
    return nullptr;
  }
  return entry;
}

WatchedCall HostCalls::Watch(const std::string& name, const json& args) const {
  if (!policy_.watch || !policy_.watch->observed()) return {};
  ValueSize size;
  (void)Measure(args, SIZE_MAX, SIZE_MAX, board_->signal.get(), size);
  return {policy_.watch, context_.session_id, name, size.written};
}

const Registry::Entry* HostCalls::Admit(const json& name, json& args, WatchedCall& watched, Reply& reply) {
  if (!name.is_string() || !args.is_object()) {
    reply = Malformed();
    return nullptr;
  }
  if (calls_ >= policy_.limits.host_calls) {
    limit_hit_ = true;
    reply = Reply::Failed("HostCallLimitError", "the run has made its " + std::to_string(policy_.limits.host_calls) +
                                                    " host calls (WithSessionHostCallLimit, --max-host-calls)");
    return nullptr;
  }
  ++calls_;
  // Where it is found it is the function's own name, letter by letter.
  const auto& text = name.get_ref<const std::string&>();
  const Registry::Entry* entry = Find(text, reply);
  if (entry == nullptr) return nullptr;
  watched = Watch(text, args);
  if (auto wrong = CheckArguments(text, *entry, args)) {
    reply = Reply::Failed("TypeError", std::move(*wrong));
    watched.Answered(false, 0);
    return nullptr;
  }
  return entry;
}

void HostCalls::Start(const std::shared_ptr<RunningCall>& call, const Registry::Entry& entry) {
  if (entry.async) {
    RunningCall::Start(call);
    return;
  }
  // On a thread of its own kind, so that what blocks does not hold the run beyond its time.
  if (!lane_) lane_ = pool_.NewLane();
  pool_.Submit(lane_, [call, &pool = pool_, executor = policy_.executor](bool run) {
    if (run) {
      const support::WorkFor work(executor);
      call->Run();
    } else {
      call->Answer(Reply::Failed("HostError", pool.Refusal()));
    }
  });
}

After HostCalls::Call(json& payload, support::HeldBytes held, Reply& reply) {
  if (!payload.is_array() || payload.size() != 2) {
    reply = Malformed();
    return After::kContinue;
  }
  WatchedCall watched;
  const Registry::Entry* entry = Admit(payload[0], payload[1], watched, reply);
  if (entry == nullptr) return After::kContinue;
  if (IsImmediate(*entry)) {
    CallNow(*entry, payload[1], std::move(watched), reply);
    return After::kContinue;
  }
  const size_t used = held.bytes();
  if (!held.budget()) held = support::HeldBytes(policy_.memory);
  WaitingCall call{{}, entry, std::move(payload[1]), std::move(held), used, {}, false, std::move(watched)};
  direct_stop_ = std::stop_source();
  CallContext context = context_;
  context.stop = direct_stop_.get_token();
  Start(std::make_shared<RunningCall>(board_, policy_, std::move(context), std::move(call)), *entry);
  return WaitForDirect(reply) ? After::kContinue : After::kUnwind;
}

bool HostCalls::WaitForDirect(Reply& reply) {
  support::StopSignal& signal = *board_->signal;
  {
    std::unique_lock lock(signal.mutex());
    if (!signal.Wait(lock, [&] { return board_->direct.has_value() || signal.interrupted(); })) return false;
    if (board_->direct) {
      reply = std::move(board_->direct->reply);
      board_->direct.reset();
      direct_stop_ = std::stop_source(std::nostopstate);
      return true;
    }
    ++board_->given_up;
  }
  // Callbacks of the function's token run here, without the lock.
  direct_stop_.request_stop();
  reply = Reply::Failed("HostError", "the call was interrupted");
  return true;
}

void HostCalls::CallNow(const Registry::Entry& entry, const json& args, WatchedCall watched, Reply& reply) {
  watched.Due();
  try {
    reply = CallFunction(entry, context_, args);
  } catch (const NoRoom& e) {
    reply = ToReply(e);
  }
  if (!board_->own_memory.holds()) {
    ValueSize size;
    const Measured measured = Measure(reply.value, guest::MessageLimits().max_depth, policy_.limits.message_bytes,
                                      board_->signal.get(), size);
    if (measured == Measured::kWhole && size.held <= kSmall) {
      watched.Answered(reply.ok, size.written);
      return;
    }
  }
  Answer answer =
      Settle(std::move(reply), board_->own_memory.Take(), 0, policy_.limits.message_bytes, board_->signal.get());
  watched.Answered(answer.reply.ok, answer.written);
  reply = std::move(answer.reply);
}

bool HostCalls::Enqueue(json& calls, support::HeldBytes held) {
  if (!held.budget()) held = support::HeldBytes(policy_.memory);
  size_t done = 0;
  for (json& call : calls) {
    if (++done % kBetweenLooks == 0 && board_->signal->raised()) return false;
    if (!EnqueueOne(call, held)) return false;
  }
  return true;
}

bool HostCalls::EnqueueOne(json& call, support::HeldBytes& held) {
  const bool well_formed = call.is_array() && call.size() == 3 && call[0].is_number_unsigned();
  if (!well_formed) return true;
  const auto id = call[0].get<uint64_t>();
  Reply refusal;
  WatchedCall watched;
  const Registry::Entry* entry = Admit(call[1], call[2], watched, refusal);
  ValueSize size;
  if (entry != nullptr) {
    // What a message may hold was looked at when it was read.
    constexpr size_t kAny = SIZE_MAX;
    if (Measure(call[2], kAny, kAny, board_->signal.get(), size) == Measured::kStopped) return false;
  }
  const size_t used = kPlace + size.held;
  support::HeldBytes mine = held.Split(used);
  if (mine.bytes() < used && !mine.Grow(used - mine.bytes())) {
    if (entry != nullptr) refusal = Reply::Failed("HostError", DoesNotFit(*policy_.memory, "a call", used));
    entry = nullptr;
    watched.Answered(false, 0);
  }
  if (entry != nullptr) {
    waiting_.push_back({id, entry, std::move(call[2]), std::move(mine), used, {}, false, std::move(watched)});
    return true;
  }
  mine.ShrinkTo(kPlace);
  refusal.held = std::move(mine);
  Post(id, {std::move(refusal), 0});
  return true;
}

void HostCalls::Post(uint64_t id, Answer answer) {
  const std::lock_guard lock(board_->signal->mutex());
  board_->ready.push_back({id, std::move(answer)});
}

size_t HostCalls::NeedsOf(const Registry::Entry& entry) const {
  if (entry.result_bytes > 0) return entry.result_bytes;
  const size_t all = policy_.limits.host_bytes;
  if (IsImmediate(entry)) return std::min(policy_.limits.message_bytes, all / kShareOfImmediate);
  const size_t guess = std::min(kMostForUnknown, all / kShareOfUnknown);
  const std::lock_guard lock(board_->signal->mutex());
  const auto largest = board_->largest.find(&entry);
  return largest == board_->largest.end() ? guess : std::max(guess, largest->second);
}

bool HostCalls::Cancel(const json& ids) {
  if (!ids.is_array() || ids.empty()) return true;
  std::vector<uint64_t> cancelled;
  for (const json& item : ids) {
    if (item.is_number_unsigned()) cancelled.push_back(item.get<uint64_t>());
  }
  std::sort(cancelled.begin(), cancelled.end());
  if (board_->signal->raised()) return false;
  // So many may wait as the budget has places for.
  bool go_on = true;
  size_t looked = 0;
  std::erase_if(waiting_, [&](const WaitingCall& call) {
    if (++looked % kBetweenLooks == 0 && board_->signal->raised()) go_on = false;
    return go_on && std::binary_search(cancelled.begin(), cancelled.end(), *call.id);
  });
  if (!go_on) return false;
  std::vector<std::stop_source> sources;
  {
    const std::lock_guard lock(board_->signal->mutex());
    std::erase_if(board_->again, [&](const WaitingCall& call) {
      return std::binary_search(cancelled.begin(), cancelled.end(), *call.id);
    });
    for (auto call = board_->running.begin(); call != board_->running.end();) {
      if (std::binary_search(cancelled.begin(), cancelled.end(), call->first)) {
        sources.push_back(std::move(call->second));
        call = board_->running.erase(call);
      } else {
        ++call;
      }
    }
  }
  for (std::stop_source& source : sources) source.request_stop();
  return true;
}

bool HostCalls::MayStart(WaitingCall& call) {
  if (!call.needs) call.needs = NeedsOf(*call.entry);
  if (*call.needs > 0 && call.held.Grow(*call.needs)) call.needs = 0;
  const std::lock_guard lock(board_->signal->mutex());
  seen_at_work_ = board_->at_work;
  if (board_->at_work >= policy_.limits.host_calls_in_flight) return false;
  if (*call.needs == 0) return true;
  // Others give back what they hold when they are done, or fetched. Where there are none it may turn out to need less,
  // and gets an error where it does not.
  if (board_->at_work > 0 || !board_->ready.empty()) return false;
  call.alone = true;
  return true;
}

bool HostCalls::StartWaiting() {
  {
    const std::lock_guard lock(board_->signal->mutex());
    for (WaitingCall& call : board_->again) waiting_.push_back(std::move(call));
    board_->again.clear();
  }
  while (!waiting_.empty() && MayStart(waiting_.front())) {
    if (board_->signal->raised()) return false;
    WaitingCall next = std::move(waiting_.front());
    waiting_.pop_front();
    Launch(std::move(next));
  }
  return true;
}

void HostCalls::Launch(WaitingCall call) {
  if (IsImmediate(*call.entry)) {
    LaunchNow(std::move(call));
    return;
  }
  std::stop_source source;
  CallContext context = context_;
  context.stop = source.get_token();
  const Registry::Entry& entry = *call.entry;
  {
    const std::lock_guard lock(board_->signal->mutex());
    // No guest of ours uses an id twice at a time. Replacing the first one's stop source would leave it running for
    // ever.
    if (!board_->running.try_emplace(*call.id, std::move(source)).second) return;
    ++board_->at_work;
  }
  Start(std::make_shared<RunningCall>(board_, policy_, std::move(context), std::move(call)), entry);
}

void HostCalls::LaunchNow(WaitingCall call) {
  call.watched.Due();
  internal::CallMemory& memory = board_->own_memory;
  memory.Begin(std::move(call.held), call.used);
  Reply reply;
  try {
    reply = CallFunction(*call.entry, context_, call.args);
  } catch (const NoRoom& e) {
    if (!call.alone) {
      call.NeedsMore(memory, e);
      waiting_.push_back(std::move(call));
      return;
    }
    reply = ToReply(e);
  }
  support::FreeJson(call.args);
  Answer answer = Settle(std::move(reply), memory.Take(), kPlace, policy_.limits.message_bytes, board_->signal.get());
  call.watched.Answered(answer.reply.ok, answer.written);
  Post(*call.id, std::move(answer));
}

void HostCalls::TakeReady(Reply& reply) {
  reply.value = json::array();
  auto& out = reply.value.get_ref<json::array_t&>();
  size_t written = 0;
  const size_t left = policy_.memory ? policy_.memory->LeftToHandOver() : SIZE_MAX;
  // What it is written into grows by halves.
  const size_t most = std::min(policy_.limits.message_bytes, left) / 2;
  const std::lock_guard lock(board_->signal->mutex());
  while (!board_->ready.empty() && out.size() < kMaxAnswers) {
    Answer& answer = board_->ready.front().answer;
    // What does not fit into this answer comes with the next one.
    if (written > 0 && written + answer.written > most) break;
    if (answer.written > left) {
      answer.reply.ok = false;
      answer.reply.value = Reply::Failed("HostError", DoesNotFit(*policy_.memory, "the result", answer.written)).value;
      answer.written = 0;
    }
    written += answer.written + 32;
    reply.held.Join(std::move(answer.reply.held));
    out.push_back(json::array({board_->ready.front().id, answer.reply.ok, std::move(answer.reply.value)}));
    board_->ready.pop_front();
  }
}

bool HostCalls::WaitForSome(Clock::time_point deadline) {
  support::StopSignal& signal = *board_->signal;
  const bool for_ever = deadline == Clock::time_point::max();
  for (;;) {
    if (!StartWaiting()) return false;
    std::unique_lock lock(signal.mutex());
    if (!board_->ready.empty() || signal.interrupted() || Clock::now() >= deadline) return true;
    if (for_ever && board_->running.empty() && board_->again.empty() && waiting_.empty()) return true;
    // With calls waiting for their turn, every function that returns is a reason to look again.
    const auto changed = [&] {
      return !board_->ready.empty() || signal.interrupted() || !board_->again.empty() ||
             (!waiting_.empty() && board_->at_work < seen_at_work_);
    };
    const bool go_on = for_ever ? signal.Wait(lock, changed) : signal.WaitUntil(lock, deadline, changed);
    if (!go_on) return false;
  }
}

After HostCalls::Batch(json& payload, support::HeldBytes held, Reply& reply) {
  const bool well_formed = payload.is_array() && payload.size() == 3 && payload[0].is_array() &&
                           payload[0].size() <= kMaxBatch && payload[1].size() <= kMaxBatch;
  const auto deadline = well_formed ? DeadlineOf(payload[2]) : std::nullopt;
  if (!deadline) {
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
  if (!Enqueue(payload[0], std::move(held)) || !Cancel(payload[1]) || !WaitForSome(*deadline) || !StartWaiting()) {
    return After::kUnwind;
  }
  TakeReady(reply);
  return After::kContinue;
}

}  // namespace goru::host
