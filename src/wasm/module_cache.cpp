#include "wasm/module_cache.hpp"

#include <cstdlib>

#include "support/content_hash.hpp"

namespace goru::wasm {

Expected<ModuleCache> ModuleCache::Open(std::string directory) {
  auto opened = support::PrivateDirectory::Open(std::move(directory));
  if (!opened) return opened.error();
  return ModuleCache(std::move(*opened));
}

std::string ModuleCache::DefaultDirectory() {
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg != nullptr && xdg[0] == '/') return std::string(xdg) + "/goru/compiled";
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') return std::string(home) + "/.cache/goru/compiled";
  return {};
}

Expected<ModulePtr> ModuleCache::Load(const Engine& engine, const std::string& module_hash,
                                      const std::function<Expected<ModulePtr>()>& compile) const {
  const std::string key = Engine::CompatibilityKey() + ";" + module_hash;
  const std::string name = support::HashOf({reinterpret_cast<const uint8_t*>(key.data()), key.size()}).Hex() + ".cwasm";
  if (directory_.Find(name)) {
    // The engine opens it by its name once more; what is there by then was renamed into place whole.
    if (auto module = engine.DeserializeFile(directory_.PathOf(name))) return module;
  }
  auto module = compile();
  if (!module) return module;
  if (const auto bytes = engine.Serialize(**module)) {
    directory_.Put(name, [&bytes](support::PrivateDirectory::Writer& writer) { return writer.Append(*bytes); });
  }
  return module;
}

}  // namespace goru::wasm
