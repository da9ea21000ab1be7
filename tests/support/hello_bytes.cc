// SPDX-License-Identifier: Apache-2.0
#include "support/hello_bytes.h"

#include <algorithm>
#include <sstream>

#include "support/put.h"

namespace flowtell {
namespace {

std::string with_length_16(const std::string& bytes) {
  std::string out;
  put(out, static_cast<std::uint16_t>(bytes.size()), ByteOrder::kBig);
  return out + bytes;
}

std::string with_length_8(const std::string& bytes) {
  return static_cast<char>(bytes.size()) + bytes;
}

std::string extension(std::uint16_t type, const std::string& content) {
  std::string out;
  put(out, type, ByteOrder::kBig);
  return out + with_length_16(content);
}

std::string padding(std::size_t size) {
  return size == 0 ? "" : extension(21, std::string(size, '\0'));
}

}  // namespace

std::string code_bytes(const std::string& codes) {
  std::istringstream list(codes);
  std::string out;
  for (std::string code; std::getline(list, code, ',');) {
    put(out, static_cast<std::uint16_t>(std::stoul(code, nullptr, 16)),
        ByteOrder::kBig);
  }
  return out;
}

std::pair<std::uint16_t, std::string> ech_extension(char type) {
  return {0xfe0d, type + std::string(150, 'e')};
}

std::string client_hello(const TestHello& hello) {
  std::string extensions = padding(hello.padding_before);
  if (!hello.server.empty()) {
    const std::string entry = '\0' + with_length_16(hello.server);
    extensions += extension(0, with_length_16(entry));
  }
  extensions += padding(hello.padding_after);
  std::string protocols;
  for (const std::string& name : hello.protocols) {
    protocols += with_length_8(name);
  }
  if (!protocols.empty())
    extensions += extension(16, with_length_16(protocols));
  for (const auto& [type, content] : hello.extensions) {
    extensions += extension(type, content);
  }
  std::string body;
  put(body, hello.version, ByteOrder::kBig);
  body += std::string(32, 'r');
  body += with_length_8(std::string(32, 's'));
  body += with_length_16(code_bytes(hello.ciphers));
  body += with_length_8(std::string(1, '\0'));
  if (!hello.without_extensions) body += with_length_16(extensions);
  std::string message;
  put(message, static_cast<std::uint32_t>(1u << 24 | body.size()),
      ByteOrder::kBig);
  return message + body;
}

std::string tls_records(const std::string& messages, std::size_t size) {
  std::string out;
  for (std::size_t at = 0; at < messages.size(); at += size) {
    out += "\x16\x03\x01";
    out += with_length_16(messages.substr(at, size));
  }
  return out;
}

std::string google_hello(const TestGoogleHello& hello) {
  std::string out;
  if (hello.version <= "Q043") {
    out += '\x0d' + std::string("12345678") + hello.version + '\x01';
  } else {
    out += '\xc3' + hello.version + '\x50' + "12345678";
    out += std::string("\0\0\0\x01", 4);
  }
  out += "twelve bytes";
  out += std::string("\xa0\x01\x04\0CHLO", 8);
  put(out, std::uint16_t{3}, ByteOrder::kLittle);
  put(out, std::uint16_t{0}, ByteOrder::kLittle);
  const auto tag = [&](const char* name, std::size_t end) {
    out.append(name, 4);
    put(out, static_cast<std::uint32_t>(end), ByteOrder::kLittle);
  };
  const std::size_t name_end = hello.padding + hello.server.size();
  tag("PAD\0", hello.padding);
  tag("SNI\0", name_end);
  tag("VER\0", name_end + 4);
  return out + std::string(hello.padding, '-') + hello.server + hello.version;
}

}  // namespace flowtell
