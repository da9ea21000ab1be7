// SPDX-License-Identifier: Apache-2.0
#include "live/content_cut.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "support/app_captures.h"
#include "support/packet_fields.h"
#include "support/put.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr std::size_t kEthernet = 14;
constexpr std::size_t kTcpHeaders = kEthernet + 20 + 20;
constexpr std::size_t kUdpHeaders = kEthernet + 20 + 8;

// A TLS record of this total size that begins with a ClientHello.
std::string client_hello(std::uint16_t size) {
  std::string record = "\x16\x03\x01";
  put(record, static_cast<std::uint16_t>(size - 5), ByteOrder::kBig);
  record += '\x01';
  record.resize(size, 'h');
  return record;
}

FrameBuilder from_phone(Port port = 40000) {
  return frame().ethernet().ipv4().tcp(port, 443);
}
FrameBuilder to_phone(Port port = 40000) {
  return frame()
      .ethernet()
      .ipv4("203.0.113.5", "192.168.12.100")
      .tcp(443, port);
}
FrameBuilder datagram(Port destination = 443) {
  return frame().ethernet().ipv4().udp(40000, destination);
}

// The size of a frame after the cut.
class Cutter {
 public:
  std::size_t operator()(const TestFrame& frame) {
    return cut_.cut(frame.view()).size();
  }

 private:
  ContentCut cut_;
};

std::size_t cut_alone(const TestFrame& frame) { return Cutter()(frame); }

TEST(ContentCut, KeepsAClientHelloAndCutsWhatFollows) {
  Cutter cut;
  EXPECT_EQ(cut(from_phone().payload(client_hello(517))), kTcpHeaders + 517);
  EXPECT_EQ(cut(to_phone().payload(1400)), kTcpHeaders);
  EXPECT_EQ(cut(from_phone().payload(300)), kTcpHeaders);
}

TEST(ContentCut, KeepsAClientHelloOverSeveralSegments) {
  const std::string hello = client_hello(3000);
  Cutter cut;
  EXPECT_EQ(cut(from_phone().payload(hello.substr(0, 1400))),
            kTcpHeaders + 1400);
  EXPECT_EQ(cut(to_phone()), kTcpHeaders) << "a bare acknowledgement";
  EXPECT_EQ(cut(from_phone().payload(hello.substr(1400, 1400))),
            kTcpHeaders + 1400);
  EXPECT_EQ(cut(to_phone().payload(9)), kTcpHeaders);
  EXPECT_EQ(cut(from_phone().payload(hello.substr(2800))), kTcpHeaders + 200);
  EXPECT_EQ(cut(from_phone().payload(50)), kTcpHeaders);
}

// Early data may come in the very segment in which the ClientHello ends.
TEST(ContentCut, CutsWhatFollowsAClientHelloInItsSegment) {
  const std::string hello = client_hello(517);
  EXPECT_EQ(cut_alone(from_phone().payload(hello + "a secret")),
            kTcpHeaders + 517);
  Cutter cut;
  cut(from_phone().payload(hello.substr(0, 500)));
  EXPECT_EQ(cut(from_phone().payload(hello.substr(500) + "a secret")),
            kTcpHeaders + 17);
}

TEST(ContentCut, SeparatesConnections) {
  const std::string hello = client_hello(1000);
  Cutter cut;
  EXPECT_EQ(cut(from_phone(1).payload(hello.substr(0, 600))),
            kTcpHeaders + 600);
  EXPECT_EQ(cut(from_phone(2).payload(100)), kTcpHeaders);
  EXPECT_EQ(cut(from_phone(3).payload(hello.substr(0, 700))),
            kTcpHeaders + 700);
  EXPECT_EQ(cut(from_phone(1).payload(hello.substr(600))), kTcpHeaders + 400);
  EXPECT_EQ(cut(from_phone(3).payload(hello.substr(700))), kTcpHeaders + 300);
  EXPECT_EQ(cut(from_phone(1).payload(100)), kTcpHeaders);
}

