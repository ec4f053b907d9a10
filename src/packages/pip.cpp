#include "packages/pip.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <span>

#include "packages/cancelled.hpp"
#include "packages/names.hpp"
#include "packages/unsupported.hpp"
#include "support/child_process.hpp"
#include "support/file.hpp"

namespace goru::packages {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxReport = size_t{64} << 20;
// The first with install --dry-run --report.
constexpr int kLeastMajor = 22;
constexpr int kLeastMinor = 2;

// Those that pip likes best come first.
constexpr std::array kPlatforms = {"manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux_2_27_x86_64",
                                   "manylinux_2_24_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64",
                                   "manylinux_2_12_x86_64", "manylinux2010_x86_64",  "manylinux_2_5_x86_64",
                                   "manylinux1_x86_64",     "linux_x86_64"};

constexpr const char* kHelp =
    "; install it with 'apt-get install python3-pip' or 'python3 -m ensurepip --user', or install uv and set "
    "GORU_INSTALLER=uv";

Error TimedOut() { return Error{ErrorKind::kTimeout, "the installation took too long; nothing has changed"}; }

Expected<void> WriteLines(const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  const std::array<std::span<const uint8_t>, 1> parts = {
      std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size())};
  return support::WriteFileAtomically(path, parts, 0600);
}

/// The lines in which pip says what went wrong, joined; its advice about itself and about building left out.
std::string Complaint(const std::string& output) {
  std::string said;
  std::string last;
  bool offline = false;
  size_t start = 0;
  while (start < output.size()) {
    const size_t end = std::min(output.find('\n', start), output.size());
    const std::string line = output.substr(start, end - start);
    start = end + 1;
    offline = offline || line.find("Failed to establish a new connection") != std::string::npos ||
              line.find("Name or service not known") != std::string::npos ||
              line.find("name resolution") != std::string::npos || line.find("ProxyError") != std::string::npos ||
              line.find("Network is unreachable") != std::string::npos ||
              line.find("Connection refused") != std::string::npos;
    constexpr std::string_view kMark = "ERROR: ";
    if (line.starts_with(kMark)) {
      constexpr size_t kEnough = 600;
      if (said.size() < kEnough) said += (said.empty() ? "" : "; ") + line.substr(kMark.size());
    } else if (!line.empty() && !line.starts_with("WARNING") && !line.starts_with("[notice]")) {
      last = line;
    }
  }
  if (said.empty()) said = last.empty() ? "it said nothing" : last;
  // One line, whatever bytes an index put into it.
  for (char& c : said) c = static_cast<unsigned char>(c) < ' ' || c == '\x7F' ? ' ' : c;
  constexpr size_t kLongest = 1000;
  if (said.size() > kLongest) said.resize(kLongest);
  return offline ? "the package index cannot be reached (pip: " + said + ")" : "pip: " + said;
}

}  // namespace

std::vector<std::string> Pip::Target(WheelKind kind) const {
  std::vector<std::string> out = {"--only-binary", ":all:", "--implementation", "cp", "--python-version", python_,
                                  "--abi",         "none"};
  if (kind == WheelKind::kAny) {
    for (const std::string& abi : {"cp" + VersionDigits(python_), std::string("abi3")}) {
      out.insert(out.end(), {"--abi", abi});
    }
    for (const char* platform : kPlatforms) {
      out.insert(out.end(), {"--platform", platform});
    }
  }
  out.insert(out.end(), {"--platform", "any"});
  return out;
}

std::string Pip::BestTags() const {
  const std::string own = "cp" + VersionDigits(python_);
  return own + ".py3-" + own + ".none-" + kPlatforms.front() + ".any";
}

std::string Pip::NewPath(const std::string& name) { return scratch_ + "/" + name + "-" + std::to_string(++files_); }

Expected<Pip> Pip::Create(std::string scratch, std::string python, std::chrono::steady_clock::time_point deadline,
                          std::stop_token stop) {
  Pip pip(std::move(scratch), std::move(python), deadline, std::move(stop));
  const char* chosen = std::getenv("GORU_INSTALLER");
  const std::string installer = chosen == nullptr ? "" : chosen;
  if (installer == "uv") {
    pip.command_ = {"uv", "tool", "run", "--quiet", "pip"};
  } else if (installer.empty() || installer == "pip") {
    pip.command_ = {"python3", "-m", "pip"};
  } else {
    return Error{ErrorKind::kInvalidArgument, "GORU_INSTALLER is 'pip' or 'uv'"};
  }
  return pip;
}

