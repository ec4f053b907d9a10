// goru-image: builds the guests' memory images. Run by the build, not by users.
#include <wasmtime/error.h>
#include <wasmtime/wat.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goru/goru.hpp"
#include "guest/image_builder.hpp"
#include "support/content_hash.hpp"
#include "support/file.hpp"
#include "wasm/engine.hpp"
#include "wasm/memory_slot.hpp"
#include "wasm/native/native_code.hpp"

namespace {

constexpr size_t kMaxInput = size_t{256} << 20;

// A program that does not end, or one that counts on a busy machine.
constexpr auto kRunTime = std::chrono::minutes(10);

constexpr std::string_view kUsage =
    "usage: goru-image build RECIPE.json MODULE OUTPUT.img [PRELUDE...]\n"
    "       goru-image stack RECIPE.json MODULE\n"
    "       goru-image module IMAGE.img OUTPUT.wasm\n"
    "       goru-image hash MODULE.wasm\n"
    "       goru-image seal MODULE.wasm OBJECT.so OUTPUT.so\n"
    "       goru-image run IMAGE.img PROGRAM...\n"
    "\n"
    "RECIPE.json says what the language is (docs/GUEST_ABI.md); MODULE is WebAssembly, as binary or as text.\n"
    "\n"
    "build   boots the guest and writes the image that sandboxes start from\n"
    "stack   prints the functions that are on the stack while the command waits for input\n"
    "module  writes the module of an image\n"
    "hash    prints the hash of a module, which is its name for images and native code\n"
    "seal    writes an object that was compiled from a module so that sandboxes will run in it\n"
    "run     runs programs, each in a sandbox of its own, in the object that lies beside the image\n";

int Fail(const goru::Error& error) {
  std::fprintf(stderr, "goru-image: %s\n", error.message.c_str());
  return 1;
}

using Bytes = std::vector<uint8_t>;

goru::Expected<goru::guest::Recipe> ReadRecipe(const std::string& path) {
  auto text = goru::support::ReadFile(path, kMaxInput);
  if (!text) return text.error();
  auto recipe = goru::guest::ReadRecipe(*text);
  if (!recipe) return goru::Error{recipe.error().kind, path + ": " + recipe.error().message};
  return recipe;
}

goru::Expected<Bytes> ReadModule(const std::string& path) {
  auto bytes = goru::support::ReadFile(path, kMaxInput);
  if (!bytes || bytes->empty() || bytes->front() == 0) return bytes;
  wasm_byte_vec_t binary = {};
  if (auto* error = wasmtime_wat2wasm(reinterpret_cast<const char*>(bytes->data()), bytes->size(), &binary)) {
    return goru::wasm::TakeError(error, path);
  }
  Bytes out(binary.data, binary.data + binary.size);
  wasm_byte_vec_delete(&binary);
  return out;
}

int Build(const std::vector<std::string>& arguments) {
  const auto recipe = ReadRecipe(arguments[1]);
  if (!recipe) return Fail(recipe.error());
  const auto module = ReadModule(arguments[2]);
  if (!module) return Fail(module.error());
  std::string prelude;
  for (size_t i = 4; i < arguments.size(); ++i) {
    auto text = goru::support::ReadFile(arguments[i], kMaxInput);
    if (!text) return Fail(text.error());
    prelude.append(text->begin(), text->end());
    prelude += '\n';
  }
  auto built = goru::guest::BuildImage(*recipe, *module, prelude, arguments[3]);
  if (!built) return Fail(built.error());
  if (!goru::wasm::MemorySlot::HasDirtyPageList()) {
    std::fputs(
        "goru-image: this kernel (before Linux 6.7) does not list changed pages: sandboxes of this image start "
        "slower\n",
        stderr);
  }
  return 0;
}

int Stack(const std::vector<std::string>& arguments) {
  const auto recipe = ReadRecipe(arguments[1]);
  if (!recipe) return Fail(recipe.error());
  const auto module = ReadModule(arguments[2]);
  if (!module) return Fail(module.error());
  auto functions = goru::guest::FunctionsOnStackAtRest(*recipe, *module);
  if (!functions) return Fail(functions.error());
  for (const uint32_t index : *functions) std::printf("%u\n", index);
  return 0;
}

int Module(const std::vector<std::string>& arguments) {
  const auto image = goru::guest::ImageFile::Open(arguments[1], nullptr);
  if (!image) return Fail(image.error());
  const auto module = (*image)->ReadModule();
  if (!module) return Fail(module.error());
  const std::array<std::span<const uint8_t>, 1> parts = {*module};
  const auto written = goru::support::WriteFileAtomically(arguments[2], parts, 0644);
  return written ? 0 : Fail(written.error());
}

int Hash(const std::vector<std::string>& arguments) {
  const auto module = goru::support::ReadFile(arguments[1], kMaxInput);
  if (!module) return Fail(module.error());
  std::printf("%s\n", goru::support::HashOf(*module).Hex().c_str());
  return 0;
}

int Seal(const std::vector<std::string>& arguments) {
  const auto module = goru::support::ReadFile(arguments[1], kMaxInput);
  if (!module) return Fail(module.error());
  const auto sealed = goru::wasm::NativeCode::Seal(arguments[2], goru::support::HashOf(*module).Hex(), arguments[3]);
  return sealed ? 0 : Fail(sealed.error());
}

/// Ends in order and not at once as `goru` does: an object that counts what it does writes that when it is unloaded.
int Run(const std::vector<std::string>& arguments) {
  const auto language = goru::Language::FromImage(arguments[1]);
  if (!language) return Fail(language.error());
  const std::string directory = std::filesystem::path(language->image_file()).parent_path();
  auto executor = goru::Executor::Create({goru::WithEngine(goru::Engine::kNative), goru::WithoutDiskCache(),
                                          goru::WithImageDirectory(directory), goru::WithWarmPool(0)});
  if (!executor) return Fail(executor.error());
  for (size_t i = 2; i < arguments.size(); ++i) {
    const auto text = goru::support::ReadFile(arguments[i], kMaxInput);
    if (!text) return Fail(text.error());
    goru::RunOptions options;
    options.name = arguments[i];
    options.timeout = kRunTime;
    const goru::Result result = executor->Run(*language, std::string(text->begin(), text->end()), options);
    std::fputs(result.output.c_str(), stdout);
    if (result.error) return Fail({result.error->kind, arguments[i] + ": " + result.error->message});
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 4 && arguments[0] == "build") return Build(arguments);
  if (arguments.size() == 3 && arguments[0] == "stack") return Stack(arguments);
  if (arguments.size() == 3 && arguments[0] == "module") return Module(arguments);
  if (arguments.size() == 2 && arguments[0] == "hash") return Hash(arguments);
  if (arguments.size() == 4 && arguments[0] == "seal") return Seal(arguments);
  if (arguments.size() >= 3 && arguments[0] == "run") return Run(arguments);
  std::fputs(kUsage.data(), stderr);
  return 2;
}