// There are 4096 slots for unfinished ClientHellos and far more connections. A
// connection whose slot is taken must not extend what is kept.
TEST(ContentCut, KeepsNothingOfConnectionsThatShareASlot) {
  Cutter cut;
  constexpr Port kFirst = 10'000;  // above the DNS ports
  constexpr Port kOpen = 10'500;
  for (Port port = kFirst; port < kOpen; ++port) {
    ASSERT_EQ(cut(from_phone(port).payload(client_hello(9000).substr(0, 9))),
              kTcpHeaders + 9);
  }
  for (Port port = kOpen; port < 30'000; ++port) {
    ASSERT_EQ(cut(from_phone(port).payload("a secret")), kTcpHeaders) << port;
  }
  for (Port port = kFirst; port < kOpen; ++port) {
    ASSERT_EQ(cut(to_phone(port).payload("a secret")), kTcpHeaders) << port;
  }
}

TEST(ContentCut, KeepsAClientHelloInASyn) {
  EXPECT_EQ(cut_alone(frame()
                          .ethernet()
                          .ipv4()
                          .tcp(40000, 443, kTcpSyn)
                          .payload(client_hello(300))),
            kTcpHeaders + 300);
}

TEST(ContentCut, CutsOtherTls) {
  std::string server_hello = client_hello(100);
  server_hello[5] = '\x02';
  std::string alert = client_hello(100);
  alert[0] = '\x15';
  std::string old = client_hello(100);
  old[1] = '\x02';
  for (const std::string& payload :
       {server_hello, alert, old, std::string("\x16\x03\x01\x01\x01"),
        std::string("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")}) {
    EXPECT_EQ(cut_alone(from_phone().payload(payload)), kTcpHeaders);
  }
}

TEST(ContentCut, KeepsClientHellosOverIpv6AndOptions) {
  EXPECT_EQ(cut_alone(frame()
                          .ethernet()
                          .vlan()
                          .ipv6()
                          .extension(0)
                          .tcp(40000, 443, kTcpAck, 3)
                          .payload(client_hello(517))),
            kEthernet + 4 + 40 + 8 + 32 + 517);
}

TEST(ContentCut, KeepsDns) {
  EXPECT_EQ(cut_alone(datagram(53).payload(40)), kUdpHeaders + 40);
  EXPECT_EQ(cut_alone(frame()
                          .ethernet()
                          .ipv4("192.168.12.1", "192.168.12.100")
                          .udp(53, 40000)
                          .payload(120)),
            kUdpHeaders + 120);
  EXPECT_EQ(cut_alone(frame().ethernet().ipv4().tcp(40000, 53).payload(40)),
            kTcpHeaders + 40);
  EXPECT_EQ(cut_alone(frame()
                          .ethernet()
                          .ipv4("192.168.12.100", "224.0.0.251")
                          .udp(5353, 5353)
                          .payload(70)),
            kUdpHeaders + 70);
  EXPECT_EQ(cut_alone(datagram(54).payload(40)), kUdpHeaders);
}

// --- QUIC --------------------------------------------------------------------

constexpr std::uint32_t kVersion1 = 1;
constexpr std::uint32_t kVersion2 = 0x6b3343cf;

// A packet with a long header (RFC 9000, section 17.2) and `rest` bytes after
// its length. An Initial packet has a token.
std::string long_packet(unsigned first, std::uint32_t version,
                        std::uint16_t rest, bool is_initial = false) {
  std::string packet(1, static_cast<char>(first));
  put(packet, version, ByteOrder::kBig);
  packet += '\x08' + std::string(8, 'd') + '\x05' + std::string(5, 's');
  if (is_initial) packet += '\x03' + std::string(3, 't');
  put(packet, static_cast<std::uint16_t>(0x4000 | rest), ByteOrder::kBig);
  return packet + std::string(rest, 'e');
}
std::string initial(std::uint32_t version, std::uint16_t rest) {
  return long_packet(version == kVersion2 ? 0xd3 : 0xc3, version, rest, true);
}

std::size_t kept_of(const std::string& payload) {
  return cut_alone(datagram().payload(payload)) - kUdpHeaders;
}

