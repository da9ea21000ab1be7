// SPDX-License-Identifier: Apache-2.0
#include "decode/client_opening.h"

#include <algorithm>
#include <optional>

#include "decode/address.h"

namespace flowtell {
namespace {

using State = TlsHello::State;

ClientOpening in_state(State state) {
  ClientOpening opening;
  opening.hello.state = state;
  if (state == State::kNeedsMore) opening.hello.missing = 1;
  return opening;
}

ClientOpening nothing() { return in_state(State::kNone); }
ClientOpening needs_more() { return in_state(State::kNeedsMore); }

// Whether the stream begins with `expected`, as far as it goes.
bool may_begin_with(Bytes stream, std::string_view expected) {
  const std::size_t size = std::min(stream.size(), expected.size());
  return as_text(stream.first(size)) == expected.substr(0, size);
}
bool begins_with(Bytes stream, std::string_view expected) {
  return as_text(stream).starts_with(expected);
}

bool is_text(std::uint8_t c) {
  return (c >= ' ' && c < 0x7f) || c == '\r' || c == '\n' || c == '\t';
}

// "example.org" of "user@example.org:8080"; empty for numeric addresses.
HostName host_of(std::string_view authority) {
  const std::size_t user = authority.rfind('@');
  if (user != std::string_view::npos) authority.remove_prefix(user + 1);
  const std::size_t colon = authority.find(':');
  if (colon != authority.rfind(':')) return {};  // IPv6
  authority = authority.substr(0, colon);
  const auto host = HostName::from(authority);
  if (!host || Address::parse(host->text())) return {};
  return *host;
}

void read_hello(Bytes bytes, ClientOpening& opening) {
  opening.hello = read_tls_hello(bytes);
  if (opening.hello.state != State::kNone) opening.hello_bytes = bytes;
}

// A hello after the first `size` bytes, or more of the tunnel to come.
void read_hello_after(Bytes stream, std::size_t size, ClientOpening& opening) {
  if (size < stream.size()) {
    read_hello(stream.subspan(size), opening);
  } else {
    opening.hello = needs_more().hello;
  }
  // Other bytes in the tunnel end the search; the target keeps its name.
  if (opening.hello.state == State::kNone) {
    opening.hello.state = State::kDone;
  }
}

// --- HTTP (RFC 9110, RFC 9112) -----------------------------------------------

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
};

// "GET /x HTTP/1.1"
std::optional<RequestLine> read_request_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first) return std::nullopt;
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(last + 1);
  constexpr std::size_t kMaxMethod = 32;
  if (!is_token(method) || method.size() > kMaxMethod || version.size() != 8 ||
      !version.starts_with("HTTP/1.")) {
    return std::nullopt;
  }
  return RequestLine{method, line.substr(first + 1, last - first - 1)};
}

// The authority of "http://user@example.org:80/x?y"; empty for "/x".
std::string_view authority_of(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos ||
      target.substr(0, scheme).find_first_of("/?#") != std::string_view::npos) {
    return {};
  }
  target.remove_prefix(scheme + 3);
  return target.substr(0, target.find_first_of("/?#"));
}

// The trimmed value of "Host: example.org"; nullopt for other fields.
std::optional<std::string_view> host_field(std::string_view line) {
  constexpr std::string_view kName = "host:";
  if (line.size() < kName.size()) return std::nullopt;
  for (std::size_t i = 0; i < kName.size(); ++i) {
    const char c = line[i];
    const bool is_upper = c >= 'A' && c <= 'Z';
    if ((is_upper ? static_cast<char>(c - 'A' + 'a') : c) != kName[i]) {
      return std::nullopt;
    }
  }
  line.remove_prefix(kName.size());
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t begin = line.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return std::string_view();
  return line.substr(begin, line.find_last_not_of(kSpace) + 1 - begin);
}

// Reads a request whose first line has been read; the header section follows at
// `at`.
ClientOpening read_request(Bytes stream, const RequestLine& line,
                           std::size_t at) {
  ClientOpening opening = in_state(State::kDone);
  opening.source = ClientOpening::Source::kHttp;
  const bool is_connect = line.method == "CONNECT";
  const std::string_view authority =
      is_connect ? line.target : authority_of(line.target);
  opening.server = host_of(authority);
  // A target with an authority overrides the Host field.
  if (!is_connect && !authority.empty()) return opening;
  const std::string_view text = as_text(stream);
  for (;;) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) {
      if (stream.size() >= ClientOpening::kMaxRequest) return opening;
      opening.hello = needs_more().hello;
      return opening;
    }
    const std::string_view field = text.substr(at, end - at);
    at = end + 1;
    if (field.empty() || field == "\r") break;
    if (is_connect) continue;
    if (const auto host = host_field(field)) {
      opening.server = host_of(*host);
      return opening;
    }
  }
  if (is_connect) read_hello_after(stream, at, opening);
  return opening;
}

// --- text protocols ----------------------------------------------------------

