// SPDX-License-Identifier: Apache-2.0
//
// The first messages of clients as bytes: TLS ClientHellos and the CHLO of
// Google QUIC.
#pragma once

#include <string>
#include <vector>

namespace flowtell {

struct TestHello {
  std::string server = "www.example.org";  // empty: no such extension
  std::vector<std::string> protocols = {"h2", "http/1.1"};
  std::size_t padding_before = 0;  // bytes of an extension before the name
  std::size_t padding_after = 0;
};

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
