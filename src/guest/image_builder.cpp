#include "guest/image_builder.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "guest/image_file.hpp"
#include "guest/package_archive.hpp"
#include "guest/runtime.hpp"
#include "wasi/abi.hpp"
#include "wasi/package_view.hpp"
#include "wasm/dirty_pages.hpp"
#include "wasm/function_order.hpp"
#include "wasm/module_rewriter.hpp"
#include "wasm/page_size.hpp"

namespace goru::guest {
namespace {

/// Time and entropy that are the same in every build.
class FixedSources final : public wasi::Sources {
 public:
  uint64_t Now(uint32_t /*clock*/) override {
    now_ += 1000;
    return now_;
  }
  void FillRandom(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) {
      // splitmix64 (Steele, Lea and Flood, 2014): any fixed sequence would do.
      state_ += 0x9E3779B97F4A7C15ULL;
      uint64_t z = state_;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
      byte = static_cast<uint8_t>(z ^ (z >> 31));
    }
  }

 private:
  uint64_t now_ = 1'700'000'000'000'000'000;
  uint64_t state_ = 1;
};

/// A boot needs nothing from the host; what it complains of is shown to whoever builds.
class BuildPort final : public HostPort {
 public:
  wasm::After Handle(char /*op*/, nlohmann::json /*payload*/, support::HeldBytes /*held*/, Reply& reply) override {
    reply = Reply::Failed("HostError", "no host functions while the image is built");
    return wasm::After::kContinue;
  }
  void Outcome(nlohmann::json outcome) override { outcome_ = std::move(outcome); }
  uint32_t ReadStdin(std::span<uint8_t> /*into*/) override { return 0; }
  wasm::After WriteOutput(int stream, std::span<const uint8_t> bytes) override {
    if (stream == 2) (void)!::write(STDERR_FILENO, bytes.data(), bytes.size());
    return wasm::After::kContinue;
  }
  size_t MaxMessage() const override { return size_t{16} << 20; }
  const nlohmann::json& outcome() const { return outcome_; }

