// SPDX-License-Identifier: Apache-2.0
//
// The first messages of clients as bytes: TLS ClientHellos and the CHLO of
// Google QUIC.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flowtell {

struct TestHello {
  std::string server = "www.example.org";  // empty: no such extension
  std::vector<std::string> protocols = {"h2", "http/1.1"};
  std::size_t padding_before = 0;  // bytes of an extension before the name
  std::size_t padding_after = 0;
  std::uint16_t version = 0x0303;  // the message's own
  std::string ciphers = "1301,1302";
  // Types and contents, after the others.
  std::vector<std::pair<std::uint16_t, std::string>> extensions = {};
  bool without_extensions = false;  // not even an empty list
};

// The extension encrypted_client_hello (RFC 9849, section 5).
std::pair<std::uint16_t, std::string> ech_extension(char type = 0);

// "1301,c02b" as two codes of 16 bits.
std::string code_bytes(const std::string& codes);

// The handshake message (RFC 8446, 4.1.2).
std::string client_hello(const TestHello& hello = {});

// TLS records of at most `size` bytes of content (RFC 8446, 5.1).
std::string tls_records(const std::string& messages, std::size_t size = 16384);

struct TestGoogleHello {
  std::string version = "Q043";
  std::string server = "www.example.org";
  std::size_t padding = 0;  // bytes of the PAD tag, before the name
};

// A whole datagram.
std::string google_hello(const TestGoogleHello& hello = {});

}  // namespace flowtell
