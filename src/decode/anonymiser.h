// SPDX-License-Identifier: Apache-2.0
//
// Pseudonyms for identifying values: addresses, host names, capture paths.
// One key always gives the same pseudonyms, so outputs made with it can be
// compared. Without the key they can be reversed only by guessing
// (docs/privacy.md says which).
//
// Addresses are mapped by Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-Preserving
// IP Address Anonymization", ICNP 2002). The mapping is one to one and keeps
// the length of the common prefix of any two addresses. Each bit is flipped or
// kept by the first bit of AES over all bits before it. Version 4 is mapped
// over its 32 bits, version 6 over its 128, as in other implementations.
//
// Names are mapped label by label. Each label becomes a keyed hash of itself
// and all labels to its right, so common suffixes are preserved. Only these
// and the number of labels are visible.
//
// One thread at a time. Recent mappings are cached in fixed memory, apart from
// the length of the names.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "decode/address.h"
#include "decode/link_ends.h"

using EVP_CIPHER_CTX = struct evp_cipher_ctx_st;

namespace flowtell {

// A Crypto-PAn key: 16 bytes of AES-128 key, then 16 that make the padding.
struct AnonymiserKey {
  std::array<std::uint8_t, 32> bytes{};

  // Parses a file's content: 32 bytes, or 64 hexadecimal digits with optional
  // trailing white space. A shorter secret could be found by brute force.
  static Result<AnonymiserKey> parse(std::string_view content);
};

class Anonymiser {
 public:
  using Mac = std::array<std::uint8_t, 6>;

  explicit Anonymiser(const AnonymiserKey& key);
  Anonymiser(Anonymiser&&) noexcept;
  Anonymiser& operator=(Anonymiser&&) noexcept;
  ~Anonymiser();

  Address address(const Address& address);

  // "www.example.com" as "mbq4zkcd2i.g7tqne5xxa.ohdp3b6ivr". Empty labels
  // stay empty: ".com" as ".ohdp3b6ivr". Valid until the next call.
  std::string_view name(std::string_view name);

  // "home/news/monday.pcap" as "capture-4rd2nhaeqy"; "-" is kept.
  std::string capture(std::string_view path) const;

  // Keeps the group bit, and broadcast as a whole. Other results are marked as
  // locally administered, so they match no vendor.
  Mac mac(const Mac& mac) const;
  // The same for a number; 0 stays 0.
  Station station(Station station);

  // "annas-phone" as "device-4rd2nhaeqy". Valid until the next call.
  std::string_view device_name(std::string_view name);

  // The networks, of the same size, that the addresses of "10.0.0.0/8,fc00::/7"
  // are mapped into. REQUIRES: a list that Lan::parse accepts.
  std::string networks(std::string_view list);

 private:
  struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* cipher) const;
  };
  using Digest = std::array<std::uint8_t, 32>;
  struct CachedAddress {
    Address from;
    Address to;
    bool is_valid = false;
  };
  struct CachedName {
    std::string from;
    std::string to;
  };

  Address mapped(const Address& address);
  std::string mapped(std::string_view name) const;
  void encrypt(Bytes blocks, std::span<std::uint8_t> out);
  Digest digest(std::string_view kind, std::string_view value) const;
  std::string token(std::string_view kind, std::string_view value) const;

  std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> cipher_;
  std::array<std::uint8_t, 16> pad_{};
  Digest name_key_{};
  std::vector<CachedAddress> addresses_;
  std::vector<CachedName> names_;
  CachedName device_name_;
  struct CachedStation {
    Station from = 0;
    Station to = 0;
  };
  CachedStation station_;
};

}  // namespace flowtell
