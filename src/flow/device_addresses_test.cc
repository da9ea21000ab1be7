// SPDX-License-Identifier: Apache-2.0
//
// Tests of devices with several addresses: which addresses join, and that
// flows, bursts, names and shards follow.
#include "flow/device_addresses.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "flow/flow_table.h"
#include "support/dns_bytes.h"
#include "support/flow_collector.h"
#include "support/packets.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr Station kPhoneStation = 0x020000000010;
constexpr Station kRouter = 0x020000000001;
constexpr Station kOtherStation = 0x020000000011;

const std::string kV4 = "192.168.1.10";
const std::string kLocal = "fe80::10";
const std::string kGlobal = "2001:db8:1::10";
const std::string kServer4 = "203.0.113.5";
const std::string kServer6 = "2001:db8:5::7";

Packet packet(const std::string& from, Station source, const std::string& to,
              Station destination, Port from_port = 40000,
              Port to_port = 5000) {
  Packet packet{};
  packet.time = kTestStart;
  packet.source = test_address(from);
  packet.destination = test_address(to);
  packet.source_port = from_port;
  packet.destination_port = to_port;
  packet.protocol = Protocol::kUdp;
  packet.hop_limit = 64;
  packet.length = 60;
  packet.source_station = source;
  packet.destination_station = destination;
  return packet;
}

// What is said of packets, one after the other.
class Link {
 public:
  explicit Link(std::size_t max_size = DeviceAddresses::kMaxSize)
      : addresses_({}, max_size) {}

  // The device of the packet's source, or destination.
  std::string sender(const Packet& each) {
    addresses_.note(each);
    return addresses_.device_of(each.source, each).text();
  }
  std::string receiver(const Packet& each) {
    addresses_.note(each);
    return addresses_.device_of(each.destination, each).text();
  }
  // A packet from the phone or another station to a server.
  std::string sends(const std::string& from, Station station = kPhoneStation) {
    const bool is_v6 = from.find(':') != std::string::npos;
    return sender(packet(from, station, is_v6 ? kServer6 : kServer4, kRouter));
  }
  std::string receives(const std::string& to, Station station = kPhoneStation) {
    const bool is_v6 = to.find(':') != std::string::npos;
    return receiver(packet(is_v6 ? kServer6 : kServer4, kRouter, to, station));
  }

 private:
  DeviceAddresses addresses_;
};

TEST(DeviceAddresses, JoinAddressesOfOneMac) {
  Link link;
  EXPECT_EQ(link.sends(kV4), kV4);
  EXPECT_EQ(link.sends(kLocal), kV4);
  EXPECT_EQ(link.sends("fd00::10"), kV4);
  EXPECT_EQ(link.sends(kGlobal), kV4);
  EXPECT_EQ(link.sends("2001:db8:1::11"), kV4);
  EXPECT_EQ(link.receives(kGlobal), kV4) << "as it is known";
  EXPECT_EQ(link.sends("192.168.1.11", kOtherStation), "192.168.1.11");
  EXPECT_EQ(link.sends("2001:db8:1::12", kOtherStation), "192.168.1.11");
}

TEST(DeviceAddresses, NameADeviceAfterItsFirstAddress) {
  Link link;
  EXPECT_EQ(link.sends(kLocal), kLocal);
  EXPECT_EQ(link.sends(kV4), kLocal);
  EXPECT_EQ(link.sends(kGlobal), kLocal);
}

TEST(DeviceAddresses, AreAloneWithoutMacs) {
  Link link;
  EXPECT_EQ(link.sends(kV4, 0), kV4);
  EXPECT_EQ(link.sends(kLocal, 0), kLocal);
  EXPECT_EQ(link.sends(kGlobal, 0), kGlobal);
}

// An address keeps its device, so that live and offline agree.
TEST(DeviceAddresses, KeepTheDeviceOfAnAddressInTheLan) {
  Link link;
  EXPECT_EQ(link.receives(kLocal), kLocal) << "its MAC taught nothing yet";
  EXPECT_EQ(link.sends(kV4), kV4);
  EXPECT_EQ(link.sends(kLocal), kLocal);
  EXPECT_EQ(link.sends("fd00::10"), kV4);
  EXPECT_EQ(link.receives("fd00::11"), kV4) << "by the receiver's MAC";
}

TEST(DeviceAddresses, JoinNoTwoIpv4Addresses) {
  Link link;
  EXPECT_EQ(link.sends(kV4), kV4);
  EXPECT_EQ(link.sends("192.168.1.11"), "192.168.1.11");
  EXPECT_EQ(link.sends(kLocal), kLocal) << "the MAC of several hosts";
  EXPECT_EQ(link.sends(kGlobal), kGlobal);
}

