// From image files to factories of sandboxes: the engine and its compiled code.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "goru/engine.hpp"
#include "goru/error.hpp"
#include "guest/image_file.hpp"
#include "guest/sandbox_factory.hpp"

namespace goru::wasm {
class Engine;
class ModuleCache;
class Program;
}  // namespace goru::wasm

namespace goru::guest {

class Runtime;

/// Thread-safe. What it makes does not need it any more.
class Loader {
 public:
  struct Options {
    /// Whether compiled code and memory are kept on disk. Without, each Load compiles, which takes seconds.
    bool disk_cache = true;
    /// Where; empty: the user's own place. It must belong to the user alone.
    std::string cache_directory;
    /// What runs the guests.
    Engine engine = Engine::kWasmtime;
    /// Where the images of goru's languages are, and beside them their native code; empty: in the usual places
    /// (guest::FindImage).
    std::string image_directory;
  };
  /// Told in a line of text before something that takes seconds.
  using Progress = std::function<void(std::string_view)>;

  /// kUnavailable: the engine cannot be had, or the directory cannot be used.
  static Expected<std::unique_ptr<Loader>> Create(const Options& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The image in the file `path` (ImageFile::Open). Its memory is kept where compiled code is.
  Expected<std::shared_ptr<const ImageFile>> Open(const std::string& path) const;

  /// `progress` may be null.
  Expected<std::shared_ptr<SandboxFactory>> Load(const ImageFile& image, const Progress& progress) const;
  /// The same for who needs the program itself.
  Expected<std::shared_ptr<const Runtime>> LoadRuntime(const ImageFile& image, const Progress& progress) const;

 private:
  Loader();

  Expected<std::shared_ptr<const wasm::Program>> LinkCompiled(const ImageFile& image, const Progress& progress) const;
  Expected<std::shared_ptr<const wasm::Program>> LinkAhead(const ImageFile& image) const;

  Options options_;
  /// Null where another engine runs the guests.
  std::shared_ptr<wasm::Engine> engine_;
  /// Null: nothing is kept.
  std::unique_ptr<const wasm::ModuleCache> cache_;
};

}  // namespace goru::guest
