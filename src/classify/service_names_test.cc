// SPDX-License-Identifier: Apache-2.0
#include "classify/service_names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "support/test_frame.h"

namespace flowtell {
namespace {

// A flow of a phone.
struct TestFlow {
  Protocol protocol = Protocol::kTcp;
  Port remote_port = 443;
  std::string_view remote = "203.0.113.5";  // in no list
  std::string_view name = {};
  NameSource source = NameSource::kNone;
  Port device_port = 40000;

  Flow flow() const {
    Flow flow{};
    flow.device = flow.device_address = test_address("192.168.12.100");
    flow.remote = test_address(remote);
    flow.device_port = device_port;
    flow.remote_port = remote_port;
    flow.protocol = protocol;
    flow.name.server = name;
    flow.name.source = source;
    return flow;
  }
};

constexpr std::string_view kFacebook = "157.240.0.27";

TEST(ServiceNames, SaysWhatIsMissing) {
  const auto absent = ServiceNames::open("libabsent.so.0");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, ErrorKind::kSystem);
  if (ServiceNames::built_for().empty()) {
    EXPECT_EQ(absent.error().message,
              "this program was built without nDPI, which names services; "
              "install libndpi-dev and build it again");
  } else {
    EXPECT_EQ(absent.error().message,
              "cannot load libabsent.so.0, which names services; install nDPI "
              "4.2 (Debian: libndpi4.2)");
  }
}

TEST(ServiceNames, RefusesAnotherLibrary) {
  if (ServiceNames::built_for().empty()) GTEST_SKIP() << "built without nDPI";
  const auto other = ServiceNames::open("libc.so.6");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::kWrongVersion);
  EXPECT_EQ(other.error().message,
            "libc.so.6 is not nDPI 4.2; install nDPI 4.2 (Debian: libndpi4.2)");
}

class NamedServices : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = ServiceNames::open();
    if (!opened) GTEST_SKIP() << opened.error().message;
    services_ = std::move(*opened);
  }

  std::string_view of(const TestFlow& flow) const {
    return services_->of(flow.flow());
  }
  // Of a server whose name a TLS hello shows.
  std::string_view of_server(std::string_view name) const {
    return of({.name = name, .source = NameSource::kTls});
  }

  std::unique_ptr<ServiceNames> services_;
};

TEST_F(NamedServices, AreFoundByServerName) {
  EXPECT_EQ(of_server("r3.googlevideo.com"), "YouTube");
  EXPECT_EQ(of_server("youtube.com"), "YouTube");
  EXPECT_EQ(of_server("mmg.whatsapp.net"), "WhatsApp");
  EXPECT_EQ(of_server("open.spotify.com"), "Spotify");
}

TEST_F(NamedServices, AreFoundByTheBareDomain) {
  EXPECT_EQ(of_server("spotify.com"), "Spotify");
  EXPECT_EQ(of_server("zoom.us"), "Zoom");
}

TEST_F(NamedServices, AreNotFoundByTheEndOfALabel) {
  EXPECT_EQ(of_server("notzoom.us"), "TLS");
}

TEST_F(NamedServices, AreFoundInEveryProtocolWithNames) {
  constexpr std::string_view kName = "r3.googlevideo.com";
  for (const NameSource source :
       {NameSource::kDns, NameSource::kTls, NameSource::kQuic,
        NameSource::kGoogleQuic, NameSource::kHttp, NameSource::kSocks}) {
    EXPECT_EQ(of({.name = kName, .source = source}), "YouTube")
        << name_source_name(source);
  }
}

TEST_F(NamedServices, AreTheTransportIfTheServerIsUnknown) {
  constexpr std::string_view kName = "www.example.org";
  const auto seen = [&](NameSource source, Protocol protocol, Port port) {
    return of({.protocol = protocol,
               .remote_port = port,
               .name = kName,
               .source = source});
  };
  EXPECT_EQ(seen(NameSource::kTls, Protocol::kTcp, 443), "TLS");
  EXPECT_EQ(seen(NameSource::kTls, Protocol::kTcp, 8443), "TLS");
  EXPECT_EQ(seen(NameSource::kTls, Protocol::kTcp, 80), "TLS");
  EXPECT_EQ(seen(NameSource::kTls, Protocol::kTcp, 993), "IMAPS");
  EXPECT_EQ(seen(NameSource::kQuic, Protocol::kUdp, 443), "QUIC");
  EXPECT_EQ(seen(NameSource::kGoogleQuic, Protocol::kUdp, 443), "QUIC");
  EXPECT_EQ(seen(NameSource::kHttp, Protocol::kTcp, 80), "HTTP");
  EXPECT_EQ(seen(NameSource::kHttp, Protocol::kTcp, 8080), "HTTP");
  EXPECT_EQ(seen(NameSource::kSocks, Protocol::kTcp, 9999), "SOCKS");
  EXPECT_EQ(seen(NameSource::kDns, Protocol::kTcp, 443), "TLS");
  EXPECT_EQ(seen(NameSource::kDns, Protocol::kUdp, 443), "QUIC");
  EXPECT_EQ(seen(NameSource::kDns, Protocol::kTcp, 9999), "");
}

