// SPDX-License-Identifier: Apache-2.0
//
// What differs in how the captures of apps were recorded. A difference that
// goes with the app is what a learner finds first.
#include <algorithm>
#include <functional>

#include "audit/audit_checks.h"
#include "base/text.h"

namespace flowtell {
namespace {

// An app is told by how it was recorded where shares differ by so much.
constexpr double kTelling = 0.5;

// A way of recording, "pcapng", and the captures recorded so.
using Ways = std::map<std::string, std::set<std::uint32_t>>;

// How many of an app's captures are among these, as "all 10 of chat".
std::string part_text(const Dataset& data, AppId app, std::uint64_t part,
                      std::uint64_t whole) {
  return part == whole
             ? fmt::format("all {} of {}", whole, data.apps[app])
             : fmt::format("{} of {}", of_text(part, whole), data.apps[app]);
}

// A way told with the captures of each app recorded so, and the widest
// difference of their shares.
struct WayText {
  std::string text;
  double spread = 0;
};

WayText tell_way(const Dataset& data, const std::string& way,
                 const std::set<std::uint32_t>& captures,
                 const std::vector<std::uint64_t>& per_app) {
  std::vector<std::uint64_t> so(data.apps.size());
  for (const std::uint32_t i : captures) ++so[data.captures[i].app];
  double least = 1;
  double most = 0;
  std::vector<std::string> parts;
  for (std::size_t app = 0; app < so.size(); ++app) {
    if (per_app[app] == 0) continue;
    least = std::min(least, share_of(so[app], per_app[app]));
    most = std::max(most, share_of(so[app], per_app[app]));
    if (so[app] == 0) continue;
    parts.push_back(
        part_text(data, static_cast<AppId>(app), so[app], per_app[app]));
  }
  return {fmt::format("{} in {}", way, listed(parts)), most - least};
}

// Says which apps were recorded in which way, where there is more than one.
Findings tell_apart(const LoadedDataset& loaded, FindingKind kind,
                    std::string_view what,
                    const std::function<std::string(const CaptureFacts&)>& of) {
  const Dataset& data = loaded.dataset;
  Ways ways;
  std::vector<std::uint64_t> per_app(data.apps.size());
  for (std::uint32_t i = 0; i < data.captures.size(); ++i) {
    if (data.captures[i].flows == 0) continue;
    const std::string way = of(loaded.recordings[i]);
    if (way.empty()) continue;
    ways[way].insert(i);
    ++per_app[data.captures[i].app];
  }
  if (ways.size() < 2) return {};
  double spread = 0;
  std::vector<std::string> texts;
  const auto usual = std::max_element(
      ways.begin(), ways.end(), [](const auto& a, const auto& b) {
        return a.second.size() < b.second.size();
      });
  std::set<std::uint32_t> unusual;
  for (auto way = ways.begin(); way != ways.end(); ++way) {
    const WayText reported = tell_way(data, way->first, way->second, per_app);
    spread = std::max(spread, reported.spread);
    texts.push_back(reported.text);
    if (way != usual) unusual.insert(way->second.begin(), way->second.end());
  }
  return {{kind,
           spread >= kTelling ? Severity::kWarning : Severity::kNote,
           fmt::format("{}: {}", what, fmt::join(texts, "; ")),
           paths_of(data, unusual),
           {{"spread", spread}}}};
}

}  // namespace

Findings check_link_types(const LoadedDataset& loaded, const AuditOptions&) {
  return tell_apart(loaded, FindingKind::kLinkType, "link types differ",
                    [](const CaptureFacts& facts) {
                      std::vector<std::string> links;
                      for (const LinkType link : facts.meter.links) {
                        links.push_back(link_type_name(link));
                      }
                      return listed(links);
                    });
}

Findings check_capture_forms(const LoadedDataset& loaded, const AuditOptions&) {
  return tell_apart(loaded, FindingKind::kCaptureForm, "file formats differ",
                    [](const CaptureFacts& facts) {
                      return facts.form
                                 ? std::string(capture_form_name(*facts.form))
                                 : std::string();
                    });
}

Findings check_snap_lengths(const LoadedDataset& loaded, const AuditOptions&) {
  std::uint32_t longest_cut = 0;
  for (const CaptureFacts& facts : loaded.recordings) {
    if (facts.cut_frames > 0) {
      longest_cut = std::max(longest_cut, facts.most_kept);
    }
  }
  return tell_apart(
      loaded, FindingKind::kSnapLength, "snap lengths differ",
      [&](const CaptureFacts& facts) -> std::string {
        if (facts.cut_frames > 0) {
          return facts.least_cut == facts.most_kept
                     ? fmt::format("cut to {} bytes", facts.most_kept)
                     : "cut by what they hold";
        }
        // Short frames alone: nobody can tell what would have
        // been cut.
        return facts.most_kept > longest_cut ? "whole frames" : "";
      });
}

Findings check_offload(const LoadedDataset& loaded, const AuditOptions&) {
  // Of fewer full packets a share says little.
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
  double least = 1;
  double most = 0;
  Finding finding{
      FindingKind::kOffload, Severity::kNote, "", paths_of(data, captures), {}};
  std::vector<std::string> parts;
  for (std::size_t app = 0; app < full.size(); ++app) {
    if (full[app] < kEnough) continue;
    const double part = share_of(joined[app], full[app]);
    least = std::min(least, part);
    most = std::max(most, part);
    parts.push_back(fmt::format("{} {}", data.apps[app], share_text(part)));
    finding.figures.emplace_back(data.apps[app], part);
  }
  if (most - least >= kTelling) finding.severity = Severity::kWarning;
  finding.what = fmt::format(
      "TCP packets longer than {} bytes stand in {} captures{}",
      CaptureFacts::kUsualMtu, of_text(captures.size(), data.captures.size()),
      parts.empty() ? ""
                    : fmt::format("; their share of those of {} and more: {}",
                                  CaptureFacts::kFullPacket, listed(parts)));
  return {finding};
}

}  // namespace flowtell
