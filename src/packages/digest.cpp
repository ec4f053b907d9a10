#include "packages/digest.hpp"

#include <openssl/evp.h>

#include <array>

#include "support/dynamic_library.hpp"

namespace goru::packages {
namespace {

struct Crypto {
  decltype(&::EVP_get_digestbyname) by_name = nullptr;
  decltype(&::EVP_Digest) digest = nullptr;
};

Expected<Crypto> LoadCrypto() {
  auto library = support::DynamicLibrary::Load("libcrypto.so.3");
  if (!library)
    return Error{ErrorKind::kUnavailable, "OpenSSL 3 is needed to check packages: " + library.error().message};
  Crypto crypto;
  if (!library->Find("EVP_get_digestbyname", crypto.by_name) || !library->Find("EVP_Digest", crypto.digest)) {
    return Error{ErrorKind::kUnavailable, "libcrypto.so.3 is not OpenSSL 3"};
  }
  return crypto;
}

}  // namespace

Expected<std::vector<uint8_t>> Digest(const std::string& algorithm, std::span<const uint8_t> bytes) {
  static const Expected<Crypto> crypto = LoadCrypto();
  if (!crypto) return crypto.error();
  if (algorithm != "sha256" && algorithm != "sha384" && algorithm != "sha512") {
    return Error{ErrorKind::kUnavailable, "the hash " + algorithm + " is not accepted"};
  }
  std::vector<uint8_t> digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  const EVP_MD* method = crypto->by_name(algorithm.c_str());
  if (method == nullptr || crypto->digest(bytes.data(), bytes.size(), digest.data(), &size, method, nullptr) != 1) {
    return Error{ErrorKind::kUnavailable, "libcrypto cannot compute " + algorithm};
  }
  digest.resize(size);
  return digest;
}

Expected<std::string> Sha256Hex(std::span<const uint8_t> bytes) {
  auto digest = Digest("sha256", bytes);
  if (!digest) return digest.error();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : *digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

}  // namespace goru::packages