TEST(DeviceAddresses, IgnoreAddressesBeforeDhcp) {
  Link link;
  EXPECT_EQ(link.sends("0.0.0.0"), "0.0.0.0");
  EXPECT_EQ(link.sends("169.254.3.4"), "169.254.3.4");
  EXPECT_EQ(link.sends(kV4), kV4);
  EXPECT_EQ(link.sends(kGlobal), kV4);
}

TEST(DeviceAddresses, BoundTheAddressesOfADevice) {
  Link link;
  link.sends(kV4);
  std::uint32_t joined = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    if (link.sends("fd00::" + std::to_string(i)) == kV4) ++joined;
  }
  EXPECT_EQ(joined, DeviceAddresses::kMaxAddresses);
  Link two;
  two.sends(kV4);
  EXPECT_EQ(two.sends("fe80::1"), kV4);
  EXPECT_EQ(two.sends("fe80::2"), "fe80::2") << "a second link-local one";
  EXPECT_EQ(two.sends(kGlobal), kGlobal);
}

// The router's own address is in the LAN, and its MAC sends for the world.
TEST(DeviceAddresses, JoinNoHostsBehindARouter) {
  Link by_v4;
  EXPECT_EQ(by_v4.sends("192.168.1.1", kRouter), "192.168.1.1");
  EXPECT_EQ(by_v4.receives(kV4), kV4);
  EXPECT_EQ(by_v4.sends("2001:db8:9::1", kRouter), "2001:db8:9::1");

  Link by_v6;
  EXPECT_EQ(by_v6.sends("192.168.1.1", kRouter), "192.168.1.1");
  by_v6.sends(kV4);
  by_v6.sends(kGlobal);
  for (int i = 1; i < 9; ++i) {
    const std::string remote = "2001:db8:9::" + std::to_string(i);
    EXPECT_EQ(by_v6.sends(remote, kRouter), remote);
  }

  Link by_hops;
  by_hops.sends("192.168.1.1", kRouter);
  Packet inbound = packet("2001:db8:9::1", kRouter, kGlobal, kPhoneStation);
  inbound.hop_limit = 57;
  EXPECT_EQ(by_hops.sender(inbound), "2001:db8:9::1");
}

TEST(DeviceAddresses, JoinNoHostsBehindAnAccessPoint) {
  Link link;
  for (int i = 1; i < 9; ++i) {
    const std::string host = "192.168.1." + std::to_string(i);
    EXPECT_EQ(link.sends(host, kOtherStation), host);
  }
  EXPECT_EQ(link.sends("fd00::1", kOtherStation), "fd00::1");
  // A MAC that forwards for a host with a MAC of its own.
  Link forwarded;
  forwarded.sends(kV4);
  EXPECT_EQ(forwarded.sends("10.0.0.1", kOtherStation), "10.0.0.1");
  EXPECT_EQ(forwarded.sends(kV4, kOtherStation), kV4);
  EXPECT_EQ(forwarded.sends("fd00::1", kOtherStation), "fd00::1");
}

TEST(DeviceAddresses, ForgetTheOldest) {
  Link link(4);
  link.sends(kV4);
  for (int i = 1; i < 50; ++i) {
    link.sends("192.168.2." + std::to_string(i),
               kOtherStation + static_cast<Station>(i));
  }
  EXPECT_EQ(link.sends(kGlobal), kGlobal);
  EXPECT_EQ(link.sends(kV4), kV4);
  EXPECT_EQ(link.sends("2001:db8:1::11"), kV4);
}

// --- flows -------------------------------------------------------------------

TEST(DeviceAddresses, ShareBurstsAndNames) {
  const std::string answer =
      dns().asks("api.example", 28).v6("api.example", kServer6).bytes();
  std::vector<Packet> packets = {
      packet(kV4, kPhoneStation, "192.168.1.1", kRouter, 3333, 53),
      packet("192.168.1.1", kRouter, kV4, kPhoneStation, 53, 3333),
      packet(kGlobal, kPhoneStation, kServer6, kRouter),
      packet(kServer6, kRouter, kGlobal, kPhoneStation, 5000, 40000),
      packet(kV4, kPhoneStation, kServer4, kRouter),
  };
  packets[1].payload = as_bytes(answer);
  packets[1].payload_length = static_cast<std::uint32_t>(answer.size());
  packets[2].payload_length = packets[3].payload_length = 1;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    packets[i].time += 900ms * i;
  }
  FlowOptions options;
  options.names = true;
  const FlowCollector collected = collect(packets, options);
  ASSERT_EQ(collected.flows.size(), 3U);
  EXPECT_EQ(collected.burst_ends, (CheckedVector<std::size_t>{3}));
  for (const CollectedFlow& flow : collected.flows) {
    EXPECT_EQ(flow.device.text(), kV4);
  }
  EXPECT_EQ(collected.flows[1].device_address.text(), kGlobal);
  EXPECT_EQ(collected.flows[1].server, "api.example");
  EXPECT_EQ(collected.flows[1].sent.packets, 1U);
  EXPECT_EQ(collected.flows[1].received.packets, 1U);
}

