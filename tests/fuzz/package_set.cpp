// A directory of packages that somebody hands on: its list of what it holds.
#include "packages/package_set.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace fs = std::filesystem;
  using goru::fuzz::Require;
  static const goru::fuzz::Folder folder;
  static const std::string directory = folder.path() + "/p";
  static const bool made = [] {
    fs::create_directories(directory + "/cup");
    std::ofstream(directory + "/cup/x.py") << "x";
    return true;
  }();
  Require(made);
  const std::string_view text = goru::fuzz::Text(data, size);
  std::ofstream(directory + "/goru-packages.json", std::ios::binary | std::ios::trunc) << text;
  std::ofstream(directory + "/.python-version", std::ios::binary | std::ios::trunc) << text;
  const std::string python = goru::packages::PythonOfPackages(directory);
  Require(python.size() <= 64 && python.find('\n') == std::string::npos);
  const auto set = goru::packages::ReadPackageSet(directory);
  if (!set) return 0;
  auto staged = goru::packages::StagedSet::Begin(directory, {});
  Require(staged.ok());
  (void)staged->AddPresent(set->packages);
  // Whatever it names, it ends up in the new directory.
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    Require(name == "p" || name == ".p.new");
  }
  return 0;
}
