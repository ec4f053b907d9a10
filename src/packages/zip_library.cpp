#include "packages/zip_library.hpp"

#include "support/dynamic_library.hpp"

namespace goru::packages {
namespace {

Expected<ZipLibrary> Load() {
  auto library = support::DynamicLibrary::Load("libzip.so.4");
  // Later releases of libzip have another name and the same functions.
  if (!library) library = support::DynamicLibrary::Load("libzip.so.5");
  if (!library) {
    return Error{ErrorKind::kUnavailable, "libzip is needed to read packages; on Debian: apt-get install libzip4 (" +
                                              library.error().message + ")"};
  }
  ZipLibrary zip;
  const bool complete = library->Find("zip_fdopen", zip.fdopen) && library->Find("zip_discard", zip.discard) &&
                        library->Find("zip_get_num_entries", zip.get_num_entries) &&
                        library->Find("zip_get_name", zip.get_name) &&
                        library->Find("zip_stat_index", zip.stat_index) &&
                        library->Find("zip_file_get_external_attributes", zip.get_external_attributes) &&
                        library->Find("zip_fopen_index", zip.fopen_index) && library->Find("zip_fread", zip.fread) &&
                        library->Find("zip_fclose", zip.fclose);
  if (!complete) return Error{ErrorKind::kUnavailable, "the installed libzip lacks a function that goru needs"};
  return zip;
}

}  // namespace

Expected<const ZipLibrary*> ZipLibrary::Get() {
  static const Expected<ZipLibrary> library = Load();
  if (!library) return library.error();
  return &*library;
}

}  // namespace goru::packages
