// SPDX-License-Identifier: Apache-2.0
//
// `flowtell gateway` without starting one. tests/gateway_test.py starts
// gateways.
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

TEST_F(GatewayProgram, RejectsInvalidOptions) {
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

// Options with default values are omitted.
TEST_F(GatewayProgram, PassesOnNonDefaultOptions) {
  const auto started_by = [&](const std::string& options) {
    const std::string script =
        run("flowtell gateway script --lan wlan0 --wan eth0 " + options).out;
    const std::string_view begin = "gateway up --lan wlan0 --wan eth0";
    const std::size_t from = script.find(begin) + begin.size();
    return script.substr(from, script.find(" ;;", from) - from);
  };
  EXPECT_EQ(started_by(""), "");
  const std::string all =
      " --address 10.7.0.1/24 --dhcp 10.7.0.50-10.7.0.60 --lease 600 --dns "
      "9.9.9.9 --domain home --ipv6";
  const std::string started = started_by(all);
  for (const char* part :
       {" --address 10.7.0.1/24", " --lease 600", " --ipv6",
        " --dhcp 10.7.0.50-10.7.0.60", " --dns 9.9.9.9", " --domain home"}) {
    EXPECT_NE(started.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(started.size(), all.size());
  EXPECT_EQ(started_by("--dhcp 192.168.12.100-192.168.12.200"), "");
  EXPECT_EQ(started_by("--dns 192.168.12.1"), "");
}

// The state folder is absent, and no gateway has this name.
TEST_F(GatewayProgram, HasNothingToUndoWithoutAGateway) {
  const Outcome down = run("flowtell gateway down --lan nolan --state none");
  EXPECT_EQ(down.exit_code, 0);
  EXPECT_EQ(down.err, "No gateway is up on nolan; there is nothing to undo.\n");
  EXPECT_EQ(run("flowtell gateway down --lan nolan --all").exit_code, 2);
}

TEST_F(GatewayProgram, FailsIfItsReportCannotBeWritten) {
  const Outcome outcome = run("flowtell gateway status --json absent/x.json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("cannot write absent/x.json"), std::string::npos);
}

TEST_F(GatewayProgram, PrintsAStartupScript) {
  run("flowtell gateway script --lan wlan0 --wan eth0 --domain home "
      "| sed \"s|$(command -v flowtell)|PROGRAM|\"");
  expect("gateway_script");
}

}  // namespace
}  // namespace flowtell
