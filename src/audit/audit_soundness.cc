// SPDX-License-Identifier: Apache-2.0
//
// Captures with defects: damaged, empty, or with impossible times.
#include <algorithm>

#include "audit/audit_checks.h"
#include "base/text.h"

namespace flowtell {
namespace {

// Captures with earlier times come from a clock that was never set.
constexpr Timestamp kEarliestSetClock =
    std::chrono::sys_days{std::chrono::year{1995} / 1 / 1};

// The captures whose facts satisfy `holds`, one of each recording.
template <typename Holds>
std::set<std::uint32_t> captures_where(const LoadedDataset& loaded,
                                       Holds holds) {
  std::set<std::uint32_t> captures;
  for (std::uint32_t i = 0; i < loaded.recordings.size(); ++i) {
    const auto& all = loaded.dataset.captures;
    if (i > 0 && all[i].recording == all[i - 1].recording) continue;
    if (holds(loaded.recordings[i])) captures.insert(i);
  }
  return captures;
}

Finding finding_of(const LoadedDataset& loaded,
                   const std::set<std::uint32_t>& captures, FindingKind kind,
                   Severity severity, std::string what) {
  return {kind,
          severity,
          std::move(what),
          paths_of(loaded.dataset, captures),
          {{"captures", static_cast<double>(captures.size())}}};
}

}  // namespace

Findings check_damage(const LoadedDataset& loaded, const AuditOptions&) {
  const auto damaged = captures_where(
      loaded, [](const CaptureFacts& facts) { return !!facts.damage; });
  if (damaged.empty()) return {};
  const std::uint32_t first = *damaged.begin();
  const Damage& damage = *loaded.recordings[first].damage;
  return {finding_of(
      loaded, damaged, FindingKind::kDamage, Severity::kWarning,
      fmt::format("{} could be read only in part (in {}, byte {}: {})",
                  counted(damaged.size(), "capture"),
                  loaded.dataset.captures[first].path, damage.offset,
                  damage.what))};
}

Findings check_empty_captures(const LoadedDataset& loaded,
                              const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  std::set<std::uint32_t> empty;
  for (std::uint32_t i = 0; i < data.captures.size(); ++i) {
    if (data.captures[i].flows == 0) empty.insert(i);
  }
  if (empty.empty()) return {};
  return {finding_of(
      loaded, empty, FindingKind::kEmptyCapture, Severity::kWarning,
      fmt::format("{} gave no flow", counted(empty.size(), "capture")))};
}

Findings check_clocks(const LoadedDataset& loaded, const AuditOptions&) {
  Findings found;
  const auto add = [&](Severity severity, std::string_view problem,
                       auto&& holds) {
    const auto captures = captures_where(loaded, holds);
    if (captures.empty()) return;
    found.push_back(finding_of(
        loaded, captures, FindingKind::kClock, severity,
        fmt::format("in {} {}", counted(captures.size(), "capture"), problem)));
  };
  add(Severity::kWarning, "the recorder's clock was set back",
      [](const CaptureFacts& facts) { return facts.meter.clock_steps > 0; });
  add(Severity::kWarning, "timestamps are before 1995: the clock was never set",
      [](const CaptureFacts& facts) {
        return facts.meter.first && *facts.meter.first < kEarliestSetClock;
      });
  add(Severity::kWarning, "interfaces have clocks that differ",
      [](const CaptureFacts& facts) {
        return facts.meter.clocks.differing > 0;
      });
  add(Severity::kNote, "frames have no time of their own",
      [](const CaptureFacts& facts) {
        return facts.meter.clocks.timeless > 0;
      });
  add(Severity::kNote, "frames are out of order, by a second or less",
      [](const CaptureFacts& facts) {
        return facts.meter.late_frames + facts.meter.clocks.reordered > 0;
      });
  return found;
}

Findings check_packet_copies(const LoadedDataset& loaded, const AuditOptions&) {
  constexpr double kMany = 0.01;
  const auto copies_of = [](const CaptureFacts& facts) {
    return facts.meter.ledger.of(FrameOutcome::kCopy);
  };
  const auto captures = captures_where(loaded, [&](const CaptureFacts& facts) {
    return copies_of(facts) > 0 &&
           share_of(copies_of(facts), facts.meter.frames) > kMany;
  });
  if (captures.empty()) return {};
  std::uint64_t copies = 0;
  std::uint64_t frames = 0;
  for (const std::uint32_t capture : captures) {
    copies += copies_of(loaded.recordings[capture]);
    frames += loaded.recordings[capture].meter.frames;
  }
  Finding finding = finding_of(
      loaded, captures, FindingKind::kPacketCopies, Severity::kNote,
      fmt::format("in {}, {} frames are copies of packets recorded before",
                  counted(captures.size(), "capture"),
                  of_text(copies, frames)));
  finding.figures.emplace_back("copies", static_cast<double>(copies));
  return {std::move(finding)};
}

Findings check_flow_labels(const LoadedDataset& loaded, const AuditOptions&) {
  constexpr double kMany = 0.1;
  const OwnerSummary& owners = loaded.owners;
  const std::uint64_t flows = owners.labelled_flows + owners.unlabelled_flows;
  if (owners.unlabelled_flows == 0 && owners.disputed_flows == 0) return {};
  const double without = share_of(owners.unlabelled_flows, flows);
  const double disputed = share_of(owners.disputed_flows, flows);
  std::vector<std::string> parts;
  if (owners.unlabelled_flows > 0) {
    parts.push_back(fmt::format("{} flows without an app",
                                of_text(owners.unlabelled_flows, flows)));
  }
  if (owners.disputed_flows > 0) {
    parts.push_back(fmt::format("{} flows with packets of several apps",
                                of_text(owners.disputed_flows, flows)));
  }
  return {{FindingKind::kFlowLabels,
           std::max(without, disputed) >= kMany ? Severity::kWarning
                                                : Severity::kNote,
           listed(parts),
           {},
           {{"without_app", without}, {"disputed", disputed}}}};
}

}  // namespace flowtell