Expected<void> Pip::CheckVersion() const {
  const bool uv = command_.front() == "uv";
  support::ChildCommand command;
  command.arguments = command_;
  command.arguments.emplace_back("--version");
  command.environment = {{"PYTHONSAFEPATH", "1"}, {"PIP_DISABLE_PIP_VERSION_CHECK", "1"}};
  command.directory = scratch_;
  command.deadline = deadline_;
  command.stop = stop_;
  auto end = support::RunChild(command);
  if (end && end->stopped) return Cancelled();
  if (end && end->timed_out) return TimedOut();
  if (!end || end->exit_code != 0) {
    const std::string why = end ? Complaint(end->output) : end.error().message;
    return Error{ErrorKind::kUnavailable, std::string("installing packages needs ") + (uv ? "uv" : "pip") +
                                              ", which does not run here (" + why + ")" +
                                              (uv ? "; install uv or unset GORU_INSTALLER" : kHelp)};
  }
  // "pip 23.0.1 from ..."; what does not look like that is tried as it is.
  constexpr std::string_view kName = "pip ";
  const std::string& said = end->output;
  const char* last = said.data() + said.size();
  int major = 0;
  int minor = 0;
  const auto first = std::from_chars(said.data() + std::min(kName.size(), said.size()), last, major);
  const bool dotted = first.ec == std::errc() && first.ptr != last && *first.ptr == '.';
  if (said.starts_with(kName) && dotted && std::from_chars(first.ptr + 1, last, minor).ec == std::errc() &&
      (major < kLeastMajor || (major == kLeastMajor && minor < kLeastMinor))) {
    return Error{ErrorKind::kUnavailable, "pip " + std::to_string(major) + "." + std::to_string(minor) +
                                              " is too old to say what it would install; 'python3 -m pip install "
                                              "--upgrade pip' brings a newer one"};
  }
  return {};
}

Expected<std::string> Pip::Run(const std::vector<std::string>& arguments) {
  support::ChildCommand command;
  command.arguments = command_;
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  // Whatever the user's own settings are: no questions, and a target instead of the user's site.
  command.environment = {{"PIP_DISABLE_PIP_VERSION_CHECK", "1"},
                         {"PIP_NO_INPUT", "1"},
                         {"PIP_USER", "0"},
                         {"PIP_REQUIRE_VIRTUALENV", "0"},
                         {"PIP_BREAK_SYSTEM_PACKAGES", "1"},
                         {"PIP_NO_COLOR", "1"},
                         {"PIP_PROGRESS_BAR", "off"},
                         {"PYTHONSAFEPATH", "1"},
                         {"PYTHONIOENCODING", "utf-8"}};
  command.directory = scratch_;
  command.deadline = deadline_;
  command.stop = stop_;
  auto end = support::RunChild(command);
  if (end && end->stopped) return Cancelled();
  if (end && end->timed_out) return TimedOut();
  if (end && end->exit_code == 0) return std::move(end->output);
  if (auto usable = CheckVersion(); !usable) return usable.error();
  if (!end) return end.error();
  said_ = std::move(end->output);
  return Error{ErrorKind::kUnavailable, Complaint(said_)};
}

Expected<std::vector<Resolved>> Pip::Resolve(const std::vector<std::string>& requirements,
                                             const std::vector<std::string>& constraints, WheelKind kind,
                                             const std::vector<std::string>& links) {
  const std::string wanted = NewPath("requirements");
  const std::string report = NewPath("report");
  if (auto written = WriteLines(wanted, requirements); !written) return written.error();
  std::vector<std::string> arguments = {"install", "--dry-run", "--ignore-installed", "--no-compile", "--report",
                                        report,    "--target",  NewPath("target"),    "-r",           wanted};
  if (!constraints.empty()) {
    const std::string limits = NewPath("constraints");
    if (auto written = WriteLines(limits, constraints); !written) return written.error();
    arguments.insert(arguments.end(), {"-c", limits});
  }
  for (const std::string& directory : links) arguments.insert(arguments.end(), {"--find-links", directory});
  const auto target = Target(kind);
  arguments.insert(arguments.end(), target.begin(), target.end());
  const auto said = Run(arguments);
  if (!said) return said.error();
  auto text = support::ReadFile(report, kMaxReport);
  if (!text) return text.error();
  return ReadPipReport({reinterpret_cast<const char*>(text->data()), text->size()}, *said, stop_);
}

Expected<std::map<std::string, std::string>> Pip::Download(const std::vector<Resolved>& packages, WheelKind kind) {
  std::map<std::string, std::string> out;
  if (packages.empty()) return out;
  std::vector<std::string> lines;
  lines.reserve(packages.size());
  const bool hashed =
      std::all_of(packages.begin(), packages.end(), [](const Resolved& p) { return !p.sha256.empty(); });
  for (const Resolved& package : packages) {
    lines.push_back(package.name + "==" + package.version + (hashed ? " --hash=sha256:" + package.sha256 : ""));
  }
  const std::string wanted = NewPath("wanted");
  const std::string into = NewPath("wheels");
  if (auto written = WriteLines(wanted, lines); !written) return written.error();
  std::vector<std::string> arguments = {"download", "--no-deps", "--dest", into, "-r", wanted};
  if (hashed) arguments.emplace_back("--require-hashes");
  const auto target = Target(kind);
  arguments.insert(arguments.end(), target.begin(), target.end());
  if (auto ran = Run(arguments); !ran) return ran.error();
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(into, failed)) {
    const auto name = ParseWheelName(entry.path().filename().string());
    if (name && entry.is_regular_file(failed)) out[name->name] = entry.path().string();
  }
  for (const Resolved& package : packages) {
    if (!out.contains(package.name)) {
      return Error{ErrorKind::kUnavailable, "pip did not download " + package.name + " " + package.version};
    }
  }
  return out;
}

}  // namespace goru::packages
