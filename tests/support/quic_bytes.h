// SPDX-License-Identifier: Apache-2.0
//
// QUIC Initial packets for tests, protected as by a client (RFC 9001). The keys
// come from OpenSSL's own HKDF, not from the code under test.
#pragma once

#include <cstdint>
#include <string>

#include "decode/quic_header.h"

namespace flowtell {

struct TestInitial {
  std::string frames = "";
  QuicVersion version = QuicVersion::k1;
  std::string destination_id = std::string("\x83\x94\xc8\xf0\x3e\x51\x57\x08");
  std::string source_id = "";
  std::string token = "";
  std::uint32_t number = 2;
  unsigned number_size = 4;
  // The id that the keys are derived from; empty: the destination's.
  std::string first_id = "";
};

std::string quic_initial(const TestInitial& initial);

std::string quic_varint(std::uint64_t value);
std::string crypto_frame(std::uint64_t offset, const std::string& bytes);
// Padded to `size` bytes.
std::string padded(std::string frames, std::size_t size = 1162);

std::string from_hex(const std::string& text);

}  // namespace flowtell
