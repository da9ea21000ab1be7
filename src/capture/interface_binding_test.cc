// SPDX-License-Identifier: Apache-2.0
//
// Runs in its own network namespace, where the loopback goes up and down.
#include "capture/interface_binding.h"

#include <gtest/gtest.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <poll.h>

#include "support/own_process.h"

namespace flowtell {
namespace {

FileHandle any_socket() {
  return FileHandle(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

// The interface that a packet socket is bound to; 0 for none.
int bound_to(int socket) {
  sockaddr_ll address{};
  socklen_t size = sizeof address;
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size),
            0);
  return address.sll_ifindex;
}

class InterfaceBinding : public testing::Test {
 protected:
  void SetUp() override { SKIP_UNLESS_NETWORK_NAMESPACE(); }
};

TEST_F(InterfaceBinding, ReportsAnInterfaceThatIsUp) {
  in_child_process([] {
    ASSERT_TRUE(enter_network_namespace());
    const FileHandle any = any_socket();
    EXPECT_FALSE(interface_state(any.get(), "lo")) << "it is down";
    switch_loopback(true);
    const auto state = interface_state(any.get(), "lo");
    ASSERT_TRUE(state);
    EXPECT_EQ(state->index, static_cast<int>(::if_nametoindex("lo")));
    EXPECT_EQ(state->hardware, ARPHRD_LOOPBACK);
    EXPECT_FALSE(interface_state(any.get(), "flowtell-none"));
    EXPECT_FALSE(interface_state(-1, "lo"));
    switch_loopback(false);
    EXPECT_FALSE(interface_state(any.get(), "lo"));
  });
}

TEST_F(InterfaceBinding, BindsAPacketSocketToTheSameDeviceType) {
  in_child_process([] {
    ASSERT_TRUE(enter_network_namespace());
    const FileHandle packets(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    ASSERT_GE(packets.get(), 0);
    EXPECT_FALSE(bind_to_interface(packets.get(), "lo", ARPHRD_LOOPBACK))
        << "it is down";
    switch_loopback(true);
    EXPECT_FALSE(bind_to_interface(packets.get(), "lo", ARPHRD_ETHER));
    EXPECT_EQ(bound_to(packets.get()), 0);
    EXPECT_TRUE(bind_to_interface(packets.get(), "lo", ARPHRD_LOOPBACK));
    EXPECT_EQ(bound_to(packets.get()),
              static_cast<int>(::if_nametoindex("lo")));
    const FileHandle other = any_socket();
    EXPECT_FALSE(bind_to_interface(other.get(), "lo", ARPHRD_LOOPBACK))
        << "not a packet socket";
  });
}

TEST_F(InterfaceBinding, ReportsLinkChanges) {
  in_child_process([] {
    ASSERT_TRUE(enter_network_namespace());
    auto monitor = LinkMonitor::subscribe();
    ASSERT_TRUE(monitor) << monitor.error().message;
    const auto is_readable = [&] {
      pollfd watched{monitor->descriptor(), POLLIN, 0};
      return ::poll(&watched, 1, 0) == 1;
    };
    EXPECT_FALSE(is_readable());
    EXPECT_FALSE(monitor->drain());
    for (const bool is_on : {true, false}) {
      switch_loopback(is_on);
      EXPECT_TRUE(is_readable());
      EXPECT_TRUE(monitor->drain());
      EXPECT_FALSE(monitor->drain()) << "each change once";
    }
  });
}

}  // namespace
}  // namespace flowtell
