// SPDX-License-Identifier: Apache-2.0
//
// The first datagrams of QUIC. The bytes are read as datagrams, and then as the
// frames of an Initial packet. That packet is protected as by a client and must
// be opened again, since a fuzzer cannot guess a key.
#include <algorithm>

#include "decode/google_quic.h"
#include "decode/quic_initial.h"
#include "decode/tls_hello.h"
#include "names.h"
#include "support/quic_bytes.h"
#include "target.h"

namespace {

using namespace flowtell;

PieceBuffer hello_of(Bytes datagram, std::size_t length) {
  static QuicOpener opener;
  std::optional<QuicSeed> seed;
  PieceBuffer hello;
  opener.add(datagram, length, seed, hello);
  check_name(read_handshake_hello(hello.front()).server_name);
  require(hello.front().size() <= PieceBuffer::kMax, "hellos are bounded");
  return hello;
}

void check_frames(Bytes frames) {
  PieceBuffer clear;
  read_quic_frames(frames, clear);
  const std::string datagram = quic_initial({std::string(as_text(frames))});
  const PieceBuffer opened = hello_of(as_bytes(datagram), datagram.size());
  require(std::ranges::equal(clear.front(), opened.front()),
          "a protected packet opens to its plain frames");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  hello_of(bytes, size);
  hello_of(bytes.first(size - size / 4), size);
  if (const auto name = read_google_hello(bytes)) check_name(*name);
  constexpr std::size_t kMin = 20;  // needed by header protection
  constexpr std::size_t kMax = 1400;
  if (size >= kMin && size <= kMax) check_frames(bytes);
  return 0;
}