// The reader of a sharded meter and a flow table decide alike.
TEST(DeviceAddresses, AreTheSameInAFinderAndATable) {
  struct LastDevice : FlowSink {
    void take(const Flow&) override {}
    void take_early(const Flow& flow) override { device = flow.device; }
    Address device;
  };
  const std::vector<std::string> kHosts = {
      kV4,        kLocal,        kGlobal,  "2001:db8:1::11", "192.168.1.11",
      "fe80::11", "192.168.1.1", kServer4, kServer6,         "2001:db8:9::1",
      "fd00::1",  "ff02::fb",    "fd00::2"};
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const auto below = [&](std::size_t count) {
      return random.below(static_cast<std::uint32_t>(count));
    };
    FlowOptions options;
    options.early_packets = 1;         // delivers each flow at its first packet
    options.burst_gap = Duration(-1);  // makes each packet a flow
    LastDevice expected;
    FlowTable table(options, expected);
    DeviceFinder finder(options.lan, 1'000'000);
    for (int i = 0; i < 2000; ++i) {
      Packet each = packet(kHosts[below(kHosts.size())], kRouter + below(5),
                           kHosts[below(kHosts.size())], kRouter + below(5),
                           static_cast<Port>(1000 + below(40)),
                           static_cast<Port>(1000 + below(40)));
      if (below(4) == 0) each.source_station = each.destination_station = 0;
      if (below(3) == 0) each.hop_limit = 57;
      each.time += 1ms * i;
      const Address found = finder.device_of(each);
      table.add(each);
      ASSERT_EQ(found.text(), expected.device.text()) << seed << ' ' << i;
    }
  }
}

// The flows of packets, with the MACs and names of their devices.
std::vector<std::string> devices_of(const std::vector<Packet>& packets) {
  struct Names : FlowSink {
    void take(const Flow& flow) override {
      texts.push_back(fmt::format("{} {:x} {}", flow.device.text(),
                                  flow.device_station, flow.device_name));
    }
    std::vector<std::string> texts;
  } sink;
  FlowTable table({}, sink);
  for (const Packet& each : packets) table.add(each);
  table.finish();
  return sink.texts;
}

using Texts = std::vector<std::string>;

TEST(DeviceStation, IsThatOfThePacketsItSent) {
  EXPECT_EQ(devices_of({packet(kV4, kPhoneStation, kServer4, kRouter)}),
            (Texts{"192.168.1.10 20000000010 "}));
  EXPECT_EQ(devices_of({packet(kServer4, kRouter, kV4, kPhoneStation)}),
            (Texts{"192.168.1.10 0 "}))
      << "it may be a router's";
}

TEST(DeviceStation, IsNoneIfSeveralHostsShareIt) {
  EXPECT_EQ(
      devices_of({packet(kV4, kRouter, kServer4, kOtherStation),
                  packet("192.168.1.11", kRouter, kServer4, kOtherStation),
                  packet(kV4, kRouter, kServer4, kOtherStation)}),
      (Texts{"192.168.1.11 0 ", "192.168.1.10 0 "}));
}

// However many sources are noted meanwhile.
TEST(DeviceStation, IsSharedAsSoonAsItIsKnown) {
  DeviceAddresses addresses{Lan()};
  const Packet phone = packet(kV4, kRouter, kServer4, kOtherStation);
  const Packet other =
      packet("192.168.1.12", kPhoneStation, kServer4, kOtherStation);
  EXPECT_EQ(addresses.note(phone), kRouter);
  EXPECT_EQ(addresses.note(phone), kRouter);
  EXPECT_EQ(addresses.note(other), kPhoneStation);
  EXPECT_EQ(
      addresses.note(packet("192.168.1.11", kRouter, kServer4, kOtherStation)),
      0U);
  EXPECT_EQ(addresses.note(phone), 0U);
  EXPECT_EQ(addresses.note(other), kPhoneStation);
  EXPECT_EQ(addresses.note(packet(kServer4, kOtherStation, kV4, kPhoneStation)),
            0U);
  EXPECT_EQ(addresses.note(phone), 0U) << "also if another was shared last";
  EXPECT_EQ(addresses.note(phone), 0U);
}

