// What pip reports, and the addresses in it, which are an index's.
#include "packages/pip_report.hpp"

#include <cstdint>

#include "packages/digest.hpp"
#include "packages/names.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace packages = goru::packages;
  using goru::fuzz::Require;
  const std::string_view text = goru::fuzz::Text(data, size);
  const std::string name = packages::FileNameOfUrl(text);
  Require(name.empty() || goru::fuzz::IsBelow(name));
  Require(name.find('/') == std::string::npos);
  const auto report = packages::ReadPipReport(text, "yanked version: 'cup'", {});
  if (!report) {
    Require(report.error().message.find_first_of("\r\n") == std::string::npos);
    return 0;
  }
  for (const packages::Resolved& package : *report) {
    Require(packages::CanonicalName(package.name) == package.name);
    Require(goru::fuzz::IsBelow(package.file_name) && package.file_name.find('/') == std::string::npos);
    Require(goru::fuzz::IsBelow(package.version) && package.version.find('/') == std::string::npos);
    Require(package.sha256.empty() || packages::IsSha256Hex(package.sha256));
    Require(packages::ParseRequirement(package.name + "==" + package.version).ok());
  }
  return 0;
}
