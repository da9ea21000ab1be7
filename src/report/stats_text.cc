// SPDX-License-Identifier: Apache-2.0
#include "report/stats_text.h"

#include <sys/resource.h>

#include <algorithm>

#include "base/text.h"
#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {
namespace {

// The peak resident memory of this process, in bytes.
std::uint64_t peak_memory() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string rate_text(std::uint64_t count, double seconds) {
  if (seconds <= 0) return "-";
  return grouped_text(
      static_cast<std::uint64_t>(static_cast<double>(count) / seconds));
}

}  // namespace

void RunStats::note(const FlowTable& table) {
  if (table.peak_open_flows() < peak_open_flows) return;
  peak_open_flows = table.peak_open_flows();
  table_memory = table.memory();
}

std::string stats_text(const RunStats& stats, const MeterReport& report) {
  Duration sum{};
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    sum += stats.stages.of(static_cast<Stage>(i));
  }
  TextTable table({"stage", "seconds", "%", "packets/s", "flows/s"});
  const auto row = [&](std::string_view name, Duration time) {
    const double seconds = in_seconds(time);
    table.add({std::string(name), fmt::format("{:.3f}", seconds),
               percent(sum.count() == 0 ? 0 : seconds / in_seconds(sum)),
               rate_text(report.frames, seconds),
               rate_text(report.flows, seconds)});
  };
  for (std::size_t i = 1; i < kStageNames.size(); ++i) {
    row(kStageNames[i], stats.stages.of(static_cast<Stage>(i)));
  }
  row(kStageNames[0], stats.stages.of(Stage::kOther));
  table.add_line();
  row("all", sum);
  std::string out = table.text();
  if (stats.threads > 1) {
    out += fmt::format(
        "Times are summed over {} threads; 'other' is mostly waiting for the "
        "other thread.\n",
        stats.threads);
  }
  const std::size_t flows = std::max<std::size_t>(stats.peak_open_flows, 1);
  out += fmt::format(
      "Peak: {} open, in {} of memory ({} per flow with its packets); {} for "
      "the whole program.\n",
      counted(stats.peak_open_flows, "flow"), bytes_text(stats.table_memory),
      bytes_text(stats.table_memory / flows), bytes_text(peak_memory()));
  return out;
}

}  // namespace flowtell
