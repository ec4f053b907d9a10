// Python packages: directories that hold them, and installing into such directories.
//
// The directory is mounted read-only into sandboxes with WithPackages or WithSessionPackages (goru/options.hpp), where
// everything in it can be imported. Code in a sandbox installs nothing into it: install_pkg has a layer of the
// session's own (WithAllowedPackages).
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/language.hpp"

namespace goru {

/// What the package cache may take on the disk, unless something else is asked for.
inline constexpr uint64_t kPackageCacheBytes = uint64_t{2} << 30;

/// Which packages one session has. Set through options.
struct PackagesConfig {
  /// Directories to mount, first one first.
  std::vector<std::string> directories;
  /// What install_pkg may install, and what that depends on. Empty: nothing.
  std::vector<std::string> allowed;
  /// install_pkg may install whatever the index has.
  bool allow_any = false;
};

/// One package of a directory.
struct InstalledPackage {
  /// As PEP 503 writes it: "python-dateutil".
  std::string name;
  std::string version;
  /// SHA-256 of the wheel that it came from, in hex.
  std::string sha256;
  /// Its native files were left out; it has a fallback in Python.
  bool native_removed = false;
  /// Asked for by name and not only by other packages.
  bool requested = false;
};

/// How installing is done. Directories are made where they do not exist.
struct PackageInstallOptions {
  /// The directory to change.
  std::string directory;
  /// The Python that will import them. A directory of another version's packages gets all of them anew.
  Language language = Python();
  /// The image that sandboxes with these packages will start from, by name or path as WithImage takes it. What it
  /// provides is taken as present and is not installed. Empty: the language's own.
  std::string image;
  /// What to install besides what is there: "jinja2>=3", "uvicorn[standard]". Names and version specifiers only, no
  /// URLs and no paths.
  std::vector<std::string> requirements;
  /// Requirements files, in pip's format without options other than --hash.
  std::vector<std::string> requirement_files;
  /// Takes the newest versions of everything and not of what is missing only.
  bool upgrade = false;
  /// Takes versions that are more than one major version older than what was asked for would be elsewhere, where the
  /// newer ones do not work in the sandbox. They are refused otherwise: they hardly do what is expected of them.
  bool allow_old = false;
  /// Exact versions and hashes. With requirements: written. Without: exactly these are installed, without the network
  /// where their wheels are in the cache.
  std::string lock_file;
  /// Where downloaded wheels are kept. Empty: the user's cache directory.
  std::string cache_directory;
  /// What that directory may take on the disk when an installation that added to it has ended. What was not used
  /// longest goes; what others use at the time stays.
  uint64_t cache_bytes = kPackageCacheBytes;
  /// Where the language images are; see WithImageDirectory.
  std::string image_directory;
  /// Compiled code of the languages; see WithDiskCache.
  std::string compiled_cache_directory;
  /// Called with a line of text for each step, from the calling thread.
  std::function<void(std::string_view)> progress;
  /// Called with what people should know when it is done, from the calling thread: a package that is a major version
  /// older than elsewhere, and why. Empty: `progress` is told.
  std::function<void(std::string_view)> notice;
  /// Ends the installation; the directory stays as it was.
  std::stop_token stop;
};

/// Installs packages that work in the sandbox: pure Python, or with a fallback in Python. The user's pip resolves and
/// downloads; nothing is built and nothing of a package runs outside a sandbox. Each package is imported in a sandbox
/// and compiled to bytecode in one. The directory changes at the end, all at once, or not at all.
///
/// Returns all packages of the directory. kInvalidArgument: a requirement is wrong or cannot work, and the message says
/// what can be used instead. kUnavailable: no pip, no network, a damaged wheel, no space. kCancelled: `stop`.
/// Thread-safe; two installers of one directory take turns.
Expected<std::vector<InstalledPackage>> InstallPackages(const PackageInstallOptions& options);

/// The packages of a directory that InstallPackages made; sorted by name. A directory that does not exist has none.
Expected<std::vector<InstalledPackage>> ListPackages(const std::string& directory);

/// Removes packages, and what only they needed. kInvalidArgument: one is not there, or is needed by others. Returns the
/// names of all that were removed.
Expected<std::vector<std::string>> RemovePackages(const std::string& directory, const std::vector<std::string>& names);

/// What installing has kept for later.
struct PackageCacheContents {
  std::string directory;
  /// Wheels as they were downloaded.
  size_t wheels = 0;
  /// Packages, unpacked and compiled for one version of Python.
  size_t packages = 0;
  /// What all of it takes on the disk.
  uint64_t bytes = 0;
};

/// Looks at a package cache. Empty: the user's cache directory. kUnavailable: it cannot be used.
Expected<PackageCacheContents> DescribePackageCache(const std::string& cache_directory = {});

/// Removes what was not used longest until the rest takes no more than `most` bytes. What an installation or a session
/// of any process uses stays. Returns the bytes freed. Thread-safe, also between processes.
Expected<uint64_t> PrunePackageCache(const std::string& cache_directory = {}, uint64_t most = kPackageCacheBytes);

/// Removes all that nobody uses. Returns the bytes freed.
Expected<uint64_t> ClearPackageCache(const std::string& cache_directory = {});

/// How a memory image with modules already imported is made.
struct ImageBuildOptions {
  /// The Python to start from.
  Language language = Python();
  /// An image of that Python to start from instead of the language's own, by name or path as WithImage takes it. What
  /// it holds is in the new one too. Empty: the language's own.
  std::string image;
  /// Directories with packages; what they hold goes into the image.
  std::vector<std::string> packages;
  /// Modules to import.
  std::vector<std::string> imports;
  /// The file to write.
  std::string output;
  /// Where the languages' own images are; see WithImageDirectory.
  std::string image_directory;
};

/// Writes an image of Python that has imported these modules. Sandboxes of an executor with WithImage start from it. It
/// holds all files of the packages, so nothing else has to be there later. kInvalidArgument: a module cannot be
/// imported; the message has its error.
Expected<void> BuildPythonImage(const ImageBuildOptions& options);

}  // namespace goru