TEST(ContentCut, KeepsInitialPacketsOfQuic) {
  for (const std::uint32_t version : {kVersion1, kVersion2}) {
    const std::string packet = initial(version, 1170);
    EXPECT_EQ(kept_of(packet), packet.size());
  }
  for (const std::uint32_t version :
       {UINT32_C(0xff00001d), UINT32_C(0x51303436), UINT32_C(0xfaceb002),
        UINT32_C(0xfaceb013)}) {
    EXPECT_EQ(kept_of(long_packet(0xc0, version, 1000)), 22u + 1000) << version;
  }
}

TEST(ContentCut, CutsAllOtherPacketsOfQuic) {
  for (const unsigned type : {0xd0u, 0xe0u, 0xf0u}) {
    EXPECT_EQ(kept_of(long_packet(type, kVersion1, 500)), 0u) << type;
  }
  for (const unsigned type : {0xc0u, 0xe0u, 0xf0u}) {
    EXPECT_EQ(kept_of(long_packet(type, kVersion2, 500)), 0u) << type;
  }
  for (const char first : {'\x40', '\x49', '\x5f', '\x7f'}) {
    EXPECT_EQ(kept_of(first + std::string(700, 'x')), 0u) << "1-RTT";
  }
  EXPECT_EQ(kept_of(long_packet(0xc0, 0, 40)), 0u) << "version negotiation";
}

// Handshake and 0-RTT packets may share a datagram with Initial packets.
TEST(ContentCut, CutsWhatFollowsInitialPackets) {
  const std::string first = initial(kVersion1, 300);
  const std::string second = initial(kVersion1, 90);
  const std::string early = long_packet(0xd0, kVersion1, 400);
  EXPECT_EQ(kept_of(first + early), first.size());
  EXPECT_EQ(kept_of(first + second + early), first.size() + second.size());
  const std::string of_version2 = initial(kVersion2, 300);
  EXPECT_EQ(kept_of(of_version2 + long_packet(0xf0, kVersion2, 400)),
            of_version2.size());
}

TEST(ContentCut, KeepsATruncatedInitialPacket) {
  const std::string packet = initial(kVersion1, 1170);
  for (std::size_t size = 5; size < packet.size(); ++size) {
    ASSERT_EQ(kept_of(packet.substr(0, size)), size);
  }
}

TEST(ContentCut, KeepsGoogleQuicHellos) {
  std::string hello = "\x0d" + std::string(8, 'c') + "Q043\x01";
  hello.resize(1350, 'h');
  EXPECT_EQ(kept_of(hello), 1350u);
  hello[0] = '\x0c';  // no version
  EXPECT_EQ(kept_of(hello), 0u);
}

TEST(ContentCut, CutsDatagramsThatOnlyLookLikeQuic) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    std::string noise(1, static_cast<char>(0xc0 | random.below(32)));
    for (int left = 300; left > 0; --left) {
      noise += static_cast<char>(2 + random.below(78));  // no known version
    }
    ASSERT_EQ(kept_of(noise), 0u);
  }
}

// --- other protocols and undecodable frames ----------------------------------

TEST(ContentCut, KeepsPacketsWithoutPayloadWhole) {
  const TestFrame bare = from_phone().padding(6);
  EXPECT_EQ(cut_alone(bare), bare.bytes.size());
  EXPECT_EQ(cut_alone(frame().ethernet().ipv4().tcp(1, 2, kTcpSyn, 5)),
            kTcpHeaders + 20);
}

TEST(ContentCut, CutsOtherFramesTo64Bytes) {
  const TestFrame arp = frame().ethernet().ether_type(0x0806).payload(46);
  EXPECT_EQ(cut_alone(arp), 60u);
  EXPECT_EQ(cut_alone(frame().ethernet().ipv4().protocol(1).payload(500)), 64u);
  EXPECT_EQ(cut_alone(frame().raw(LinkType{147}).payload(500)), 64u);
  EXPECT_EQ(cut_alone(TestFrame{}), 0u);
}

TEST(ContentCut, CutsLaterFragments) {
  Cutter cut;
  EXPECT_EQ(cut(frame()
                    .ethernet()
                    .ipv4()
                    .fragment({.identification = 7, .more = true})
                    .udp(40000, 53)
                    .payload(72)),
            kUdpHeaders + 72);
  EXPECT_EQ(cut(frame()
                    .ethernet()
                    .ipv4()
                    .protocol(17)
                    .fragment({.identification = 7, .offset = 10})
                    .payload(500)),
            kEthernet + 20);
}

