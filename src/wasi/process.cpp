// Arguments, environment, exit and entropy.
#include <algorithm>
#include <string>

#include "wasi/abi.hpp"
#include "wasi/call.hpp"
#include "wasi/tables.hpp"
#include "wasi/wasi_host.hpp"
#include "wasm/instance.hpp"

namespace goru::wasi {
namespace {

using wasm::After;
using wasm::Args;
using wasm::CallContext;

Errno StoreSizes(CallContext& context, Args args, const std::vector<std::string>& strings) {
  uint32_t bytes = 0;
  for (const std::string& s : strings) bytes += static_cast<uint32_t>(s.size()) + 1;
  const auto count = static_cast<uint32_t>(strings.size());
  return context.memory.Store(args.U32(0), count) && context.memory.Store(args.U32(1), bytes) ? kSuccess : kEfault;
}

Errno StoreStrings(CallContext& context, Args args, const std::vector<std::string>& strings) {
  uint64_t pointer = args.U32(0);
  uint64_t at = args.U32(1);
  for (const std::string& s : strings) {
    const auto bytes = context.memory.Bytes(at, s.size() + 1);
    if (!bytes || !context.memory.Store(pointer, static_cast<uint32_t>(at))) {
      return kEfault;
    }
    std::copy_n(s.c_str(), s.size() + 1, bytes->begin());
    pointer += sizeof(uint32_t);
    at += s.size() + 1;
  }
  return kSuccess;
}

After ArgsSizesGet(CallContext& context, Args args) {
  return Answer(args, StoreSizes(context, args, Host(context).arguments));
}
After ArgsGet(CallContext& context, Args args) {
  if (Host(context).io->Started(context) == After::kUnwind) return After::kUnwind;
  return Answer(args, StoreStrings(context, args, Host(context).arguments));
}
After EnvironSizesGet(CallContext& context, Args args) {
  return Answer(args, StoreSizes(context, args, Host(context).environment));
}
After EnvironGet(CallContext& context, Args args) {
  return Answer(args, StoreStrings(context, args, Host(context).environment));
}

After ProcExit(CallContext& context, Args args) {
  Host(context).io->Exit(args.U32(0));
  return After::kUnwind;
}

After SchedYield(CallContext& /*context*/, Args args) { return Answer(args, kSuccess); }

After RandomGet(CallContext& context, Args args) {
  auto bytes = context.memory.Bytes(args.U32(0), args.U32(1));
  if (!bytes) return Answer(args, kEfault);
  // In pieces, so that a guest which asks for all its memory can still be stopped.
  constexpr size_t kPiece = size_t{1} << 20;
  while (!bytes->empty()) {
    if (context.instance.gate().stopped()) return After::kUnwind;
    const auto piece = bytes->first(std::min(kPiece, bytes->size()));
    Host(context).sources->FillRandom(piece);
    bytes = bytes->subspan(piece.size());
  }
  return Answer(args, kSuccess);
}

constexpr wasm::HostImport kImports[] = {
    {module_kind, "args_sizes_get", "ii:i", ArgsSizesGet},
    {module_kind, "args_get", "ii:i", ArgsGet},
    {module_kind, "environ_sizes_get", "ii:i", EnvironSizesGet},
    {module_kind, "environ_get", "ii:i", EnvironGet},
    {module_kind, "proc_exit", "i:", ProcExit},
    {module_kind, "sched_yield", ":i", SchedYield},
    {module_kind, "random_get", "ii:i", RandomGet},
};

}  // namespace

std::span<const wasm::HostImport> ProcessImports() { return kImports; }

}  // namespace goru::wasi
