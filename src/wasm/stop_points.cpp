#include "wasm/stop_points.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

#include "wasm/code_reader.hpp"
#include "wasm/module_functions.hpp"
#include "wasm/module_rewriter.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

/// Calls that a function may lead to, directly and through others, before any of them touches memory.
constexpr uint32_t kMaxUntouchedCalls = 1 << 16;

constexpr uint8_t kFirstLoad = 0x28;
constexpr uint8_t kLastLoad = 0x35;
constexpr uint8_t kFirstStore = 0x36;
constexpr uint8_t kLastStore = 0x3E;

/// The compiler drops what follows an access that can never succeed.
constexpr uint32_t kMaxOffset = uint32_t{1} << 30;

/// Loads that widen what they read, those first that few programs use. The compiler tells each of them from all other
/// kinds of access.
constexpr std::array<uint8_t, 10> kWideningLoads = {
    0x30,  // i64.load8_s
    0x31,  // i64.load8_u
    0x2C,  // i32.load8_s
    0x32,  // i64.load16_s
    0x33,  // i64.load16_u
    0x2E,  // i32.load16_s
    0x34,  // i64.load32_s
    0x35,  // i64.load32_u
    0x2F,  // i32.load16_u
    0x2D,  // i32.load8_u
};

/// What the code of one function says.
struct Body {
  /// For each loop, in the order of their beginnings, whether it gets a load.
  std::vector<bool> loops;
  /// A bit for each kind of load that it has, from kFirstLoad on.
  uint32_t loads = 0;
  /// What it can call before it has touched memory: functions of the module, and types of indirect calls.
  std::vector<uint32_t> calls;
  std::vector<uint32_t> indirect_calls;
};

/// What is known of a place in the code. The loops around it are numbered from the outside, from 1 on; 0 is the
/// function itself. Who can come here from the beginning of a loop without touching memory can do so from those of all
/// loops inside it, since they lie on the way; and who can have written memory since the beginning of a loop can have
/// done so since those of all loops around it. So one number each says all.
struct State {
  static constexpr uint32_t kTouched = UINT32_MAX;

  /// The outermost loop from whose beginning control can come here without touching memory; kTouched: none.
  uint32_t untouched = kTouched;
  /// The innermost loop since whose beginning memory can have been written; 0: none.
  uint32_t written = 0;
  /// False behind a branch, where the compiler drops the code.
  bool reachable = false;

  void Join(const State& other) {
    untouched = std::min(untouched, other.untouched);
    written = std::max(written, other.written);
    reachable |= other.reachable;
  }
  /// The same at a place with fewer loops around.
  State Outside(uint32_t loops) const {
    return {untouched <= loops ? untouched : kTouched, std::min(written, loops), reachable};
  }
};

/// Decides which loops of a function get a load.
class BodyReader {
 public:
  BodyReader(Bytes code, uint32_t imported, Body& out) : code_(code), imported_(imported), out_(out) {}

  bool Read() {
    // A load in an inner loop may be all that an outer one lacks, so the innermost get theirs first.
    while (Walk()) {
      if (new_loads_.empty()) return true;
      for (const size_t loop : new_loads_) out_.loops[loop] = true;
    }
    return false;
  }

 private:
  struct Block {
    uint8_t opcode = kBlock;
    /// Loops around it.
    uint32_t around = 0;
    /// At the `if`; and at the end, as far as branches lead there.
    State before;
    State end;
    /// For loops: its place in Body::loops, and what is known at the branches back.
    size_t loop = 0;
    bool repeats = false;
    bool repeats_untouched = false;
    bool repeats_written = false;
    /// Whether a loop in it gets a load in this walk.
    bool has_new_load = false;
  };

  /// One walk, with the loads that there are by now. False: the code is malformed.
  bool Walk() {
    ModuleReader reader(code_);
    if (!ReadLocals(reader)) return false;
    out_.calls.clear();
    out_.indirect_calls.clear();
    new_loads_.clear();
    loop_ = 0;
    state_ = {0, 0, true};
    blocks_.assign(1, {});
    while (!blocks_.empty()) {
      Instruction instruction;
      if (!ReadInstruction(reader, instruction) || !Follow(instruction)) return false;
    }
    return reader.AtEnd();
  }

  uint32_t Around() const { return blocks_.back().around + (blocks_.back().opcode == kLoop ? 1 : 0); }

