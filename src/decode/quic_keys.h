// SPDX-License-Identifier: Apache-2.0
//
// Removes the protection of a client's Initial packets. It guards against
// accidents, not readers: the keys follow from the connection id that the
// client chose and a salt printed in the standard (RFC 9001, section 5.2 and
// appendix A; RFC 9369, section 3.3, for version 2).
//
//   secret   = HKDF-Extract(salt of the version, connection id)
//   client   = HKDF-Expand-Label(secret, "client in")
//   key, iv, hp = HKDF-Expand-Label(client, "quic key" | "quic iv" | "quic hp")
//
// Header protection is AES-128-ECB of a sample of the ciphertext (RFC 9001,
// 5.4); the payload uses AES-128-GCM (5.3). If the capture cut the packet, its
// tag is missing and cannot be checked. The front is decrypted all the same,
// as GCM is a keystream, and readers of the frames must tolerate garbage.
//
// One thread at a time. Cost: five HMACs for a new connection id, otherwise two
// short runs of AES. Cipher contexts are created once.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "decode/quic_header.h"

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;

namespace flowtell {

// The input to a connection's Initial keys.
struct QuicSeed {
  static constexpr std::size_t kMaxSize = 20;

  QuicSeed() = default;
  explicit QuicSeed(const QuicInitial& initial);

  QuicVersion version = QuicVersion::k1;
  std::uint8_t size = 0;
  std::array<std::uint8_t, kMaxSize> id{};

  bool operator==(const QuicSeed&) const = default;
};

class QuicKeys {
 public:
  QuicKeys();
  ~QuicKeys();
  QuicKeys(QuicKeys&&) noexcept;
  QuicKeys& operator=(QuicKeys&&) noexcept;

  // The packet's decrypted payload: its frames. Empty if the seed's keys do not
  // match. Valid until the next call.
  Bytes open(const QuicSeed& seed, const QuicInitial& initial);

 private:
  static constexpr std::size_t kKey = 16;
  static constexpr std::size_t kIv = 12;
  static constexpr std::size_t kSecret = 32;
  using Secret = std::array<std::uint8_t, kSecret>;
  struct FreeCipher {
    void operator()(evp_cipher_ctx_st* cipher) const;
  };
  struct FreeMac {
    void operator()(evp_mac_ctx_st* mac) const;
  };

  // The first bytes of a packet, unprotected.
  struct Header {
    std::array<std::uint8_t, 5> clear{};  // its first byte; its packet number
    std::size_t number_size = 0;
    bool ok = false;
  };

  bool derive(const QuicSeed& seed);
  bool hmac(Bytes key, Bytes message, Secret& out);
  bool expand(Bytes secret, std::string_view label,
              std::span<std::uint8_t> out);
  Header unmask(const QuicInitial& initial);
  bool decrypt(const QuicInitial& initial, const Header& header);

  std::unique_ptr<evp_cipher_ctx_st, FreeCipher> mask_;
  std::unique_ptr<evp_cipher_ctx_st, FreeCipher> payload_;
  std::unique_ptr<evp_mac_ctx_st, FreeMac> mac_;
  QuicSeed seed_;
  bool has_seed_ = false;
  std::array<std::uint8_t, kIv> iv_{};
  std::array<std::uint8_t, kKey> key_{};
  std::vector<std::uint8_t> header_;  // of the current packet, unprotected
  std::vector<std::uint8_t> plaintext_;
};

}  // namespace flowtell
