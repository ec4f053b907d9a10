#include "source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

namespace goru::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// All bytes up to the end of the file; errno is set where there are none.
std::optional<std::string> ReadAll(int fd) {
  constexpr size_t kChunk = size_t{64} << 10;
  std::string bytes;
  for (;;) {
    const size_t size = bytes.size();
    bytes.resize(size + kChunk);
    const ssize_t got = ::read(fd, bytes.data() + size, kChunk);
    bytes.resize(size + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got == 0) return bytes;
    if (got < 0 && errno != EINTR) return std::nullopt;
  }
}

/// The source map beside a file, where there is one that can be read: it only makes tracebacks better.
std::string ReadSourceMap(const std::string& path) {
  const int fd = ::open((path + ".map").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  auto bytes = ReadAll(fd);
  ::close(fd);
  return bytes ? std::move(*bytes) : std::string();
}

/// `path` may be '-' for standard input.
std::string ReadFileOrStdin(const std::string& path) {
  const bool own_stdin = path == "-";
  const int fd = own_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  auto bytes = fd < 0 ? std::nullopt : ReadAll(fd);
  const int error = errno;
  if (fd > STDIN_FILENO) ::close(fd);
  if (!bytes) {
    throw UsageError{"cannot read " + (own_stdin ? "standard input" : path) + ": " + std::strerror(error)};
  }
  return std::move(*bytes);
}

Language LanguageOf(const RunArguments& arguments, const std::string& path) {
  if (arguments.language) return *arguments.language;
  if (const auto language = Language::FromFileName(path)) return *language;
  throw UsageError{"cannot tell the language of " + path + ": say it with -l python, -l js or -l ts"};
}

}  // namespace

Source LoadSource(const RunArguments& arguments) {
  const bool code_from_stdin = !arguments.code && (!arguments.file || *arguments.file == "-");
  const bool stdin_to_code = arguments.stdin_file && *arguments.stdin_file == "-";
  if (code_from_stdin && stdin_to_code) {
    throw UsageError{"standard input cannot be both the code and the code's input: give the code as FILE or with -c"};
  }
  if (code_from_stdin && !arguments.file && ::isatty(STDIN_FILENO) == 1) {
    throw UsageError{"nothing to run: name a FILE, give -c CODE or pipe code in"};
  }

  // Where nothing says otherwise, code without a file name is Python.
  Source source{arguments.language.value_or(Python()), "", "", "", "", code_from_stdin};
  if (arguments.code) {
    source.name = "<string>";
    source.code = *arguments.code;
  } else if (code_from_stdin) {
    source.name = "<stdin>";
    source.code = ReadFileOrStdin("-");
  } else {
    source.name = *arguments.file;
    source.code = ReadFileOrStdin(*arguments.file);
    source.language = LanguageOf(arguments, *arguments.file);
    if (source.language == JavaScript()) source.source_map = ReadSourceMap(*arguments.file);
  }
  if (source.code.starts_with(kByteOrderMark)) source.code.erase(0, kByteOrderMark.size());
  if (arguments.stdin_file) source.stdin_data = ReadFileOrStdin(*arguments.stdin_file);
  return source;
}

}  // namespace goru::cli
