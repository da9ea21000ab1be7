// SPDX-License-Identifier: Apache-2.0
#include "decode/anonymiser.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace flowtell {
namespace {

constexpr std::size_t kBlock = 16;  // of AES
constexpr std::size_t kAddressSlots = 4096;
constexpr std::size_t kNameSlots = 1024;

// 50 bits: a collision among a million names is unlikely.
constexpr std::size_t kTokenLength = 10;

std::optional<std::uint8_t> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::array<std::uint8_t, 32> hmac(Bytes key, std::string_view text) {
  std::array<std::uint8_t, 32> out{};
  const auto* result =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
           out.data(), nullptr);
  require(result != nullptr, "libcrypto has HMAC with SHA-256");
  return out;
}

}  // namespace

Result<AnonymiserKey> AnonymiserKey::parse(std::string_view content) {
  AnonymiserKey key;
  if (content.size() == key.bytes.size()) {
    std::ranges::copy(content, key.bytes.begin());
    return key;
  }
  const std::size_t end = content.find_last_not_of(" \t\r\n");
  content = content.substr(0, end == content.npos ? 0 : end + 1);
  bool is_hex = content.size() == 2 * key.bytes.size();
  for (std::size_t i = 0; is_hex && i < key.bytes.size(); ++i) {
    const auto high = digit(content[2 * i]);
    const auto low = digit(content[2 * i + 1]);
    is_hex = high && low;
    if (is_hex) key.bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  if (is_hex) return key;
  return fail(ErrorKind::kCorrupt,
              "a key is 32 bytes or 64 hexadecimal digits; make one with "
              "'head -c 32 /dev/urandom'");
}

void Anonymiser::FreeCipher::operator()(EVP_CIPHER_CTX* cipher) const {
  EVP_CIPHER_CTX_free(cipher);
}

Anonymiser::Anonymiser(const AnonymiserKey& key)
    : cipher_(EVP_CIPHER_CTX_new()),
      name_key_(hmac(key.bytes, "flowtell names")),
      addresses_(kAddressSlots),
      names_(kNameSlots) {
  require(
      cipher_ && EVP_EncryptInit_ex(cipher_.get(), EVP_aes_128_ecb(), nullptr,
                                    key.bytes.data(), nullptr) == 1,
      "libcrypto has AES-128");
  EVP_CIPHER_CTX_set_padding(cipher_.get(), 0);
  encrypt(Bytes(key.bytes).last(kBlock), pad_);
}

Anonymiser::Anonymiser(Anonymiser&&) noexcept = default;
Anonymiser& Anonymiser::operator=(Anonymiser&&) noexcept = default;
Anonymiser::~Anonymiser() = default;

void Anonymiser::encrypt(Bytes blocks, std::span<std::uint8_t> out) {
  int size = 0;
  require(EVP_EncryptUpdate(cipher_.get(), out.data(), &size, blocks.data(),
                            static_cast<int>(blocks.size())) == 1 &&
              static_cast<std::size_t>(size) == blocks.size(),
          "AES encrypts whole blocks");
}

Address Anonymiser::address(const Address& address) {
  CachedAddress& cached = addresses_[keyed_hash(address.bytes) % kAddressSlots];
  if (!cached.is_valid || cached.from != address) {
    cached = {address, mapped(address), true};
  }
  return cached.to;
}

// Encrypts all blocks at once. The block of each bit holds the bits before it,
// followed by those of the pad.
Address Anonymiser::mapped(const Address& address) {
  constexpr std::size_t kMaxBits = 128;
  const std::size_t at = address.is_v4() ? 12 : 0;
  const std::size_t bits = 8 * (address.bytes.size() - at);
  std::array<std::uint8_t, kMaxBits * kBlock> blocks{};
  std::array<std::uint8_t, kMaxBits * kBlock> flips{};
  for (std::size_t bit = 0; bit < bits; ++bit) {
    std::uint8_t* const block = &blocks[bit * kBlock];
    std::copy(pad_.begin(), pad_.end(), block);
    std::copy_n(&address.bytes[at], bit / 8, block);
    if (bit % 8 == 0) continue;
    const std::size_t byte = bit / 8;
    const unsigned mask = 0xff00u >> (bit % 8) & 0xffu;
    block[byte] = static_cast<std::uint8_t>((address.bytes[at + byte] & mask) |
                                            (pad_[byte] & ~mask));
  }
  encrypt(Bytes(blocks).first(bits * kBlock), flips);
  Address mapped = address;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const unsigned flip = flips[bit * kBlock] >> 7;
    mapped.bytes[at + bit / 8] ^=
        static_cast<std::uint8_t>(flip << (7 - bit % 8));
  }
  return mapped;
}

