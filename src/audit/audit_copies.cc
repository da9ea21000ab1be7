// SPDX-License-Identifier: Apache-2.0
//
// Duplicate training data: files under two names, flows in two captures, and
// two captures of one device at one time.
#include <algorithm>
#include <tuple>

#include "audit/audit_checks.h"
#include "base/text.h"

namespace flowtell {
namespace {

using CaptureSet = std::set<std::uint32_t>;

std::set<AppId> apps_of(const Dataset& data, const CaptureSet& captures) {
  std::set<AppId> apps;
  for (const std::uint32_t i : captures) apps.insert(data.captures[i].app);
  return apps;
}

// When a device was seen in a recording, given by one of its captures.
struct Span {
  Address device;
  Timestamp first;
  Timestamp last;
  std::uint32_t capture;

  auto operator<=>(const Span&) const = default;
};

// Ordered by device, then by time.
std::vector<Span> spans_of(const Dataset& data) {
  std::map<std::pair<std::uint32_t, Address>, Span> spans;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const RowFacts& row = data.facts[i];
    const std::uint32_t capture = data.capture_of[i];
    const auto at =
        spans.try_emplace({data.captures[capture].recording, row.device},
                          Span{row.device, row.first, row.last, capture});
    Span& span = at.first->second;
    span.first = std::min(span.first, row.first);
    span.last = std::max(span.last, row.last);
  }
  std::vector<Span> all;
  all.reserve(spans.size());
  for (const auto& [key, span] : spans) all.push_back(span);
  std::sort(all.begin(), all.end());
  return all;
}

// By capture: the first of its recording.
std::vector<std::uint32_t> first_of_recordings(const Dataset& data) {
  std::vector<std::uint32_t> first(data.captures.size());
  for (std::uint32_t i = 0; i < first.size(); ++i) {
    const bool is_first =
        i == 0 || data.captures[i].recording != data.captures[i - 1].recording;
    first[i] = is_first ? i : first[i - 1];
  }
  return first;
}

// Captures with the same bytes and the same part of them: equal hash, time span
// and devices, since a manifest may split a file. A recording stands for all
// its captures.
std::vector<CaptureSet> equal_captures(const Dataset& data) {
  std::vector<std::set<Address>> devices(data.captures.size());
  const auto first = first_of_recordings(data);
  for (std::size_t i = 0; i < data.rows(); ++i) {
    devices[first[data.capture_of[i]]].insert(data.facts[i].device);
  }
  std::map<std::tuple<std::string, std::optional<Timestamp>,
                      std::optional<Timestamp>, std::set<Address>>,
           CaptureSet>
      equal;
  for (std::uint32_t i = 0; i < data.captures.size(); ++i) {
    const CaptureRecord& capture = data.captures[i];
    if (capture.sha256.empty() || first[i] != i) continue;
    equal[{capture.sha256, capture.first, capture.last, devices[i]}].insert(i);
  }
  std::vector<CaptureSet> several;
  for (const auto& [key, captures] : equal) {
    if (captures.size() > 1) several.push_back(captures);
  }
  // Ordered by the first capture: the order of hashes is arbitrary.
  std::sort(several.begin(), several.end());
  return several;
}

// By capture: the first of its recording, or of a recording equal to it.
std::vector<std::uint32_t> first_of_equals(const Dataset& data) {
  std::vector<std::uint32_t> first = first_of_recordings(data);
  std::map<std::uint32_t, std::uint32_t> equal;
  for (const CaptureSet& captures : equal_captures(data)) {
    for (const std::uint32_t i : captures) equal[i] = *captures.begin();
  }
  for (std::uint32_t& i : first) {
    if (const auto at = equal.find(i); at != equal.end()) i = at->second;
  }
  return first;
}

bool is_same_flow(const Dataset& data, std::uint32_t a, std::uint32_t b) {
  const RowFacts& x = data.facts[a];
  const RowFacts& y = data.facts[b];
  return x.device == y.device && x.first == y.first && x.last == y.last &&
         std::ranges::equal(data.row(a), data.row(b));
}

// Rows of the same flow are adjacent; rows of one capture keep their order.
std::vector<std::uint32_t> rows_by_flow(const Dataset& data) {
  std::vector<std::uint32_t> rows(data.rows());
  for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
  std::stable_sort(
      rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
        const RowFacts& x = data.facts[a];
        const RowFacts& y = data.facts[b];
        if (x.first != y.first) return x.first < y.first;
        if (x.last != y.last) return x.last < y.last;
        if (x.device != y.device) return x.device < y.device;
        return std::ranges::lexicographical_compare(data.row(a), data.row(b));
      });
  return rows;
}

}  // namespace

