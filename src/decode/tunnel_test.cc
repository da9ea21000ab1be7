// SPDX-License-Identifier: Apache-2.0
#include "decode/tunnel.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "decode/decoder.h"
#include "support/encapsulations.h"
#include "support/hello_bytes.h"
#include "support/packet_fields.h"

namespace flowtell {
namespace {

FrameBuilder outer_v4() {
  return frame().ethernet().ipv4("198.51.100.1", "203.0.113.1");
}
FrameBuilder outer_v6() {
  return frame().ethernet().ipv6("2001:db8::1", "2001:db8::2");
}

std::vector<TestFrame> inner_frames() {
  return {
      frame().ethernet().ipv4("192.168.1.10", "203.0.113.77").tcp().payload(9),
      frame().ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(5000, 53).payload(60),
      frame()
          .ethernet()
          .ipv6("fd00::10", "2001:db8:5::7")
          .tcp(40000, 443, kTcpSyn)
          .payload(0),
      frame().ethernet().ipv6().extension(0).udp().payload(1100),
  };
}

Packet inner_packet(const TestFrame& frame) {
  Packet packet{};
  EXPECT_EQ(Decoder().decode(frame.view(), packet), FrameOutcome::kUsed);
  return packet;
}

void expect_inside(const TestFrame& tunnelled, const TestFrame& inner,
                   std::string_view name) {
  Packet packet{};
  ASSERT_EQ(Decoder().decode(tunnelled.view(), packet), FrameOutcome::kUsed)
      << name;
  const Packet expected = inner_packet(inner);
  EXPECT_EQ(fields(packet), fields(expected)) << name;
  EXPECT_EQ(as_text(packet.payload), as_text(expected.payload)) << name;
}

// Of a name's beginning, all forms in both IP versions.
void expect_opened(std::string_view name) {
  int forms = 0;
  for (const TestFrame& inner : inner_frames()) {
    for (const FrameBuilder& outer : {outer_v4(), outer_v6()}) {
      for (const TunnelHeader& header : ip_tunnel_headers()) {
        if (!header.name.starts_with(name)) continue;
        ++forms;
        expect_inside(ip_tunnelled(outer, header, inner), inner, header.name);
      }
      for (const TunnelHeader& header : udp_tunnel_headers()) {
        if (!header.name.starts_with(name)) continue;
        ++forms;
        expect_inside(udp_tunnelled(outer, header, inner), inner, header.name);
      }
    }
  }
  EXPECT_GE(forms, 8) << name;
}

TEST(Tunnels, OpenEveryKind) {
  expect_opened("");
  for (const TestFrame& inner : inner_frames()) {
    const unsigned protocol = inner.bytes[14] >> 4 == 4 ? 4 : 41;
    for (const FrameBuilder& outer : {outer_v4(), outer_v6()}) {
      expect_inside(ip_tunnelled(outer, {"IP in IP", protocol, ""}, inner),
                    inner, "IP in IP");
    }
    expect_inside(ip_tunnelled(outer_v6().extension(60),
                               {"IP in IP", protocol, ""}, inner),
                  inner, "behind options");
    expect_inside(ip_tunnelled(frame().ethernet().vlan().pppoe().ipv4(),
                               {"IP in IP", protocol, ""}, inner),
                  inner, "in PPPoE");
  }
}

TEST(Tunnels, OpenGre) {
  expect_opened("GRE");
  expect_opened("PPTP");
  const TestFrame inner = frame().ethernet().ipv4().tcp().payload(99);
  for (const std::string_view redirected :
       {"00 00 88 3e", "00 00 88 3e 12 34 00 00", "20 00 88 3e 00 00 00 01"}) {
    expect_inside(ip_tunnelled(outer_v4(), {"WCCP", 47, redirected}, inner),
                  inner, redirected);
  }
}
TEST(Tunnels, OpenErspan) { expect_opened("ERSPAN"); }
TEST(Tunnels, OpenVxlan) { expect_opened("VXLAN"); }
TEST(Tunnels, OpenGeneve) { expect_opened("GENEVE"); }
TEST(Tunnels, OpenGtp) { expect_opened("GTP-U"); }
TEST(Tunnels, OpenTzsp) { expect_opened("TZSP"); }
TEST(Tunnels, OpenL2tp) { expect_opened("L2TP"); }

TEST(Tunnels, OpenTeredo) {
  for (const TestFrame& inner : {frame()
                                     .ethernet()
                                     .ipv6("2001:0:53aa:64c::1", "2001:db8::7")
                                     .tcp()
                                     .payload(9)
                                     .build(),
                                 frame()
                                     .ethernet()
                                     .ipv6("2001:db8::7", "2001:0:53aa:64c::1")
                                     .udp()
                                     .payload(9)
                                     .build()}) {
    for (const std::string_view digits :
         {"", "00 00 63 bf 3f 57 fe 8d",
          "00 01 00 00 00 00 00 00 00 00 00 00 00",
          "00 01 02 03 aa bb cc dd ee 00 00 00 00 00 00 00 01 00 00 00 63 bf "
          "3f 57 fe 8d"}) {
      const TunnelHeader header{"Teredo", 3544, digits};
      expect_inside(udp_tunnelled(outer_v4(), header, inner), inner, digits);
    }
  }
}

TEST(Tunnels, AnswersComeFromThePort) {
  const TestFrame inner = inner_frames()[0];
  const std::string gtp = header_bytes("30 ff 00 31 00 00 00 01", "\x45");
  const TestFrame made =
      outer_v4().udp(2152, 50000).payload(gtp + inner.bytes.substr(14));
  expect_inside(made, inner, "GTP-U");
}

TEST(Tunnels, NestUpToTheBound) {
  const TestFrame inner = frame().ethernet().ipv4("10.0.0.7", "10.0.0.8").udp();
  for (unsigned depth = 0; depth <= kMaxTunnels + 2; ++depth) {
    FrameBuilder made = frame().ethernet();
    for (unsigned i = 0; i < depth; ++i) {
      // Lengths are stated by the datagrams, the innermost first.
      std::string header = header_bytes(
          "45 00 00 00 00 00 00 00 40 04 00 00 c6 33 64 01 cb 00 "
          "71 01",
          "");
      const std::size_t length =
          inner.bytes.size() - 14 + (depth - i) * header.size();
      header[2] = static_cast<char>(length >> 8);
      header[3] = static_cast<char>(length);
      made.ether_type(0x0800).payload(header);
    }
    made.ether_type(0x0800).payload(inner.bytes.substr(14));
    Packet packet{};
    const FrameOutcome outcome = Decoder().decode(made.build().view(), packet);
    if (depth > kMaxTunnels) {
      EXPECT_EQ(outcome, FrameOutcome::kNotTcpUdp) << depth;
      continue;
    }
    EXPECT_EQ(outcome, FrameOutcome::kUsed) << depth;
    EXPECT_EQ(packet.source, test_address("10.0.0.7")) << depth;
  }
}

TEST(Tunnels, OuterViewMetersThem) {
  const TestFrame inner = inner_frames()[0];
  Packet packet{};
  Decoder outer(TunnelView::kOuter);
  for (const TunnelHeader& header : ip_tunnel_headers()) {
    const TestFrame made = ip_tunnelled(outer_v4(), header, inner);
    EXPECT_EQ(outer.decode(made.view(), packet), FrameOutcome::kNotTcpUdp);
  }
  for (const TunnelHeader& header : udp_tunnel_headers()) {
    const TestFrame made = udp_tunnelled(outer_v4(), header, inner);
    ASSERT_EQ(outer.decode(made.view(), packet), FrameOutcome::kUsed);
    EXPECT_EQ(packet.source, test_address("198.51.100.1")) << header.name;
    EXPECT_EQ(packet.destination_port, header.number) << header.name;
    EXPECT_EQ(packet.length, made.bytes.size() - 14) << header.name;
  }
}

// A packet of other programs on these ports stays what it is.
void expect_plain(Port port, std::string_view payload, std::string_view why) {
  const TestFrame made = outer_v4().udp(50000, port).payload(payload);
  Packet packet{};
  ASSERT_EQ(Decoder().decode(made.view(), packet), FrameOutcome::kUsed) << why;
  EXPECT_EQ(packet.destination_port, port) << why;
  EXPECT_EQ(packet.length, made.bytes.size() - 14) << why;
}

constexpr Port kPorts[] = {1701, 2152, 3544, 4754, 4789,
                           4790, 6081, 6635, 8472, 37008};

TEST(Tunnels, LeaveOrdinaryUdpAlone) {
  const std::string hello = tls_records(client_hello());
  for (const Port port : kPorts) {
    EXPECT_TRUE(is_tunnel_port(port));
    expect_plain(port, "", "empty");
    expect_plain(port, std::string(1200, '\0'), "zeros");
    expect_plain(port, hello, "TLS");
    expect_plain(port, std::string("\xc3\0\0\0\1\x08", 6) + hello, "QUIC");
    expect_plain(port, std::string("\x12\x34\1\0\0\1\0\0\0\0\0\0\3www", 16),
                 "DNS");
    Random random(port);
    for (int i = 0; i < 20'000; ++i) {
      std::string payload(random.below(120), '\0');
      for (char& byte : payload) byte = static_cast<char>(random.below(256));
      expect_plain(port, payload, "random bytes");
    }
  }
}

// Each header differs from a valid one in one place.
TEST(Tunnels, LeaveNearMissesAlone) {
  const TestFrame v4 = inner_frames()[0];
  const struct {
    Port port;
    std::string_view digits;
    bool has_ethernet;
  } near_misses[] = {
      {4789, "00 00 00 00 00 00 2a 00", true},
      {4789, "0c 00 00 00 00 00 2a 00", true},
      {4789, "08 00 00 01 00 00 2a 00", true},
      {4789, "08 00 00 00 00 00 2a 01", true},
      {4789, "08 00 00 00 00 00 2a 00", false},
      {4790, "08 00 00 03 00 00 2a 00", true},
      {4790, "0c 00 01 03 00 00 2a 00", true},
      {4790, "0c 00 00 09 00 00 2a 00", true},
      {4790, "0c 00 00 02 00 00 2a 00", false},
      {6081, "40 00 65 58 00 00 2a 00", true},
      {6081, "00 01 65 58 00 00 2a 00", true},
      {6081, "00 00 65 58 00 00 2a 01", true},
      {6081, "00 00 86 dd 00 00 2a 00", false},
      {6081, "3f 00 65 58 00 00 2a 00", true},
      {2152, "30 ff 00 32 00 00 00 01", false},
      {2152, "10 ff 00 31 00 00 00 01", false},
      {2152, "38 ff 00 31 00 00 00 01", false},
      {2152, "30 01 00 31 00 00 00 01", false},
      {2152, "34 ff 00 35 00 00 00 01 00 00 00 85", false},
      {37008, "02 00 00 01 01", true},
      {37008, "01 04 00 01 01", true},
      {37008, "01 00 00 02 01", true},
      {37008, "01 00 00 01 0a ff", true},
      {1701, "00 03 00 01 00 02 ff 03 00 21", false},
      {1701, "80 02 00 01 00 02 ff 03 00 21", false},
      {1701, "40 02 00 99 00 01 00 02 ff 03 00 21", false},
      {1701, "00 02 00 01 00 02 ff 03 c0 21", false},
      {4754, "00 01 08 00", false},
      {4754, "40 00 08 00", false},
      {4754, "00 00 86 dd", false},
      {6635, "00 01 00 40", false},
      {3544, "", false},
  };
  for (const auto& near : near_misses) {
    const std::string inside =
        near.has_ethernet ? v4.bytes : v4.bytes.substr(14);
    expect_plain(near.port, header_bytes(near.digits, "\x45") + inside,
                 near.digits);
  }
  // The inner datagram claims more than the packet holds.
  std::string too_long = v4.bytes;
  too_long[16] = '\x7f';
  expect_plain(4789, header_bytes("08 00 00 00 00 00 2a 00", "") + too_long,
               "too long");
}

TEST(Tunnels, CountWhatIsInsideUnderItsHeading) {
  const auto outcome_of = [](const TestFrame& frame) {
    Packet packet{};
    return Decoder().decode(frame.view(), packet);
  };
  const TestFrame ping = frame().ethernet().ipv4().protocol(1).payload(64);
  const TestFrame arp = frame()
                            .ethernet()
                            .ether_type(0x0806)
                            .payload(std::string("\0\1\x08\0\6\4\0\1", 8))
                            .payload(20);
  const TunnelHeader gre{"GRE", 47, "00 00 65 58", Header::Wraps::kWholeFrame};
  const TunnelHeader vxlan{"VXLAN", 4789, "08 00 00 00 00 00 2a 00",
                           Header::Wraps::kWholeFrame};
  EXPECT_EQ(outcome_of(ip_tunnelled(outer_v4(), gre, ping)),
            FrameOutcome::kNotTcpUdp);
  EXPECT_EQ(outcome_of(ip_tunnelled(outer_v4(), gre, arp)),
            FrameOutcome::kNotIp);
  EXPECT_EQ(outcome_of(udp_tunnelled(outer_v4(), vxlan, ping)),
            FrameOutcome::kNotTcpUdp);
  EXPECT_EQ(outcome_of(udp_tunnelled(outer_v4(), vxlan, arp)),
            FrameOutcome::kNotIp);
  for (const std::string_view other :
       {"00 00 00 00", "40 00 08 00 00 00 00 00", "00 05 08 00",
        "20 01 88 0b 00 00 00 01", "00 00 88 cc"}) {
    EXPECT_EQ(outcome_of(ip_tunnelled(outer_v4(), {"GRE", 47, other}, ping)),
              FrameOutcome::kNotTcpUdp)
        << other;
  }
  const TunnelHeader wrong{"6in4", 41, ""};
  EXPECT_EQ(outcome_of(ip_tunnelled(outer_v4(), wrong,
                                    frame().ethernet().payload(40))),
            FrameOutcome::kMalformed);
}

TEST(Tunnels, AreReadUpToAnyCut) {
  const TestFrame inner = frame().ethernet().ipv4().tcp().payload(99);
  const Packet expected = inner_packet(inner);
  const auto check = [&](const TestFrame& whole, const TunnelHeader& header) {
    const std::size_t needed = whole.bytes.size() - 99 - 6;
    for (std::size_t cut = 0; cut <= whole.bytes.size(); ++cut) {
      TestFrame part = whole;
      part.bytes.resize(cut);
      Packet packet{};
      const FrameOutcome outcome = Decoder().decode(part.view(), packet);
      if (cut >= needed) {
        ASSERT_EQ(outcome, FrameOutcome::kUsed) << header.name << " to " << cut;
        EXPECT_EQ(fields(packet), fields(expected)) << header.name;
      } else if (outcome == FrameOutcome::kUsed) {
        // Too little was captured to see the tunnel.
        EXPECT_EQ(packet.source, test_address("198.51.100.1"));
      }
    }
  };
  for (const TunnelHeader& header : ip_tunnel_headers()) {
    check(ip_tunnelled(outer_v4(), header, inner), header);
  }
  for (const TunnelHeader& header : udp_tunnel_headers()) {
    check(udp_tunnelled(outer_v4(), header, inner), header);
  }
}

// The outer datagram is cut into two; the inner one states its length.
TEST(Tunnels, FirstFragmentCountsForAll) {
  const TestFrame inner = frame().ethernet().ipv4().udp(1, 2).payload(1400);
  const auto check = [&](const std::string& carried, bool is_udp) {
    for (const bool is_v6 : {false, true}) {
      Decoder decoder;
      const auto piece = [&](std::uint16_t offset, std::string_view bytes) {
        FrameBuilder made = is_v6 ? outer_v6() : outer_v4();
        made.fragment({77, offset, offset == 0});
        return made.protocol(is_udp ? 17 : 47).payload(bytes).build();
      };
      constexpr std::size_t kFirst = 800;
      Packet packet{};
      ASSERT_EQ(
          decoder.decode(piece(0, carried.substr(0, kFirst)).view(), packet),
          FrameOutcome::kUsed);
      EXPECT_EQ(fields(packet), fields(inner_packet(inner)));
      EXPECT_LT(packet.payload.size(), packet.payload_length);
      EXPECT_EQ(
          decoder.decode(piece(100, carried.substr(kFirst)).view(), packet),
          FrameOutcome::kFragmentWithoutPorts);
    }
  };
  check(header_bytes("00 00 08 00", "") + inner.bytes.substr(14), false);
  check(header_bytes("00 00 65 58", "") + inner.bytes, false);
  std::string udp = header_bytes("c3 50 12 b5 05 d0 00 00", "");
  check(udp + header_bytes("08 00 00 00 00 00 2a 00", "") + inner.bytes, true);
  udp[2] = '\x17';  // GENEVE
  udp[3] = '\xc1';
  check(udp + header_bytes("00 00 65 58 00 00 2a 00", "") + inner.bytes, true);
}

TEST(Tunnels, FragmentsOfOrdinaryUdpKeepTheirPorts) {
  for (const Port port : {Port{4789}, Port{6081}, Port{2152}}) {
    Decoder decoder;
    Packet packet{};
    ASSERT_EQ(decoder.decode(outer_v4()
                                 .fragment({78, 0, true})
                                 .udp(50000, port)
                                 .payload(800)
                                 .build()
                                 .view(),
                             packet),
              FrameOutcome::kUsed);
    ASSERT_EQ(decoder.decode(outer_v4()
                                 .fragment({78, 101, false})
                                 .protocol(17)
                                 .payload(300)
                                 .build()
                                 .view(),
                             packet),
              FrameOutcome::kUsed);
    EXPECT_EQ(packet.destination_port, port);
  }
}

TEST(Tunnels, FragmentsInsideKeepTheirPorts) {
  Decoder decoder;
  const TunnelHeader gre{"GRE", 47, "00 00 TT TT"};
  Packet packet{};
  const TestFrame first =
      frame().ethernet().ipv4().fragment({9, 0, true}).udp(5, 6).payload(800);
  ASSERT_EQ(decoder.decode(ip_tunnelled(outer_v4(), gre, first).view(), packet),
            FrameOutcome::kUsed);
  const TestFrame later = frame()
                              .ethernet()
                              .ipv4()
                              .fragment({9, 101, false})
                              .protocol(17)
                              .payload(300);
  ASSERT_EQ(decoder.decode(ip_tunnelled(outer_v4(), gre, later).view(), packet),
            FrameOutcome::kUsed);
  EXPECT_EQ(packet.destination_port, 6);
}

TEST(Tunnels, StationsAreThoseInside) {
  const TestFrame inner = inner_frames()[0];
  const Packet expected = inner_packet(inner);
  ASSERT_NE(expected.source_station, 0U);
  Packet packet{};
  for (const TunnelHeader& header : ip_tunnel_headers()) {
    const TestFrame made = ip_tunnelled(outer_v4(), header, inner);
    ASSERT_EQ(Decoder().decode(made.view(), packet), FrameOutcome::kUsed);
    EXPECT_EQ(packet.source_station, header.wraps == Header::Wraps::kWholeFrame
                                         ? expected.source_station
                                         : 0)
        << header.name;
  }
}

}  // namespace
}  // namespace flowtell
