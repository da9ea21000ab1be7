// SPDX-License-Identifier: Apache-2.0
//
// Stand-ins for what names people: addresses, hosts, captures. The same key
// gives the same stand-ins, so outputs made under one key can be laid side by
// side; without the key nothing leads back but guesses (docs/privacy.md says
// which).
//
// Addresses are mapped by Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-Preserving
// IP Address Anonymization", ICNP 2002): one to one, and two addresses have as
// many leading bits in common after it as before. A bit is flipped, or not, by
// the first bit of AES under the key of all bits before it. Version 4 is mapped
// over its 32 bits, version 6 over its 128; both as other programs do it.
//
// Names are mapped label by label, each by a keyed hash of itself and all to
// its right: names that end alike still do, and nothing else shows but how many
// labels there are.
//
// One thread at a time: the last mappings are remembered, in fixed memory but
// for the names' lengths.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "decode/address.h"

using EVP_CIPHER_CTX = struct evp_cipher_ctx_st;

namespace flowtell {

// As Crypto-PAn has it: a key for AES-128, and what its padding is made of.
struct AnonymiserKey {
  std::array<std::uint8_t, 32> bytes{};

  // Of a file's content: 32 bytes, or 64 hexadecimal digits and white space
  // behind them. Nothing shorter: a word could be found by trying.
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

  // "www.example.com" as "mbq4zkcd2i.g7tqne5xxa.ohdp3b6ivr". An empty label
  // stays: "" as "", ".com" as ".ohdp3b6ivr". Valid until the next call.
  std::string_view name(std::string_view name);

  // "home/news/monday.pcap" as "capture-4rd2nhaeqy"; "-" stays.
  std::string capture(std::string_view path) const;

  // Whether it means a group stays; broadcast does as a whole. All others are
  // marked as given by hand, so that they look like nobody's.
  Mac mac(const Mac& mac) const;

  // "10.0.0.0/8,fc00::/7" as the networks that their addresses are mapped into,
  // which are as large. REQUIRES: a list that Lan::parse takes.
  std::string networks(std::string_view list);

 private:
  struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* cipher) const;
  };
  using Digest = std::array<std::uint8_t, 32>;
  struct KnownAddress {
    Address from;
    Address to;
    bool is_known = false;
  };
  struct KnownName {
    std::string from;
    std::string to;
  };

  Address mapped(const Address& address);
  std::string mapped(std::string_view name) const;
  void encrypt(Bytes blocks, std::span<std::uint8_t> out);
  Digest digest(std::string_view what, std::string_view of) const;
  std::string word(std::string_view what, std::string_view of) const;

  std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> cipher_;
  std::array<std::uint8_t, 16> pad_{};
  Digest name_key_{};
  std::vector<KnownAddress> addresses_;
  std::vector<KnownName> names_;
};

}  // namespace flowtell