  void Open(uint8_t opcode) {
    Block block;
    block.opcode = opcode;
    block.around = Around();
    block.before = state_;
    if (opcode == kLoop) {
      block.loop = loop_++;
      if (out_.loops.size() < loop_) out_.loops.push_back(false);
      const bool has_load = out_.loops[block.loop];
      state_.untouched = has_load ? block.around + 1 : std::min(state_.untouched, block.around + 1);
    }
    blocks_.push_back(block);
  }

  bool Else() {
    Block& block = blocks_.back();
    if (block.opcode != kIf) return false;
    block.opcode = kElse;
    block.end.Join(state_);
    state_ = block.before;
    return true;
  }

  void Close() {
    Block block = blocks_.back();
    blocks_.pop_back();
    state_ = state_.Outside(block.around);
    if (block.opcode == kIf) state_.Join(block.before);
    state_.Join(block.end);
    if (block.opcode == kLoop && block.repeats && !out_.loops[block.loop] && !block.has_new_load &&
        (block.repeats_untouched || !block.repeats_written)) {
      new_loads_.push_back(block.loop);
      block.has_new_load = true;
    }
    if (!blocks_.empty()) blocks_.back().has_new_load |= block.has_new_load;
  }

  bool Branch(uint32_t label) {
    if (label >= blocks_.size()) return false;
    Block& target = blocks_[blocks_.size() - 1 - label];
    if (!state_.reachable) return true;
    if (target.opcode == kLoop) {
      target.repeats = true;
      target.repeats_untouched |= state_.untouched <= target.around + 1;
      target.repeats_written |= state_.written > target.around;
    } else {
      target.end.Join(state_.Outside(target.around));
    }
    return true;
  }

  bool BranchTable(Bytes labels) {
    ModuleReader reader(labels);
    while (!reader.AtEnd()) {
      uint32_t label = 0;
      if (!reader.U32(label) || !Branch(label)) return false;
    }
    return true;
  }

  void Call(uint32_t function) {
    // A call of the host's passes the gate, where a guest that is to be stopped ends as well.
    if (function < imported_) {
      state_.untouched = State::kTouched;
    } else if (state_.untouched == 0) {
      out_.calls.push_back(function);
    }
    if (state_.reachable) state_.written = Around();
  }

  bool Follow(const Instruction& instruction) {
    const uint8_t opcode = instruction.opcode;
    switch (opcode) {
      case kBlock:
      case kLoop:
      case kIf:
        Open(opcode);
        return true;
      case kElse:
        return Else();
      case kEnd:
        Close();
        return true;
      case kBranchIf:
        return Branch(instruction.index);
      case kBranch:
      case kBranchTable: {
        const bool good = opcode == kBranch ? Branch(instruction.index) : BranchTable(instruction.labels);
        state_ = {};
        return good;
      }
      case kReturn:
      case kUnreachable:
        state_ = {};
        return true;
      case kCall:
        Call(instruction.index);
        return true;
      case kCallIndirect:
        if (state_.untouched == 0) out_.indirect_calls.push_back(instruction.index);
        return true;
      default:
        break;
    }
    if (opcode >= kFirstLoad && opcode <= kLastLoad) out_.loads |= 1U << (opcode - kFirstLoad);
    const bool stores = opcode >= kFirstStore && opcode <= kLastStore && instruction.offset <= kMaxOffset;
    if (stores && state_.reachable) state_.written = Around();
    if (instruction.accesses_memory) state_.untouched = State::kTouched;
    return true;
  }

  Bytes code_;
  uint32_t imported_;
  Body& out_;
  std::vector<Block> blocks_;
  State state_;
  size_t loop_ = 0;
  std::vector<size_t> new_loads_;
};

/// Which functions call which, before they have touched memory. Besides the functions there is a node for each type,
/// which an indirect call leads to and from which all functions of that type in the table follow.
class UntouchedCalls {
 public:
  UntouchedCalls(const ModuleFunctions& functions, std::span<const Body> bodies, std::span<const uint32_t> table,
                 std::span<const uint32_t> canonical_type)
      : functions_(static_cast<uint32_t>(bodies.size())), edges_(bodies.size() + canonical_type.size()) {
    const auto type_node = [&](uint32_t type) { return functions_ + canonical_type[type]; };
    for (uint32_t i = 0; i < functions_; ++i) {
      for (const uint32_t call : bodies[i].calls) edges_[i].push_back(call - functions.imported);
      for (const uint32_t type : bodies[i].indirect_calls) edges_[i].push_back(type_node(type));
    }
    for (const uint32_t function : table) {
      if (function < functions.imported) continue;
      const uint32_t own = function - functions.imported;
      edges_[type_node(functions.types[own])].push_back(own);
    }
  }

