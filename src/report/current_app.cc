// SPDX-License-Identifier: Apache-2.0
#include "report/current_app.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "base/portable_math.h"
#include "model/app.h"

namespace flowtell {
namespace {

constexpr double kAppHalfLife = 2;       // seconds
constexpr double kUnknownHalfLife = 20;  // seconds

using Weights = std::array<double, CurrentApp::kSeconds>;

// Of each second, counted back.
Weights weights(double half_life) {
  Weights out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = portable_exp2(-static_cast<double>(i) / half_life);
  }
  return out;
}

}  // namespace

void CurrentApp::add(NamedFlow flow) {
  const auto known = std::ranges::find(flows_, flow.id, &NamedFlow::id);
  if (known != flows_.end()) {
    *known = std::move(flow);
    return;
  }
  if (flows_.size() == kMaxFlows) flows_.pop_front();
  flows_.push_back(std::move(flow));
}

std::optional<CurrentApp::Estimate> CurrentApp::estimate() const {
  if (flows_.empty()) return std::nullopt;
  static const Weights short_weights = weights(kAppHalfLife);
  static const Weights long_weights = weights(kUnknownHalfLife);
  const Timestamp end = std::ranges::max(flows_, {}, &NamedFlow::last).last;
  // Calls `use` with each second in which the flow was open, counted back.
  const auto for_each_second = [end](const NamedFlow& flow, const auto& use) {
    const auto ago = [end](Timestamp time) {
      return static_cast<std::size_t>((end - time) / std::chrono::seconds(1));
    };
    const std::size_t first =
        std::min(ago(flow.first) + 1, std::size_t{kSeconds});
    for (std::size_t at = ago(flow.last); at < first; ++at) use(at);
  };
  std::array<int, kSeconds> open{};
  for (const NamedFlow& flow : flows_) {
    for_each_second(flow, [&](std::size_t at) { ++open[at]; });
  }
  std::map<std::string_view, double> votes;
  double all = 0;
  double long_unknown = 0;
  double long_all = 0;
  for (const NamedFlow& flow : flows_) {
    for_each_second(flow, [&](std::size_t at) {
      const double vote = short_weights[at] / open[at];
      const double long_vote = long_weights[at] / open[at];
      all += vote;
      long_all += long_vote;
      if (flow.is_unknown) long_unknown += long_vote;
      votes[flow.likeliest] += vote * flow.confidence;
    });
  }
  if (2 * long_unknown > long_all) {
    return Estimate{std::string(kUnknownName), long_unknown / long_all};
  }
  const auto best = std::ranges::max_element(
      votes, {}, [](const auto& entry) { return entry.second; });
  return Estimate{std::string(best->first), best->second / all};
}

}  // namespace flowtell
