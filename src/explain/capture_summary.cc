// SPDX-License-Identifier: Apache-2.0
#include "explain/capture_summary.h"

#include <algorithm>

#include "explain/explanation.h"

namespace flowtell {
namespace {

constexpr double kNothing = 1e-9;

}  // namespace

void CaptureSummary::add(const TracedFlow& flow,
                         std::span<const EvidenceKinds> fewer) {
  AppSummary& app = apps_[flow.verdict.best];
  ++flows_;
  ++app.flows;
  if (flow.verdict.is_unknown) ++app.unknown;
  if (!flow.flow->reported().name.server.empty()) ++app.named_servers;
  bool in_any_case = true;
  const auto changes_without = [&](const EvidenceKinds& kinds) {
    const auto at = std::find(fewer.begin(), fewer.end(), kinds);
    if (at == fewer.end()) return false;
    const auto place = static_cast<std::size_t>(at - fewer.begin());
    const Verdict& without = flow.fewer[place];
    // All apps alike: nothing would be known.
    const double alike = 1 / static_cast<double>(apps_.size());
    return without.best != flow.verdict.best ||
           without.confidence < alike + kNothing;
  };
  const auto decided = [&](bool EvidenceKinds::*kind, std::size_t& count) {
    EvidenceKinds without = kinds_;
    without.*kind = false;
    if (!(kinds_.*kind) || !changes_without(without)) return;
    ++count;
    in_any_case = false;
  };
  decided(&EvidenceKinds::shape, app.by_shape);
  decided(&EvidenceKinds::name, app.by_name);
  decided(&EvidenceKinds::time, app.by_time);
  if (in_any_case) ++app.in_any_case;
  listen(flow);
}

void CaptureSummary::listen(const TracedFlow& flow) {
  const AppId app = first_two(flow.own).first;
  std::vector<StrongFlow>& strong_flows = apps_[app].strong_flows;
  const double loudness = flow.own[app];
  if (loudness < 1 / static_cast<double>(apps_.size()) + kNothing) return;
  // Of one server's flows the loudest speaks for all.
  const Flow reported = flow.flow->reported();
  if (!reported.name.server.empty()) {
    const auto same = std::find_if(
        strong_flows.begin(), strong_flows.end(), [&](const StrongFlow& other) {
          return other.flow.reported().name.server == reported.name.server;
        });
    if (same != strong_flows.end()) {
      if (same->probability >= loudness) return;
      strong_flows.erase(same);
    }
  }
  const auto at = std::find_if(
      strong_flows.begin(), strong_flows.end(),
      [&](const StrongFlow& other) { return other.probability < loudness; });
  if (at == strong_flows.end() && strong_flows.size() >= kSpeakers) return;
  strong_flows.insert(at, {flow.number, *flow.capture, *flow.flow, flow.origin,
                           app, loudness, flow.verdict});
  if (strong_flows.size() > kSpeakers) strong_flows.pop_back();
}

AppId CaptureSummary::leading() const {
  const auto most = std::max_element(
      apps_.begin(), apps_.end(),
      [](const auto& a, const auto& b) { return a.flows < b.flows; });
  return static_cast<AppId>(most - apps_.begin());
}

}  // namespace flowtell
