// SPDX-License-Identifier: Apache-2.0
//
// Writes the seeds of the fuzz targets: one folder of small valid inputs per
// target, made by the builders of the tests.
//   fuzz_seeds FOLDER
#include <filesystem>
#include <map>

#include "base/file.h"
#include "capture/link_type.h"
#include "gateway/dhcp_probe.h"
#include "model/model_sections.h"
#include "support/app_captures.h"
#include "support/dns_bytes.h"
#include "support/encapsulations.h"
#include "support/hello_bytes.h"
#include "support/owned_captures.h"
#include "support/packed.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/put.h"
#include "support/quic_bytes.h"
#include "support/samples.h"

namespace {

using namespace flowtell;
using Seeds = std::vector<std::string>;

std::string dns_answer() {
  return dns()
      .asks("www.example.org")
      .alias("www.example.org", "cdn.example.net")
      .v4("cdn.example.net", "203.0.113.5", 60)
      .v6("cdn.example.net", "2001:db8::5", 60)
      .bytes();
}

std::string initial_of(const std::string& hello, QuicVersion version) {
  TestInitial initial;
  initial.frames = padded(crypto_frame(0, hello));
  initial.version = version;
  return quic_initial(initial);
}

// One or two frames of each kind that the decoder supports.
std::vector<TestFrame> frames_of_each_link() {
  std::vector<TestFrame> frames = {
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn, 2).snap(60),
      frame().ethernet().vlan().vlan(0x88a8).ipv6().udp().payload(20),
      frame().ethernet().pppoe().ipv4().tcp().payload(9),
      frame().ethernet().ipv4("10.0.0.1", "8.8.8.8", 3).udp(5, 53),
      frame().ethernet().ether_type(0x0806).payload(28),
      frame().linux_sll().ipv4().udp().payload(3).padding(7),
      frame().linux_sll2().ipv6().extension(0).extension(60, 1).tcp(),
      frame().raw().ipv4().protocol(1).payload(8),
      frame().raw(LinkType::kIpv4).ipv4().tcp().data_offset(15),
      frame().raw(LinkType::kIpv6).ipv6().extension(43).udp().payload(8),
      frame().raw(LinkType::kRawOpenBsd).ipv4().stated_length(9).udp(),
      frame().null(ByteOrder::kLittle).ipv4().udp().payload(5),
      frame().null(ByteOrder::kBig).ipv6().tcp(),
      frame().loop().ipv6().udp().payload(64),
  };
  const TestFrame plain = frame().ethernet().ipv4().udp().payload(9);
  frames.push_back(with_trailer(plain, 10123, "Chat"));
  frames.push_back(nflog_frame(plain, 10123));
  frames.push_back(nflog_frame(plain, 0, ByteOrder::kBig));
  frames.push_back(pktap_frame(plain, "nsurlsessiond", "Podcasts"));
  for (const Header& header : link_headers()) {
    frames.push_back(with_header(header, plain));
  }
  for (const TunnelHeader& header : ip_tunnel_headers()) {
    frames.push_back(ip_tunnelled(frame().ethernet().ipv4(), header, plain));
  }
  for (const TunnelHeader& header : udp_tunnel_headers()) {
    frames.push_back(udp_tunnelled(frame().ethernet().ipv6(), header, plain));
  }
  for (const std::uint16_t offset :
       std::initializer_list<std::uint16_t>{0, 2}) {
    frames.push_back(
        frame().ethernet().ipv4().fragment({7, offset, offset == 0}).udp());
    frames.push_back(
        frame().ethernet().ipv6().fragment({8, offset, true}).tcp());
  }
  return frames;
}

// The input format of fuzz/decode.cc: a byte for the link type, then frames.
Seeds decode_inputs() {
  Seeds seeds;
  for (const TestFrame& each : frames_of_each_link()) {
    const auto links = link_types();
    for (std::size_t link = 0; link <= links.size(); ++link) {
      // Its own link type, and for each third frame all.
      if (seeds.size() % 3 != 0 && link < links.size() &&
          links[link].link != each.link) {
        continue;
      }
      std::string seed(1, static_cast<char>(link));
      for (int i = 0; i < 2; ++i) {
        flowtell::put(seed, static_cast<std::uint16_t>(each.bytes.size()),
                      ByteOrder::kBig);
        seed += each.bytes;
      }
      seeds.push_back(seed);
    }
  }
  return seeds;
}

