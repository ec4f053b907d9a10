#include "host/http/curl_library.hpp"

#include "support/dynamic_library.hpp"

namespace goru::host::http {

Expected<CurlLibrary> CurlLibrary::Load(const std::string& file) {
  const auto unavailable = [](const std::string& why) {
    return Error{ErrorKind::kUnavailable,
                 "http needs libcurl 7.85 or newer on the host (Debian: apt-get install libcurl4): " + why};
  };
  auto library = support::DynamicLibrary::Load(file);
  if (!library) return unavailable(library.error().message);
  CurlLibrary curl;
  const bool complete =
      library->Find("curl_global_init", curl.global_init) && library->Find("curl_free", curl.free) &&
      library->Find("curl_slist_append", curl.slist_append) &&
      library->Find("curl_slist_free_all", curl.slist_free_all) && library->Find("curl_url", curl.url) &&
      library->Find("curl_url_cleanup", curl.url_cleanup) && library->Find("curl_url_get", curl.url_get) &&
      library->Find("curl_url_set", curl.url_set) && library->Find("curl_url_strerror", curl.url_strerror) &&
      library->Find("curl_easy_init", curl.easy_init) && library->Find("curl_easy_setopt", curl.easy_setopt) &&
      library->Find("curl_easy_getinfo", curl.easy_getinfo) && library->Find("curl_easy_cleanup", curl.easy_cleanup) &&
      library->Find("curl_easy_strerror", curl.easy_strerror) && library->Find("curl_multi_init", curl.multi_init) &&
      library->Find("curl_multi_setopt", curl.multi_setopt) &&
      library->Find("curl_multi_add_handle", curl.multi_add_handle) &&
      library->Find("curl_multi_remove_handle", curl.multi_remove_handle) &&
      library->Find("curl_multi_socket_action", curl.multi_socket_action) &&
      library->Find("curl_multi_info_read", curl.multi_info_read) &&
      library->Find("curl_multi_cleanup", curl.multi_cleanup);
  if (!complete) return unavailable("the one that is there is too old");
  if (const CURLcode code = curl.global_init(CURL_GLOBAL_ALL); code != CURLE_OK) {
    return unavailable(curl.easy_strerror(code));
  }
  return curl;
}

const Expected<CurlLibrary>& CurlLibrary::Shared() {
  static const Expected<CurlLibrary> library = Load("libcurl.so.4");
  return library;
}

}  // namespace goru::host::http
