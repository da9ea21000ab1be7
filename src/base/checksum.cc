// SPDX-License-Identifier: Apache-2.0
#include "base/checksum.h"

#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace flowtell {

std::uint32_t crc32(Bytes bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, bytes.data(), bytes.size()));
}

std::uint16_t internet_checksum(Bytes bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    sum += load<std::uint16_t>(&bytes[i], ByteOrder::kBig);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::array<std::uint8_t, 20> sha1(Bytes bytes) {
  // Looked up once: looking it up costs more than a short text's digest.
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm(
      EVP_MD_fetch(nullptr, "SHA1", nullptr), EVP_MD_free);
  std::array<std::uint8_t, 20> digest{};
  // Both fail only when out of memory.
  require_memory(algorithm != nullptr &&
                 EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr,
                            algorithm.get(), nullptr) == 1);
  return digest;
}

std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string base64(Bytes bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
  }
  void add(Bytes bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  std::string text() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
    return hex(Bytes(digest).first(size));
  }

 private:
  // These calls fail only when out of memory.
  static void check(int done) { require_memory(done == 1); }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

bool is_regular(const FileHandle& file) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

std::string sha256(Bytes bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.text();
}

std::optional<std::string> sha256_of_file(const FileHandle& file) {
  if (!is_regular(file)) return std::nullopt;
  Sha256 sum;
  std::vector<std::uint8_t> chunk(1 << 18);
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(file.get(), chunk.data(), chunk.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return sum.text();
    sum.add(Bytes(chunk).first(static_cast<std::size_t>(got)));
    at += got;
  }
}

}  // namespace flowtell