// Frames with server names, and a flow in both directions.
std::vector<TestFrame> named_frames() {
  const std::string hello = tls_records(client_hello());
  const std::string quic = initial_of(client_hello(), QuicVersion::k1);
  std::vector<TestFrame> frames = {
      frame()
          .ethernet()
          .ipv4("192.168.12.1", "192.168.12.100")
          .udp(53, 40000)
          .payload(dns_answer()),
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn),
      frame()
          .ethernet()
          .ipv4("203.0.113.5", "192.168.12.100")
          .tcp(443, 40000, kTcpSyn | kTcpAck),
      frame().ethernet().ipv4().tcp().sequence(1).payload(hello.substr(0, 70)),
      frame().ethernet().ipv4().tcp().sequence(71).payload(hello.substr(70)),
      frame().ethernet().ipv6().udp(40001, 443).payload(quic),
      frame().ethernet().ether_type(0x0806).payload(28),
  };
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i].time += 300ms * i;
  return frames;
}

Seeds pcaps() {
  Seeds seeds = {pcap_header(), pcap_bytes(named_frames())};
  seeds.push_back(pcap_bytes(named_frames(), {ByteOrder::kBig, true}));
  for (const TestFrame& each : frames_of_each_link()) {
    seeds.push_back(pcap_bytes({each}, {.link = each.link}));
  }
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const std::size_t extra : {std::size_t{8}, std::size_t{12}}) {
      seeds.push_back(
          pcap_bytes(named_frames(), {.order = order, .modified = extra}));
    }
  }
  return seeds;
}

Seeds pcapngs() {
  const std::vector<TestFrame> frames = named_frames();
  PcapngBytes odd = pcapng(ByteOrder::kBig);
  odd.interface({.snap_length = 40, .resolution = 0x94, .offset_seconds = -9});
  odd.simple(frames[1])
      .old_packet(frames[2])
      .block(4, "names")
      .enhanced(frames[3]);
  odd.section(ByteOrder::kLittle).interface({.link = LinkType::kRaw});
  odd.enhanced(frame().raw().ipv4().udp());
  PcapngBytes owned = pcapng().interface({.link = LinkType::kRaw});
  const TestFrame plain = frame().raw().ipv4().udp();
  owned.uid_map(10123, "org.example.chat", "Chat").process("Podcasts");
  owned.enhanced(plain, 0, {{1, "u-10123"}})
      .enhanced(plain, 0, {{1, "u--1"}, owned.process_option(0x8001, 0)})
      .enhanced(plain, 0, {owned.process_option(0x8003, 0)});
  return {pcapng_bytes(frames), pcapng_bytes(frames, {.resolution = 9}),
          odd.bytes(), owned.bytes()};
}