  /// The functions that have to touch memory where they begin, so that no chain of calls goes on without end and none
  /// is too long.
  std::vector<bool> Breaks() {
    breaks_.assign(functions_, false);
    index_.assign(edges_.size(), 0);
    low_.assign(edges_.size(), 0);
    on_path_.assign(edges_.size(), false);
    calls_.assign(edges_.size(), 0);
    for (uint32_t node = 0; node < edges_.size(); ++node) {
      if (index_[node] == 0) Visit(node);
    }
    return std::move(breaks_);
  }

 private:
  /// Tarjan's algorithm for strongly connected components, without recursion. A component is complete when all that
  /// it leads to is.
  void Visit(uint32_t root) {
    struct Step {
      uint32_t node;
      size_t next;
    };
    std::vector<Step> steps = {{root, 0}};
    Enter(root);
    while (!steps.empty()) {
      Step& step = steps.back();
      const uint32_t node = step.node;
      if (step.next < edges_[node].size()) {
        const uint32_t to = edges_[node][step.next++];
        if (index_[to] == 0) {
          Enter(to);
          steps.push_back({to, 0});
        } else if (on_path_[to]) {
          low_[node] = std::min(low_[node], index_[to]);
        }
        continue;
      }
      steps.pop_back();
      if (!steps.empty()) low_[steps.back().node] = std::min(low_[steps.back().node], low_[node]);
      if (low_[node] == index_[node]) Complete(node);
    }
  }

  void Enter(uint32_t node) {
    index_[node] = low_[node] = ++last_index_;
    on_path_[node] = true;
    path_.push_back(node);
  }

  void Complete(uint32_t first) {
    const auto begin = std::find(path_.rbegin(), path_.rend(), first).base() - 1;
    const std::vector<uint32_t> component(begin, path_.end());
    path_.erase(begin, path_.end());
    const auto& own = edges_[first];
    const bool recursive = component.size() > 1 || std::find(own.begin(), own.end(), first) != own.end();
    for (const uint32_t node : component) {
      on_path_[node] = false;
      uint64_t calls = 1;
      if (!recursive) {
        for (const uint32_t to : edges_[node]) {
          // Of the functions that an indirect call can lead to it calls one.
          calls = node < functions_ ? calls + calls_[to] : std::max<uint64_t>(calls, calls_[to]);
        }
      }
      if (node < functions_ && (recursive || calls > kMaxUntouchedCalls)) {
        breaks_[node] = true;
        calls = 1;
      }
      calls_[node] = static_cast<uint32_t>(std::min<uint64_t>(calls, kMaxUntouchedCalls));
    }
  }

  uint32_t functions_;
  std::vector<std::vector<uint32_t>> edges_;
  std::vector<bool> breaks_;
  uint32_t last_index_ = 0;
  std::vector<uint32_t> index_;
  std::vector<uint32_t> low_;
  std::vector<uint32_t> path_;
  std::vector<bool> on_path_;
  /// Calls that follow from calling a node, itself among them, before any touches memory.
  std::vector<uint32_t> calls_;
};

/// For each type the first one that is the same: an indirect call does not tell them apart.
bool ReadTypes(Bytes content, std::vector<uint32_t>& canonical) {
  std::map<std::string, uint32_t> seen;
  return ForEachItem(content, [&](ModuleReader& reader) {
    const size_t start = reader.at();
    uint8_t form = 0;
    Bytes values;
    if (!reader.Byte(form) || form != kFunctionType || !reader.Block(values) || !reader.Block(values)) return false;
    const Bytes type = reader.From(start);
    const auto index = static_cast<uint32_t>(canonical.size());
    canonical.push_back(seen.try_emplace(std::string(type.begin(), type.end()), index).first->second);
    return true;
  });
}

bool ReadTable(Bytes content, std::vector<uint32_t>& functions) {
  return ForEachItem(content, [&](ModuleReader& reader) {
    uint32_t begin = 0;
    std::vector<uint32_t> segment;
    if (!ReadTableSegment(reader, begin, segment)) return false;
    functions.insert(functions.end(), segment.begin(), segment.end());
    return true;
  });
}