 private:
  nlohmann::json outcome_;
};

struct Booted {
  std::unique_ptr<Guest> guest;
  std::vector<uint8_t> memory;
  std::vector<wasm::GlobalValue> globals;
  ParkingPlace parking;
};

wasi::WasiHost BootHost(wasi::Sources& sources, const std::string& prelude) {
  wasi::WasiHost host;
  host.sources = &sources;
  // -i is what makes the command read its standard input for ever. The prelude comes as an argument, so that its code
  // has a file name of its own, which tells its frames from the user's.
  constexpr const char* kStart =
      "import sys; exec(compile(sys.argv.pop(), '<goru>', 'exec'), {'__name__': '<goru>'}); del sys";
  host.arguments = {"python", "-i", "-q", "-E", "-s", "-B", "-c", kStart, prelude};
  host.environment = {};
  return host;
}

// The command's own stack of 512 KiB holds fewer than a hundred calls that go through C, such as those of a cached
// function; CPython counts to 500 before it raises RecursionError. A stack of this size lets it count that far.
constexpr uint32_t kStackPages = 128;

/// Moves the stack of a command behind its memory (ResumableGuest::Boot). wasm-ld puts the stack pointer first.
Expected<std::vector<uint8_t>> MoveStack(std::span<const uint8_t> module, uint32_t memory_pages) {
  auto globals = wasm::ListMutableGlobals(module);
  if (!globals) return globals.error();
  if (globals->empty() || (*globals)[0].index != 0) {
    return Error{ErrorKind::kInvalidArgument, "the command has no stack pointer where wasm-ld puts it"};
  }
  const std::array<wasm::GlobalValue, 1> moved = {
      {{(*globals)[0], static_cast<int64_t>(memory_pages + kStackPages) * static_cast<int64_t>(wasm::kWasmPageSize)}}};
  return wasm::SetGlobals(module, moved);
}

/// `sources` and `port` outlive the guest.
Expected<Booted> Boot(const std::shared_ptr<wasm::Engine>& engine, const ImageInfo& info,
                      std::span<const uint8_t> module, const std::string& prelude, FixedSources& sources,
                      BuildPort& port) {
  auto globals = wasm::ListMutableGlobals(module);
  if (!globals) return globals.error();
  auto exported = wasm::ExportGlobals(module, *globals);
  if (!exported) return exported.error();
  if (info.model == GuestModel::kResumable) {
    auto pages = wasm::InitialMemoryPages(module);
    if (!pages) return pages.error();
    exported = MoveStack(*exported, *pages);
    if (!exported) return exported.error();
  }
  auto compiled = engine->Compile(*exported);
  if (!compiled) return compiled.error();
  auto program = LinkProgram(engine, std::move(*compiled));
  if (!program) return program.error();
  auto slot = wasm::MemorySlot::Create(nullptr);
  if (!slot) return slot.error();

  Booted booted;
  wasi::WasiHost host = BootHost(sources, prelude);
  if (info.model == GuestModel::kResumable) {
    auto made = ResumableGuest::Boot(*program, std::move(*slot), std::move(host), port, kStackPages);
    if (!made) return made.error();
    booted.parking = (*made)->parking();
    booted.guest = std::move(*made);
  } else {
    // Python reads its prelude from its arguments.
    const std::string translator = info.language == "typescript" ? prelude : std::string();
    auto made = ReactorGuest::Boot(*program, std::move(*slot), info.codec(), std::move(host), translator, port);
    if (!made) return made.error();
    booted.guest = std::move(*made);
  }
  wasm::Instance& instance = booted.guest->instance();
  for (const wasm::MutableGlobal& global : *globals) {
    auto value = instance.GlobalInteger(wasm::GlobalExportName(global.index));
    if (!value) return value.error();
    booted.globals.push_back({global, *value});
  }
  const auto bytes = instance.memory().Bytes(0, instance.slot().size());
  booted.memory.assign(bytes->begin(), bytes->end());
  return booted;
}

/// Runs what many a fresh sandbox is made for.
Expected<void> RunSmallJob(const ImageInfo& info, Guest& guest, BuildPort& port) {
  Job job;
  job.code = info.language == "python" ? "print(1+1)" : "console.log(1+1)";
  job.name = "warm";
  job.first = true;
  wasm::RunGate& gate = guest.instance().gate();
  gate.Begin();
  const GuestEnd end = guest.Run(job, port);
  gate.End();
  if (end.kind != GuestEnd::Kind::kAtRest || port.outcome().contains("error")) {
    return Error{ErrorKind::kInternal, "the image's first run failed: " + end.message + " " + port.outcome().dump()};
  }
  return {};
}

/// The functions that a small job calls, found by running one in a module that notes them.
Expected<std::vector<uint32_t>> FindHotFunctions(const std::shared_ptr<wasm::Engine>& engine, const ImageInfo& info,
                                                 std::span<const uint8_t> module, const std::string& prelude) {
  const auto traced = wasm::TraceFunctions(module);
  if (!traced) return traced.error();
  FixedSources sources;
  BuildPort port;
  auto booted = Boot(engine, info, traced->bytes, prelude, sources, port);
  if (!booted) return booted.error();
  wasm::Instance& instance = booted->guest->instance();
  const auto global = [&traced](uint32_t i) { return wasm::GlobalExportName(traced->first_global + i); };
  for (uint32_t i = 0; i < traced->functions; ++i) {
    if (!instance.SetGlobalInteger(global(i), 0)) return Error{ErrorKind::kInternal, "a trace cannot be cleared"};
  }
  if (auto ran = RunSmallJob(info, *booted->guest, port); !ran) return ran.error();
  std::vector<uint32_t> functions;
  for (uint32_t i = 0; i < traced->functions; ++i) {
    const auto called = instance.GlobalInteger(global(i));
    if (!called) return called.error();
    if (*called != 0) functions.push_back(traced->first_function + i);
  }
  return functions;
}

/// The module with the functions that a small job calls in front, and the entries of its table that hold them.
Expected<std::vector<uint8_t>> PutHotFunctionsFirst(const std::shared_ptr<wasm::Engine>& engine, ImageInfo& info,
                                                    std::span<const uint8_t> module, const std::string& prelude) {
  const auto hot = FindHotFunctions(engine, info, module, prelude);
  if (!hot) return hot.error();
  auto entries = wasm::TableEntriesOf(module, *hot);
  if (!entries) return entries.error();
  info.hot_table_entries = std::move(*entries);
  auto ordered = wasm::ReorderFunctions(module, *hot);
  if (!ordered) return ordered.error();
  return wasm::ExportTable(*ordered);
}

/// The pages that a small job writes to, found by running one.
Expected<std::vector<uint32_t>> FindHotPages(const Runtime& runtime) {
  auto slot = wasm::MemorySlot::Create(runtime.memory());
  if (!slot) return slot.error();
  auto guest = runtime.Start(std::move(*slot));
  if (!guest) return guest.error();
  BuildPort port;
  if (auto ran = RunSmallJob(runtime.info(), **guest, port); !ran) return ran.error();
  wasm::Instance& instance = (*guest)->instance();
  std::vector<uint32_t> pages;
  const auto base = reinterpret_cast<uint64_t>(instance.slot().base());
  wasm::ForEachDirtyRange(base, base + runtime.memory()->size(), [&](const wasm::PageRange& range) {
    for (uint64_t page = range.start; page < range.end; page += wasm::kPageSize) {
      pages.push_back(static_cast<uint32_t>((page - base) / wasm::kPageSize));
    }
    return true;
  });
  return pages;
}

}  // namespace

