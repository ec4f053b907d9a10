#include "transfer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "flags.hpp"

namespace goru::cli {
namespace {

constexpr std::string_view kWork = "/work/";

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

Error SystemError(const std::string& what, const std::string& path) {
  return Error{ErrorKind::kUnavailable, what + " " + path + ": " + std::strerror(errno)};
}

bool Exists(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0;
}

/// FILE and NAME. A file whose own name has a colon is meant as it stands.
std::pair<std::string, std::string> Split(const std::string& input) {
  const size_t colon = input.rfind(':');
  if (colon != std::string::npos && colon > 0 && colon + 1 < input.size() && !Exists(input)) {
    return {input.substr(0, colon), input.substr(colon + 1)};
  }
  return {input, input.substr(input.rfind('/') + 1)};
}

std::string ReadInput(const std::string& path) {
  const auto fail = [&path](int error) { throw UsageError{"cannot read " + path + ": " + std::strerror(error)}; };
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) fail(errno);
  struct stat status = {};
  if (::fstat(fd.get(), &status) == 0 && S_ISDIR(status.st_mode)) fail(EISDIR);
  std::string bytes;
  constexpr size_t kChunk = size_t{256} << 10;
  for (;;) {
    const size_t size = bytes.size();
    bytes.resize(size + kChunk);
    const ssize_t got = ::read(fd.get(), bytes.data() + size, kChunk);
    const int error = errno;
    bytes.resize(size + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got == 0) return bytes;
    if (got < 0 && error != EINTR) fail(error);
  }
}

/// Opens the folder of `path`, a relative one, below `root`, and makes what is missing.
Expected<Descriptor> FolderOf(const Descriptor& root, const std::string& path) {
  Descriptor at(::fcntl(root.get(), F_DUPFD_CLOEXEC, 0));
  size_t begin = 0;
  for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', begin)) {
    const std::string name = path.substr(begin, slash - begin);
    if (::mkdirat(at.get(), name.c_str(), 0777) != 0 && errno != EEXIST) return SystemError("cannot make", path);
    at = Descriptor(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (at.get() < 0) return SystemError("cannot write into the folder of", path);
    begin = slash + 1;
  }
  return at;
}

bool WriteTo(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

Expected<void> TakeOne(const Descriptor& root, const std::string& path, std::string_view bytes) {
  auto folder = FolderOf(root, path);
  if (!folder) return folder.error();
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::string temporary = ".goru-" + std::to_string(::getpid()) + ".tmp";
  const int at = folder->get();
  ::unlinkat(at, temporary.c_str(), 0);
  const Descriptor fd(::openat(at, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  bool written = fd.get() >= 0 && WriteTo(fd.get(), bytes);
  written = written && ::renameat(at, temporary.c_str(), at, name.c_str()) == 0;
  if (written) return {};
  Error error = SystemError("cannot write", path);
  if (fd.get() >= 0) ::unlinkat(at, temporary.c_str(), 0);
  return error;
}

}  // namespace

Expected<void> PutInputs(Session& session, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    const auto [file, name] = Split(input);
    const std::string bytes = ReadInput(file);
    if (auto put = session.WriteFile(name, bytes); !put) {
      return Error{put.error().kind, "--input " + input + ": " + put.error().message};
    }
  }
  return {};
}

Expected<void> TakeOutputs(const Session& session, const std::string& directory) {
  const auto files = session.ListFiles(kWork);
  if (!files) return files.error();
  if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) return SystemError("cannot make", directory);
  const Descriptor root(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) return SystemError("cannot open", directory);
  for (const FileInfo& file : *files) {
    const std::string path = file.path.substr(kWork.size());
    if (file.is_dir) {
      if (auto folder = FolderOf(root, path + "/"); !folder) return folder.error();
      continue;
    }
    const auto bytes = session.ReadFile(file.path);
    if (!bytes) return bytes.error();
    if (auto taken = TakeOne(root, path, *bytes); !taken) return taken;
  }
  return {};
}

}  // namespace goru::cli
