// How much memory this process has had at once.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace goru::test {

/// The most resident memory since it was made, over what there was then. Linux keeps one such mark for the process.
class PeakMemory {
 public:
  PeakMemory() {
    // proc(5): 5 sets the mark back to what is resident now.
    std::ofstream("/proc/self/clear_refs") << "5";
    before_ = Read();
  }

  size_t Grown() const {
    const size_t now = Read();
    const size_t grown = now > before_ ? now - before_ : 0;
#if defined(__SANITIZE_ADDRESS__)
    // A ninth of it is AddressSanitizer's shadow: a byte for every eight.
    return grown / 9 * 8;
#elif defined(__SANITIZE_THREAD__)
    // ThreadSanitizer has four bytes of shadow and half a byte of other notes for each one.
    return grown / 11 * 2;
#else
    return grown;
#endif
  }

 private:
  static size_t Read() {
    std::ifstream file("/proc/self/status");
    std::string line;
    constexpr std::string_view kName = "VmHWM:";
    while (std::getline(file, line)) {
      if (line.starts_with(kName)) return std::strtoull(line.c_str() + kName.size(), nullptr, 10) << 10;
    }
    return 0;
  }

  size_t before_ = 0;
};

}  // namespace goru::test