Seeds packed(std::string (*pack)(std::string_view)) {
  const std::string capture = pcap_bytes(named_frames());
  const std::string whole = pack(capture);
  return {whole, pack("") + pack("a") + pack(std::string(100'000, 'a')),
          whole.substr(0, whole.size() / 2), whole + std::string(9, '\0')};
}

Seeds hellos() {
  TestHello large;
  large.padding_before = 500;
  large.padding_after = 90;
  const std::string hello = client_hello();
  return {tls_records(hello), tls_records(client_hello(large), 100), hello,
          client_hello({.server = "", .protocols = {}}),
          tls_records(client_hello({.extensions = {ech_extension()}}))};
}

Seeds quic_datagrams() {
  const std::string hello = client_hello();
  Seeds seeds = {google_hello(), google_hello({.version = "Q046"}),
                 crypto_frame(0, hello),
                 crypto_frame(90, hello.substr(90)) + '\x01' +
                     crypto_frame(0, hello.substr(0, 90))};
  for (const QuicVersion version :
       {QuicVersion::k1, QuicVersion::k2, QuicVersion::kDraft29}) {
    seeds.push_back(initial_of(hello, version));
  }
  return seeds;
}

Seeds dns_messages() {
  return {dns_answer(), dns().asks("www.example.org").flags(0x0100).bytes(),
          dns().v4("printer.local", "192.168.12.9").bytes(),
          dns().asks("a.example").record("a.example", 16, "text").bytes()};
}

Seeds dhcp_messages() {
  const std::string leases =
      "1700000000 02:00:00:00:00:01 192.168.12.101 phone 01:02\n"
      "0 02:00:00:00:00:02 192.168.12.100 * *\n";
  // The offer is the request with first byte 2 and other options.
  std::string offer = dhcp_discover({2, 0, 0, 0, 0, 1}, 0x12345678);
  constexpr std::size_t kHeaders = 28;
  offer[kHeaders] = 2;
  std::swap_ranges(&offer[20], &offer[22], &offer[22]);
  const std::size_t kind = offer.find(std::string("\x35\x01\x01", 3));
  if (kind != std::string::npos) offer[kind + 2] = 2;
  return {leases, offer};
}

// Four bytes of options, then eight bytes per packet.
Seeds flow_table_inputs() {
  Seeds seeds;
  for (char key = 0; key < 3; ++key) {
    std::string seed = {key, static_cast<char>(key * 3), 1, 2};
    for (unsigned i = 0; i < 40; ++i) {
      seed += static_cast<char>(0x18 + 0x25 * (i % 7));
      seed += static_cast<char>(i * 5);
      seed += std::string(2, static_cast<char>(i));
      flowtell::put(seed, 0x00ffff00 | (i % 20), ByteOrder::kBig);
    }
    seeds.push_back(seed);
  }
  return seeds;
}

// One byte of options, then the capture.
Seeds classify_inputs() {
  Seeds seeds;
  const std::string capture = pcap_bytes(named_frames());
  for (const char how : {'\x00', '\x15', '\x25', '\x12', '\x24'}) {
    seeds.push_back(how + capture);
  }
  for (const std::string& each : pcapngs()) seeds.push_back('\x15' + each);
  return seeds;
}

Seeds models() {
  Model model = small_model();
  const std::string forest = encode_sections(model);
  model.forest.trees.clear();
  model.forest.leaf_shares.clear();
  model.examples = {};
  const std::size_t width = model.columns.size();
  Svm& svm = model.svm.emplace();
  svm.apps = model.apps.size();
  svm.width = width;
  svm.gamma = 0.25;
  svm.means.assign(width, 100);
  svm.scales.assign(width, 0.01F);
  svm.trained = {0, 2};
  svm.vectors_of = {1, 1};
  svm.vectors.assign(2 * width, 0.5F);
  svm.factors = {1, -1};
  svm.biases = {0.125};
  return {forest, encode_sections(model)};
}

Seeds manifests() {
  return {"path,app\nhome/a.pcap,chat\n",
          "\xef\xbb\xbfpath,app,group,device,from,to\r\n"
          "\"a \"\"b\"\".pcap\",mail,monday,192.168.12.100,1.5,90\r\n"
          "b.pcap,chat,,fd00::1,2019-04-03T17:21:09Z,2019-04-03T17:22:09.5Z\n"};
}

Seeds command_lines() {
  return {
      "flows\nphone.pcap\n--format\ncsv\n--features\nclassic14,robust\n"
      "--lan\n192.168.12.0/24,fd00::/8\n--burst-gap\n0.5\n--ledger",
      "classify\napps.model\nday\n--unknown\nfloor=0.25,margin=0.05\n"
      "--evidence\nshape,time\n-o\nday.txt\n--max-flows=100",
      "train\nhome\n-o\napps.model\n--trees\n10\n--seed\n7\n--threads\n2",
      "evaluate\nhome\n--test\noffice\n--split\nby-flow\n--json\n-\n"
      "--unknown\nmax-error=0.05\n--preset\neurosp16",
      "gateway\nup\n--lan\nwlan0\n--wan\neth0\n--address\n192.168.12.1/24\n"
      "--dhcp\n192.168.12.100-192.168.12.200\n--dns\n9.9.9.9\n--dry-run",
      "watch\napps.model\n-i\nwlan0",
      "capture\n-i\nwlan0\n--app\nchat",
      "explain\napps.model\nphone.pcap\n--flow\n3",
      "audit\nhome",
      "--help",
      "--version",
      "model\n--help"};
}

}  // namespace

int main(int count, char** arguments) {
  require(count == 2, "name the folder to write the seeds to");
  const std::map<std::string, Seeds> all = {
      {"pcap", pcaps()},
      {"pcapng", pcapngs()},
      {"gzip", packed(gzip_packed)},
      {"zstd", packed(zstd_packed)},
      {"decode", decode_inputs()},
      {"tls", hellos()},
      {"quic", quic_datagrams()},
      {"dns", dns_messages()},
      {"dhcp", dhcp_messages()},
      {"flow_table", flow_table_inputs()},
      {"classify", classify_inputs()},
      {"model", models()},
      {"manifest", manifests()},
      {"command_line", command_lines()},
  };
  for (const auto& [target, seeds] : all) {
    const std::filesystem::path folder =
        std::filesystem::path(arguments[1]) / target;
    std::filesystem::create_directories(folder);
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      const auto path = (folder / fmt::format("seed-{}", i + 1)).string();
      require(write_file(path, seeds[i]).has_value(), "a seed can be written");
    }
  }
  return 0;
}
