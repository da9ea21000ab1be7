// SPDX-License-Identifier: Apache-2.0
//
// Probes the loopback of an empty network namespace, with and without a server.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "base/sanitized.h"
#include "gateway/dhcp_probe.h"
#include "support/own_process.h"

namespace flowtell {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kMac("\x02\x00\x00\x00\x00\x07", 6);
constexpr std::size_t kTransactionAt = 14 + 28 + 4;

// The MAC can be changed only while the loopback is off.
void set_loopback_mac() {
  const FileHandle any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_hwaddr.sa_family = ARPHRD_LOOPBACK;
  kMac.copy(request.ifr_hwaddr.sa_data, kMac.size());
  ASSERT_EQ(::ioctl(any.get(), SIOCSIFHWADDR, &request), 0);
}

// All IPv4 frames on the loopback.
class Ether {
 public:
  Ether() : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {
    sockaddr_ll local{};
    local.sll_family = AF_PACKET;
    local.sll_protocol = htons(ETHERTYPE_IP);
    local.sll_ifindex = static_cast<int>(::if_nametoindex("lo"));
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&local),
                     sizeof local),
              0);
  }
  // The next frame; empty after the timeout.
  std::string next(std::chrono::milliseconds timeout) const {
    pollfd watched{socket_.get(), POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(timeout.count())) <= 0) return "";
    std::array<char, 2048> frame;
    const ssize_t got = ::recv(socket_.get(), frame.data(), frame.size(), 0);
    return std::string(frame.data(),
                       got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  void send(const std::string& frame) const {
    EXPECT_EQ(::send(socket_.get(), frame.data(), frame.size(), 0),
              static_cast<ssize_t>(frame.size()));
  }

 private:
  FileHandle socket_;
};

// The offer of a server at 10.0.0.1, made from the DHCPDISCOVER in a frame.
std::string offer_to(std::string frame) {
  frame.replace(14 + 12, 4, std::string("\x0a\x00\x00\x01", 4));
  frame.replace(14 + 20, 4, std::string("\x00\x43\x00\x44", 4));
  frame[14 + 28] = 2;
  frame[14 + 28 + 242] = 2;
  return frame;
}

class DhcpNetwork : public testing::Test {
 protected:
  void SetUp() override {
    if (kIsSanitized) GTEST_SKIP() << "sanitizers make other system calls";
    SKIP_UNLESS_NETWORK_NAMESPACE();
  }
};

TEST_F(DhcpNetwork, IsProbedThreeTimes) {
  in_child_process([] {
    ASSERT_TRUE(enter_network_namespace());
    set_loopback_mac();
    switch_loopback(true);
    const Ether ether;
    const auto probed = refuse_other_dhcp_server("lo", 60ms);
    EXPECT_TRUE(probed) << probed.error().message;
    std::vector<std::string> frames;
    for (std::string frame = ether.next(0ms); !frame.empty();
         frame = ether.next(0ms)) {
      frames.push_back(std::move(frame));
    }
    ASSERT_EQ(frames.size(), 3u);
    EXPECT_EQ(frames[0], frames[1]);
    EXPECT_EQ(frames[0].substr(0, 6), std::string(6, '\xff')) << "broadcast";
    EXPECT_EQ(frames[0].substr(6, 6), kMac);
    EXPECT_EQ(frames[0].substr(12, 2), std::string("\x08\x00", 2));
    ByteReader reader(as_bytes(frames[0]));
    reader.skip(kTransactionAt);
    Mac mac;
    std::copy(kMac.begin(), kMac.end(), mac.begin());
    EXPECT_EQ(frames[0].substr(14), dhcp_discover(mac, reader.u32()));
  });
}

TEST_F(DhcpNetwork, IsRefusedIfAServerAnswers) {
  in_child_process([] {
    ASSERT_TRUE(enter_network_namespace());
    set_loopback_mac();
    switch_loopback(true);
    const Ether ether;
    std::thread server([&] { ether.send(offer_to(ether.next(30s))); });
    const auto probed = refuse_other_dhcp_server("lo", 60s);
    server.join();
    ASSERT_FALSE(probed);
    EXPECT_EQ(probed.error().kind, ErrorKind::kSystem);
    EXPECT_EQ(probed.error().message,
              "a DHCP server at 10.0.0.1 already answers on lo, and two would "
              "conflict; switch it off, or give another LAN interface");
  });
}

TEST_F(DhcpNetwork, ReportsAnAbsentInterface) {
  in_child_process([] {
    ASSERT_TRUE(enter_network_namespace());
    const auto probed = refuse_other_dhcp_server("flowtell-none", 1ms);
    ASSERT_FALSE(probed);
    EXPECT_EQ(probed.error().message,
              "cannot listen on flowtell-none: No such device");
  });
}

// Without a link there can be no answer.
TEST_F(DhcpNetwork, IsNotProbedWithoutALink) {
  in_child_process([] {
    ASSERT_TRUE(enter_network_namespace());
    const auto probed = refuse_other_dhcp_server("lo", 1h);
    EXPECT_TRUE(probed) << probed.error().message;
  });
}

}  // namespace
}  // namespace flowtell