// Reads an HTTP request, or commands such as "EHLO", "a1 STARTTLS" or
// "<starttls/>" and the hello after them.
ClientOpening read_text(Bytes stream) {
  const std::string_view text = as_text(stream);
  const std::size_t end = text.find('\n');
  if (end != std::string_view::npos) {
    if (const auto line = read_request_line(text.substr(0, end))) {
      return read_request(stream, *line, end + 1);
    }
  } else if (is_token(text.substr(0, text.find(' '))) &&
             stream.size() < ClientOpening::kMaxRequest &&
             std::all_of(stream.begin(), stream.end(), is_text)) {
    return needs_more();  // perhaps a request with a long target
  }
  const Bytes front =
      stream.first(std::min(stream.size(), ClientOpening::kMaxText));
  const auto other = std::find_if_not(front.begin(), front.end(), is_text);
  if (other == front.end()) {
    return front.size() < ClientOpening::kMaxText ? needs_more() : nothing();
  }
  const auto size = static_cast<std::size_t>(other - front.begin());
  // A hello follows a whole command.
  if (text[size - 1] != '\n' && text[size - 1] != '>') return nothing();
  ClientOpening opening;
  read_hello(stream.subspan(size), opening);
  return opening;
}

// --- SOCKS -------------------------------------------------------------------

constexpr std::uint8_t kSocks4 = 4;
constexpr std::uint8_t kSocks5 = 5;
constexpr std::uint8_t kConnect = 1;

// Reads text up to a 0. Fails on other bytes than text.
std::optional<std::string_view> read_terminated(ByteReader& reader) {
  const std::string_view text = as_text(reader.rest());
  constexpr std::size_t kMax = 255;
  const std::size_t size = std::min(text.find('\0'), text.size());
  if (size > kMax || !std::all_of(text.begin(), text.begin() + size,
                                  [](char c) { return c > ' ' && c < 0x7f; })) {
    return std::nullopt;
  }
  reader.skip(size + 1);
  return text.substr(0, size);
}

// SOCKS 4: version, command, port, address, user; in 4a the address 0.0.0.x
// says that the server's name follows.
ClientOpening read_socks4(Bytes stream) {
  ByteReader reader(stream);
  reader.skip(1);
  const std::uint8_t command = reader.u8();
  const std::uint16_t port = reader.u16();
  const std::uint32_t address = reader.u32();
  if (stream.size() > 1 && command != kConnect) return nothing();
  if (!reader.ok()) return needs_more();
  if (port == 0) return nothing();
  if (!read_terminated(reader)) return nothing();
  ClientOpening opening;
  opening.source = ClientOpening::Source::kSocks;
  if (address != 0 && address <= 0xff) {
    const auto server = read_terminated(reader);
    if (!server) return nothing();
    if (reader.ok()) opening.server = host_of(*server);
  }
  if (!reader.ok()) return needs_more();
  read_hello_after(stream, reader.position(), opening);
  return opening;
}

// SOCKS 5: the client's methods, perhaps user and password, the request.
ClientOpening read_socks5(Bytes stream) {
  constexpr std::uint8_t kPasswordVersion = 1;
  enum : std::uint8_t { kIpv4 = 1, kName = 3, kIpv6 = 4 };
  ByteReader reader(stream);
  reader.skip(1);
  const std::uint8_t methods = reader.u8();
  if (reader.ok() && methods == 0) return nothing();
  reader.skip(methods);
  std::uint8_t version = reader.u8();
  if (reader.ok() && version == kPasswordVersion) {
    reader.skip(reader.u8());
    reader.skip(reader.u8());
    version = reader.u8();
  }
  if (!reader.ok()) return needs_more();
  const std::uint8_t command = reader.u8();
  reader.skip(1);
  const std::uint8_t kind = reader.u8();
  if (version != kSocks5) return nothing();
  if (!reader.ok()) return needs_more();
  if (command != kConnect) return nothing();
  ClientOpening opening;
  opening.source = ClientOpening::Source::kSocks;
  if (kind == kName) {
    const Bytes name = reader.take(reader.u8());
    if (reader.ok()) opening.server = host_of(as_text(name));
  } else if (kind == kIpv4 || kind == kIpv6) {
    reader.skip(kind == kIpv4 ? 4 : 16);
  } else {
    return nothing();
  }
  reader.skip(2);  // port
  if (!reader.ok()) return needs_more();
  read_hello_after(stream, reader.position(), opening);
  return opening;
}

// --- requests for TLS in binary protocols ------------------------------------

