// SPDX-License-Identifier: Apache-2.0
//
// `flowtell flows` on small captures.
#include "support/dns_bytes.h"
#include "support/hello_bytes.h"
#include "support/packed.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/program.h"
#include "support/quic_bytes.h"

namespace flowtell {
namespace {

class FlowsProgram : public ProgramTest {
 protected:
  static FrameBuilder from_phone(Duration after) {
    return frame().ethernet().ipv4().at(kTestStart + after);
  }
  static FrameBuilder to_phone(Duration after) {
    return frame()
        .ethernet()
        .ipv4("203.0.113.5", "192.168.12.100")
        .at(kTestStart + after);
  }
  // Two bursts of a phone, with other kinds of frames in between.
  static std::vector<TestFrame> phone() {
    return {
        frame().ethernet().ether_type(0x0806).padding(46),
        from_phone(10ms).udp(40001, 53).payload(32),
        to_phone(30ms).udp(53, 40001).payload(48),
        from_phone(31ms).tcp(40002, 443, kTcpSyn),
        to_phone(51ms).tcp(443, 40002, kTcpSyn | kTcpAck),
        from_phone(52ms).tcp(40002, 443).payload(517),
        to_phone(80ms).tcp(443, 40002).payload(1400),
        to_phone(81ms).tcp(443, 40002).payload(900),
        frame().ethernet().ipv4().protocol(1).padding(8).at(kTestStart + 90ms),
        frame().ethernet().ipv6().udp(5000, 123).payload(48).at(kTestStart +
                                                                100ms),
        from_phone(2500ms).tcp(40002, 443).payload(100),
        to_phone(2520ms).tcp(443, 40002).payload(700),
    };
  }
  void put_phone(std::string_view name = "phone.pcap") const {
    put(name, pcap_bytes(phone()));
  }
};

TEST_F(FlowsProgram, WritesTheThreeForms) {
  put_phone();
  run("flowtell flows phone.pcap");
  run("flowtell flows --format csv phone.pcap");
  run("flowtell flows --format jsonl phone.pcap");
  expect("flows_forms");
}

TEST_F(FlowsProgram, FindsServerNamesOnRequest) {
  put("named.pcap", pcap_bytes({to_phone(1ms).udp(53, 40001).payload(
                                    dns()
                                        .asks("cdn.example.org")
                                        .v4("cdn.example.org", "203.0.113.5")
                                        .bytes()),
                                from_phone(10ms).udp(40003, 443).payload(20),
                                from_phone(20ms).tcp(40002, 443, kTcpSyn),
                                from_phone(40ms)
                                    .tcp(40002, 443)
                                    .sequence(1)
                                    .payload(tls_records(client_hello()))}));
  run("flowtell flows --names --format csv named.pcap");
  run("flowtell flows --names --format jsonl named.pcap");
  run("flowtell flows --names named.pcap");
  expect("flows_with_names");
}

TEST_F(FlowsProgram, DescribesTheHelloOnRequest) {
  const auto hello = [](Port port, Duration after, const TestHello& content) {
    return from_phone(after).tcp(port, 443).payload(
        tls_records(client_hello(content)));
  };
  put("hello.pcap",
      pcap_bytes({hello(40001, 10ms, {}), hello(40002, 20ms, {.protocols = {}}),
                  hello(40003, 30ms,
                        {.server = "cloudflare-ech.com",
                         .extensions = {ech_extension()}}),
                  from_phone(40ms)
                      .udp(40004, 443)
                      .payload(quic_initial(
                          {.frames = padded(crypto_frame(0, client_hello()))})),
                  from_phone(50ms).udp(40005, 443).payload(google_hello()),
                  from_phone(60ms).udp(40006, 443).payload(20)}));
  run("flowtell flows --hello --format csv hello.pcap");
  run("flowtell flows --names --hello --format jsonl hello.pcap");
  run("flowtell flows --hello hello.pcap");
  expect("flows_with_hello");
}

TEST_F(FlowsProgram, MarksBurstsAndPrintsTheLedger) {
  put_phone();
  run("flowtell flows --bursts phone.pcap");
  run("flowtell flows --ledger phone.pcap");
  expect("flows_bursts_and_ledger");
}

TEST_F(FlowsProgram, AcceptsSeveralCapturesAndFolders) {
  put_phone("day/one.pcap");
  put("day/notes.txt", "not a capture");
  put("day/deeper/two", pcapng_bytes(phone()));
  put_phone("other.pcap");
  run("flowtell flows day");
  run("flowtell flows --format csv other.pcap day");
  expect("flows_of_several_captures");
}

TEST_F(FlowsProgram, DoesNotDependOnTheCaptureFormat) {
  put_phone();
  put("phone.gz", gzip_packed(pcap_bytes(phone())));
  put("phone.zst", zstd_packed(pcap_bytes(phone())));
  put("phone.pcapng", pcapng_bytes(phone()));
  put("nanoseconds",
      pcap_bytes(phone(), {ByteOrder::kBig, /*nanoseconds=*/true}));
  const Outcome expected = run("flowtell flows phone.pcap");
  for (const char* line :
       {"flowtell flows phone.gz", "flowtell flows phone.zst",
        "flowtell flows phone.pcapng", "flowtell flows nanoseconds",
        "cat phone.pcap | flowtell flows -", "flowtell flows - <phone.pcap",
        "cat phone.gz | flowtell flows -", "cat phone.zst | flowtell flows -",
        "cat phone.pcapng | flowtell flows -"}) {
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.out, expected.out) << line;
    EXPECT_EQ(outcome.err, expected.err) << line;
    EXPECT_EQ(outcome.exit_code, 0) << line;
  }
}

TEST_F(FlowsProgram, FollowsTheOptionsThatDefineFlows) {
  put("two_ports.pcap",
      pcap_bytes({from_phone(0ms).tcp(40001, 443).payload(10),
                  from_phone(1ms).tcp(40002, 443).payload(20),
                  from_phone(2ms).tcp(40003, 80).payload(40),
                  to_phone(900ms).tcp(443, 40001).payload(80)}));
  run("flowtell flows two_ports.pcap");
  run("flowtell flows --flow-key remote-endpoint two_ports.pcap");
  run("flowtell flows --flow-key remote-host two_ports.pcap");
  run("flowtell flows --burst-gap 0.5 two_ports.pcap");
  run("flowtell flows --lan 203.0.113.0/24 two_ports.pcap");
  run("flowtell flows --max-flows 1 --ledger two_ports.pcap");
  expect("flows_as_defined");
}

TEST_F(FlowsProgram, WritesFeaturesIntoTables) {
  put_phone();
  run("flowtell flows --format csv --features classic14 phone.pcap");
  run("flowtell flows --format jsonl --features robust,appscanner54 "
      "phone.pcap | head -n 1");
  expect("flows_with_features");
}

TEST_F(FlowsProgram, WritesTheOutputFileAtomically) {
  put_phone();
  run("flowtell flows phone.pcap -o flows.txt");
  run("cat flows.txt");
  run("flowtell flows phone.pcap absent.pcap -o flows.txt");
  run("wc -l <flows.txt");
  run("ls");
  expect("flows_into_a_file");
}

// Each capture adds to every heading and every note.
TEST_F(FlowsProgram, AddsUpTheLedgersOfAllCaptures) {
  const auto some_of_each = [](Duration after) {
    return std::vector<TestFrame>{
        frame().ethernet().ether_type(0x0806).padding(46).at(kTestStart +
                                                             after),
        from_phone(after + 1s).udp(40001, 443).payload(10),
        from_phone(after + 2ms).udp(40002, 443).payload(20),
        from_phone(after + 1s).tcp().snap(30),
        from_phone(after + 1s).protocol(1).payload(8),
        from_phone(after - 1h).udp(40003, 443).payload(30)};
  };
  put("a.pcap", pcap_bytes(some_of_each(0s)));
  put("b.pcap", pcap_bytes(some_of_each(10s)));
  put("private.pcap",
      pcap_bytes({from_phone(20s).udp()}, {.link = LinkType{147}}));
  run("flowtell flows a.pcap --ledger --max-flows 1");
  run("flowtell flows a.pcap b.pcap private.pcap --ledger --max-flows 1");
  const Outcome by_one =
      run("flowtell flows --threads 1 a.pcap b.pcap private.pcap --ledger "
          "--max-flows 1");
  const Outcome by_two =
      run("flowtell flows --threads 2 a.pcap b.pcap private.pcap --ledger "
          "--max-flows 1");
  EXPECT_EQ(by_one.err, by_two.err);
  expect("flows_ledgers_of_many");
}

TEST_F(FlowsProgram, ExplainsWhyThereIsNoFlow) {
  put("arp.pcap",
      pcap_bytes({frame().ethernet().ether_type(0x0806).padding(46),
                  frame().ethernet().ether_type(0x0806).padding(46)}));
  put("private.pcap",
      pcap_bytes({from_phone(0ms).udp()}, {.link = LinkType{147}}));
  put("short.pcap", pcap_bytes({from_phone(0ms).udp().snap(30)}));
  put("nothing.pcap", pcap_header());
  run("flowtell flows arp.pcap");
  run("flowtell flows private.pcap");
  run("flowtell flows short.pcap");
  run("flowtell flows nothing.pcap");
  expect("flows_where_there_are_none");
}

}  // namespace
}  // namespace flowtell
