// SPDX-License-Identifier: Apache-2.0
#include "decode/quic_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>

namespace flowtell {
namespace {

using Salt = std::array<std::uint8_t, 20>;

constexpr Salt kSalt1 = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34,
                         0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8,
                         0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr Salt kSalt2 = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6,
                         0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26,
                         0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
constexpr Salt kSaltDraft22 = {0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb,
                               0xe9, 0x19, 0x3a, 0x96, 0xcd, 0x21, 0x51,
                               0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a};
constexpr Salt kSaltDraft23 = {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb,
                               0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4,
                               0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02};
constexpr Salt kSaltDraft29 = {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2,
                               0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61,
                               0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};

const Salt& salt_of(QuicVersion version) {
  switch (protection_of(version)) {
    case QuicProtection::kDraft22:
      return kSaltDraft22;
    case QuicProtection::kDraft23:
      return kSaltDraft23;
    case QuicProtection::kDraft29:
      return kSaltDraft29;
    case QuicProtection::k2:
      return kSalt2;
    case QuicProtection::k1:
    case QuicProtection::kNone:
      break;
  }
  return kSalt1;
}

constexpr std::size_t kSample = 16;
constexpr std::size_t kMaxNumberSize = 4;
constexpr std::size_t kTag = 16;

EVP_CIPHER_CTX* make_cipher(const char* name) {
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  if (cipher != nullptr && context != nullptr) {
    EVP_CipherInit_ex2(context, cipher, nullptr, nullptr, 0, nullptr);
  }
  EVP_CIPHER_free(cipher);
  return context;
}

EVP_MAC_CTX* make_hmac() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = mac != nullptr ? EVP_MAC_CTX_new(mac) : nullptr;
  EVP_MAC_free(mac);
  if (context == nullptr) return nullptr;
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  EVP_MAC_CTX_set_params(context, params);
  return context;
}

}  // namespace

QuicSeed::QuicSeed(const QuicInitial& initial)
    : version(initial.version),
      size(static_cast<std::uint8_t>(
          std::min(initial.destination_id.size(), kMaxSize))) {
  std::copy_n(initial.destination_id.begin(), size, id.begin());
}

void QuicKeys::FreeCipher::operator()(EVP_CIPHER_CTX* cipher) const {
  EVP_CIPHER_CTX_free(cipher);
}
void QuicKeys::FreeMac::operator()(EVP_MAC_CTX* mac) const {
  EVP_MAC_CTX_free(mac);
}

QuicKeys::QuicKeys()
    : mask_(make_cipher("AES-128-ECB")),
      payload_(make_cipher("AES-128-GCM")),
      mac_(make_hmac()) {}
QuicKeys::~QuicKeys() = default;
QuicKeys::QuicKeys(QuicKeys&&) noexcept = default;
QuicKeys& QuicKeys::operator=(QuicKeys&&) noexcept = default;

Bytes QuicKeys::open(const QuicSeed& seed, const QuicInitial& initial) {
  if (!mask_ || !payload_ || !mac_) return {};  // libcrypto lacks a cipher
  if (!has_seed_ || !(seed == seed_)) {
    seed_ = seed;
    has_seed_ = derive(seed);
    if (!has_seed_) return {};
  }
  const Header header = unmask(initial);
  if (!header.ok || !decrypt(initial, header)) return {};
  return plaintext_;
}

// --- keys (RFC 5869; RFC 8446, section 7.1, for the labels) ------------------

bool QuicKeys::hmac(Bytes key, Bytes message, Secret& out) {
  std::size_t size = 0;
  return EVP_MAC_init(mac_.get(), key.data(), key.size(), nullptr) == 1 &&
         EVP_MAC_update(mac_.get(), message.data(), message.size()) == 1 &&
         EVP_MAC_final(mac_.get(), out.data(), &size, out.size()) == 1;
}