TEST_F(NamedServices, AreTheNetworksOwnProtocolsByPort) {
  const auto udp = [&](Port port, Port device_port = 40000) {
    return of({.protocol = Protocol::kUdp,
               .remote_port = port,
               .device_port = device_port});
  };
  EXPECT_EQ(udp(53), "DNS");
  EXPECT_EQ(udp(67, 68), "DHCP");
  EXPECT_EQ(udp(123), "NTP");
  EXPECT_EQ(udp(123, 123), "NTP");
  EXPECT_EQ(udp(137, 137), "NetBIOS");
  EXPECT_EQ(udp(547, 546), "DHCPV6");
  EXPECT_EQ(udp(1900), "SSDP");
  EXPECT_EQ(udp(5353, 5353), "MDNS");
  EXPECT_EQ(udp(5355), "LLMNR");
  EXPECT_EQ(udp(40000, 53), "DNS") << "the device is the server";
  EXPECT_EQ(of({.remote_port = 53}), "DNS") << "over TCP";
  EXPECT_EQ(of({.remote_port = 123}), "") << "NTP has no TCP";
}

TEST_F(NamedServices, AreNotWhatIsAskedFor) {
  const auto asked = [&](Port port) {
    return of({.protocol = Protocol::kUdp,
               .remote_port = port,
               .name = "www.youtube.com",
               .source = NameSource::kQuestion});
  };
  EXPECT_EQ(asked(53), "DNS");
  EXPECT_EQ(asked(5353), "MDNS");
  EXPECT_EQ(asked(9953), "DNS");
  EXPECT_EQ(of({.protocol = Protocol::kUdp,
                .remote_port = 123,
                .name = "time.google.com",
                .source = NameSource::kDns}),
            "NTP");
}

TEST_F(NamedServices, AreFoundBehindAnyPort) {
  EXPECT_EQ(of({.remote_port = 53,
                .name = "mmg.whatsapp.net",
                .source = NameSource::kTls}),
            "WhatsApp");
}

TEST_F(NamedServices, AreGuessedByAddressWithoutAName) {
  EXPECT_EQ(of({.remote = kFacebook}), "Facebook");
  EXPECT_EQ(of({.protocol = Protocol::kUdp, .remote = kFacebook}), "Facebook");
  EXPECT_EQ(of({.remote_port = 22, .remote = kFacebook}), "SSH");
  EXPECT_EQ(
      of({.protocol = Protocol::kUdp, .remote_port = 53, .remote = kFacebook}),
      "DNS");
  EXPECT_EQ(of({.remote = "2001:db8::5"}), "TLS");
}

TEST_F(NamedServices, AreOfTheNameBeforeTheAddress) {
  EXPECT_EQ(of({.remote = kFacebook,
                .name = "www.example.org",
                .source = NameSource::kTls}),
            "TLS");
}

// The outer name is the provider's.
TEST_F(NamedServices, IgnoreTheNameOfAnEncryptedHello) {
  const TestFlow flow = {.name = "www.youtube.com", .source = NameSource::kEch};
  EXPECT_EQ(of(flow), "TLS");
  TestFlow quic = flow;
  quic.protocol = Protocol::kUdp;
  EXPECT_EQ(of(quic), "QUIC");
  quic.remote_port = 4433;
  EXPECT_EQ(of(quic), "QUIC");
  quic.remote = kFacebook;
  EXPECT_EQ(of(quic), "Facebook");
}

TEST_F(NamedServices, AreGuessedByThePortOfTheService) {
  EXPECT_EQ(of({.remote_port = 22}), "SSH");
  EXPECT_EQ(of({.protocol = Protocol::kUdp, .remote_port = 3478}), "STUN");
  EXPECT_EQ(of({.remote_port = 9999}), "");
  // 51413 is BitTorrent's, but also a client's port by chance.
  EXPECT_EQ(of({.protocol = Protocol::kUdp,
                .remote_port = 9999,
                .device_port = 51413}),
            "");
}

TEST_F(NamedServices, AreFoundForAnyBytes) {
  EXPECT_EQ(of_server(std::string_view("\0\xff.", 3)), "TLS");
  EXPECT_EQ(of_server("."), "TLS");
  EXPECT_EQ(of_server(std::string(70'000, 'a')), "TLS");
  EXPECT_EQ(of({.remote_port = 0, .device_port = 0}), "");
}

TEST_F(NamedServices, AreFoundByManyThreads) {
  std::vector<int> wrong(4);
  {
    std::vector<std::jthread> threads;
    for (int& count : wrong) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          if (of_server("r3.googlevideo.com") != "YouTube") ++count;
          if (of({.remote = kFacebook}) != "Facebook") ++count;
        }
      });
    }
  }
  EXPECT_EQ(wrong, std::vector<int>(4));
}

}  // namespace
}  // namespace flowtell
