// SPDX-License-Identifier: Apache-2.0
#include "decode/client_opening.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "support/hello_bytes.h"

namespace flowtell {
namespace {

using namespace std::string_literals;
using State = TlsHello::State;

const std::string kHello = tls_records(client_hello());

ClientOpening opening_of(const std::string& stream) {
  return read_client_opening(as_bytes(stream));
}
State state(const std::string& stream) {
  return opening_of(stream).hello.state;
}

// The names in the request and in the hello: "http a.example", "tls b.example".
std::string names(const std::string& stream) {
  const ClientOpening opening = opening_of(stream);
  std::string text;
  if (!opening.server.empty()) {
    text = opening.source == ClientOpening::Source::kHttp ? "http " : "socks ";
    text += opening.server.text();
  }
  if (!opening.hello.server_name.empty()) {
    text += text.empty() ? "tls " : ", tls ";
    text += opening.hello.server_name.text();
  }
  return text;
}

// Every cut of a stream needs more, and no cut gives another name.
void expect_growing(const std::string& stream, const std::string& expected) {
  EXPECT_EQ(names(stream), expected);
  EXPECT_EQ(state(stream), State::kDone);
  for (std::size_t size = 0; size < stream.size(); ++size) {
    const std::string front = stream.substr(0, size);
    ASSERT_EQ(state(front), State::kNeedsMore) << size;
    ASSERT_TRUE(expected.starts_with(names(front)) ||
                expected.ends_with(names(front)))
        << names(front);
  }
}

TEST(ClientOpening, ReadsAHello) {
  expect_growing(kHello, "tls www.example.org");
  EXPECT_EQ(state("\x17\x03\x03"s), State::kNone);
  EXPECT_EQ(state("\x80\x81\x82"s), State::kNone);
}

// --- HTTP --------------------------------------------------------------------

std::string get(const std::string& fields, const std::string& target = "/x?y") {
  return "GET " + target + " HTTP/1.1\r\nAccept: */*\r\n" + fields + "\r\n";
}

TEST(ClientOpening, ReadsTheHostOfARequest) {
  expect_growing(
      "GET / HTTP/1.1\r\nUser-Agent: x\r\nhOsT:\tA.Example:8080 \r\n",
      "http a.example");
  EXPECT_EQ(names(get("Host: a.example\r\nHost: b.example\r\n")),
            "http a.example");
  EXPECT_EQ(names("M-SEARCH * HTTP/1.0\nHost:a.example\n"), "http a.example");
  EXPECT_EQ(names(get("X-Host: a.example\r\n")), "");
  EXPECT_EQ(names(get("\r\nHost: a.example\r\n")), "") << "in the body";
}

TEST(ClientOpening, PrefersTheAuthorityOfTheTarget) {
  const std::string other = "Host: other.example\r\n";
  EXPECT_EQ(names(get(other, "http://u:p@a.example:81/x")), "http a.example");
  EXPECT_EQ(names(get(other, "http://a.example")), "http a.example");
  EXPECT_EQ(names(get(other, "http://192.0.2.1/")), "");
  EXPECT_EQ(names(get(other, "/x?next=http://a.example/")),
            "http other.example");
}

TEST(ClientOpening, TakesNoAddressForAName) {
  for (const char* host :
       {"192.0.2.1", "192.0.2.1:80", "[2001:db8::1]", "[2001:db8::1]:80",
        "2001:db8::1", "", " ", "a b", "-\x01"}) {
    const std::string request = get("Host: "s + host + "\r\n");
    EXPECT_EQ(names(request), "") << host;
    EXPECT_EQ(state(request), State::kDone) << host;
  }
}

TEST(ClientOpening, ReadsRequestsOfHttp1Only) {
  EXPECT_EQ(names("GET / HTTP/2.0\r\nHost: a.example\r\n\r\n"), "");
  EXPECT_EQ(names("GET / RTSP/1.0\r\nHost: a.example\r\n\r\n"), "");
  EXPECT_EQ(names("get / HTTP/1.1\r\nHost: a.example\r\n\r\n"), "");
  EXPECT_EQ(names("HTTP/1.1 200 OK\r\nHost: a.example\r\n\r\n"), "");
}

TEST(ClientOpening, BoundsRequests) {
  const std::string target(ClientOpening::kMaxRequest, 'x');
  EXPECT_EQ(state("GET /" + target), State::kNone);
  EXPECT_EQ(state("GET / HTTP/1.1\r\nA: " + target), State::kDone);
  EXPECT_EQ(names(get("Host: a.example\r\n", "/" + target.substr(200))),
            "http a.example");
}

// --- preambles ---------------------------------------------------------------

const std::string kConnect =
    "CONNECT t.example:443 HTTP/1.1\r\nHost: x.example\r\n\r\n";

TEST(ClientOpening, ReadsTheTargetOfATunnelAndTheHelloInIt) {
  expect_growing(kConnect + kHello, "http t.example, tls www.example.org");
  EXPECT_EQ(names(kConnect + "SSH-2.0-x\r\n"), "http t.example");
  EXPECT_EQ(state(kConnect + "SSH-2.0-x\r\n"), State::kDone);
  EXPECT_EQ(names("CONNECT 192.0.2.1:443 HTTP/1.1\r\n\r\n" + kHello),
            "tls www.example.org");
}

TEST(ClientOpening, ReadsSocks5) {
  const std::string request = "\x05\x01\x00\x03\x09t.example\x01\xbb"s;
  expect_growing("\x05\x01\x00"s + request + kHello,
                 "socks t.example, tls www.example.org");
  expect_growing("\x05\x02\x00\x02\x01\x03usr\x02pw"s + request + kHello,
                 "socks t.example, tls www.example.org");
  const std::string address = "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb"s;
  expect_growing("\x05\x01\x00"s + address + kHello, "tls www.example.org");
  EXPECT_EQ(names("\x05\x01\x00"s + request + "\x80\x01"), "socks t.example");
  EXPECT_EQ(state("\x05\x00\x0b"s), State::kNone);
  EXPECT_EQ(state("\x05\x01\x00\x06"s), State::kNone);
  EXPECT_EQ(state("\x05\x01\x00\x05\x03\x00\x01"s), State::kNone)
      << "no connection, but datagrams";
}

TEST(ClientOpening, ReadsSocks4) {
  expect_growing("\x04\x01\x01\xbb\0\0\0\x01me\0t.example\0"s + kHello,
                 "socks t.example, tls www.example.org");
  expect_growing("\x04\x01\x01\xbb\xc0\x00\x02\x01\0"s + kHello,
                 "tls www.example.org");
  EXPECT_EQ(state("\x04\x02\x01\xbb"s), State::kNone);
  EXPECT_EQ(state("\x04\x01\x01\xbb\xc0\x00\x02\x01\x01\x02"s), State::kNone);
}

TEST(ClientOpening, ReadsTheHelloAfterStartTls) {
  for (const std::string& preamble :
       {"EHLO phone\r\nSTARTTLS\r\n"s, "a0 CAPABILITY\r\na1 STARTTLS\r\n"s,
        "0 STARTTLS\r\n"s, "CAPA\r\nSTLS\r\n"s, "AUTH TLS\r\n"s,
        "<stream:stream to='x.example'><starttls xmlns='x'/>"s,
        "\0\0\0\x08\x04\xd2\x16\x2f"s,
        "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
        "1.3.6.1.4.1.1466.20037"s,
        "\x20\0\0\x01\x05\xae"s + std::string(30, 'm'),
        "\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0"s}) {
    SCOPED_TRACE(preamble);
    expect_growing(preamble + kHello, "tls www.example.org");
  }
}

TEST(ClientOpening, EndsAtOtherProtocols) {
  EXPECT_EQ(state("EHLO phone\r\n" + std::string(1, '\x80')), State::kNone);
  EXPECT_EQ(state("EHLO phone" + kHello), State::kNone) << "within a line";
  EXPECT_EQ(state("SSH-2.0-x\r\n\0\0\x01"s), State::kNone);
  EXPECT_EQ(state(std::string(ClientOpening::kMaxText, 'x')), State::kNone);
  EXPECT_EQ(state("\x20\0\0\x01\x05\xa6"s), State::kNone) << "without TLS";
  EXPECT_EQ(state("\x03\0\0\x13\x0e\xd0\0\0\0"s), State::kNone);
  EXPECT_EQ(state("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0"s),
            State::kNone)
      << "LDAP's bind";
}

TEST(ClientOpening, SkipsAProxyHeader) {
  const std::string first = "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n";
  const std::string second =
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
      "abcdefghijkl"s;
  for (const std::string& header : {first, second, "PROXY UNKNOWN\r\n"s}) {
    expect_growing(header + kHello, "tls www.example.org");
    EXPECT_EQ(names(header + get("Host: a.example\r\n")), "http a.example");
  }
  EXPECT_EQ(state("PROXY " + std::string(101, 'x')), State::kNeedsMore)
      << "text";
  EXPECT_EQ(state("\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"s), State::kNone);
}

TEST(ClientOpening, KnowsAClientWithoutItsBeginning) {
  const auto is_opening = [](const std::string& bytes) {
    return is_client_opening(as_bytes(bytes));
  };
  EXPECT_TRUE(is_opening(kHello));
  EXPECT_TRUE(is_opening(kConnect));
  EXPECT_TRUE(is_opening(get("")));
  EXPECT_TRUE(is_opening("PROXY TCP4 "));
  EXPECT_TRUE(is_opening("\x05\x01\x00"s));
  EXPECT_FALSE(is_opening("\x05\x01\x00\x03"s));
  EXPECT_FALSE(is_opening("EHLO phone\r\n"));
  EXPECT_FALSE(is_opening("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(is_opening("GET /"));
  EXPECT_FALSE(is_opening(""));
}

RC_GTEST_PROP(ClientOpening, ToleratesGarbage, (const std::string& garbage)) {
  for (const std::string& front :
       {""s, kConnect, "\x05"s, "\x04"s, "\x30"s, "GET / HTTP/1.1\r\nHost:"s,
        "PROXY "s, "\r\n\r\n\0\r\nQUIT\n"s, "\x03"s}) {
    const ClientOpening opening = opening_of(front + garbage);
    RC_ASSERT((opening.hello.state == State::kNeedsMore) ==
              (opening.hello.missing > 0));
    is_client_opening(as_bytes(front + garbage));
  }
}

}  // namespace
}  // namespace flowtell
