// All fuzz targets in one program, without libFuzzer: what every build and every run of the tests can afford.
//
//   fuzz_test TARGET CORPUS SECONDS [FILE...]
//
// Runs the files of the corpus, and then, for some seconds, what comes of changing them. The changes depend on the
// target's name alone, so that a finding comes again. The input under way lies in TARGET.input of the working
// directory; it is still there where the program did not end well. Given files, it runs just those.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Input = std::vector<uint8_t>;
using Target = int (*)(const uint8_t* data, size_t size);

}  // namespace

// The targets, each under a name of its own (CMakeLists.txt).
#define GORU_FUZZ_TARGET(name) extern "C" int FuzzTarget_##name(const uint8_t* data, size_t size);
#include "fuzz_targets.inc"
#undef GORU_FUZZ_TARGET

namespace {

struct Named {
  std::string_view name;
  Target run;
};
constexpr Named kTargets[] = {
#define GORU_FUZZ_TARGET(name) {#name, FuzzTarget_##name},
#include "fuzz_targets.inc"
#undef GORU_FUZZ_TARGET
};

constexpr size_t kMostBytes = size_t{64} << 10;

Input Read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs inputs and keeps the one under way in a file, which outlives the program however it ends.
class Runner {
 public:
  Runner(Target target, std::string path) : target_(target), path_(std::move(path)) {
    const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, kMostBytes) != 0) std::abort();
    void* memory = ::mmap(nullptr, kMostBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) std::abort();
    kept_ = static_cast<uint8_t*>(memory);
    fd_ = fd;
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() {
    ::munmap(kept_, kMostBytes);
    ::close(fd_);
    ::unlink(path_.c_str());
  }

  void Run(const Input& input) {
    const size_t size = std::min(input.size(), kMostBytes);
    if (size > 0) std::memcpy(kept_, input.data(), size);
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) std::abort();
    // Of exactly its size, so that a sanitizer sees a read behind it.
    const Input exact(input.begin(), input.begin() + static_cast<Input::difference_type>(size));
    (void)target_(exact.data(), exact.size());
    if (::ftruncate(fd_, kMostBytes) != 0) std::abort();
    ++count_;
  }
  size_t count() const { return count_; }

 private:
  Target target_;
  std::string path_;
  int fd_ = -1;
  uint8_t* kept_ = nullptr;
  size_t count_ = 0;
};

/// Changes of inputs, the same ones each time.
class Mutator {
 public:
  Mutator(std::string_view name, const std::vector<Input>& corpus)
      : corpus_(corpus), random_(static_cast<uint32_t>(Seed(name))) {}

  Input Next() {
    Input input = corpus_[Below(corpus_.size())];
    for (size_t changes = 1 + Below(4); changes > 0; --changes) Change(input);
    if (input.size() > kMostBytes) input.resize(kMostBytes);
    return input;
  }

 private:
  static uint64_t Seed(std::string_view name) {
    uint64_t seed = 14695981039346656037U;
    for (const char c : name) seed = (seed ^ static_cast<uint8_t>(c)) * 1099511628211U;
    return seed;
  }
  size_t Below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  static Input::iterator At(Input& input, size_t at) { return input.begin() + static_cast<Input::difference_type>(at); }

  /// A piece of any input.
  Input Piece() {
    const Input& from = corpus_[Below(corpus_.size())];
    const size_t begin = Below(from.size());
    const size_t length = std::min(from.size() - begin, 1 + Below(64));
    return {from.begin() + static_cast<Input::difference_type>(begin),
            from.begin() + static_cast<Input::difference_type>(begin + length)};
  }

  void Change(Input& input) {
    static constexpr uint8_t kTelling[] = {0,    1,   0x7F, 0x80, 0xFF, '\n', '\r', ' ', '"', '\'',
                                           '\\', '/', '.',  '%',  ',',  ':',  ';',  '=', '[', ']',
                                           '{',  '}', '(',  ')',  '-',  '+',  '@',  '#', '0', '9'};
    if (input.empty()) {
      input = Piece();
      return;
    }
    const size_t at = Below(input.size());
    switch (Below(8)) {
      case 0:
        input[at] ^= static_cast<uint8_t>(1U << Below(8));
        break;
      case 1:
        input[at] = kTelling[Below(std::size(kTelling))];
        break;
      case 2:
        input[at] = static_cast<uint8_t>(random_());
        break;
      case 3: {
        const size_t length = std::min(input.size() - at, 1 + Below(16));
        input.erase(At(input, at), At(input, at + length));
        break;
      }
      case 4: {
        const Input piece = Piece();
        input.insert(At(input, at), piece.begin(), piece.end());
        break;
      }
      case 5: {
        const Input piece = Piece();
        std::copy_n(piece.begin(), std::min(piece.size(), input.size() - at), At(input, at));
        break;
      }
      case 6: {
        // The same again and again.
        const size_t length = std::min(input.size() - at, 1 + Below(8));
        const Input piece(At(input, at), At(input, at + length));
        for (size_t times = Below(200); times > 0 && input.size() < kMostBytes; --times) {
          input.insert(At(input, at), piece.begin(), piece.end());
        }
        break;
      }
      default:
        input.insert(At(input, at), kTelling[Below(std::size(kTelling))]);
        break;
    }
  }

  const std::vector<Input>& corpus_;
  std::mt19937 random_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fprintf(stderr, "usage: fuzz_test TARGET CORPUS SECONDS [FILE...]\n");
    return 2;
  }
  const std::string name = arguments[1];
  const auto* const found = std::find_if(std::begin(kTargets), std::end(kTargets),
                                         [&name](const Named& target) { return target.name == name; });
  if (found == std::end(kTargets)) {
    std::fprintf(stderr, "fuzz_test: there is no target %s\n", name.c_str());
    return 2;
  }
  Runner runner(found->run, name + ".input");
  for (int i = 4; i < count; ++i) runner.Run(Read(arguments[i]));
  if (count > 4) return 0;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[2])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Input> corpus;
  for (const auto& file : files) corpus.push_back(Read(file));
  if (corpus.empty()) {
    std::fprintf(stderr, "fuzz_test: %s is empty\n", arguments[2]);
    return 1;
  }
  runner.Run({});
  for (const Input& input : corpus) runner.Run(input);
  Mutator mutator(name, corpus);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(std::atof(arguments[3]));
  while (std::chrono::steady_clock::now() < end) runner.Run(mutator.Next());
  std::printf("%s: %zu inputs\n", name.c_str(), runner.count());
  return 0;
}
