// Files that are to be key-value stores: another program's, damaged or forged.
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "goru/kv.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const goru::fuzz::Folder folder;
  static const std::string path = folder.path() + "/store.db";
  for (const char* beside : {"", "-journal", "-wal", "-shm"}) ::unlink((path + beside).c_str());
  std::ofstream(path, std::ios::binary) << goru::fuzz::Text(data, size);
  goru::KVLimits limits;
  limits.entries = 10;
  auto store = goru::KVStore::Open(path, limits);
  if (!store) {
    goru::fuzz::Require(!store.error().message.empty());
    return 0;
  }
  const auto keys = store->Keys();
  for (size_t i = 0; keys && i < keys->size() && i < limits.entries; ++i) (void)store->Get((*keys)[i]);
  (void)store->Set("a", "[1, 2]");
  (void)store->Get("a");
  (void)store->Delete("a");
  return 0;
}
