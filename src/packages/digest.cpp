#include "packages/digest.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "packages/cancelled.hpp"
#include "support/dynamic_library.hpp"

namespace goru::packages {
namespace {

struct Crypto {
  decltype(&::EVP_get_digestbyname) by_name = nullptr;
  decltype(&::EVP_MD_CTX_new) make = nullptr;
  decltype(&::EVP_MD_CTX_free) free = nullptr;
  decltype(&::EVP_DigestInit_ex) init = nullptr;
  decltype(&::EVP_DigestUpdate) update = nullptr;
  decltype(&::EVP_DigestFinal_ex) final = nullptr;
};

Expected<Crypto> LoadCrypto() {
  auto library = support::DynamicLibrary::Load("libcrypto.so.3");
  if (!library)
    return Error{ErrorKind::kUnavailable, "OpenSSL 3 is needed to check packages: " + library.error().message};
  Crypto crypto;
  if (!library->Find("EVP_get_digestbyname", crypto.by_name) || !library->Find("EVP_MD_CTX_new", crypto.make) ||
      !library->Find("EVP_MD_CTX_free", crypto.free) || !library->Find("EVP_DigestInit_ex", crypto.init) ||
      !library->Find("EVP_DigestUpdate", crypto.update) || !library->Find("EVP_DigestFinal_ex", crypto.final)) {
    return Error{ErrorKind::kUnavailable, "libcrypto.so.3 is not OpenSSL 3"};
  }
  return crypto;
}

const Expected<Crypto>& TheCrypto() {
  static const Expected<Crypto> crypto = LoadCrypto();
  return crypto;
}

/// How much is hashed or read between two looks at a stop: about a millisecond.
constexpr size_t kPiece = size_t{512} << 10;

/// One hash, piece by piece.
class Hash {
 public:
  Hash(const Crypto& crypto, const std::string& algorithm) : crypto_(crypto), context_(crypto.make(), crypto.free) {
    const EVP_MD* method = crypto_.by_name(algorithm.c_str());
    ok_ = context_ != nullptr && method != nullptr && crypto_.init(context_.get(), method, nullptr) == 1;
  }

  void Add(std::span<const uint8_t> bytes) {
    ok_ = ok_ && crypto_.update(context_.get(), bytes.data(), bytes.size()) == 1;
  }

  Expected<std::vector<uint8_t>> End(const std::string& algorithm) {
    std::vector<uint8_t> digest(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    ok_ = ok_ && crypto_.final(context_.get(), digest.data(), &size) == 1;
    if (!ok_) return Error{ErrorKind::kUnavailable, "libcrypto cannot compute " + algorithm};
    digest.resize(size);
    return digest;
  }

 private:
  const Crypto& crypto_;
  std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context_;
  bool ok_ = false;
};

std::string Hex(std::span<const uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

}  // namespace

Expected<std::vector<uint8_t>> Digest(const std::string& algorithm, std::span<const uint8_t> bytes,
                                      const std::stop_token& stop) {
  if (algorithm != "sha256" && algorithm != "sha384" && algorithm != "sha512") {
    return Error{ErrorKind::kUnavailable, "the hash " + algorithm.substr(0, 40) + " is not accepted"};
  }
  const Expected<Crypto>& crypto = TheCrypto();
  if (!crypto) return crypto.error();
  Hash hash(*crypto, algorithm);
  while (!bytes.empty()) {
    if (stop.stop_requested()) return Cancelled();
    const size_t length = std::min(bytes.size(), kPiece);
    hash.Add(bytes.first(length));
    bytes = bytes.subspan(length);
  }
  return hash.End(algorithm);
}

Expected<std::string> Sha256Hex(std::span<const uint8_t> bytes) {
  auto digest = Digest("sha256", bytes);
  if (!digest) return digest.error();
  return Hex(*digest);
}

Expected<std::string> Sha256HexOfFile(int fd, const std::stop_token& stop) {
  const Expected<Crypto>& crypto = TheCrypto();
  if (!crypto) return crypto.error();
  const std::string algorithm = "sha256";
  Hash hash(*crypto, algorithm);
  std::vector<uint8_t> piece(kPiece);
  for (off_t at = 0;;) {
    if (stop.stop_requested()) return Cancelled();
    const ssize_t n = ::pread(fd, piece.data(), piece.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{ErrorKind::kUnavailable, "it cannot be read"};
    if (n == 0) break;
    hash.Add(std::span(piece).first(static_cast<size_t>(n)));
    at += n;
  }
  auto digest = hash.End(algorithm);
  if (!digest) return digest.error();
  return Hex(*digest);
}

bool IsSha256Hex(std::string_view text) {
  constexpr size_t kDigits = 64;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace goru::packages
