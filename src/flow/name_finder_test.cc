// SPDX-License-Identifier: Apache-2.0
//
// Tests of flow names from frames: hellos, DNS answers, and their lifetime.
#include "flow/name_finder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "flow/flow_meter.h"
#include "support/dns_bytes.h"
#include "support/flow_collector.h"
#include "support/hello_bytes.h"
#include "support/quic_bytes.h"
#include "support/test_frame.h"
#include "support/wire.h"

namespace flowtell {
namespace {

using Lines = std::vector<std::string>;
const Lines kTls{"tls www.example.org h2"};
const Lines kQuic{"quic www.example.org h2"};
const Lines kDns{"dns www.example.org"};
const Lines kNone{"none"};

DnsBytes response(std::uint32_t seconds = 300,
                  std::string_view name = "www.example.org") {
  return dns().asks(name).v4(name, kServer, seconds);
}

// --- TLS ---------------------------------------------------------------------

TEST(NameFinder, ReadsTheNameOfAClientHello) {
  const std::string hello = tls_records(client_hello());
  EXPECT_EQ(names(Wire().syn().segment(0, hello)), kTls);
  EXPECT_EQ(names(Wire().segment(0, hello)), kTls);  // without the SYN
}

TEST(NameFinder, FindsNoNamesByDefault) {
  const auto flows = Wire().segment(0, tls_records(client_hello())).flows();
  EXPECT_EQ(flows.flows.front().server, "");
  EXPECT_EQ(flows.flows.front().name.source, NameSource::kNone);
}

// Without the SYN, and with clients outside the LAN.
TEST(NameFinder, TreatsTheSenderOfAHelloAsTheClient) {
  const std::string hello = tls_records(client_hello());
  const std::string other = tls_records(client_hello({.server = "b.example"}));
  EXPECT_EQ(names(Wire().reply(hello).segment(0, other)), kTls);
  EXPECT_EQ(names(Wire().reply("GET /").segment(0, other)),
            (Lines{"tls b.example h2"}));
}

TEST(NameFinder, JoinsSegmentsOfEverySize) {
  const std::string hello = tls_records(client_hello());
  for (std::size_t size = 20; size < hello.size(); ++size) {
    Wire wire = Wire().syn();
    for (std::size_t at = 0; at < hello.size(); at += size) {
      wire.segment(at, hello.substr(at, size));
    }
    ASSERT_EQ(names(wire), kTls) << size;
  }
}

TEST(NameFinder, HandlesLateAndRepeatedSegments) {
  const std::string hello = tls_records(client_hello({.padding_before = 1500}));
  const std::string front = hello.substr(0, 1400);
  const std::string back = hello.substr(1400);
  EXPECT_EQ(names(Wire().syn().segment(1400, back).segment(0, front)), kTls);
  EXPECT_EQ(names(Wire().syn().segment(0, front).segment(0, front).segment(
                1400, back)),
            kTls);
}

TEST(NameFinder, ReadsTruncatedHellos) {
  const std::string hello = tls_records(client_hello({.padding_after = 600}));
  EXPECT_EQ(names(Wire().syn().segment(0, hello).snapped(300)),
            (Lines{"tls www.example.org"}));
}

TEST(NameFinder, ReadsHellosOfClientsOnly) {
  EXPECT_EQ(
      names(Wire().syn().reply(tls_records(client_hello())).segment(0, "GET")),
      kNone);
}

TEST(NameFinder, KeepsTheNameAcrossBursts) {
  const Wire wire = Wire()
                        .syn()
                        .segment(0, tls_records(client_hello()))
                        .after(10s)
                        .reply("x")
                        .after(50min)
                        .segment(900, "y");
  EXPECT_EQ(names(wire), (Lines{kTls[0], kTls[0], kTls[0]}));
}

TEST(NameFinder, SearchesAgainOnANewConnection) {
  const Wire wire =
      Wire()
          .syn()
          .segment(0, tls_records(client_hello()))
          .after(10s)
          .syn()
          .segment(0, tls_records(client_hello({.server = "b.example"})));
  EXPECT_EQ(names(wire), (Lines{kTls[0], "tls b.example h2"}));
}

TEST(NameFinder, StopsAfterMaxPackets) {
  const std::string hello = tls_records(client_hello());
  Wire wire;
  for (int i = 0; i < NameFinder::kMaxPackets; ++i) {
    wire.segment(static_cast<std::size_t>(9000 + 4 * i), "data");
  }
  EXPECT_EQ(names(wire.segment(0, hello)), kNone);
}

TEST(NameFinder, ExaminesMaxPacketsWithPayload) {
  const std::string hello = tls_records(client_hello());
  Wire wire;
  for (int i = 1; i < NameFinder::kMaxPackets; ++i) {
    wire.segment(static_cast<std::size_t>(9000 + 4 * i), "data");
  }
  EXPECT_EQ(names(wire.segment(0, hello)), kTls);
  Wire answers = Wire().syn();
  for (int i = 0; i < NameFinder::kMaxPackets; ++i) {
    answers.reply(fmt::format("data {}", i));
  }
  EXPECT_EQ(names(answers.segment(0, hello)), kNone) << "of both directions";
  Wire bare = Wire().syn();
  for (int i = 0; i < 100; ++i) bare.segment(0, "");
  EXPECT_EQ(names(bare.segment(0, hello)), kTls) << "with payload";
}

// TCP Fast Open (RFC 7413): the SYN carries the hello, whose first byte has the
// next sequence number.
TEST(NameFinder, ReadsAHelloInASyn) {
  const std::string hello = tls_records(client_hello());
  const auto open_with = [](const std::string& bytes) {
    return Wire().add(frame()
                          .raw()
                          .ipv4(kPhoneText, kServer)
                          .tcp(40000, 443, kTcpSyn)
                          .sequence(kStart - 1)
                          .payload(bytes));
  };
  EXPECT_EQ(names(open_with(hello)), kTls);
  EXPECT_EQ(names(open_with(hello.substr(0, 50)).segment(50, hello.substr(50))),
            kTls);
}

// A SYN+ACK opens no connection: the name is kept.
TEST(NameFinder, KeepsTheNameOnASynAck) {
  const std::string hello = tls_records(client_hello());
  EXPECT_EQ(names(Wire().syn().segment(0, hello).add(
                frame()
                    .raw()
                    .ipv4(kServer, kPhoneText)
                    .tcp(443, 40000, kTcpSyn | kTcpAck))),
            kTls);
}

TEST(NameFinder, StopsWhenTheStreamBeginsOtherwise) {
  const std::string hello = tls_records(client_hello());
  EXPECT_EQ(names(Wire().syn().segment(0, "GET /").segment(5, hello)), kNone);
  // The cut part is not sent again.
  EXPECT_EQ(names(Wire().syn().segment(0, hello).snapped(60).segment(0, hello)),
            kNone);
}

TEST(NameFinder, ReadsDnsOnItsPortOnly) {
  const auto answer = [](FrameBuilder headers) {
    return headers.payload(response().bytes());
  };
  EXPECT_EQ(
      names(
          Wire()
              .add(answer(
                  frame().raw().ipv4("192.168.12.1", kPhoneText).tcp(53, 3333)))
              .datagram("data")),
      kNone)
      << "over TCP, a length comes first";
  EXPECT_EQ(
      names(
          Wire()
              .add(answer(
                  frame().raw().ipv4("192.168.12.1", kPhoneText).udp(54, 3333)))
              .datagram("data")),
      kNone);
}

// --- QUIC --------------------------------------------------------------------

TEST(NameFinder, ReadsTheNameOfAQuicInitial) {
  const std::string hello = client_hello();
  EXPECT_EQ(names(Wire().datagram(
                quic_initial({.frames = padded(crypto_frame(0, hello))}))),
            kQuic);
  EXPECT_EQ(
      names(Wire()
                .datagram(quic_initial(
                    {.frames = padded(crypto_frame(90, hello.substr(90)))}))
                .datagram(quic_initial(
                    {.frames = padded(crypto_frame(0, hello.substr(0, 90))),
                     .number = 3}))),
      kQuic);
}

TEST(NameFinder, JoinsQuicInitialsOfAClientOutsideTheLan) {
  const std::string hello = client_hello();
  const auto from_outside = [](std::uint64_t offset, const std::string& bytes) {
    return frame()
        .raw()
        .ipv4(kServer, kPhoneText)
        .udp(443, 50000)
        .payload(quic_initial({.frames = padded(crypto_frame(offset, bytes)),
                               .number = static_cast<std::uint32_t>(offset)}));
  };
  EXPECT_EQ(names(Wire()
                      .add(from_outside(0, hello.substr(0, 90)))
                      .add(from_outside(90, hello.substr(90)))),
            kQuic);
}

TEST(NameFinder, ReadsTheNameOfGoogleQuic) {
  EXPECT_EQ(names(Wire().datagram(google_hello())),
            (Lines{"google-quic www.example.org"}));
  // Cut before the name: the name by DNS is kept.
  EXPECT_EQ(names(Wire()
                      .answer(response())
                      .datagram(google_hello({.padding = 700}))
                      .snapped(480)),
            kDns);
}

// TCP Fast Open (RFC 7413), and its fallback if the server rejects it.
TEST(NameFinder, ReadsAHelloInASynOrItsRepetition) {
  const std::string hello = tls_records(client_hello());
  const auto syn_with = [](const std::string& bytes) {
    return frame()
        .raw()
        .ipv4(kPhoneText, kServer)
        .tcp(40000, 443, kTcpSyn)
        .sequence(kStart - 1)
        .payload(bytes);
  };
  EXPECT_EQ(names(Wire().add(syn_with(hello))), kTls);
  EXPECT_EQ(names(Wire()
                      .add(syn_with(hello.substr(0, 50)))
                      .segment(50, hello.substr(50))),
            kTls);
  EXPECT_EQ(names(Wire()
                      .add(syn_with(hello.substr(0, 50)))
                      .syn()
                      .segment(0, hello.substr(0, 50))
                      .segment(50, hello.substr(50))),
            kTls)
      << "rejected, and sent again without Fast Open";
}

// --- DNS ---------------------------------------------------------------------

TEST(NameFinder, UsesDnsAnswersOfTheDevice) {
  EXPECT_EQ(names(Wire().answer(response()).after(5s).datagram("data")), kDns);
  EXPECT_EQ(names(Wire().datagram("data")), kNone);
  EXPECT_EQ(names(Wire().answer(response(), "192.168.12.101").datagram("data")),
            kNone);
}

// A flow to a DNS server is named by its question, whichever direction was
// captured.
TEST(NameFinder, ReadsTheQuestionOfADnsFlow) {
  const auto query = [](Port port) {
    return frame()
        .raw()
        .ipv4(kPhoneText, "192.168.12.1")
        .udp(port, 53)
        .payload(dns().flags(0x0100).asks("www.example.org").bytes());
  };
  const Lines question{"question www.example.org"};
  EXPECT_EQ(names(Wire().add(query(3333)), "192.168.12.1"), question);
  EXPECT_EQ(names(Wire().answer(response()), "192.168.12.1"), question);
  EXPECT_EQ(
      names(Wire().add(query(3333)).answer(response(300, "other.example")),
            "192.168.12.1"),
      question)
      << "the first question names the flow";
}

TEST(NameFinder, PrefersTheHelloToDns) {
  const DnsBytes other = response(300, "other.example");
  const std::string hello = tls_records(client_hello());
  EXPECT_EQ(names(Wire().answer(other).syn().segment(0, hello)), kTls);
}

TEST(NameFinder, ExpiresDnsAnswersInPacketTime) {
  const auto later = [](std::uint32_t lifetime, Duration time) {
    return names(
        Wire().answer(response(lifetime)).after(time).datagram("data"));
  };
  EXPECT_EQ(later(3600, 3599s), kDns);
  EXPECT_EQ(later(3600, 3601s), kNone);
  EXPECT_EQ(later(1, DnsMemory::kMinTtl), kDns);
  EXPECT_EQ(later(1, DnsMemory::kMinTtl + 1s), kNone);
}

TEST(NameFinder, AcceptsMulticastAnswersForLocalNamesOnly) {
  const auto mdns = [](std::string_view name, std::string_view address) {
    return dns().flags(0x8400).v4(name, address);
  };
  EXPECT_EQ(
      names(Wire().send_multicast(mdns("tv.local", kServer)).datagram("x")),
      (Lines{"dns tv.local"}));
  EXPECT_EQ(
      names(Wire().send_multicast(mdns("bank.example", kServer)).datagram("x")),
      kNone);
}

// A message to a DNS server is never an answer.
TEST(NameFinder, AcceptsAnswersOfServersOnly) {
  EXPECT_EQ(names(Wire()
                      .add(frame()
                               .raw()
                               .ipv4(kPhoneText, "192.168.12.1")
                               .udp(3333, 53)
                               .payload(response().bytes()))
                      .datagram("data")),
            kNone);
}

TEST(NameFinder, UsesEveryAddressOfAnAnswer) {
  const Wire wire = Wire()
                        .answer(dns()
                                    .asks("www.example.org")
                                    .v4("www.example.org", "198.51.100.1")
                                    .v4("www.example.org", kServer))
                        .datagram("data");
  EXPECT_EQ(names(wire), kDns);
}

TEST(NameFinder, UsesEachNameOfAMulticastAnswer) {
  const auto mdns = [](std::string_view first, std::string_view second) {
    return dns().flags(0x8400).v4(first, "198.51.100.1").v4(second, kServer);
  };
  EXPECT_EQ(names(Wire()
                      .send_multicast(mdns("printer.local", "tv.local"))
                      .datagram("x")),
            (Lines{"dns tv.local"}));
  EXPECT_EQ(names(Wire()
                      .send_multicast(mdns("bank.example", "tv.local"))
                      .datagram("x")),
            (Lines{"dns tv.local"}));
}

// --- flows are unaffected ----------------------------------------------------

// All fields of a flow except its name.
std::string flow_text(const CollectedFlow& flow) {
  std::string text = fmt::format(
      "{} {}:{} {}:{} {} {}", flow.burst, flow.device.text(), flow.device_port,
      flow.remote.text(), flow.remote_port, protocol_name(flow.protocol),
      device_rule_name(flow.device_rule));
  for (const PacketRecord& record : flow.records) {
    text += fmt::format(" {}{}@{}", record.sent != 0 ? '>' : '<',
                        +record.length, (record.time - kTestStart).count());
  }
  return text;
}

Wire random_wire(std::uint64_t seed) {
  Random random(seed);
  const std::string hello = tls_records(client_hello());
  const std::string quic =
      quic_initial({.frames = padded(crypto_frame(0, client_hello()))});
  Wire wire;
  for (int i = 0; i < 120; ++i) {
    const auto port = static_cast<Port>(40000 + random.below(4));
    const std::size_t cut =
        random.below(static_cast<std::uint32_t>(hello.size()));
    switch (random.below(7)) {
      case 0:
        wire.syn(port);
        break;
      case 1:
        wire.segment(0, hello, port);
        break;
      case 2:
        wire.segment(cut, hello.substr(cut), port);
        break;
      case 3:
        wire.reply(hello.substr(cut));
        break;
      case 4:
        wire.datagram(quic.substr(0, random.below(1300)), port);
        break;
      case 5:
        wire.answer(response());
        break;
      default:
        wire.datagram(google_hello(), port);
        break;
    }
    if (random.below(3) == 0) wire.snapped(random.below(500));
    wire.after(random.below(700) * 1ms);
  }
  return wire;
}

TEST(NameFinder, ChangesNoFlow) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Wire wire = random_wire(seed);
    FlowOptions options;
    options.key = static_cast<FlowKey>(seed % 3);
    options.max_flows = seed % 2 == 0 ? 3 : 1000;
    const FlowCollector without = wire.flows(options);
    options.names = true;
    const FlowCollector with = wire.flows(options);
    ASSERT_EQ(with.burst_ends, without.burst_ends);
    for (std::size_t i = 0; i < with.flows.size(); ++i) {
      ASSERT_EQ(flow_text(with.flows[i]), flow_text(without.flows[i]));
    }
  }
}

}  // namespace
}  // namespace flowtell
