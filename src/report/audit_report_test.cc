// SPDX-License-Identifier: Apache-2.0
#include "report/audit_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/samples.h"

namespace flowtell {
namespace {

Dataset two_apps() {
  return table_of({{{1}, 0, 0}, {{2}, 0, 1}, {{3}, 1, 2}}, 2);
}

Finding finding(Severity severity, std::vector<std::string> where) {
  return {FindingKind::kDamage,
          severity,
          "it is so",
          std::move(where),
          {{"captures", 2}}};
}

TEST(AuditReport, ShowsTheFirstThreeLocations) {
  const std::string text = audit_text(
      two_apps(), {finding(Severity::kFault, {"p", "q", "r"}),
                   finding(Severity::kNote, {"p", "q", "r", "s", "t"}),
                   finding(Severity::kNote, {})});
  EXPECT_NE(text.find("fault: damage: it is so.\n  where: p, q and r\n"),
            std::string::npos);
  EXPECT_NE(text.find("note: damage: it is so.\n  where: p, q, r and 2 more\n"
                      "  to do: "),
            std::string::npos);
  EXPECT_NE(text.find("note: damage: it is so.\n  to do: "), std::string::npos);
  EXPECT_TRUE(text.ends_with(
      "\n3 captures and 3 flows of 2 apps: 1 fault, 0 warnings and 2 notes.\n"))
      << text;
}

TEST(AuditReport, WritesAllLocationsAsJson) {
  const std::vector<std::string> locations = {"p", "q", "r", "s", "t"};
  const auto json = nlohmann::json::parse(
      audit_json(two_apps(), {finding(Severity::kWarning, locations)}));
  EXPECT_EQ(json["flows"], 3);
  EXPECT_EQ(json["warnings"], 1);
  EXPECT_EQ(json["faults"], 0);
  EXPECT_EQ(json["apps"][0]["captures"], 2);
  const auto& entry = json["findings"][0];
  EXPECT_EQ(entry["kind"], "damage");
  EXPECT_EQ(entry["severity"], "warning");
  EXPECT_EQ(entry["where"], locations);
  EXPECT_EQ(entry["figures"]["captures"], 2);
  EXPECT_EQ(entry["remedy"], info_of(FindingKind::kDamage).remedy);
}

}  // namespace
}  // namespace flowtell
