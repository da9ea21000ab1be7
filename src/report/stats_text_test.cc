// SPDX-License-Identifier: Apache-2.0
#include "report/stats_text.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/text.h"
#include "report/quantity.h"

namespace flowtell {
namespace {

// The cells of the table row with this name.
std::vector<std::string> cells_of(const std::string& text,
                                  std::string_view name) {
  for (const std::string_view line : split(text, '\n')) {
    std::vector<std::string> cells;
    for (const std::string_view cell : split(line, ' ')) {
      if (!cell.empty()) cells.emplace_back(cell);
    }
    if (!cells.empty() && cells.front() == name) return cells;
  }
  return {};
}

// A clock with time in every stage.
StageClock busy_clock() {
  StageClock clock;
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    clock.enter(static_cast<Stage>(i));
    while (std::chrono::steady_clock::now() - begin <
           std::chrono::milliseconds(2)) {
    }
  }
  clock.enter(Stage::kOther);
  return clock;
}

TEST(StatsText, ListsStagesWithSharesAndRates) {
  RunStats stats;
  stats.stages = busy_clock();
  MeterReport report;
  report.frames = 1'000'000;
  report.flows = 1000;
  const std::string text = stats_text(stats, report);
  double seconds = 0;
  double shares = 0;
  Duration sum{};
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    const auto row = cells_of(text, kStageNames[i]);
    ASSERT_EQ(row.size(), 5u) << text;
    const Duration time = stats.stages.of(static_cast<Stage>(i));
    sum += time;
    EXPECT_EQ(row[1], fmt::format("{:.3f}", in_seconds(time)));
    EXPECT_EQ(row[3],
              grouped_text(static_cast<std::uint64_t>(1e6 / in_seconds(time))));
    EXPECT_EQ(row[4],
              grouped_text(static_cast<std::uint64_t>(1e3 / in_seconds(time))));
    seconds += std::stod(row[1]);
    shares += std::stod(row[2]);
  }
  const auto all = cells_of(text, "all");
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[1], fmt::format("{:.3f}", in_seconds(sum)));
  EXPECT_NEAR(std::stod(all[1]), seconds, 0.005);
  EXPECT_EQ(all[2], "100.0");
  EXPECT_NEAR(shares, 100, 0.5);
  EXPECT_LT(text.find("\nwrite "), text.find("\nother "))
      << "time outside of stages comes last";
}

TEST(StatsText, HasNoRatesWithoutTime) {
  const std::string text = stats_text({}, {});
  EXPECT_EQ(cells_of(text, "read"),
            (std::vector<std::string>{"read", "0.000", "0.0", "-", "-"}));
}

TEST(StatsText, ReportsTheNumberOfThreads) {
  RunStats stats;
  EXPECT_EQ(stats_text(stats, {}).find("threads"), std::string::npos);
  stats.threads = 2;
  EXPECT_NE(stats_text(stats, {}).find("Times are summed over 2 threads; "),
            std::string::npos);
}

TEST(StatsText, DividesMemoryByFlows) {
  RunStats stats;
  stats.peak_open_flows = 4;
  stats.table_memory = 10'000;
  EXPECT_NE(stats_text(stats, {}).find(
                "\nPeak: 4 flows open, in 10.0 kB of memory (2.5 kB per flow "
                "with its packets); "),
            std::string::npos)
      << stats_text(stats, {});
  stats.peak_open_flows = 0;
  EXPECT_NE(stats_text(stats, {}).find("(10.0 kB per flow"), std::string::npos);
}

}  // namespace
}  // namespace flowtell