Expected<void> BuildImage(const std::string& name, std::span<const uint8_t> module, const std::string& prelude,
                          const std::string& output) {
  ImageInfo info;
  if (name == "python-3.12") {
    info.language = "python";
    info.version = "3.12.0";
    info.model = GuestModel::kResumable;
  } else if (name == "python-3.13") {
    info.language = "python";
    info.version = "3.13.5";
    info.model = GuestModel::kReactor;
  } else if (name == "javascript") {
    info.language = "javascript";
    info.version = "0.17.0";
    info.model = GuestModel::kReactor;
  } else if (name == "typescript") {
    info.language = "typescript";
    info.version = "3.35.1";
    info.model = GuestModel::kReactor;
  } else {
    return Error{ErrorKind::kInvalidArgument, "unknown image " + name};
  }
  auto engine = wasm::Engine::Create();
  if (!engine) return engine.error();
  const auto ordered = PutHotFunctionsFirst(*engine, info, module, prelude);
  if (!ordered) return ordered.error();
  FixedSources sources;
  BuildPort port;
  auto booted = Boot(*engine, info, *ordered, prelude, sources, port);
  if (!booted) return booted.error();
  info.parking = booted->parking;
  auto image_module = wasm::MakeImageModule(
      *ordered, static_cast<uint32_t>(booted->memory.size() / wasm::kWasmPageSize), booted->globals);
  if (!image_module) return image_module.error();

  // What an ordinary run touches is learned from the image itself.
  auto compiled = (*engine)->Compile(*image_module);
  if (!compiled) return compiled.error();
  auto memory = wasm::MemoryImage::FromBytes(booted->memory);
  if (!memory) return memory.error();
  auto runtime = Runtime::Create(*engine, std::move(*compiled), info, *memory);
  if (!runtime) return runtime.error();
  auto hot_pages = FindHotPages(**runtime);
  if (!hot_pages) return hot_pages.error();
  info.hot_pages = std::move(*hot_pages);
  return ImageFile::Write(output, std::move(info), *image_module, booted->memory);
}

