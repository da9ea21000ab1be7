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

std::string_view remedy_for(const LedgerHeading& heading,
                            const MeterReport& report) {
  if (heading.outcome == FrameOutcome::kUnsupportedLink) {
    return remedy_for(report.links);
  }
  if (heading.outcome == FrameOutcome::kNotIp &&
      std::ranges::any_of(report.links, is_wifi)) {
    return "if they are encrypted, record on the access point's or the phone's "
           "own interface, or decrypt them first: airdecap-ng";
  }
  return heading.remedy;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

// The links that are not decoded; all, if they all are.
std::string lost_links_text(const MeterReport& report) {
  MeterReport lost;
  for (const LinkType link : report.links) {
    if (!is_known(link)) lost.links.insert(link);
  }
  return links_text(lost.links.empty() ? report : lost);
}

// The frames that were lost, if they are many. Copies are none of them.
void warn_of_loss(const MeterReport& report, std::vector<std::string>& out) {
  constexpr double kMany = 0.05;
  const std::uint64_t copies = report.ledger.of(FrameOutcome::kCopy);
  const std::uint64_t used = report.ledger.of(FrameOutcome::kUsed);
  const std::uint64_t lost = report.frames - copies - used;
  if (report.flows == 0 || share(lost, report.frames - copies) <= kMany) return;
  const LedgerHeading* most = &kLedgerHeadings[1];
  for (const LedgerHeading& heading : kLedgerHeadings) {
    const bool is_lost = heading.outcome != FrameOutcome::kUsed &&
                         heading.outcome != FrameOutcome::kCopy;
    if (is_lost &&
        report.ledger.of(heading.outcome) > report.ledger.of(most->outcome)) {
      most = &heading;
    }
  }
  const bool is_link = most->outcome == FrameOutcome::kUnsupportedLink;
  out.push_back(fmt::format(
      "{} of {} ({} %) were not used, {} of them as '{}' ({}{}); {}", lost,
      counted(report.frames, "frame"), percent(share(lost, report.frames)),
      report.ledger.of(most->outcome), most->name, most->meaning,
      is_link ? ": " + lost_links_text(report) : std::string(),
      remedy_for(*most, report)));
}

void warn_of_copies(const MeterReport& report, std::vector<std::string>& out) {
  constexpr double kMany = 0.01;
  const std::uint64_t copies = report.ledger.of(FrameOutcome::kCopy);
  if (share(copies, report.frames) <= kMany) return;
  out.push_back(fmt::format(
      "{} of {} ({} %) are copies of packets recorded before, and were left "
      "out; {}",
      copies, counted(report.frames, "frame"),
      percent(share(copies, report.frames)),
      kLedgerHeadings[static_cast<std::size_t>(FrameOutcome::kCopy)].remedy));
}

void warn_of_one_way(const MeterReport& report, std::vector<std::string>& out) {
  constexpr double kMany = 0.5;
  constexpr std::uint64_t kEnough = 3;
  if (report.tcp_flows < kEnough ||
      share(report.one_way_flows, report.tcp_flows) < kMany) {
    return;
  }
  out.push_back(fmt::format(
      "{} of {} with several packets have one direction only; mirror or record "
      "both directions",
      report.one_way_flows, counted(report.tcp_flows, "TCP flow")));
}

void warn_of_clocks(const MeterReport& report, std::vector<std::string>& out) {
  const ClockReport& clocks = report.clocks;
  if (clocks.differing > 0) {
    out.push_back(fmt::format(
        "{} with clocks up to {} s apart; each is timed by its own clock",
        counted(clocks.differing + 1, "interface"),
        seconds_text(clocks.apart, 1)));
  }
  if (clocks.are_nanoseconds) {
    out.push_back(
        "the times are nanoseconds, though the header says microseconds");
  }
  if (clocks.timeless > 0) {
    out.push_back(
        fmt::format("{} without a time; each takes that of the frame before it",
                    counted(clocks.timeless, "frame")));
  }
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
  note(report.clocks.reordered, "frame",
       "were written after later ones and put in order");
  note(report.clock_steps, "time",
       "the recorder's clock stepped back; gaps were kept");
  note(report.bursts_ended_early, "burst",
       "ended early because the flow table was full (--max-flows)");
  note(report.owned_flows, "flow", "with an app named by the capture");
  note(report.disputed_packets, "packet",
       "named another app than the rest of the flow");
  return out;
}

std::vector<std::string> warnings_of(const MeterReport& report) {
  std::vector<std::string> out;
  warn_of_loss(report, out);
  warn_of_copies(report, out);
  warn_of_one_way(report, out);
  warn_of_clocks(report, out);
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
                     remedy_for(heading, report));
}

}  // namespace flowtell
