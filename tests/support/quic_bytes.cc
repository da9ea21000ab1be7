// SPDX-License-Identifier: Apache-2.0
#include "support/quic_bytes.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>

#include "support/put.h"

namespace flowtell {
namespace {

const unsigned char* raw(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
int length_of(const std::string& text) { return static_cast<int>(text.size()); }

std::string hkdf(int mode, const std::string& key, const std::string& other,
                 std::size_t size) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY_derive_init(context.get());
  EVP_PKEY_CTX_set_hkdf_mode(context.get(), mode);
  EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256());
  EVP_PKEY_CTX_set1_hkdf_key(context.get(), raw(key), length_of(key));
  if (mode == EVP_PKEY_HKDEF_MODE_EXTRACT_ONLY) {
    EVP_PKEY_CTX_set1_hkdf_salt(context.get(), raw(other), length_of(other));
  } else {
    EVP_PKEY_CTX_add1_hkdf_info(context.get(), raw(other), length_of(other));
  }
  std::string out(size, '\0');
  EVP_PKEY_derive(context.get(), raw(out), &size);
  return out;
}

std::string expand(const std::string& secret, const std::string& label,
                   std::size_t size) {
  const std::string full = "tls13 " + label;
  std::string info;
  put(info, static_cast<std::uint16_t>(size), ByteOrder::kBig);
  info += static_cast<char>(full.size()) + full + '\0';
  return hkdf(EVP_PKEY_HKDEF_MODE_EXPAND_ONLY, secret, info, size);
}

std::string salt_of(QuicVersion version) {
  const auto number = static_cast<std::uint32_t>(version);
  if (number == 0x6b3343cf) {
    return from_hex("0dede3def700a6db819381be6e269dcbf9bd2ed9");
  }
  if (number == 0xff000016 || number == 0xfaceb001) {
    return from_hex("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a");
  }
  const bool is_early_draft = number > 0xff000016 && number < 0xff00001d;
  const bool is_mvfst = number >> 4 == 0xfaceb00 || number >> 4 == 0xfaceb01;
  const bool is_alias_of_1 = number == 0xfaceb003 || number == 0xfaceb004;
  if (is_early_draft || (is_mvfst && !is_alias_of_1)) {
    return from_hex("c3eef712c72ebb5a11a7d2432bb46365bef9f502");
  }
  if (number >= 0xff00001d && number <= 0xff000020) {
    return from_hex("afbfec289993d24c9e9786f19c6111e04390a899");
  }
  return from_hex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
}

struct Keys {
  std::string key;
  std::string iv;
  std::string mask;
};

Keys keys_of(const TestInitial& initial) {
  const std::string& id =
      initial.first_id.empty() ? initial.destination_id : initial.first_id;
  const std::string secret =
      hkdf(EVP_PKEY_HKDEF_MODE_EXTRACT_ONLY, id, salt_of(initial.version), 32);
  const std::string client = expand(secret, "client in", 32);
  const std::string kind =
      initial.version == QuicVersion::k2 ? "quicv2 " : "quic ";
  return {expand(client, kind + "key", 16), expand(client, kind + "iv", 12),
          expand(client, kind + "hp", 16)};
}

// The ciphertext and, for GCM, its tag, which also authenticates `header`.
std::string encrypt(const EVP_CIPHER* cipher, const std::string& key,
                    const std::string& nonce, const std::string& header,
                    const std::string& clear) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_EncryptInit_ex(context.get(), cipher, nullptr, raw(key),
                     nonce.empty() ? nullptr : raw(nonce));
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  int size = 0;
  if (!header.empty()) {
    EVP_EncryptUpdate(context.get(), nullptr, &size, raw(header),
                      length_of(header));
  }
  std::string out(clear.size(), '\0');
  EVP_EncryptUpdate(context.get(), raw(out), &size, raw(clear),
                    length_of(clear));
  if (header.empty()) return out;
  std::string tag(16, '\0');
  EVP_EncryptFinal_ex(context.get(), raw(tag), &size);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
  return out + tag;
}

std::string header_of(const TestInitial& initial) {
  const unsigned type = initial.version == QuicVersion::k2 ? 0xd0 : 0xc0;
  std::string header(1, static_cast<char>(type | (initial.number_size - 1)));
  put(header, static_cast<std::uint32_t>(initial.version), ByteOrder::kBig);
  header += static_cast<char>(initial.destination_id.size());
  header += initial.destination_id;
  header += static_cast<char>(initial.source_id.size());
  header += initial.source_id;
  header += quic_varint(initial.token.size()) + initial.token;
  // A two-byte length, as by clients that fill it in at the end.
  const std::size_t size = initial.number_size + initial.frames.size() + 16;
  put(header, static_cast<std::uint16_t>(0x4000 | size), ByteOrder::kBig);
  return header;
}

}  // namespace

std::string quic_initial(const TestInitial& initial) {
  const Keys keys = keys_of(initial);
  std::string header = header_of(initial);
  const std::size_t number_at = header.size();
  std::string number;
  put(number, initial.number, ByteOrder::kBig);
  header += number.substr(4 - initial.number_size);
  std::string nonce = keys.iv;
  for (std::size_t i = 0; i < 4; ++i) {
    nonce[8 + i] = static_cast<char>(nonce[8 + i] ^ number[i]);
  }
  std::string packet = header + encrypt(EVP_aes_128_gcm(), keys.key, nonce,
                                        header, initial.frames);
  const std::string mask = encrypt(EVP_aes_128_ecb(), keys.mask, "", "",
                                   packet.substr(number_at + 4, 16));
  packet[0] = static_cast<char>(packet[0] ^ (mask[0] & 0x0f));
  for (std::size_t i = 0; i < initial.number_size; ++i) {
    packet[number_at + i] =
        static_cast<char>(packet[number_at + i] ^ mask[1 + i]);
  }
  return packet;
}

std::string quic_varint(std::uint64_t value) {
  std::string out;
  if (value < 0x40) {
    put(out, static_cast<std::uint8_t>(value), ByteOrder::kBig);
  } else if (value < 0x4000) {
    put(out, static_cast<std::uint16_t>(0x4000 | value), ByteOrder::kBig);
  } else if (value < 0x40000000) {
    put(out, static_cast<std::uint32_t>(0x80000000 | value), ByteOrder::kBig);
  } else {
    put(out, 0xc000000000000000 | value, ByteOrder::kBig);
  }
  return out;
}

std::string crypto_frame(std::uint64_t offset, const std::string& bytes) {
  return '\x06' + quic_varint(offset) + quic_varint(bytes.size()) + bytes;
}

std::string padded(std::string frames, std::size_t size) {
  if (frames.size() < size) frames.resize(size, '\0');
  return frames;
}

std::string from_hex(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    out += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
  }
  return out;
}

}  // namespace flowtell
