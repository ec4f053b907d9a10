// libzip, loaded when the first wheel is read: programs that read none start without it.
#pragma once

#include <zip.h>

#include "goru/error.hpp"

namespace goru::packages {

struct ZipLibrary {
  decltype(&::zip_fdopen) fdopen = nullptr;
  decltype(&::zip_discard) discard = nullptr;
  decltype(&::zip_get_num_entries) get_num_entries = nullptr;
  decltype(&::zip_get_name) get_name = nullptr;
  decltype(&::zip_stat_index) stat_index = nullptr;
  decltype(&::zip_file_get_external_attributes) get_external_attributes = nullptr;
  decltype(&::zip_fopen_index) fopen_index = nullptr;
  decltype(&::zip_fread) fread = nullptr;
  decltype(&::zip_fclose) fclose = nullptr;

  /// kUnavailable: it is not installed.
  static Expected<const ZipLibrary*> Get();
};

}  // namespace goru::packages