// REQUIRES: at most one block of output, and a label below 40 bytes.
bool QuicKeys::expand(Bytes secret, std::string_view label,
                      std::span<std::uint8_t> out) {
  constexpr std::string_view kPrefix = "tls13 ";
  std::array<std::uint8_t, 64> info{};
  std::size_t at = 0;
  const auto put = [&](std::size_t byte) {
    info[at++] = static_cast<std::uint8_t>(byte);
  };
  put(0);
  put(out.size());
  put(kPrefix.size() + label.size());
  for (const char c : kPrefix) put(static_cast<std::uint8_t>(c));
  for (const char c : label) put(static_cast<std::uint8_t>(c));
  put(0);  // no context
  put(1);  // the first block
  Secret block;
  if (!hmac(secret, Bytes(info).first(at), block)) return false;
  std::copy_n(block.begin(), out.size(), out.begin());
  return true;
}

bool QuicKeys::derive(const QuicSeed& seed) {
  const bool is_v2 = protection_of(seed.version) == QuicProtection::k2;
  Secret initial;
  Secret client;
  std::array<std::uint8_t, kKey> mask{};
  return hmac(salt_of(seed.version), Bytes(seed.id).first(seed.size),
              initial) &&
         expand(initial, "client in", client) &&
         expand(client, is_v2 ? "quicv2 key" : "quic key", key_) &&
         expand(client, is_v2 ? "quicv2 iv" : "quic iv", iv_) &&
         expand(client, is_v2 ? "quicv2 hp" : "quic hp", mask) &&
         EVP_EncryptInit_ex2(mask_.get(), nullptr, mask.data(), nullptr,
                             nullptr) == 1 &&
         EVP_DecryptInit_ex2(payload_.get(), nullptr, key_.data(), nullptr,
                             nullptr) == 1;
}

// --- one packet --------------------------------------------------------------

QuicKeys::Header QuicKeys::unmask(const QuicInitial& initial) {
  Header header;
  ByteReader reader(initial.packet);
  const std::uint8_t first = reader.u8();
  reader.skip(initial.number_at - 1);
  ByteReader number = reader;
  reader.skip(kMaxNumberSize);
  const Bytes sample = reader.take(kSample);
  if (!reader.ok()) return header;
  std::array<std::uint8_t, 2 * kSample> mask{};
  int size = 0;
  if (EVP_EncryptUpdate(mask_.get(), mask.data(), &size, sample.data(),
                        kSample) != 1) {
    return header;
  }
  header.clear[0] = first ^ (mask[0] & 0x0f);
  header.number_size = (header.clear[0] & 3u) + 1;
  for (std::size_t i = 1; i <= header.number_size; ++i) {
    header.clear[i] = number.u8() ^ mask[i];
  }
  // Two reserved bits must be 0 (RFC 9000, 17.2); with wrong keys they are 0 in
  // one case of four.
  header.ok = (header.clear[0] & 0x0c) == 0;
  return header;
}

bool QuicKeys::decrypt(const QuicInitial& initial, const Header& header) {
  const std::size_t payload_at = initial.number_at + header.number_size;
  if (initial.end < payload_at + kTag) return false;
  header_.assign(
      initial.packet.begin(),
      initial.packet.begin() + static_cast<std::ptrdiff_t>(payload_at));
  header_[0] = header.clear[0];
  auto nonce = iv_;
  for (std::size_t i = 0; i < header.number_size; ++i) {
    const std::uint8_t byte = header.clear[1 + i];
    header_[initial.number_at + i] = byte;
    nonce[kIv - header.number_size + i] ^= byte;
  }
  const std::size_t count =
      std::min(initial.packet.size(), initial.end - kTag) - payload_at;
  const Bytes cipher = initial.packet.subspan(payload_at, count);
  plaintext_.resize(count);
  EVP_CIPHER_CTX* const context = payload_.get();
  int size = 0;
  if (EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) !=
          1 ||
      EVP_DecryptUpdate(context, nullptr, &size, header_.data(),
                        static_cast<int>(header_.size())) != 1 ||
      EVP_DecryptUpdate(context, plaintext_.data(), &size, cipher.data(),
                        static_cast<int>(cipher.size())) != 1) {
    return false;
  }
  if (initial.is_cut()) return true;
  std::array<std::uint8_t, kTag> tag{};
  std::copy_n(initial.packet.end() - kTag, kTag, tag.begin());
  return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTag,
                             tag.data()) == 1 &&
         EVP_DecryptFinal_ex(context, plaintext_.data() + count, &size) == 1;
}

}  // namespace flowtell