// The size of a request for TLS at the front; 0 if there is none, and more than
// the stream's size if it is incomplete.
std::size_t binary_request(Bytes stream) {
  // PostgreSQL's SSLRequest.
  constexpr std::string_view kPostgresql("\0\0\0\x08\x04\xd2\x16\x2f", 8);
  if (may_begin_with(stream, kPostgresql)) return kPostgresql.size();
  ByteReader reader(stream);
  const std::uint8_t first = reader.u8();
  // LDAP's StartTLS (RFC 4511, 4.14): an extended request with this identifier.
  constexpr std::string_view kStartTls = "1.3.6.1.4.1.1466.20037";
  constexpr std::uint8_t kSequence = 0x30;
  if (first == kSequence) {
    const std::size_t size = std::size_t{2} + reader.u8();
    constexpr std::size_t kMaxMessage = 48;
    if (size > kMaxMessage || size < kStartTls.size()) return 0;
    if (size > stream.size()) return size;
    return as_text(stream.first(size)).find(kStartTls) != std::string_view::npos
               ? size
               : 0;
  }
  // RDP's connection request in a TPKT ([MS-RDPBCGR], 2.2.1.1).
  constexpr std::uint8_t kTpkt = 3;
  if (first == kTpkt) {
    constexpr std::uint8_t kConnectionRequest = 0xe0;
    constexpr std::size_t kMaxRequest = 512;
    const std::uint8_t reserved = reader.u8();
    const std::size_t size = reader.u16();
    reader.skip(1);
    const std::uint8_t type = reader.u8();
    if (!reader.ok()) return reserved == 0 ? stream.size() + 1 : 0;
    const bool is_request = reserved == 0 && type == kConnectionRequest &&
                            size > 6 && size <= kMaxRequest;
    return is_request ? size : 0;
  }
  // MySQL's SSLRequest: packet 1 of 32 bytes, with the capability CLIENT_SSL.
  constexpr std::string_view kMysql("\x20\0\0\x01", 4);
  if (may_begin_with(stream, kMysql)) {
    constexpr std::uint8_t kClientSsl = 0x08;  // in the second byte
    constexpr std::size_t kSize = 36;
    return stream.size() > 5 && (stream[5] & kClientSsl) == 0 ? 0 : kSize;
  }
  return 0;
}

ClientOpening read_binary(Bytes stream) {
  const std::size_t size = binary_request(stream);
  if (size == 0) return nothing();
  if (size >= stream.size()) return needs_more();
  ClientOpening opening;
  read_hello(stream.subspan(size), opening);
  return opening;
}

// --- the PROXY protocol (HAProxy's proxy-protocol.txt) -----------------------

constexpr std::string_view kProxy1 = "PROXY ";
constexpr std::string_view kProxy2("\r\n\r\n\0\r\nQUIT\n", 12);

// The size of the header at the front; 0 if there is none, and more than the
// stream's size if it is incomplete.
std::size_t proxy_header(Bytes stream) {
  if (may_begin_with(stream, kProxy2)) {
    ByteReader reader(stream);
    reader.skip(kProxy2.size() + 2);
    const std::size_t size = reader.u16();
    constexpr std::size_t kMaxSize = 4096;
    if (!reader.ok()) return stream.size() + 1;
    return size <= kMaxSize ? reader.position() + size : 0;
  }
  if (!may_begin_with(stream, kProxy1)) return 0;
  constexpr std::size_t kMaxLine = 107;
  const std::string_view text = as_text(stream);
  const std::size_t end = text.substr(0, kMaxLine).find("\r\n");
  if (end != std::string_view::npos) return end + 2;
  return text.size() < kMaxLine ? text.size() + 1 : 0;
}

ClientOpening read_without_proxy(Bytes stream) {
  if (stream.empty()) return needs_more();
  constexpr std::uint8_t kHandshakeRecord = 22;
  if (stream[0] == kHandshakeRecord) {
    ClientOpening opening;
    read_hello(stream, opening);
    return opening;
  }
  if (stream[0] == kSocks4) return read_socks4(stream);
  if (stream[0] == kSocks5) return read_socks5(stream);
  const ClientOpening binary = read_binary(stream);
  if (binary.hello.state != State::kNone || !is_text(stream[0])) return binary;
  return read_text(stream);
}

}  // namespace

ClientOpening read_client_opening(Bytes stream) noexcept {
  const std::size_t size = proxy_header(stream);
  if (size == 0) return read_without_proxy(stream);
  if (size > stream.size()) return needs_more();
  return read_without_proxy(stream.subspan(size));
}

bool is_client_opening(Bytes bytes) noexcept {
  if (bytes.empty()) return false;
  if (read_tls_hello(bytes).state != State::kNone) return true;
  if (begins_with(bytes, kProxy1) || begins_with(bytes, kProxy2)) return true;
  if (bytes.size() > 2 && bytes[0] == kSocks5) {
    // Exactly a list of methods (RFC 1928, section 3) that are in use.
    constexpr std::uint8_t kMaxMethod = 9;
    const Bytes methods = bytes.subspan(2);
    return methods.size() == bytes[1] &&
           std::all_of(methods.begin(), methods.end(), [](std::uint8_t method) {
             return method <= kMaxMethod || method >= 0x80;
           });
  }
  const std::string_view text = as_text(bytes);
  return read_request_line(text.substr(0, text.find('\n'))).has_value();
}

}  // namespace flowtell