Expected<void> ExtendImage(const std::shared_ptr<wasm::Engine>& engine, wasm::ModulePtr module, const ImageFile& base,
                           std::span<const std::shared_ptr<const wasi::PackageLayer>> packages, const Job& job,
                           const std::string& output) {
  auto archive = PackArchive(packages);
  if (!archive) return archive.error();
  auto runtime = Runtime::Create(engine, std::move(module), base);
  if (!runtime) return runtime.error();
  auto slot = wasm::MemorySlot::Create(base.memory());
  if (!slot) return slot.error();
  auto guest = (*runtime)->Start(std::move(*slot));
  if (!guest) return guest.error();
  // Sessions of the image see the same packages with the same number, so what Python has listed stays true.
  wasi::PackageView view({packages.begin(), packages.end()}, 1);
  (*guest)->ShowPackages(&view);
  BuildPort port;
  wasm::Instance& instance = (*guest)->instance();
  instance.gate().Begin();
  const GuestEnd end = (*guest)->Run(job, port);
  instance.gate().End();
  if (end.kind != GuestEnd::Kind::kAtRest) {
    return Error{ErrorKind::kInvalidArgument, "the sandbox did not survive the imports: " + end.message};
  }
  if (const nlohmann::json& outcome = port.outcome(); outcome.is_object() && !outcome.empty()) {
    const nlohmann::json error = outcome.value("error", nlohmann::json::object());
    return Error{ErrorKind::kInvalidArgument, "the imports failed: " + error.value("type", std::string("exit")) + ": " +
                                                  error.value("message", std::string())};
  }
  // At rest the module's own state is what it was: its stack is parked from the same place. Only memory has changed.
  const auto bytes = instance.memory().Bytes(0, instance.slot().size());
  const std::vector<uint8_t> content(bytes->begin(), bytes->end());
  auto memory = wasm::MemoryImage::FromBytes(content);
  if (!memory) return memory.error();
  ImageInfo info = base.info();
  auto module_bytes = base.ReadModule();
  if (!module_bytes) return module_bytes.error();
  auto hot_pages = FindHotPages((*runtime)->WithMemory(std::move(*memory)));
  if (!hot_pages) return hot_pages.error();
  info.hot_pages = std::move(*hot_pages);
  return ImageFile::Write(output, std::move(info), *module_bytes, content, *archive);
}

namespace {

/// Traps at the first read of standard input.
class ProbeIo final : public wasi::GuestIo {
 public:
  wasm::After ReadStdin(wasm::CallContext& /*context*/, std::span<uint8_t> /*into*/, uint32_t& count) override {
    count = 0;
    return wasm::After::kUnwind;
  }
  wasm::After WriteOutput(int /*stream*/, std::span<const uint8_t> /*bytes*/) override {
    return wasm::After::kContinue;
  }
  wasm::After WriteChannel(wasm::CallContext& /*context*/, std::span<const uint8_t> /*request*/) override {
    return wasm::After::kContinue;
  }
  wasm::After ReadChannel(wasm::CallContext& /*context*/, uint32_t /*address*/, std::span<uint8_t> /*into*/,
                          uint32_t& count) override {
    count = 0;
    return wasm::After::kContinue;
  }
  void Exit(uint32_t /*code*/) override {}
};

}  // namespace

Expected<std::vector<uint32_t>> FunctionsOnStackAtRest(std::span<const uint8_t> module) {
  auto engine = wasm::Engine::Create();
  if (!engine) return engine.error();
  auto compiled = (*engine)->Compile(module);
  if (!compiled) return compiled.error();
  auto program = LinkProgram(*engine, std::move(*compiled));
  if (!program) return program.error();
  auto slot = wasm::MemorySlot::Create(nullptr);
  if (!slot) return slot.error();
  FixedSources sources;
  ProbeIo io;
  wasi::WasiHost host = BootHost(sources, "pass");
  host.io = &io;
  auto instance = wasm::Instance::Create(*program, std::move(*slot), &host);
  if (!instance) return instance.error();
  auto start = (*instance)->Function("_start");
  if (!start) return start.error();
  (*instance)->CaptureFrames(true);
  (*instance)->gate().Begin();
  wasm::CallEnd end = (*instance)->Call(*start, {});
  (*instance)->gate().End();
  if (end.kind != wasm::CallEnd::Kind::kUnwound || end.frames.empty()) {
    return Error{ErrorKind::kInternal, "the command did not read its standard input: " + end.message};
  }
  std::sort(end.frames.begin(), end.frames.end());
  end.frames.erase(std::unique(end.frames.begin(), end.frames.end()), end.frames.end());
  return end.frames;
}

}  // namespace goru::guest
