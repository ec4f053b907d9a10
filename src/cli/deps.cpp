#include "deps.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stop_token>
#include <string_view>

#include "exit_code.hpp"
#include "flags.hpp"
#include "goru/config.hpp"
#include "goru/packages.hpp"
#include "help.hpp"
#include "interrupt.hpp"
#include "output.hpp"
#include "status_line.hpp"
#include "subcommand.hpp"

namespace goru::cli {
namespace {

struct DepsArguments {
  std::vector<std::string> names;
  std::string directory = ".goru/python/packages";
  std::vector<std::string> files;
  std::string lock;
  std::string cache_dir;
  std::string image_dir;
  std::string image;
  uint64_t cache_bytes = kPackageCacheBytes;
  bool prune = false;
  bool clear = false;
  Language language = Python();
  bool upgrade = false;
  bool allow_old = false;
  bool help = false;
};

/// A size as configurations write it.
uint64_t ReadSize(const std::string& text, const std::string& flag) {
  const auto config = ExecutorConfigFromJson({{"limits", {{"package_cache_bytes", text}}}});
  if (!config) throw UsageError{flag + " takes a size such as 500mb or 2gb, not '" + text + "'"};
  return config->limits.package_cache_bytes;
}

DepsArguments Parse(const std::vector<std::string>& arguments) {
  DepsArguments out;
  Flags flags(DepsDescription);
  flags.Arguments("NAME", out.names);
  flags.Value("--dir", out.directory);
  flags.Values("-r,--requirement", out.files);
  flags.Value("-l,--lang,--language",
              [&out](const std::string& text, const std::string&) { out.language = PythonNamed(text); });
  flags.Value("--lock", out.lock);
  flags.Value("--cache-dir", out.cache_dir);
  flags.Value("--image-dir", out.image_dir);
  flags.Value("--image", out.image);
  flags.Value("--cache-size",
              [&out](const std::string& text, const std::string& flag) { out.cache_bytes = ReadSize(text, flag); });
  flags.Switch("--prune", out.prune);
  flags.Switch("--clear", out.clear);
  flags.Switch("-U,--upgrade", out.upgrade);
  flags.Switch("--allow-old", out.allow_old);
  flags.Switch("-h,--help", out.help);
  flags.Parse(arguments);
  flags.TakeAll();
  if (out.directory.empty()) throw UsageError{"--dir needs a directory"};
  return out;
}

std::string PackageCache(const DepsArguments& arguments) {
  return arguments.cache_dir.empty() ? std::string() : arguments.cache_dir + "/packages";
}

int Install(const DepsArguments& arguments) {
  if (arguments.names.empty() && arguments.files.empty() && arguments.lock.empty() && !arguments.upgrade) {
    throw UsageError{"goru deps install needs a package, -r FILE or --lock FILE"};
  }
  std::stop_source stop;
  HandleInterrupts([&stop] { stop.request_stop(); });
  StatusLine status;
  PackageInstallOptions options;
  options.directory = arguments.directory;
  options.language = arguments.language;
  options.requirements = arguments.names;
  options.requirement_files = arguments.files;
  options.upgrade = arguments.upgrade;
  options.allow_old = arguments.allow_old;
  options.lock_file = arguments.lock;
  options.cache_directory = PackageCache(arguments);
  options.cache_bytes = arguments.cache_bytes;
  options.compiled_cache_directory = arguments.cache_dir;
  options.image_directory = arguments.image_dir;
  options.image = arguments.image;
  options.progress = [&status](std::string_view text) { status.Show(text); };
  std::string notices;
  options.notice = [&notices](std::string_view text) { notices.append("goru: note: ").append(text) += '\n'; };
  options.stop = stop.get_token();
  const auto installed = InstallPackages(options);
  status.Clear();
  if (!installed) return Fail(installed.error());
  std::string text;
  for (const InstalledPackage& package : *installed) {
    text += package.name + " " + package.version + (package.native_removed ? " (without its native code)" : "") + "\n";
  }
  WriteAll(STDOUT_FILENO, text);
  WriteAll(STDERR_FILENO, notices);
  return kOk;
}

int List(const DepsArguments& arguments) {
  if (!arguments.names.empty()) throw UsageError{"goru deps list takes no names"};
  const auto installed = ListPackages(arguments.directory);
  if (!installed) return Fail(installed.error());
  std::string text;
  for (const InstalledPackage& package : *installed) {
    text += package.name + " " + package.version;
    if (!package.requested) text += " (needed by others)";
    if (package.native_removed) text += " (without its native code)";
    text += "\n";
  }
  WriteAll(STDOUT_FILENO, text);
  return kOk;
}

int Remove(const DepsArguments& arguments) {
  if (arguments.names.empty()) throw UsageError{"goru deps remove needs the name of a package"};
  const auto removed = RemovePackages(arguments.directory, arguments.names);
  if (!removed) return Fail(removed.error());
  std::string text;
  for (const std::string& name : *removed) text += "removed " + name + "\n";
  WriteAll(STDOUT_FILENO, text);
  return kOk;
}

std::string Mebibytes(uint64_t bytes) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  return std::to_string((bytes + kMiB / 2) / kMiB) + " MiB";
}

std::string Counted(size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

int Cache(const DepsArguments& arguments) {
  if (!arguments.names.empty()) throw UsageError{"goru deps cache takes no names: say --prune or --clear"};
  if (arguments.prune && arguments.clear) throw UsageError{"goru deps cache takes --prune or --clear, not both"};
  if (arguments.prune || arguments.clear) {
    const auto freed = PrunePackageCache(PackageCache(arguments), arguments.clear ? 0 : arguments.cache_bytes);
    if (!freed) return Fail(freed.error());
    WriteAll(STDOUT_FILENO, "freed " + Mebibytes(*freed) + "\n");
    return kOk;
  }
  const auto contents = DescribePackageCache(PackageCache(arguments));
  if (!contents) return Fail(contents.error());
  WriteAll(STDOUT_FILENO, contents->directory + ": " + Mebibytes(contents->bytes) + ", " +
                              Counted(contents->wheels, "wheel") + ", " + Counted(contents->packages, "package") +
                              "\n");
  return kOk;
}

}  // namespace

int DepsCommand(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "--help" : arguments.front();
  const DepsArguments parsed = Parse({arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end()});
  if (command == "-h" || command == "--help" || command == "help" || parsed.help) {
    WriteAll(STDOUT_FILENO, HelpText(DepsDescription()));
    return kOk;
  }
  if (command != "cache" && (parsed.prune || parsed.clear)) {
    throw UsageError{"--prune and --clear are for goru deps cache"};
  }
  if (command == "install") return Install(parsed);
  if (command == "list") return List(parsed);
  if (command == "remove") return Remove(parsed);
  if (command == "cache") return Cache(parsed);
  throw UsageError{"there is no 'goru deps " + command + "': say install, list, remove or cache"};
}

Command DepsDescription() {
  Command out;
  out.name = "deps";
  out.summary = "Python packages in a directory";
  out.about = "goru deps installs Python packages that sandboxed code can import: goru run --packages DIR.";
  out.usage = {
      {"goru deps install REQUIREMENT... [-r FILE] [flags]"},
      {"goru deps install --lock FILE [flags]", "exactly what FILE says, offline where the cache has it"},
      {"goru deps list [--dir DIR]"},
      {"goru deps remove NAME... [--dir DIR]"},
      {"goru deps cache [--prune | --clear]", "what is kept of wheels, where, and how much it is"},
  };
  out.examples = {
      {R"(goru deps install pydantic python-dateutil "jinja2>=3" -r requirements.txt)"},
      {"goru run --packages .goru/python/packages app.py"},
      {"goru deps install --image data -r requirements.txt", "on top of what the image data has"},
  };
  out.subcommands = {
      {"install", "install packages and what they need"},
      {"list", "say what is installed"},
      {"remove", "remove packages"},
      {"cache", "say what is kept of wheels"},
  };
  out.sections.push_back(
      {"flags",
       {
           {"--dir", "DIR", "the directory of the packages (default .goru/python/packages)"},
           {"-l,--lang,--language", "LANG", "the Python that will import them: python, python3.12, python3.13", false,
            LanguageWords(true)},
           {"--image", "IMAGE",
            "the image that will import them, as goru run takes it: what it provides (goru image list) is not "
            "installed, "
            "and the rest has to fit it"},
           {"-r,--requirement", "FILE", "requirements, in pip's format; may be repeated", true},
           {"-U,--upgrade", "", "take the newest versions of everything"},
           {"--allow-old", "",
            "take versions more than one major version back, where newer ones do not work in the sandbox"},
           {"--lock", "FILE", "write exact versions and hashes to FILE; without requirements: install what it says"},
           {"--cache-dir", "DIR", "where compiled code and, in DIR/packages, wheels are kept (default ~/.cache/goru)"},
           {"--cache-size", "SIZE", "what wheels and unpacked packages may take there, such as 500mb (default 2gb)"},
           {"--prune", "", "remove what was not used longest, until the rest is no more than --cache-size"},
           {"--clear", "", "remove all of it"},
           {"--image-dir", "DIR", "where the language images are"},
           {"-h,--help", "", "this text"},
       }});
  out.notes = {
      "pip chooses and downloads (python3 -m pip, with its own configuration of indexes, proxies and credentials); "
      "GORU_INSTALLER=uv runs it through uv. Only wheels are taken and nothing is built. Packages have to work without "
      "native "
      "code: each is imported in a sandbox, compiled to bytecode there, and only then the directory changes, all at "
      "once.",
      "Wheels and unpacked packages stay in the cache, for other directories and for install_pkg. After each "
      "installation what "
      "was not used longest goes, so that the rest fits into --cache-size; what an installation or a running session "
      "uses stays. "
      "Directories of packages are copies: nothing that is installed depends on the cache.",
  };
  return out;
}

}  // namespace goru::cli
