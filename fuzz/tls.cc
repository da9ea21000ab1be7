// SPDX-License-Identifier: Apache-2.0
//
// The first bytes of a TCP stream, and handshake messages without records. A
// front of what was read says nothing else than the whole.
#include "decode/tls_hello.h"

#include "names.h"
#include "target.h"

namespace {

using namespace flowtell;
using State = TlsHello::State;

void check(const TlsHello& hello) {
  check_name(hello.server_name);
  require(hello.alpn().size() <= TlsHello::kLongestAlpn,
          "a protocol's name is short");
  require((hello.state == State::kNeedsMore) == (hello.missing > 0),
          "what is missing is known");
}

void check_front(const TlsHello& front, const TlsHello& whole) {
  check(front);
  if (whole.state == State::kNone) return;
  require(front.state != State::kNone, "a hello's front may be a hello's");
  require(front.server_name.empty() || front.server_name == whole.server_name,
          "a name seen in a hello's front is its name");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  for (const auto read : {read_tls_hello, read_handshake_hello}) {
    const TlsHello whole = read(bytes);
    check(whole);
    for (const std::size_t cut :
         {size / 2, size - size / 8, size - size / 64}) {
      check_front(read(bytes.first(cut)), whole);
    }
  }
  return 0;
}
