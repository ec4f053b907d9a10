// goru-image: builds the guests' memory images. Run by the build, not by users.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "guest/image_builder.hpp"
#include "support/file.hpp"
#include "wasm/memory_slot.hpp"

namespace {

constexpr size_t kMaxInput = size_t{256} << 20;

constexpr std::string_view kUsage =
    "usage: goru-image build LANGUAGE MODULE.wasm OUTPUT.img [PRELUDE...]\n"
    "       goru-image stack MODULE.wasm\n"
    "\n"
    "build   boots the guest in MODULE.wasm and writes the image that sandboxes start from\n"
    "stack   prints the functions that are on the stack while the command waits for input\n";

int Fail(const goru::Error& error) {
  std::fprintf(stderr, "goru-image: %s\n", error.message.c_str());
  return 1;
}

int Build(const std::vector<std::string>& arguments) {
  auto module = goru::support::ReadFile(arguments[2], kMaxInput);
  if (!module) return Fail(module.error());
  std::string prelude;
  for (size_t i = 4; i < arguments.size(); ++i) {
    auto text = goru::support::ReadFile(arguments[i], kMaxInput);
    if (!text) return Fail(text.error());
    prelude.append(text->begin(), text->end());
    prelude += '\n';
  }
  auto built = goru::guest::BuildImage(arguments[1], *module, prelude, arguments[3]);
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
  auto module = goru::support::ReadFile(arguments[1], kMaxInput);
  if (!module) return Fail(module.error());
  auto functions = goru::guest::FunctionsOnStackAtRest(*module);
  if (!functions) return Fail(functions.error());
  for (const uint32_t index : *functions) std::printf("%u\n", index);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 4 && arguments[0] == "build") return Build(arguments);
  if (arguments.size() == 2 && arguments[0] == "stack") return Stack(arguments);
  std::fputs(kUsage.data(), stderr);
  return 2;
}
