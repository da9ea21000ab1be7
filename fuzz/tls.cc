// SPDX-License-Identifier: Apache-2.0
//
// The first bytes of a TCP stream, and handshake messages without records. A
// prefix of the input never contradicts the whole input.
#include "decode/client_opening.h"

#include "decode/ja4.h"
#include "names.h"
#include "target.h"

namespace {

using namespace flowtell;
using State = TlsHello::State;

void check(const TlsHello& hello) {
  check_name(hello.server_name);
  require(hello.alpn().size() <= TlsHello::kMaxAlpnLength,
          "a protocol's name is short");
  require(hello.alpns().size() <= TlsHello::kMaxAlpnList,
          "a list of protocols is short");
  require((hello.state == State::kNeedsMore) == (hello.missing > 0),
          "an incomplete hello states the missing bytes");
}

void check_prefix(const TlsHello& prefix, const TlsHello& whole) {
  check(prefix);
  if (whole.state == State::kNone) return;
  require(prefix.state != State::kNone, "a prefix of a hello may be a hello");
  require(prefix.server_name.empty() || prefix.server_name == whole.server_name,
          "the name in a prefix of a hello is its name");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  for (const auto read : {read_tls_hello, read_handshake_hello}) {
    const TlsHello whole = read(bytes);
    check(whole);
    for (const std::size_t cut :
         {size / 2, size - size / 8, size - size / 64}) {
      check_prefix(read(bytes.first(cut)), whole);
    }
  }
  for (const std::string& text : {tls_ja4(bytes), quic_ja4(bytes)}) {
    require(text.empty() || text.size() == 36, "a fingerprint has 36 bytes");
  }
  // The same behind the preambles that fit.
  const ClientOpening opening = read_client_opening(bytes);
  check(opening.hello);
  check_name(opening.server);
  is_client_opening(bytes);
  return 0;
}
