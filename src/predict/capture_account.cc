// SPDX-License-Identifier: Apache-2.0
#include "predict/capture_account.h"

#include <algorithm>

#include "predict/explanation.h"

namespace flowtell {
namespace {

constexpr double kNothing = 1e-9;

}  // namespace

void CaptureAccount::add(const JudgedFlow& flow,
                         std::span<const EvidenceKinds> fewer) {
  AppAccount& app = apps_[flow.verdict.best];
  ++flows_;
  ++app.flows;
  if (flow.verdict.is_unknown) ++app.unknown;
  if (!flow.flow->told().name.server.empty()) ++app.named_servers;
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

void CaptureAccount::listen(const JudgedFlow& flow) {
  const AppId app = first_two(flow.own).first;
  std::vector<Speaker>& speakers = apps_[app].speakers;
  const double loudness = flow.own[app];
  if (loudness < 1 / static_cast<double>(apps_.size()) + kNothing) return;
  // Of one server's flows the loudest speaks for all.
  const Flow told = flow.flow->told();
  if (!told.name.server.empty()) {
    const auto same = std::find_if(
        speakers.begin(), speakers.end(), [&](const Speaker& other) {
          return other.flow.told().name.server == told.name.server;
        });
    if (same != speakers.end()) {
      if (same->probability >= loudness) return;
      speakers.erase(same);
    }
  }
  const auto at = std::find_if(
      speakers.begin(), speakers.end(),
      [&](const Speaker& other) { return other.probability < loudness; });
  if (at == speakers.end() && speakers.size() >= kSpeakers) return;
  speakers.insert(at, {flow.number, *flow.capture, *flow.flow, flow.origin, app,
                       loudness, flow.verdict});
  if (speakers.size() > kSpeakers) speakers.pop_back();
}

AppId CaptureAccount::leading() const {
  const auto most = std::max_element(
      apps_.begin(), apps_.end(),
      [](const auto& a, const auto& b) { return a.flows < b.flows; });
  return static_cast<AppId>(most - apps_.begin());
}

}  // namespace flowtell