/// Puts loads into the code of a function: each of a place of its own, so that none makes another superfluous.
class LoadWriter {
 public:
  LoadWriter(uint8_t opcode, std::vector<uint8_t>& out) : opcode_(opcode), out_(out) {}
  void Put() {
    PutBytes(out_, std::array<uint8_t, 4>{kConstI32, 0, opcode_, 0});
    PutU32(out_, address_++);
    out_.push_back(kDrop);
  }

 private:
  uint8_t opcode_;
  std::vector<uint8_t>& out_;
  uint32_t address_ = 0;
};

std::optional<uint8_t> UnusedLoad(const Body& body) {
  const auto* const found = std::find_if(kWideningLoads.begin(), kWideningLoads.end(), [&body](uint8_t opcode) {
    return (body.loads & (1U << (opcode - kFirstLoad))) == 0;
  });
  if (found == kWideningLoads.end()) return std::nullopt;
  return *found;
}

bool RewriteBody(Bytes code, const Body& body, uint8_t load, bool at_begin, std::vector<uint8_t>& out) {
  ModuleReader reader(code);
  if (!ReadLocals(reader)) return false;
  PutBytes(out, reader.From(0));
  LoadWriter writer(load, out);
  if (at_begin) writer.Put();
  size_t loop = 0;
  while (!reader.AtEnd()) {
    const size_t start = reader.at();
    Instruction instruction;
    if (!ReadInstruction(reader, instruction)) return false;
    PutBytes(out, reader.From(start));
    if (instruction.opcode == kLoop && body.loops[loop++]) writer.Put();
  }
  return true;
}

}  // namespace

Expected<StoppableModule> AddStopPoints(std::span<const uint8_t> module) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  auto functions = ReadFunctions(*sections);
  if (!functions) return functions.error();
  std::vector<uint32_t> types;
  std::vector<uint32_t> table;
  for (const Section& section : *sections) {
    if (section.id == kSectionType && !ReadTypes(section.content, types)) return Malformed();
    if (section.id == kSectionElement && !ReadTable(section.content, table)) return Malformed();
  }
  const size_t total = functions->imported + functions->bodies.size();
  const auto is_type = [&types](uint32_t type) { return type < types.size(); };
  const auto is_function = [total](uint32_t function) { return function < total; };
  bool good = std::all_of(functions->types.begin(), functions->types.end(), is_type) &&
              std::all_of(table.begin(), table.end(), is_function);
  std::vector<Body> bodies(functions->bodies.size());
  for (size_t i = 0; i < bodies.size() && good; ++i) {
    good = BodyReader(functions->bodies[i], functions->imported, bodies[i]).Read() &&
           std::all_of(bodies[i].calls.begin(), bodies[i].calls.end(), is_function) &&
           std::all_of(bodies[i].indirect_calls.begin(), bodies[i].indirect_calls.end(), is_type);
  }
  if (!good) return Malformed();
  const std::vector<bool> breaks = UntouchedCalls(*functions, bodies, table, types).Breaks();

  StoppableModule result;
  result.bytes = ModuleHeader(module);
  std::vector<uint8_t> code;
  PutU32(code, static_cast<uint32_t>(bodies.size()));
  uint32_t most = 0;
  for (size_t i = 0; i < bodies.size(); ++i) {
    const auto loops = static_cast<uint32_t>(std::count(bodies[i].loops.begin(), bodies[i].loops.end(), true));
    const uint32_t loads = loops + (breaks[i] ? 1 : 0);
    if (loads == 0) {
      PutBlock(code, functions->bodies[i]);
      continue;
    }
    const auto load = UnusedLoad(bodies[i]);
    if (!load) return Error{ErrorKind::kInvalidArgument, "a function of the guest uses every kind of load"};
    std::vector<uint8_t> body;
    if (!RewriteBody(functions->bodies[i], bodies[i], *load, breaks[i], body)) return Malformed();
    PutBlock(code, body);
    most = std::max(most, loads);
    result.loops += loops;
    if (breaks[i]) ++result.functions;
  }
  constexpr uint32_t kWidest = 4;
  if (most > 0) {
    const auto pages = InitialMemoryPages(module);
    if (!pages) return pages.error();
    if (most + kWidest > *pages * kWasmPageSize) {
      return Error{ErrorKind::kInvalidArgument, "the guest has too little memory to be stopped through it"};
    }
  }
  for (const Section& section : *sections) {
    PutSection(result.bytes, section.id, section.id == kSectionCode ? Bytes(code) : section.content);
  }
  return result;
}

}  // namespace goru::wasm
