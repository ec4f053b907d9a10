#include "guest/loader.hpp"

#include <filesystem>

#include "guest/image_directory.hpp"
#include "guest/runtime.hpp"
#include "guest/wasm_factory.hpp"
#include "wasm/engine.hpp"
#include "wasm/module_cache.hpp"
#include "wasm/native/native_code.hpp"

namespace goru::guest {

Loader::Loader() = default;
Loader::~Loader() = default;

Expected<std::unique_ptr<Loader>> Loader::Create(const Options& options) {
  std::unique_ptr<Loader> loader(new Loader());
  loader->options_ = options;
  if (options.engine == Engine::kWasmtime) {
    auto engine = wasm::Engine::Create();
    if (!engine) return engine.error();
    loader->engine_ = std::move(*engine);
  }
  if (!options.disk_cache) return loader;
  std::string directory =
      options.cache_directory.empty() ? wasm::ModuleCache::DefaultDirectory() : options.cache_directory;
  // The user has no place of their own.
  if (directory.empty()) return loader;
  auto cache = wasm::ModuleCache::Open(std::move(directory));
  if (!cache) return cache.error();
  loader->cache_ = std::make_unique<const wasm::ModuleCache>(std::move(*cache));
  return loader;
}

Expected<std::shared_ptr<const ImageFile>> Loader::Open(const std::string& path) const {
  return ImageFile::Open(path, cache_ ? &cache_->directory() : nullptr);
}

Expected<std::shared_ptr<const wasm::Program>> Loader::LinkCompiled(const ImageFile& image,
                                                                    const Progress& progress) const {
  const auto compile = [&]() -> Expected<wasm::ModulePtr> {
    if (progress) {
      progress("compiling " + image.info().language + " for this machine" +
               (cache_ ? " (once; kept in " + cache_->directory().path() + ")" : " (no cache)"));
    }
    auto module = image.ReadModule();
    if (!module) return module.error();
    return engine_->Compile(*module);
  };
  auto module = cache_ ? cache_->Load(*engine_, image.info().module_hash, compile) : compile();
  if (!module) return module.error();
  return LinkProgram(engine_, std::move(*module));
}

Expected<std::shared_ptr<const wasm::Program>> Loader::LinkAhead(const ImageFile& image) const {
  const ImageInfo& info = image.info();
  // Not beside the image itself: whoever gives somebody an image gives a guest, and not code that runs outside.
  const std::string name = info.variant.empty() ? info.language : info.language + "-" + info.variant;
  std::shared_ptr<const wasm::NativeCode> code;
  const auto path = FindImage(options_.image_directory, name);
  if (path) {
    auto found = wasm::NativeCode::Find(std::filesystem::path(*path).parent_path().string(), info.module_hash,
                                        cache_ ? &cache_->directory() : nullptr);
    if (!found) return found.error();
    code = std::move(*found);
  }
  if (!code) {
    return Error{
        ErrorKind::kUnavailable,
        "there is no native code for " + name +
            (path ? " beside " + *path + ", or it is that of another build" : std::string()) +
            ": only the languages that goru/engine.hpp names are compiled ahead of time (`make native`); use the "
            "engine wasmtime (--engine wasmtime, WithEngine)"};
  }
  return LinkAheadOfTime(std::move(code));
}

Expected<std::shared_ptr<const Runtime>> Loader::LoadRuntime(const ImageFile& image, const Progress& progress) const {
  auto program = options_.engine == Engine::kNative ? LinkAhead(image) : LinkCompiled(image, progress);
  if (!program) return program.error();
  return Runtime::Create(std::move(*program), image);
}

Expected<std::shared_ptr<SandboxFactory>> Loader::Load(const ImageFile& image, const Progress& progress) const {
  auto runtime = LoadRuntime(image, progress);
  if (!runtime) return runtime.error();
  return std::shared_ptr<SandboxFactory>(std::make_shared<WasmFactory>(std::move(*runtime)));
}

}  // namespace goru::guest
