// SPDX-License-Identifier: Apache-2.0
#include "report/ledger_text.h"

#include <algorithm>

#include "base/text.h"
#include "capture/link_type.h"
#include "report/table.h"

namespace flowtell {
namespace {

std::string links_text(const MeterReport& report) {
  std::vector<std::string> names;
  for (const LinkType link : report.links)
    names.push_back(link_type_name(link));
  return listed(names);
}

// The heading with the most unused frames.
const LedgerHeading& fullest_heading(const Ledger& ledger) {
  return *std::max_element(kLedgerHeadings.begin(), kLedgerHeadings.end(),
                           [&](const LedgerHeading& a, const LedgerHeading& b) {
                             return ledger.of(a.outcome) < ledger.of(b.outcome);
                           });
}

// Of the link types that the capture was recorded on, the first that is not
// decoded has the remedy.
std::string_view remedy_for(const std::set<LinkType>& links) {
  const auto undecoded = std::ranges::find_if_not(links, is_known);
  return link_type_remedy(undecoded == links.end() ? *links.begin()
                                                   : *undecoded);
}

std::string_view remedy_for(FrameOutcome outcome, const MeterReport& report) {
  switch (outcome) {
    case FrameOutcome::kUnsupportedLink:
      return remedy_for(report.links);
    case FrameOutcome::kCutShort:
      return "record with a longer snap length, at least 128 bytes";
    case FrameOutcome::kMalformed:
      return "check the capture's link type";
    case FrameOutcome::kNotIp:
      if (std::ranges::any_of(report.links, is_wifi)) {
        return "if they are encrypted, record on the access point's or the "
               "phone's own interface, or decrypt them first: airdecap-ng";
      }
      break;
    case FrameOutcome::kNotTcpUdp:
    case FrameOutcome::kFragmentWithoutPorts:
    case FrameOutcome::kUsed:
      break;
  }
  return "record while the apps are in use";
}

}  // namespace

std::string ledger_text(const MeterReport& report) {
  TextTable table({"ledger", "frames", "%"});
  const auto row = [&](std::string_view name, std::uint64_t frames) {
    const double share =
        report.frames == 0
            ? 0
            : static_cast<double>(frames) / static_cast<double>(report.frames);
    table.add({std::string(name), std::to_string(frames), percent(share)});
  };
  for (const LedgerHeading& heading : kLedgerHeadings) {
    row(heading.name, report.ledger.of(heading.outcome));
  }
  table.add_line();
  row("read", report.frames);
  std::string out = table.text();
  out += fmt::format("{} on {}\n", counted(report.flows, "flow"),
                     report.links.empty() ? "no link" : links_text(report));
  const auto note = [&](std::uint64_t count, std::string_view noun,
                        std::string_view what) {
    if (count > 0) out += fmt::format("{} {}\n", counted(count, noun), what);
  };
  note(report.late_frames, "frame",
       "came up to a second late and took the time of the frame before");
  note(report.clock_steps, "time",
       "the recorder's clock stepped back; gaps were kept");
  note(report.bursts_ended_early, "burst",
       "ended early because the flow table was full (--max-flows)");
  note(report.owned_flows, "flow", "with an app named by the capture");
  note(report.disputed_packets, "packet",
       "named another app than the rest of the flow");
  return out;
}

std::string no_flow_text(const MeterReport& report) {
  if (report.frames == 0) {
    return "no flows: no frames were read; record while the apps are in use";
  }
  const LedgerHeading& heading = fullest_heading(report.ledger);
  return fmt::format("no flows: {} of {} on {} are '{}' ({}); {}",
                     report.ledger.of(heading.outcome),
                     counted(report.frames, "frame"), links_text(report),
                     heading.name, heading.meaning,
                     remedy_for(heading.outcome, report));
}

}  // namespace flowtell