std::string_view Anonymiser::name(std::string_view name) {
  if (name.empty()) return {};
  CachedName& cached = names_[keyed_hash(name) % kNameSlots];
  if (cached.from != name) cached = {std::string(name), mapped(name)};
  return cached.to;
}

std::string Anonymiser::mapped(std::string_view name) const {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t dot = name.find('.', at);
    if (dot != at && at < name.size()) out += token("name", name.substr(at));
    if (dot == name.npos) return out;
    out += '.';
    at = dot + 1;
  }
}

std::string Anonymiser::capture(std::string_view path) const {
  if (path == "-") return "-";
  return "capture-" + token("capture", path);
}

Anonymiser::Mac Anonymiser::mac(const Mac& mac) const {
  constexpr std::uint8_t kGroup = 1;
  constexpr std::uint8_t kLocal = 2;  // IEEE 802, 8.4: locally administered
  if (std::ranges::all_of(mac, [](auto byte) { return byte == 0xff; })) {
    return mac;
  }
  const Digest digest = this->digest("mac", as_text(mac));
  Mac mapped;
  std::copy_n(digest.begin(), mapped.size(), mapped.begin());
  mapped[0] = static_cast<std::uint8_t>((mapped[0] & ~kGroup) |
                                        (mac[0] & kGroup) | kLocal);
  return mapped;
}

std::string Anonymiser::networks(std::string_view list) {
  std::vector<std::string> mapped_networks;
  for (const std::string_view network : split(list, ',')) {
    const std::size_t slash = network.find('/');
    const auto from = Address::parse(network.substr(0, slash));
    require(from.has_value(), "a list of networks");
    Address to = address(*from);
    const std::size_t at = from->is_v4() ? 12 : 0;
    std::size_t bits = 8 * (to.bytes.size() - at);
    if (slash != network.npos) {
      bits = parse_number<std::size_t>(network.substr(slash + 1)).value();
    }
    for (std::size_t bit = bits; at + bit / 8 < to.bytes.size(); ++bit) {
      to.bytes[at + bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
    }
    mapped_networks.push_back(fmt::format("{}/{}", to.text(), bits));
  }
  return fmt::format("{}", fmt::join(mapped_networks, ","));
}

Anonymiser::Digest Anonymiser::digest(std::string_view kind,
                                      std::string_view value) const {
  return hmac(name_key_, fmt::format("{}:{}", kind, value));
}

Station Anonymiser::station(Station station) {
  if (station == 0) return 0;
  if (station == station_.from) return station_.to;
  Mac bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(station >> (8 * (5 - i)));
  }
  station_ = {station, 0};
  for (const std::uint8_t byte : mac(bytes)) {
    station_.to = station_.to << 8 | byte;
  }
  return station_.to;
}

std::string_view Anonymiser::device_name(std::string_view name) {
  if (name.empty()) return {};
  if (device_name_.from != name) {
    device_name_ = {std::string(name), "device-" + token("device", name)};
  }
  return device_name_.to;
}

// Base32 letters and digits (RFC 4648, section 6), five bits each.
std::string Anonymiser::token(std::string_view kind,
                              std::string_view value) const {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  const Digest digest = this->digest(kind, value);
  std::uint64_t bits = load<std::uint64_t>(digest.data(), ByteOrder::kBig);
  std::string text;
  for (std::size_t i = 0; i < kTokenLength; ++i) {
    text += kLetters[static_cast<std::size_t>(bits >> 59)];
    bits <<= 5;
  }
  return text;
}

}  // namespace flowtell
