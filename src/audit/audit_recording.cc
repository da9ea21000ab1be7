// SPDX-License-Identifier: Apache-2.0
//
// Differences in how the captures of apps were recorded. A model learns such a
// difference first if it coincides with the app.
#include <algorithm>
#include <functional>

#include "audit/audit_checks.h"
#include "base/text.h"

namespace flowtell {
namespace {

// Recording identifies an app if shares differ by this much.
constexpr double kLargeSpread = 0.5;

// Captures by how they were recorded, such as "pcapng".
using Groups = std::map<std::string, std::set<std::uint32_t>>;

// The share of an app's captures, as "all 10 of chat".
std::string part_text(const Dataset& data, AppId app, std::uint64_t part,
                      std::uint64_t whole) {
  return part == whole
             ? fmt::format("all {} of {}", whole, data.apps[app])
             : fmt::format("{} of {}", of_text(part, whole), data.apps[app]);
}

// A description with the captures of each app, and the largest difference of
// their shares.
struct GroupText {
  std::string text;
  double spread = 0;
};

GroupText describe(const Dataset& data, const std::string& name,
                   const std::set<std::uint32_t>& captures,
                   const std::vector<std::uint64_t>& per_app) {
  std::vector<std::uint64_t> matching(data.apps.size());
  for (const std::uint32_t i : captures) ++matching[data.captures[i].app];
  double lowest = 1;
  double highest = 0;
  std::vector<std::string> parts;
  for (std::size_t app = 0; app < matching.size(); ++app) {
    if (per_app[app] == 0) continue;
    lowest = std::min(lowest, share_of(matching[app], per_app[app]));
    highest = std::max(highest, share_of(matching[app], per_app[app]));
    if (matching[app] == 0) continue;
    parts.push_back(
        part_text(data, static_cast<AppId>(app), matching[app], per_app[app]));
  }
  return {fmt::format("{} in {}", name, listed(parts)), highest - lowest};
}

// Compares how apps were recorded, if there is any difference.
Findings compare(const LoadedDataset& loaded, FindingKind kind,
                 std::string_view what,
                 const std::function<std::string(const CaptureFacts&)>& of) {
  const Dataset& data = loaded.dataset;
  Groups groups;
  std::vector<std::uint64_t> per_app(data.apps.size());
  for (std::uint32_t i = 0; i < data.captures.size(); ++i) {
    if (data.captures[i].flows == 0) continue;
    const std::string group = of(loaded.recordings[i]);
    if (group.empty()) continue;
    groups[group].insert(i);
    ++per_app[data.captures[i].app];
  }
  if (groups.size() < 2) return {};
  double spread = 0;
  std::vector<std::string> texts;
  const auto largest = std::max_element(
      groups.begin(), groups.end(), [](const auto& a, const auto& b) {
        return a.second.size() < b.second.size();
      });
  std::set<std::uint32_t> minority;
  for (auto at = groups.begin(); at != groups.end(); ++at) {
    const GroupText part = describe(data, at->first, at->second, per_app);
    spread = std::max(spread, part.spread);
    texts.push_back(part.text);
    if (at != largest) minority.insert(at->second.begin(), at->second.end());
  }
  return {{kind,
           spread >= kLargeSpread ? Severity::kWarning : Severity::kNote,
           fmt::format("{}: {}", what, fmt::join(texts, "; ")),
           paths_of(data, minority),
           {{"spread", spread}}}};
}

}  // namespace

Findings check_link_types(const LoadedDataset& loaded, const AuditOptions&) {
  return compare(loaded, FindingKind::kLinkType, "link types differ",
                 [](const CaptureFacts& facts) {
                   std::vector<std::string> links;
                   for (const LinkType link : facts.meter.links) {
                     links.push_back(link_type_name(link));
                   }
                   return listed(links);
                 });
}

Findings check_capture_forms(const LoadedDataset& loaded, const AuditOptions&) {
  return compare(loaded, FindingKind::kCaptureFormat, "file formats differ",
                 [](const CaptureFacts& facts) {
                   return facts.format
                              ? std::string(capture_format_name(*facts.format))
                              : std::string();
                 });
}

Findings check_snap_lengths(const LoadedDataset& loaded, const AuditOptions&) {
  std::uint32_t longest_cut = 0;
  for (const CaptureFacts& facts : loaded.recordings) {
    if (facts.cut_frames > 0) {
      longest_cut = std::max(longest_cut, facts.max_captured);
    }
  }
  return compare(
      loaded, FindingKind::kSnapLength, "snap lengths differ",
      [&](const CaptureFacts& facts) -> std::string {
        if (facts.cut_frames > 0) {
          return facts.min_cut == facts.max_captured
                     ? fmt::format("cut to {} bytes", facts.max_captured)
                     : "cut by content";
        }
        // With short frames only, a cut would not show.
        return facts.max_captured > longest_cut ? "whole frames" : "";
      });
}

Findings check_offload(const LoadedDataset& loaded, const AuditOptions&) {
  // With fewer full packets, a share means little.
  constexpr std::uint64_t kEnough = 50;
  const Dataset& data = loaded.dataset;
  std::vector<std::uint64_t> full(data.apps.size());
  std::vector<std::uint64_t> joined(data.apps.size());
  std::set<std::uint32_t> captures;
  for (std::uint32_t i = 0; i < data.captures.size(); ++i) {
    const CaptureFacts& facts = loaded.recordings[i];
    full[data.captures[i].app] += facts.full_packets;
    joined[data.captures[i].app] += facts.joined_packets;
    if (facts.joined_packets > 0) captures.insert(i);
  }
  if (captures.empty()) return {};
  double lowest = 1;
  double highest = 0;
  Finding finding{
      FindingKind::kOffload, Severity::kNote, "", paths_of(data, captures), {}};
  std::vector<std::string> parts;
  for (std::size_t app = 0; app < full.size(); ++app) {
    if (full[app] < kEnough) continue;
    const double part = share_of(joined[app], full[app]);
    lowest = std::min(lowest, part);
    highest = std::max(highest, part);
    parts.push_back(fmt::format("{} {}", data.apps[app], share_text(part)));
    finding.figures.emplace_back(data.apps[app], part);
  }
  if (highest - lowest >= kLargeSpread) finding.severity = Severity::kWarning;
  finding.what = fmt::format(
      "TCP packets longer than {} bytes appear in {} captures{}",
      CaptureFacts::kUsualMtu, of_text(captures.size(), data.captures.size()),
      parts.empty() ? ""
                    : fmt::format("; their share of those of {} and more: {}",
                                  CaptureFacts::kFullPacket, listed(parts)));
  return {finding};
}

}  // namespace flowtell
