// SPDX-License-Identifier: Apache-2.0
#include "decode/ja4.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/checksum.h"

namespace flowtell {
namespace {

using Codes = std::vector<std::uint16_t>;

enum Extension : std::uint16_t {
  kServerName = 0x0000,
  kSignatureAlgorithms = 0x000d,
  kAlpn = 0x0010,
  kSupportedVersions = 0x002b,
};

// What the fingerprint is made of, without GREASE, in the hello's order.
struct Offer {
  std::uint16_t version = 0;
  Codes ciphers;
  Codes extensions;
  Codes algorithms;
  Bytes protocol;  // the first
};

// 0x0a0a, 0x1a1a, … 0xfafa
bool is_grease(std::uint16_t code) {
  return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

// False if the list is malformed.
bool read_codes(Bytes list, Codes& codes) {
  ByteReader reader(list);
  while (reader.left() > 0) {
    const std::uint16_t code = reader.u16();
    if (!reader.ok()) return false;
    if (!is_grease(code)) codes.push_back(code);
  }
  return true;
}

bool read_versions(ByteReader content, Offer& offer) {
  Codes versions;
  const Bytes list = content.take(content.u8());
  if (!content.ok() || !read_codes(list, versions)) return false;
  const auto highest = std::max_element(versions.begin(), versions.end());
  offer.version = highest == versions.end() ? std::uint16_t{0} : *highest;
  return true;
}

bool read_protocols(ByteReader content, Offer& offer) {
  ByteReader list(content.take(content.u16()));
  while (list.left() > 0) {
    const Bytes name = list.take(list.u8());
    if (!list.ok()) return false;
    if (name.size() == 2 &&
        is_grease(load<std::uint16_t>(name.data(), ByteOrder::kBig))) {
      continue;
    }
    offer.protocol = name;
    break;
  }
  return content.ok();
}

bool read_extension(std::uint16_t type, ByteReader content, Offer& offer) {
  switch (type) {
    case kSupportedVersions:
      return read_versions(content, offer);
    case kAlpn:
      return read_protocols(content, offer);
    case kSignatureAlgorithms: {
      const Bytes list = content.take(content.u16());
      return content.ok() && read_codes(list, offer.algorithms);
    }
    default:
      return true;
  }
}

bool read_extensions(ByteReader extensions, Offer& offer) {
  while (extensions.left() > 0) {
    const std::uint16_t type = extensions.u16();
    const ByteReader content(extensions.take(extensions.u16()));
    if (!extensions.ok()) return false;
    if (is_grease(type)) continue;
    offer.extensions.push_back(type);
    if (!read_extension(type, content, offer)) return false;
  }
  return true;
}

std::optional<Offer> read_offer(Bytes hello) {
  constexpr std::uint8_t kClientHello = 1;
  ByteReader message(hello);
  if (message.u8() != kClientHello) return std::nullopt;
  const std::uint32_t high = message.u8();
  ByteReader body(message.take(high << 16 | message.u16()));
  Offer offer;
  offer.version = body.u16();
  body.skip(32);         // random
  body.skip(body.u8());  // session
  const Bytes ciphers = body.take(body.u16());
  body.skip(body.u8());  // compression methods
  if (!body.ok() || !read_codes(ciphers, offer.ciphers)) return std::nullopt;
  if (body.left() == 0) return offer;  // of a client without extensions
  const ByteReader extensions(body.take(body.u16()));
  if (!body.ok() || !read_extensions(extensions, offer)) return std::nullopt;
  return offer;
}

std::string_view version_text(std::uint16_t version) {
  switch (version) {
    case 0x0304:
      return "13";
    case 0x0303:
      return "12";
    case 0x0302:
      return "11";
    case 0x0301:
      return "10";
    case 0x0300:
      return "s3";
    case 0x0002:
      return "s2";
    default:
      return "00";
  }
}

bool is_alphanumeric(std::uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
         (c >= 'a' && c <= 'z');
}

// The first and last character; if one is no letter or digit, the first and
// last digit of the name in hexadecimal.
std::string protocol_text(Bytes name) {
  if (name.empty()) return "00";
  const std::uint8_t first = name.front();
  const std::uint8_t last = name.back();
  if (is_alphanumeric(first) && is_alphanumeric(last)) {
    return {static_cast<char>(first), static_cast<char>(last)};
  }
  return fmt::format("{:x}{:x}", first >> 4, last & 0x0f);
}

// "1301,c02b"
std::string list_text(const Codes& codes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint16_t code : codes) {
    if (!text.empty()) text += ',';
    for (const int shift : {12, 8, 4, 0}) {
      text += kDigits[(code >> shift) & 15u];
    }
  }
  return text;
}

std::string hash(const std::string& text) {
  constexpr std::size_t kDigits = 12;
  if (text.empty()) return std::string(kDigits, '0');
  return sha256(as_bytes(text)).substr(0, kDigits);
}

std::string cipher_hash(Codes ciphers) {
  std::sort(ciphers.begin(), ciphers.end());
  return hash(list_text(ciphers));
}

std::string extension_hash(Codes extensions, const Codes& algorithms) {
  std::erase_if(extensions, [](std::uint16_t type) {
    return type == kServerName || type == kAlpn;
  });
  std::sort(extensions.begin(), extensions.end());
  std::string text = list_text(extensions);
  if (!algorithms.empty()) text += '_' + list_text(algorithms);
  return hash(text);
}

}  // namespace

std::string ja4(Bytes hello, HelloTransport transport) {
  constexpr std::size_t kMaxCount = 99;
  const auto offer = read_offer(hello);
  if (!offer) return {};
  const bool has_name = std::ranges::find(offer->extensions, kServerName) !=
                        offer->extensions.end();
  return fmt::format("{}{}{}{:02}{:02}{}_{}_{}", static_cast<char>(transport),
                     version_text(offer->version), has_name ? 'd' : 'i',
                     std::min(offer->ciphers.size(), kMaxCount),
                     std::min(offer->extensions.size(), kMaxCount),
                     protocol_text(offer->protocol),
                     cipher_hash(offer->ciphers),
                     extension_hash(offer->extensions, offer->algorithms));
}

}  // namespace flowtell