Findings check_same_files(const LoadedDataset& loaded, const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  Findings found;
  for (const CaptureSet& captures : equal_captures(data)) {
    const auto apps = apps_of(data, captures);
    const bool is_fault = apps.size() > 1;
    found.push_back(
        {FindingKind::kSameFile,
         is_fault ? Severity::kFault : Severity::kWarning,
         is_fault ? fmt::format("one file is listed under {}",
                                listed(names_of(data, apps)))
                  : fmt::format("one file is listed {} times under {}",
                                captures.size(), data.apps[*apps.begin()]),
         paths_of(data, captures),
         {{"captures", static_cast<double>(captures.size())}}});
  }
  return found;
}

Findings check_same_flows(const LoadedDataset& loaded, const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  const auto rows = rows_by_flow(data);
  const auto first = first_of_equals(data);
  CaptureSet captures;
  std::uint64_t flows = 0;
  bool is_fault = false;
  for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    CaptureSet holders;
    for (end = begin;
         end < rows.size() && is_same_flow(data, rows[begin], rows[end]);
         ++end) {
      holders.insert(first[data.capture_of[rows[end]]]);
    }
    if (holders.size() < 2) continue;
    ++flows;
    captures.insert(holders.begin(), holders.end());
    is_fault = is_fault || apps_of(data, holders).size() > 1;
  }
  if (flows == 0) return {};
  return {{FindingKind::kSameFlows,
           is_fault ? Severity::kFault : Severity::kWarning,
           fmt::format("{} appear{} in several captures, with the same times{}",
                       counted(flows, "flow"), flows == 1 ? "s" : "",
                       is_fault ? ", and of several apps" : ""),
           paths_of(data, captures),
           {{"flows", static_cast<double>(flows)}}}};
}

// A sweep over time: each span is compared with the longest-lasting one before
// it.
Findings check_overlaps(const LoadedDataset& loaded, const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  const auto first = first_of_equals(data);
  CaptureSet of_apps;
  CaptureSet of_one_app;
  const Span* longest = nullptr;
  const auto spans = spans_of(data);
  for (const Span& span : spans) {
    const bool overlaps = longest != nullptr &&
                          longest->device == span.device &&
                          span.first < longest->last;
    if (overlaps && first[span.capture] != first[longest->capture]) {
      const bool same = data.captures[span.capture].app ==
                        data.captures[longest->capture].app;
      (same ? of_one_app : of_apps).insert({span.capture, longest->capture});
    }
    if (!overlaps || span.last > longest->last) longest = &span;
  }
  Findings found;
  const auto add = [&](const CaptureSet& captures, Severity severity,
                       std::string_view apps) {
    if (captures.empty()) return;
    found.push_back({FindingKind::kOverlap,
                     severity,
                     fmt::format("{} of {} overlap in time on one device",
                                 counted(captures.size(), "capture"), apps),
                     paths_of(data, captures),
                     {{"captures", static_cast<double>(captures.size())}}});
  };
  add(of_apps, Severity::kFault, "different apps");
  add(of_one_app, Severity::kWarning, "the same app");
  return found;
}

}  // namespace flowtell
