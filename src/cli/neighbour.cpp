#include "neighbour.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>

namespace goru::cli {
namespace {

constexpr size_t kMaxName = 200;
constexpr std::string_view kPrefix = "No module named '";

bool IsNameByte(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         byte >= 0x80;
}

/// The first component of the module's name, as the error's message has it; empty: it is another error. The message is
/// the program's word.
std::string_view MissingModule(const Result& result) noexcept {
  if (!result.error || result.error->kind != ErrorKind::kGuestException || result.error->type != "ModuleNotFoundError")
    return {};
  std::string_view name = result.error->message;
  if (!name.starts_with(kPrefix)) return {};
  name.remove_prefix(kPrefix.size());
  name = name.substr(0, name.find_first_of(".'"));
  return name.size() <= kMaxName && std::ranges::all_of(name, IsNameByte) ? name : std::string_view();
}

bool IsThere(const std::string& path, mode_t kind) noexcept {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

}  // namespace

std::string NeighbourHint(const Result& result, const std::string& file) {
  const std::string_view name = MissingModule(result);
  if (name.empty()) return {};
  const size_t slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file.substr(0, std::max<size_t>(slash, 1));
  const std::string beside = slash == std::string::npos ? "" : file.substr(0, slash + 1);
  const std::string module = beside + std::string(name) + ".py";
  const bool is_file = IsThere(module, S_IFREG);
  if (!is_file && !IsThere(beside + std::string(name), S_IFDIR)) return {};
  const std::string all = "--scratch --mount /work:" + folder + " (the whole folder, read-only)";
  const std::string beginning = (is_file ? module : beside + std::string(name) + "/") +
                                " lies beside the program, which sees only what it is given: ";
  return beginning + (is_file ? "--scratch --input " + module + ", or " : "") + all;
}

}  // namespace goru::cli
