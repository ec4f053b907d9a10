#include "wasm/native/native_code.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "support/content_hash.hpp"
#include "support/file.hpp"
#include "support/process_generation.hpp"
#include "support/unique_fd.hpp"
#include "wasm/native/guest/guest_abi.h"
#include "wasm/native/native_seal.hpp"

namespace goru::wasm {
namespace {

namespace fs = std::filesystem;

template <size_t Size>
std::string_view View(const std::array<char, Size>& text) {
  return {text.data(), text.size()};
}

Error Unusable(const std::string& path, const std::string& why) {
  return Error{ErrorKind::kUnavailable, path + " " + why + "; build or install it again, or use the engine wasmtime"};
}

support::UniqueFd OpenForReading(const std::string& path) {
  return support::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

/// False: it is no sealed object.
bool ReadSeal(int fd, size_t size, NativeSeal& seal) {
  return size > sizeof(seal) && size <= kMaxNativeObject &&
         support::ReadExactly(fd, size - sizeof(seal), {reinterpret_cast<uint8_t*>(&seal), sizeof(seal)}) &&
         View(seal.magic) == kNativeSealMagic;
}

/// False: it cannot be read.
bool HashFile(int fd, size_t size, std::string& hash) {
  void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (bytes == MAP_FAILED) return false;
  hash = support::HashOf({static_cast<const uint8_t*>(bytes), size}).Hex();
  ::munmap(bytes, size);
  return true;
}

/// Others than its owner could put code into the program by way of it.
bool OthersMayWrite(const struct stat& st) {
  return (st.st_mode & (S_IWGRP | S_IWOTH)) != 0 || (st.st_uid != 0 && st.st_uid != ::geteuid());
}

bool ProcessorRuns(std::string_view march) {
  __builtin_cpu_init();
  if (march == "x86-64-v2") return __builtin_cpu_supports("x86-64-v2") != 0;
  if (march == "x86-64-v3") return __builtin_cpu_supports("x86-64-v3") != 0;
  return false;
}

}  // namespace

Expected<std::shared_ptr<const NativeCode>> NativeCode::Find(const std::string& directory,
                                                             const std::string& module_hash,
                                                             const support::PrivateDirectory* checked) {
  std::vector<std::string> paths;
  std::error_code failed;
  for (fs::directory_iterator at(directory, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".so") paths.push_back(at->path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    const support::UniqueFd fd = OpenForReading(path);
    struct stat st = {};
    NativeSeal seal = {};
    if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode)) continue;
    const auto size = static_cast<size_t>(st.st_size);
    if (!ReadSeal(fd.get(), size, seal) || View(seal.module_hash) != module_hash) continue;
    if (OthersMayWrite(st)) return Unusable(path, "may be written to by others than its owner and you");
    const std::string expected(View(seal.content_hash));
    if (checked == nullptr || !checked->Remembers(expected, fd.get())) {
      std::string hash;
      if (!HashFile(fd.get(), size - sizeof(seal), hash)) return support::SystemError("cannot read", path);
      if (hash != expected) return Unusable(path, "is damaged");
      if (checked != nullptr) checked->Remember(expected, fd.get());
    }
    return Load(path, module_hash);
  }
  return std::shared_ptr<const NativeCode>();
}

Expected<std::shared_ptr<const NativeCode>> NativeCode::Load(const std::string& path, const std::string& module_hash) {
  // The loader's lock must not be inherited locked.
  const support::HoldFork hold;
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = ::dlerror();
    return Unusable(path, std::string("cannot be loaded (") + (why != nullptr ? why : "no reason") + ")");
  }
  const auto* guest = static_cast<const goru_guest*>(::dlsym(handle, GORU_GUEST_SYMBOL));
  std::shared_ptr<const NativeCode> code(new NativeCode(handle, guest));
  if (guest == nullptr || guest->abi != GORU_NATIVE_ABI) return Unusable(path, "is of another version of goru");
  if (guest->module_hash != module_hash) return Unusable(path, "is of another module than it says");
  if (!ProcessorRuns(guest->march)) {
    return Unusable(path, std::string("needs a processor of the level ") + guest->march);
  }
  return code;
}

NativeCode::~NativeCode() {
  const support::HoldFork hold;
  ::dlclose(handle_);
}

}  // namespace goru::wasm
