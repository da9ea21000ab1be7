// SPDX-License-Identifier: Apache-2.0
//
// What `flowtell gateway` says where no gateway comes of it. Real ones are put
// up by tests/gateway_test.py.
#include "support/program.h"

namespace flowtell {
namespace {

class GatewayProgram : public ProgramTest {};

TEST_F(GatewayProgram, IsExplained) {
  for (const char* line :
       {"flowtell gateway --help", "flowtell gateway up --help",
        "flowtell gateway down --help", "flowtell gateway status --help",
        "flowtell gateway script --help"}) {
    EXPECT_EQ(run(line).exit_code, 0) << line;
  }
  expect("gateway_help");
}

TEST_F(GatewayProgram, RefusesNonsense) {
  const std::string up = "flowtell gateway up --lan nolan --wan nowan ";
  for (const std::string& line :
       {std::string("flowtell gateway"),
        std::string("flowtell gateway sideways"),
        std::string("flowtell gateway up"),
        std::string("flowtell gateway up --lan nolan"),
        std::string("flowtell gateway up --lan nolan --wan nolan"),
        std::string("flowtell gateway up --lan 'a b' --wan nowan"),
        up + "--address 192.168.12.1", up + "--address 192.168.12.0/24",
        up + "--address 127.0.0.1/8", up + "--address 192.168.12.1/31",
        up + "--dhcp 100-200", up + "--dhcp 192.168.13.100-192.168.13.200",
        up + "--dhcp 192.168.12.200-192.168.12.100",
        up + "--dhcp 192.168.12.1-192.168.12.9", up + "--dns here",
        up + "--lease 1", up + "--lease -1", up + "--domain 'my home'",
        std::string("flowtell gateway down --state . --lan x/../../y")}) {
    EXPECT_EQ(run(line).exit_code, 2) << line;
  }
  expect("gateway_nonsense");
}

TEST_F(GatewayProgram, PrintsAStartUpScript) {
  run("flowtell gateway script --lan wlan0 --wan eth0 --domain home "
      "| sed \"s|$(command -v flowtell)|PROGRAM|\"");
  expect("gateway_script");
}

}  // namespace
}  // namespace flowtell
