// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_health.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/temporary_folder.h"

namespace flowtell {
namespace {

using Parts = std::vector<std::string>;

// A recorded gateway between interfaces that do not exist, so their kernel
// settings are absent.
class GatewayHealth : public testing::Test {
 protected:
  GatewayHealth() {
    options_.lan = "nolan";
    options_.wan = "nowan";
    Interface lan;
    lan.name = "nolan";
    lan.is_up = true;
    lan.addresses = {options_.address};
    network_.interfaces = {lan};
    network_.rules.inet_tables = {"other", "flowtell_nolan"};
    journal_ = *Journal::create(state_.path(), options_);
  }

  Journal& journal() { return *journal_; }
  void complete() {
    ASSERT_TRUE(journal().push(std::make_unique<DnsmasqChange>(
        "conf", *identify_process(::getpid()))));
    ASSERT_TRUE(journal().push_complete());
  }
  // The missing parts besides the settings of the two interfaces.
  Parts missing() {
    Parts parts = missing_parts(journal(), network_);
    for (const char* name : {"nolan", "nowan"}) {
      const std::string setting =
          fmt::format("/proc/sys/net/ipv4/conf/{}/forwarding set to 1", name);
      EXPECT_EQ(std::erase(parts, setting), 1u) << setting;
    }
    return parts;
  }

  TemporaryFolder state_;
  GatewayOptions options_;
  NetworkState network_;
  std::optional<Journal> journal_;
};

TEST_F(GatewayHealth, LacksNothingIfComplete) {
  complete();
  EXPECT_EQ(missing(), Parts{});
}

TEST_F(GatewayHealth, LacksChangesThatWereNotApplied) {
  EXPECT_EQ(missing(), (Parts{"its last changes", "dnsmasq"}));
}

TEST_F(GatewayHealth, LacksLostInterfaceSettings) {
  complete();
  network_.interfaces[0].addresses = {*Ipv4Prefix::parse("10.0.0.1/24")};
  EXPECT_EQ(missing(), Parts{"its address 192.168.12.1/24"});
  network_.interfaces[0].is_up = false;
  EXPECT_EQ(missing(), Parts{"nolan switched on"});
  network_.interfaces[0].name = "other";
  EXPECT_EQ(missing(), Parts{"the interface nolan"});
}

TEST_F(GatewayHealth, LacksItsTable) {
  complete();
  network_.rules.inet_tables = {"other", "flowtell_other"};
  EXPECT_EQ(missing(), Parts{"the nftables table inet flowtell_nolan"});
}

TEST_F(GatewayHealth, FindsItsDnsmasqByTheRecordedProcess) {
  EXPECT_FALSE(running_dnsmasq(journal()));
  ASSERT_TRUE(journal().push(std::make_unique<LinkChange>("nolan")));
  ProcessIdentity process = *identify_process(::getpid());
  ++process.started;
  ASSERT_TRUE(journal().push(std::make_unique<DnsmasqChange>("conf", process)));
  EXPECT_FALSE(running_dnsmasq(journal())) << "another process has its number";
  --process.started;
  ASSERT_TRUE(journal().push(std::make_unique<DnsmasqChange>("conf", process)));
  EXPECT_EQ(running_dnsmasq(journal()), ::getpid());
}

}  // namespace
}  // namespace flowtell
