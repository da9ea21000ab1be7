// SPDX-License-Identifier: Apache-2.0
#include "report/reference_pages.h"

#include <gtest/gtest.h>

#include "audit/finding.h"
#include "base/text.h"
#include "capture/link_type.h"
#include "decode/ledger.h"
#include "decode/tunnel.h"
#include "features/feature_list.h"
#include "learn/preset.h"
#include "report/metrics.h"

namespace flowtell {
namespace {

// The lines of a page, without the empty last one.
std::vector<std::string> page_lines(const std::string& page) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(page, '\n')) {
    lines.emplace_back(line);
  }
  EXPECT_EQ(lines.back(), "") << "a page ends with a newline";
  lines.pop_back();
  return lines;
}

// Expects a Markdown table: a header, a rule, and a row per entry.
template <typename Entries, typename Row>
void expect_table(const std::string& page, const std::string& header,
                  const Entries& entries, Row&& row) {
  const auto lines = page_lines(page);
  ASSERT_EQ(lines.size(), entries.size() + 2);
  EXPECT_EQ(lines[0], header);
  EXPECT_EQ(std::count(lines[1].begin(), lines[1].end(), '|'),
            std::count(header.begin(), header.end(), '|'));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(lines[i + 2], row(entries[i]));
  }
}

TEST(ReferencePages, ListFindings) {
  expect_table(findings_page(), "| finding | meaning | what to do |",
               kFindingKinds, [](const FindingKindInfo& info) {
                 return fmt::format("| `{}` | {} | {} |", info.name,
                                    info.meaning, info.remedy);
               });
}

TEST(ReferencePages, ListLedgerHeadings) {
  expect_table(ledger_page(), "| heading | meaning |", kLedgerHeadings,
               [](const LedgerHeading& heading) {
                 return fmt::format("| {} | {} |", heading.name,
                                    heading.meaning);
               });
}

bool is_test(std::string_view name) {
  const auto& tests = *testing::UnitTest::GetInstance();
  for (int i = 0; i < tests.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *tests.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      if (fmt::format("{}.{}", suite.name(), suite.GetTestInfo(j)->name()) ==
          name) {
        return true;
      }
    }
  }
  return false;
}

TEST(ReferencePages, ListLinksAndTunnelsWithTestsThatExist) {
  expect_table(links_page(),
               "| number | link type | before the IP header | test |",
               link_types(), [](const LinkTypeInfo& info) {
                 EXPECT_TRUE(is_test(info.test)) << info.test;
                 return fmt::format("| {} | {} | {} | `{}` |",
                                    static_cast<unsigned>(info.link), info.name,
                                    info.header, info.test);
               });
  expect_table(refused_page(), "| number | link type | instead |",
               refused_link_types(), [](const RefusedLinkType& refused) {
                 return fmt::format("| {} | {} | {} |",
                                    static_cast<unsigned>(refused.link),
                                    refused.name, refused.remedy);
               });
  const auto row = [](const TunnelInfo& info) {
    EXPECT_TRUE(is_test(info.test)) << info.test;
    return fmt::format("| {} | {} | {} | `{}` |", info.name, info.place,
                       info.form, info.test);
  };
  expect_table(ethernet_page(), "| header | EtherType | read | test |",
               ethernet_payloads(), row);
  expect_table(tunnels_page(), "| tunnel | where | read | test |", tunnels(),
               row);
}

TEST(ReferencePages, ListMetrics) {
  expect_table(metrics_page(), "| metric | type | labels | meaning |", kMetrics,
               [](const MetricInfo& info) {
                 return fmt::format("| `{}` | {} | {} | {} |", info.name,
                                    info.type, info.labels, info.meaning);
               });
}

TEST(ReferencePages, ListTheColumnsOfEachFeatureSet) {
  const std::string page = features_page();
  std::size_t columns = 0;
  for (const FeatureSet& set : feature_sets()) {
    columns += set.columns.size();
    EXPECT_NE(page.find(fmt::format(
                  "### `{}`{}\n\n{} columns, version {}: {}.\n\n| column | "
                  "unit | meaning |\n| --- | --- | --- |\n| `{}` | {} | {} |\n",
                  set.name, set.name == "robust" ? " (the default)" : "",
                  set.columns.size(), set.version, set.purpose,
                  set.columns.front().name, set.columns.front().unit,
                  set.columns.front().meaning)),
              std::string::npos)
        << set.name;
  }
  std::size_t rows = 0;
  for (const std::string& line : page_lines(page))
    rows += line.starts_with("| `");
  EXPECT_EQ(rows, columns);
}

// The trimmed cells of a row.
std::vector<std::string> page_cells(const std::string& line) {
  std::vector<std::string> cells;
  for (const std::string_view cell : split(line, '|')) {
    const std::size_t from = cell.find_first_not_of(' ');
    if (from == std::string_view::npos) {
      cells.emplace_back();
    } else {
      cells.emplace_back(
          cell.substr(from, cell.find_last_not_of(' ') - from + 1));
    }
  }
  return cells;
}

TEST(ReferencePages, ShowPresetsSideBySide) {
  const auto lines = page_lines(presets_page());
  const auto settings = kPresets[0].settings();
  ASSERT_EQ(lines.size(), 5 + settings.size());
  std::vector<std::vector<std::string>> table;
  for (const std::string& line : lines) {
    table.push_back(page_cells(line));
    ASSERT_EQ(table.back().size(), kPresets.size() + 3) << line;
  }
  for (std::size_t i = 0; i < kPresets.size(); ++i) {
    const Preset& preset = kPresets[i];
    const std::size_t column = i + 2;
    EXPECT_EQ(table[0][column], fmt::format("`{}`", preset.name));
    EXPECT_EQ(table[1][column], "---");
    EXPECT_EQ(table[2][column], preset.paper);
    EXPECT_EQ(table[3][column], limits_text(preset.limits));
    EXPECT_EQ(table[4][column], preset.relabels ? "yes" : "no");
    for (std::size_t j = 0; j < settings.size(); ++j) {
      const auto [option, value] = preset.settings()[j];
      EXPECT_EQ(table[5 + j][1], fmt::format("`{}`", option));
      EXPECT_EQ(table[5 + j][column], fmt::format("`{}`", value));
    }
  }
  EXPECT_EQ(table[2][1], "method");
  EXPECT_EQ(table[4][1], "relabels ambiguous flows");
}

}  // namespace
}  // namespace flowtell
