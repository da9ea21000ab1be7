// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_unit.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

GatewayOptions unit_options() {
  GatewayOptions options;
  options.lan = "br-lan";
  options.wan = "eth0";
  options.domain = "home";
  return options;
}

bool has_line(const std::string& text, const std::string& line) {
  return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

TEST(GatewayUnit, CallsThisProgramWithTheSameOptions) {
  const std::string text = unit_text(unit_options(), "/opt/my apps/flowtell");
  EXPECT_TRUE(has_line(text,
                       "ExecStart=\"/opt/my apps/flowtell\" gateway up --lan "
                       "br-lan --wan eth0 --domain home"));
  EXPECT_TRUE(has_line(text,
                       "ExecStop=\"/opt/my apps/flowtell\" gateway down --lan "
                       "br-lan --keep-unit"));
}

TEST(GatewayUnit, RequiresTheDeviceUnitsOfBothInterfaces) {
  EXPECT_TRUE(has_line(unit_text(unit_options(), "/usr/bin/flowtell"),
                       "Requires=sys-subsystem-net-devices-br\\x2dlan.device "
                       "sys-subsystem-net-devices-eth0.device"));
}

TEST(GatewayUnit, HasOnlyThePrivilegesOfAGateway) {
  const std::string text = unit_text(unit_options(), "/usr/bin/flowtell");
  for (const char* line : {"NoNewPrivileges=yes", "ProtectSystem=strict",
                           "ProtectKernelModules=yes", "PrivateDevices=yes"}) {
    EXPECT_TRUE(has_line(text, line)) << line;
  }
  EXPECT_EQ(text.find("CAP_SYS"), std::string::npos);
}

TEST(GatewayUnit, ReadsHomesOnlyIfItsProgramIsThere) {
  EXPECT_TRUE(has_line(unit_text(unit_options(), "/usr/bin/flowtell"),
                       "ProtectHome=yes"));
  for (const char* program : {"/home/anna/flowtell", "/root/build/flowtell"}) {
    EXPECT_TRUE(
        has_line(unit_text(unit_options(), program), "ProtectHome=read-only"));
  }
}

TEST(GatewayUnit, IsIdentifiedByItsName) {
  EXPECT_EQ(unit_name("br-lan"), "flowtell-gateway-br-lan.service");
  EXPECT_EQ(lan_of_unit("flowtell-gateway-br-lan.service"), "br-lan");
  EXPECT_FALSE(lan_of_unit("flowtell-watch.service"));
  EXPECT_FALSE(lan_of_unit("flowtell-gateway-br-lan.service.7.partial"));
}

TEST(GatewayScript, QuotesThePathOfTheProgram) {
  EXPECT_TRUE(has_line(script_text(unit_options(), "/opt/it's"),
                       "flowtell='/opt/it'\\''s'"));
}

}  // namespace
}  // namespace flowtell
