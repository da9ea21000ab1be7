// SPDX-License-Identifier: Apache-2.0
#include "explain/capture_summary.h"

#include <algorithm>

#include "explain/explanation.h"

namespace flowtell {
namespace {

constexpr double kTolerance = 1e-9;

}  // namespace

void CaptureSummary::add(const TracedFlow& flow,
                         std::span<const EvidenceKinds> fewer) {
  AppSummary& app = apps_[flow.verdict.best];
  ++flows_;
  ++app.flows;
  if (flow.verdict.is_unknown) ++app.unknown;
  if (!flow.flow->to_flow().name.evidence().empty()) ++app.named_servers;
  bool none_decided = true;
  const auto changes_without = [&](const EvidenceKinds& kinds) {
    const auto at = std::find(fewer.begin(), fewer.end(), kinds);
    if (at == fewer.end()) return false;
    const auto index = static_cast<std::size_t>(at - fewer.begin());
    const Verdict& without = flow.fewer[index];
    // Equal shares: nothing is known without it.
    const double uniform = 1 / static_cast<double>(apps_.size());
    return without.best != flow.verdict.best ||
           without.confidence < uniform + kTolerance;
  };
  const auto decided = [&](bool EvidenceKinds::*kind, std::size_t& count) {
    EvidenceKinds without = kinds_;
    without.*kind = false;
    if (!(kinds_.*kind) || !changes_without(without)) return;
    ++count;
    none_decided = false;
  };
  decided(&EvidenceKinds::shape, app.by_shape);
  decided(&EvidenceKinds::name, app.by_name);
  decided(&EvidenceKinds::time, app.by_time);
  if (none_decided) ++app.in_any_case;
  add_strong_flow(flow);
}

void CaptureSummary::add_strong_flow(const TracedFlow& flow) {
  const AppId app = first_two(flow.own).first;
  std::vector<StrongFlow>& strong_flows = apps_[app].strong_flows;
  const double probability = flow.own[app];
  if (probability < 1 / static_cast<double>(apps_.size()) + kTolerance) return;
  // Only the strongest flow of each server is kept.
  const Flow kept = flow.flow->to_flow();
  if (!kept.name.server.empty()) {
    const auto same = std::find_if(
        strong_flows.begin(), strong_flows.end(), [&](const StrongFlow& other) {
          return other.flow.to_flow().name.server == kept.name.server;
        });
    if (same != strong_flows.end()) {
      if (same->probability >= probability) return;
      strong_flows.erase(same);
    }
  }
  const auto at = std::find_if(
      strong_flows.begin(), strong_flows.end(),
      [&](const StrongFlow& other) { return other.probability < probability; });
  if (at == strong_flows.end() && strong_flows.size() >= kStrongFlows) return;
  strong_flows.insert(at, {flow.number, *flow.capture, *flow.flow, flow.origin,
                           app, probability, flow.verdict});
  if (strong_flows.size() > kStrongFlows) strong_flows.pop_back();
}

AppId CaptureSummary::top_app() const {
  const auto leader = std::max_element(
      apps_.begin(), apps_.end(),
      [](const auto& a, const auto& b) { return a.flows < b.flows; });
  return static_cast<AppId>(leader - apps_.begin());
}

}  // namespace flowtell