TEST(ContentCut, KeepsTheHeadersOfLaterFragments) {
  Cutter cut;
  cut(frame()
          .ethernet()
          .vlan()
          .vlan()
          .ipv6()
          .fragment({.identification = 7, .more = true})
          .udp(40000, 443)
          .payload(72));
  EXPECT_EQ(cut(frame()
                    .ethernet()
                    .vlan()
                    .vlan()
                    .ipv6()
                    .fragment({.identification = 7, .offset = 10})
                    .protocol(17)
                    .payload(500)),
            kEthernet + 8 + 40 + 8);
}

// --- the features are unchanged ----------------------------------------------

std::vector<TestFrame> frames_of_all_kinds() {
  std::vector<TestFrame> frames = {
      from_phone().payload(client_hello(900).substr(0, 500)),
      to_phone(),
      from_phone().payload(400),
      to_phone().payload(1400),
      frame().ethernet().ipv6().tcp(1, 2, kTcpSyn, 10),
      frame().ethernet().ipv6().tcp(1, 2, kTcpAck, 10).payload(900),
      frame().ethernet().ipv6().tcp(1, 2, kTcpAck, 10).payload(900).snap(70),
      frame().ethernet().ipv6().tcp(1, 2).payload(900).snap(74),
      frame().ethernet().vlan().pppoe().ipv4().udp().payload(900),
      frame().linux_sll2().ipv6().extension(60, 3).udp().payload(900),
      frame().linux_sll().ipv4("10.0.0.1", "10.0.0.2", 10).tcp().payload(9),
      frame().raw().ipv4().udp(53, 53).payload(100),
      frame().null(ByteOrder::kLittle).ipv4().udp().payload(100),
      frame().loop().ipv6().udp().payload(100),
      frame().ethernet().ipv4().stated_length(0).tcp().payload(70'000),
      datagram().payload(initial(kVersion1, 300)),
      datagram().payload(300).padding(12),
      frame().ethernet().ipv4().protocol(1).payload(200),
      frame().ethernet().ipv4().tcp().data_offset(2),
      frame().ethernet().ipv4().udp().snap(30),
      TestFrame{},
  };
  for (const bool is_v6 : {false, true}) {
    for (int tags = 0; tags < 4; ++tags) {
      for (const bool is_first : {true, false}) {
        FrameBuilder builder = frame().ethernet();
        for (int i = 0; i < tags; ++i) builder.vlan();
        is_v6 ? builder.ipv6() : builder.ipv4();
        if (!is_v6) builder.protocol(17);
        builder.fragment(
            {.identification = 5,
             .offset = static_cast<std::uint16_t>(is_first ? 0 : 100),
             .more = is_first});
        is_first ? builder.udp(5000, 6000) : builder.protocol(17);
        frames.push_back(builder.payload(792));
      }
    }
  }
  for (const MadeUpApp app : {MadeUpApp::kChat, MadeUpApp::kVideo}) {
    const auto session = app_session(app, 3);
    frames.insert(frames.end(), session.begin(), session.end());
  }
  return frames;
}

TEST(ContentCut, LeavesDecodedFieldsUnchanged) {
  ContentCut cut;
  Decoder whole_decoder;
  Decoder cut_decoder;
  std::size_t used = 0;
  for (const TestFrame& whole : frames_of_all_kinds()) {
    Frame shorter = whole.view();
    shorter.bytes = cut.cut(whole.view());
    Packet expected{};
    Packet actual{};
    const FrameOutcome outcome = whole_decoder.decode(whole.view(), expected);
    const FrameOutcome cut_outcome = cut_decoder.decode(shorter, actual);
    ASSERT_EQ(outcome == FrameOutcome::kUsed,
              cut_outcome == FrameOutcome::kUsed)
        << whole;
    if (outcome != FrameOutcome::kUsed) continue;
    ++used;
    ASSERT_EQ(fields(actual), fields(expected)) << whole;
  }
  EXPECT_GT(used, 100u);
}

}  // namespace
}  // namespace flowtell
