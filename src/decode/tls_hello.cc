// SPDX-License-Identifier: Apache-2.0
#include "decode/tls_hello.h"

#include <algorithm>

#include "decode/ja4.h"

namespace flowtell {
namespace {

constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kMessageHeader = 4;
constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint16_t kServerNameExtension = 0;
constexpr std::uint16_t kAlpnExtension = 16;
constexpr std::uint16_t kEchExtension = 0xfe0d;
// Equals the part of a stream that is buffered.
constexpr std::size_t kMaxJoined = 16'384;

// A reader of the next `size` bytes, or as many as are available.
ByteReader part_of(ByteReader& reader, std::size_t size) {
  return ByteReader(reader.take(std::min(size, reader.left())));
}

// ServerNameList: the first entry of type host_name (0).
void read_server_names(ByteReader list, TlsHello& hello) {
  list.skip(2);
  while (list.left() > 0 && hello.server_name.empty()) {
    const std::uint8_t type = list.u8();
    const Bytes name = list.take(list.u16());
    if (!list.ok()) return;
    if (type != 0) continue;
    hello.server_name = HostName::from(as_text(name)).value_or(HostName());
    return;
  }
}

// GREASE (RFC 8701) and other binary identifiers are not text. A comma
// separates names in a list.
bool is_plain_text(Bytes name) {
  return !name.empty() && name.size() <= TlsHello::kMaxAlpnLength &&
         std::all_of(name.begin(), name.end(), [](std::uint8_t c) {
           return c > ' ' && c < 0x7f && c != ',';
         });
}

void add_protocol(Bytes name, TlsHello& hello) {
  const std::size_t comma = hello.alpn_size == 0 ? 0 : 1;
  const std::size_t room = hello.alpn_bytes.size() - hello.alpn_size;
  if (comma + name.size() > room) return;
  auto end = hello.alpn_bytes.begin() + hello.alpn_size;
  if (comma != 0) *end++ = ',';
  std::copy(name.begin(), name.end(), end);
  hello.alpn_size += comma + name.size();
}

// ProtocolNameList.
void read_protocols(ByteReader list, TlsHello& hello) {
  list.skip(2);
  while (list.left() > 0) {
    const Bytes name = list.take(list.u8());
    if (!list.ok()) return;
    if (is_plain_text(name)) add_protocol(name, hello);
  }
}

// The first byte tells the hello on the wire (0) from the one within, which a
// provider may pass on to its server with the true name (RFC 9849, section 5).
bool is_outer_hello(ByteReader ech) { return ech.left() == 0 || ech.u8() == 0; }

// Reads a ClientHello after its message header.
void read_body(ByteReader body, TlsHello& hello) {
  body.skip(2 + 32);      // version, random
  body.skip(body.u8());   // session
  body.skip(body.u16());  // cipher suites
  body.skip(body.u8());   // compression methods
  const std::size_t size = body.u16();
  if (!body.ok()) return;
  ByteReader extensions = part_of(body, size);
  while (extensions.left() > 0) {
    const std::uint16_t type = extensions.u16();
    const std::uint16_t length = extensions.u16();
    if (!extensions.ok()) return;
    const ByteReader extension = part_of(extensions, length);
    if (type == kServerNameExtension) read_server_names(extension, hello);
    if (type == kAlpnExtension && extension.left() == length) {
      read_protocols(extension, hello);
    }
    if (type == kEchExtension) hello.has_ech = is_outer_hello(extension);
  }
}

TlsHello needs_more(std::size_t missing) {
  TlsHello hello;
  hello.state = TlsHello::State::kNeedsMore;
  hello.missing = missing;
  return hello;
}

// Concatenates the handshake bytes of records. Stops at a record of another
// type.
class JoinedRecords {
 public:
  explicit JoinedRecords(Bytes stream) {
    ByteReader reader(stream);
    while (reader.left() >= kRecordHeader && reader.u8() == kHandshakeRecord) {
      reader.skip(2);
      const std::size_t length = reader.u16();
      const Bytes record = reader.take(std::min(length, reader.left()));
      const std::size_t room = std::min(record.size(), kMaxJoined - size_);
      std::copy_n(record.begin(), room, bytes_.begin() + size_);
      size_ += room;
      if (record.size() < length) return;
    }
  }

  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, kMaxJoined> bytes_;
  std::size_t size_ = 0;
};

}  // namespace

TlsHello read_handshake_hello(Bytes messages) noexcept {
  ByteReader reader(messages);
  if (reader.left() > 0 && messages[0] != kClientHello) return {};
  if (reader.left() < kMessageHeader) {
    return needs_more(kMessageHeader - reader.left());
  }
  const std::uint32_t size = reader.u32() & 0xffffff;
  TlsHello hello;
  hello.state = TlsHello::State::kDone;
  if (reader.left() < size) hello = needs_more(size - reader.left());
  read_body(part_of(reader, size), hello);
  return hello;
}

std::string quic_ja4(Bytes messages) {
  return ja4(messages, HelloTransport::kQuic);
}

TlsHello read_tls_hello(Bytes stream) noexcept {
  const auto differs = [&](std::size_t at, std::uint8_t expected) {
    return at < stream.size() && stream[at] != expected;
  };
  if (differs(0, kHandshakeRecord) || differs(1, 3) ||
      differs(kRecordHeader, kClientHello)) {
    return {};
  }
  if (stream.size() <= kRecordHeader) {
    return needs_more(kRecordHeader + 1 - stream.size());
  }
  const std::size_t record = load<std::uint16_t>(&stream[3], ByteOrder::kBig);
  const Bytes first = stream.subspan(kRecordHeader);
  // The common case: one record holds the whole hello, or all captured bytes.
  if (first.size() <= record) return read_handshake_hello(first);
  const TlsHello hello = read_handshake_hello(first.first(record));
  if (hello.state != TlsHello::State::kNeedsMore) return hello;
  return read_handshake_hello(JoinedRecords(stream).bytes());
}

std::string tls_ja4(Bytes stream) {
  return ja4(JoinedRecords(stream).bytes(), HelloTransport::kTcp);
}

}  // namespace flowtell
