// Runs calls of a small module on one of the engines, and says how each of them ends. For tests that are written in
// Python: WebAssembly's specification tests, and modules made at random.
//
//   module_runner wasmtime MODULE.wasm
//   module_runner native MODULE.wasm DIRECTORY       (its code, compiled ahead of time, lies in the directory)
//
// Standard input has a line for each thing to do, standard output one for how it went:
//
//   call NAME [i|I|f|F:BITS]...   returned BITS | trapped MESSAGE       (bits of 64, hexadecimal)
//   global NAME                   value BITS
//   memory                        size BYTES hash XXH3
//
// A module that cannot be made an instance of is one line, `refused MESSAGE`. Host functions of the suite's module
// `spectest` do nothing.
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/content_hash.hpp"
#include "support/file.hpp"
#include "wasm/engine.hpp"
#include "wasm/instance.hpp"
#include "wasm/native/native_code.hpp"
#include "wasm/native/native_program.hpp"

namespace {

using goru::Expected;
using goru::wasm::After;
using goru::wasm::Args;
using goru::wasm::CallContext;
using goru::wasm::CallEnd;
using goru::wasm::Engine;
using goru::wasm::HostImport;
using goru::wasm::Instance;
using goru::wasm::MemorySlot;
using goru::wasm::NativeCode;
using goru::wasm::Program;
using goru::wasm::Value;

After Nothing(CallContext& /*context*/, Args /*args*/) { return After::kContinue; }

constexpr std::array<HostImport, 7> kSpectest = {{
    {"spectest", "print", ":", Nothing},
    {"spectest", "print_i32", "i:", Nothing},
    {"spectest", "print_i64", "I:", Nothing},
    {"spectest", "print_f32", "f:", Nothing},
    {"spectest", "print_f64", "F:", Nothing},
    {"spectest", "print_i32_f32", "if:", Nothing},
    {"spectest", "print_f64_f64", "FF:", Nothing},
}};

Expected<std::shared_ptr<const Program>> Load(std::string_view engine, const std::string& path,
                                              const std::string& directory) {
  const auto module = goru::support::ReadFile(path, size_t{64} << 20);
  if (!module) return module.error();
  if (engine == "native") {
    auto code = NativeCode::Find(directory, goru::support::HashOf(*module).Hex());
    if (!code) return code.error();
    if (*code == nullptr) return goru::Error{goru::ErrorKind::kUnavailable, "no code of this module"};
    return LinkNative(std::move(*code), kSpectest);
  }
  auto made = Engine::Create();
  if (!made) return made.error();
  auto compiled = (*made)->Compile(*module);
  if (!compiled) return compiled.error();
  // Wasmtime's functions of the host have integers only.
  return Program::Link(std::move(*made), std::move(*compiled), std::span(kSpectest).first(3));
}

uint64_t BitsOf(const Value& value) {
  uint64_t bits = 0;
  std::memcpy(&bits, value.bytes.data(), sizeof(bits));
  return bits;
}

std::string Call(Instance& instance, std::istringstream& words) {
  std::string name;
  words >> name;
  std::vector<Value> values;
  for (std::string word; words >> word;) {
    uint64_t bits = 0;
    std::from_chars(word.data() + 2, word.data() + word.size(), bits, 16);
    Value value = {};
    std::memcpy(value.bytes.data(), &bits, sizeof(bits));
    values.push_back(value);
  }
  if (values.empty()) values.push_back({});
  const auto function = instance.Function(name);
  if (!function) return "refused " + function.error().message;
  instance.gate().Begin();
  const CallEnd end = instance.Call(*function, values);
  instance.gate().End();
  if (end.kind != CallEnd::Kind::kReturned) return "trapped " + end.message;
  std::ostringstream line;
  line << "returned " << std::hex << BitsOf(values[0]);
  return line.str();
}

std::string Answer(Instance& instance, const std::string& line) {
  std::istringstream words(line);
  std::string what;
  words >> what;
  if (what == "call") return Call(instance, words);
  std::ostringstream out;
  if (what == "global") {
    std::string name;
    words >> name;
    const auto value = instance.GlobalInteger(name);
    if (!value) return "refused " + value.error().message;
    out << "value " << std::hex << static_cast<uint64_t>(*value);
  } else {
    const MemorySlot& slot = instance.slot();
    out << "size " << slot.size() << " hash " << goru::support::HashOf({slot.base(), slot.size()}).Hex();
  }
  return out.str();
}

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::cerr << "usage: module_runner wasmtime|native MODULE.wasm [DIRECTORY]\n";
    return 2;
  }
  const auto program = Load(argv[1], argv[2], argc == 4 ? argv[3] : "");
  if (!program) {
    std::cout << "refused " << OneLine(program.error().message) << '\n';
    return 0;
  }
  auto slot = MemorySlot::Create(nullptr);
  if (!slot) {
    std::cout << "refused " << OneLine(slot.error().message) << '\n';
    return 0;
  }
  const auto instance = Instance::Create(*program, std::move(*slot), nullptr);
  if (!instance) {
    std::cout << "refused " << OneLine(instance.error().message) << '\n';
    return 0;
  }
  for (std::string line; std::getline(std::cin, line);)
    std::cout << OneLine(Answer(**instance, line)) << '\n' << std::flush;
  return 0;
}
