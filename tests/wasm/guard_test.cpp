// Accesses beyond the end of memory, with constant offsets that reach past the 4 GiB and past the guard behind them.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "common/native.hpp"
#include "common/wat.hpp"
#include "wasm/dirty_pages.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

using test::Must;
using test::Wat;

constexpr uint64_t kMapped = MemorySlot::kReservation + MemorySlot::kGuard;
/// Beyond the last byte that any instruction can name: index, offset and width at their largest.
constexpr uint64_t kEndOfReach = 2 * (uint64_t{4} << 30) + kPageSize;

/// A slot with readable and writable memory right behind its guard, up to where any instruction can reach: what goes
/// past the guard would be seen.
class SlotWithNeighbour {
 public:
  SlotWithNeighbour() {
    // Reservations are placed downwards, so sooner or later one lies right below another.
    std::vector<std::unique_ptr<MemorySlot>> slots;
    for (int i = 0; i < 64 && neighbour_ == nullptr; ++i) {
      slots.push_back(Must(MemorySlot::Create(nullptr)));
      for (auto& other : slots) {
        if (!other || other->base() - MemorySlot::kFront != slots.back()->base() + kMapped) continue;
        neighbour_ = other->base() - MemorySlot::kFront;
        other.reset();
        slot = std::move(slots.back());
        break;
      }
    }
    if (neighbour_ == nullptr) return;
    void* mapped = ::mmap(neighbour_, size(), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (mapped != neighbour_) neighbour_ = nullptr;
  }
  ~SlotWithNeighbour() {
    if (neighbour_ != nullptr) ::munmap(neighbour_, size());
  }

  static constexpr size_t size() { return kEndOfReach - kMapped; }
  bool there() const { return neighbour_ != nullptr; }
  /// Whether nobody has written there, nor made a page of it by reading.
  bool untouched() const {
    const auto base = reinterpret_cast<uint64_t>(neighbour_);
    bool found = false;
    if (ForEachDirtyRange(base, base + size(), [&found](const PageRange&) {
          found = true;
          return true;
        })) {
      return !found;
    }
    // An older kernel: looking changes it, so this is for once.
    return std::all_of(neighbour_, neighbour_ + (size_t{1} << 20), [](uint8_t byte) { return byte == 0; });
  }

  std::unique_ptr<MemorySlot> slot;

 private:
  uint8_t* neighbour_ = nullptr;
};

struct Access {
  const char* instruction;
  uint64_t width;
  bool stores;
};

constexpr std::array<Access, 12> kAccesses = {{
    {"i32.load8_u", 1, false},
    {"i32.load16_s", 2, false},
    {"i32.load", 4, false},
    {"i64.load", 8, false},
    {"v128.load", 16, false},
    {"v128.load8x8_u", 8, false},
    {"v128.load64_zero", 8, false},
    {"v128.load32_splat", 4, false},
    {"i32.store8", 1, true},
    {"i64.store", 8, true},
    {"f64.store", 8, true},
    {"v128.store", 16, true},
}};

std::vector<uint32_t> Offsets() {
  constexpr uint64_t kGuard = MemorySlot::kGuard;
  std::set<uint32_t> offsets;
  // Around all that the compiler may decide by: the width of the access, the guard, half of and all of 32 bits.
  for (const uint64_t edge : {uint64_t{0}, uint64_t{kWasmPageSize}, kGuard, uint64_t{1} << 31, uint64_t{1} << 32}) {
    for (const int64_t off : {-65536, -17, -16, -15, -9, -8, -7, -4, -2, -1, 0, 1, 16}) {
      const int64_t offset = static_cast<int64_t>(edge) + off;
      if (offset >= 0 && offset <= std::numeric_limits<uint32_t>::max()) offsets.insert(static_cast<uint32_t>(offset));
    }
  }
  return {offsets.begin(), offsets.end()};
}

std::string Value(const std::string& instruction) {
  if (instruction.starts_with("i32")) return "(i32.const -1)";
  if (instruction.starts_with("i64")) return "(i64.const -1)";
  if (instruction.starts_with("f64")) return "(f64.const -1)";
  return "(v128.const i64x2 -1 -1)";
}

/// What is loaded, as something that the compiler has to load all of.
std::string Used(const std::string& instruction, const std::string& load) {
  if (instruction.starts_with("i32")) return "(global.set $i (" + load + "))";
  if (instruction.starts_with("i64")) return "(global.set $l (" + load + "))";
  return "(local.set $v (" + load +
         "))(global.set $l (i64.add (i64x2.extract_lane 0 (local.get $v)) (i64x2.extract_lane 1 (local.get $v))))";
}

/// A function for each access and offset; its parameter is the index.
std::string Module(const std::vector<uint32_t>& offsets) {
  std::string text =
      "(module (memory (export \"memory\") 1) (global $i (mut i32) (i32.const 0)) (global $l (mut i64) (i64.const "
      "0))\n";
  for (const Access& access : kAccesses) {
    const std::string instruction = access.instruction;
    for (const uint32_t offset : offsets) {
      const std::string place = instruction + " offset=" + std::to_string(offset) + " (local.get 0)";
      text += "(func (export \"" + instruction + " " + std::to_string(offset) + "\") (param i32) (local $v v128) " +
              (access.stores ? "(" + place + Value(instruction) + ")" : Used(instruction, place)) + ")\n";
    }
  }
  return text + ")";
}

class Guard : public testing::TestWithParam<goru::Engine> {
 protected:
  static std::shared_ptr<const Program> Link(const std::vector<uint8_t>& wasm) {
    if (GetParam() == goru::Engine::kNative) return Must(LinkNative(test::NativeOf(wasm), {}));
    const auto engine = Must(Engine::Create());
    return Must(Program::Link(engine, Must(engine->Compile(wasm)), {}));
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, Guard, testing::Values(goru::Engine::kWasmtime, goru::Engine::kNative),
                         [](const auto& engine) {
                           return engine.param == goru::Engine::kNative ? "native" : "wasmtime";
                         });

TEST_P(Guard, EveryAccessBeyondMemoryTrapsAndTouchesNothing) {
  SlotWithNeighbour place;
  ASSERT_TRUE(place.there()) << "no two reservations beside each other";
  const std::vector<uint32_t> offsets = Offsets();
  auto program = Link(Wat(Module(offsets)));
  auto instance = Must(Instance::Create(program, std::move(place.slot), nullptr));
  const uint64_t size = instance->slot().size();
  ASSERT_EQ(size, kWasmPageSize);
  int trapped = 0;
  for (const Access& access : kAccesses) {
    for (const uint32_t offset : offsets) {
      const auto function = Must(instance->Function(std::string(access.instruction) + " " + std::to_string(offset)));
      std::set<uint32_t> indices = {
          0, 1, static_cast<uint32_t>(size), UINT32_MAX, UINT32_MAX - 15, UINT32_MAX - 16, uint32_t{1} << 31};
      // The last place where it fits, and the first where it does not.
      if (offset + access.width <= size) {
        indices.insert(static_cast<uint32_t>(size - offset - access.width));
        indices.insert(static_cast<uint32_t>(size - offset - access.width + 1));
      }
      // The last byte of the 4 GiB, of the guard, and the first behind it.
      for (const uint64_t end : {MemorySlot::kReservation + 0, kMapped + 0}) {
        for (const uint64_t at : {end - access.width, end - 1, end}) {
          if (at >= offset && at - offset <= UINT32_MAX) indices.insert(static_cast<uint32_t>(at - offset));
        }
      }
      for (const uint32_t index : indices) {
        wasm::Value value = I32(index);
        instance->gate().Begin();
        const CallEnd end = instance->Call(function, {&value, 1});
        instance->gate().End();
        const bool fits = uint64_t{index} + offset + access.width <= size;
        ASSERT_EQ(end.kind, fits ? CallEnd::Kind::kReturned : CallEnd::Kind::kTrapped)
            << access.instruction << " offset=" << offset << " index=" << index << " " << end.message;
        if (!fits) ++trapped;
      }
    }
  }
  EXPECT_GT(trapped, 3000);
  EXPECT_TRUE(place.untouched());
}

TEST(SlotWithNeighbour, IsSeenWhereItIsTouched) {
  SlotWithNeighbour place;
  ASSERT_TRUE(place.there());
  EXPECT_TRUE(place.untouched());
  place.slot->base()[kMapped + 5] = 1;
  EXPECT_FALSE(place.untouched());
}

TEST_P(Guard, MemoryThatGrewEndsWhereItEnds) {
  const auto program = Link(Wat(R"((module (memory (export "memory") 1)
    (func (export "grow") (result i32) (memory.grow (i32.const 3)))
    (func (export "last") (result i64) (i64.load offset=262136 (i32.const 0)))
    (func (export "beyond") (result i64) (i64.load offset=262137 (i32.const 0)))))"));
  const auto instance = Must(Instance::Create(program, Must(MemorySlot::Create(nullptr)), nullptr));
  const auto end = [&](const char* name) {
    wasm::Value value = {};
    instance->gate().Begin();
    const CallEnd call = instance->Call(Must(instance->Function(name)), {&value, 1});
    instance->gate().End();
    return call.kind;
  };
  EXPECT_EQ(end("last"), CallEnd::Kind::kTrapped);
  EXPECT_EQ(end("grow"), CallEnd::Kind::kReturned);
  EXPECT_EQ(end("last"), CallEnd::Kind::kReturned);
  EXPECT_EQ(end("beyond"), CallEnd::Kind::kTrapped);
}

}  // namespace
}  // namespace goru::wasm