// A DHCP client's message with a host name.
std::vector<std::uint8_t> dhcp_request(Station station, std::string_view name) {
  std::vector<std::uint8_t> message(240);
  message[0] = message[1] = 1;
  message[2] = 6;
  for (std::size_t i = 0; i < 6; ++i) {
    message[28 + i] = static_cast<std::uint8_t>(station >> (8 * (5 - i)));
  }
  constexpr std::uint8_t kCookie[] = {0x63, 0x82, 0x53, 0x63};
  std::ranges::copy(kCookie, message.begin() + 236);
  message.reserve(300);
  constexpr std::uint8_t kOptions[] = {0, 53, 1, 3, 12};
  for (const std::uint8_t byte : kOptions) message.push_back(byte);
  message.push_back(static_cast<std::uint8_t>(name.size()));
  for (const char each : name) {
    message.push_back(static_cast<std::uint8_t>(each));
  }
  message.push_back(255);
  return message;
}

Packet dhcp_packet(const std::vector<std::uint8_t>& message) {
  Packet asking =
      packet("0.0.0.0", kPhoneStation, "255.255.255.255", 0, 68, 67);
  asking.payload = message;
  return asking;
}

TEST(DeviceName, IsTheHostNameThatItGaveByDhcp) {
  const auto message = dhcp_request(kPhoneStation, "Annas-Phone");
  EXPECT_EQ(
      devices_of({dhcp_packet(message),
                  packet(kV4, kPhoneStation, kServer4, kRouter),
                  packet("192.168.1.11", kOtherStation, kServer4, kRouter)})
          .back(),
      "192.168.1.11 20000000011 ");
  EXPECT_EQ(devices_of({dhcp_packet(message),
                        packet(kV4, kPhoneStation, kServer4, kRouter)})
                .back(),
            "192.168.1.10 20000000010 annas-phone");
}

// A burst that ended before has no name, however late it is delivered.
TEST(DeviceName, IsKnownFromItsTimeOn) {
  const auto message = dhcp_request(kPhoneStation, "annas-phone");
  Packet asking = dhcp_packet(message);
  asking.time += 2s;
  Packet later = packet(kV4, kPhoneStation, kServer4, kRouter);
  later.time += 4s;
  EXPECT_EQ(
      devices_of(
          {packet(kV4, kPhoneStation, kServer4, kRouter), asking, later}),
      (Texts{"192.168.1.10 20000000010 ", "0.0.0.0 20000000010 annas-phone",
             "192.168.1.10 20000000010 annas-phone"}));
}

TEST(DhcpName, IsReadFromWholeMessages) {
  const auto whole = dhcp_request(kPhoneStation, "a.b_c-1");
  const auto found = find_dhcp_name(dhcp_packet(whole));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name.text(), "a.b_c-1");
  EXPECT_EQ(found->station, kPhoneStation);
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    const std::vector<std::uint8_t> cut(
        whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(find_dhcp_name(dhcp_packet(cut))) << size;
  }
}

TEST(DhcpName, IsNoneInOtherMessages) {
  const auto is_found = [](std::vector<std::uint8_t> message) {
    return find_dhcp_name(dhcp_packet(message)).has_value();
  };
  const auto good = dhcp_request(kPhoneStation, "phone");
  EXPECT_TRUE(is_found(good));
  for (const std::size_t byte : {0U, 1U, 2U, 236U, 239U}) {
    auto changed = good;
    ++changed[byte];
    EXPECT_FALSE(is_found(changed)) << byte;
  }
  EXPECT_FALSE(is_found(dhcp_request(kPhoneStation, "")));
  EXPECT_FALSE(is_found(dhcp_request(kPhoneStation, "my phone")));
  EXPECT_FALSE(is_found(dhcp_request(kPhoneStation, "x\x1b[2J")));
  EXPECT_FALSE(is_found(dhcp_request(kPhoneStation, "a,b")));
  EXPECT_FALSE(is_found(dhcp_request(0, "phone")));
  Packet answer = dhcp_packet(good);
  answer.destination_port = 68;
  EXPECT_FALSE(find_dhcp_name(answer));
}

TEST(HostNames, ForgetTheOldestBeyondTheirNumber) {
  HostNames names;
  const auto learn = [&](Station station, std::string_view name) {
    names.learn({station, *HostName::from(name)});
  };
  for (Station station = 1; station <= HostNames::kMaxSize; ++station) {
    learn(station, "a");
  }
  learn(1, "b");
  EXPECT_EQ(names.of(1), "b");
  learn(HostNames::kMaxSize + 1, "c");
  EXPECT_EQ(names.of(1), "");
  EXPECT_EQ(names.of(2), "a");
  EXPECT_EQ(names.of(HostNames::kMaxSize + 1), "c");
}

}  // namespace
}  // namespace flowtell
