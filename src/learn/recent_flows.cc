// SPDX-License-Identifier: Apache-2.0
#include "learn/recent_flows.h"

#include <algorithm>
#include <map>
#include <utility>

namespace flowtell {

RecentFlow RecentFlow::of(const Flow& flow) {
  RecentFlow recent;
  recent.facts.device = flow.device;
  recent.facts.first = flow.first;
  recent.facts.last = flow.last;
  recent.facts.name_source = flow.name.source;
  recent.facts.protocol = flow.protocol;
  recent.facts.remote_port = flow.remote_port;
  recent.facts.packets = flow.sent.packets + flow.received.packets;
  recent.name = flow.name.evidence();
  return recent;
}

void RecentFlows::add_burst(std::vector<RecentFlow>& flows,
                            std::span<const float> rows) {
  require(rows.size() == flows.size() * width_, "each flow has a row");
  ++bursts_;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const auto row = rows.subspan(i * width_, width_);
    flows[i].facts.burst = bursts_;
    flows[i].facts.number = ++numbers_;
    if (flows_.size() < max_flows_) {
      flows_.push_back(std::move(flows[i]));
      values_.insert(values_.end(), row.begin(), row.end());
      continue;
    }
    flows_[next_] = std::move(flows[i]);
    std::ranges::copy(
        row, values_.begin() + static_cast<std::ptrdiff_t>(next_ * width_));
    next_ = (next_ + 1) % max_flows_;
  }
}

void RecentFlows::clear() {
  next_ = 0;
  flows_.clear();
  values_.clear();
}

Dataset RecentFlows::dataset(const Model& model, const FeatureList& features,
                             const std::string& title) const {
  Dataset data;
  data.apps = model.apps;
  data.width = width_;
  data.features = features;
  data.flow_key = model.flow_key;
  data.burst_gap = model.burst_gap;
  CaptureRecord capture;
  capture.path = capture.group = title;
  capture.flows = flows_.size();
  data.labels.resize(flows_.size());
  data.capture_of.resize(flows_.size());
  data.facts.reserve(flows_.size());
  data.values.reserve(values_.size());
  std::map<std::string, std::uint32_t, std::less<>> numbers = {{"", 0}};
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    const std::size_t at = (next_ + i) % flows_.size();
    const RecentFlow& flow = flows_[at];
    const auto [known, is_new] = numbers.emplace(
        flow.name, static_cast<std::uint32_t>(data.names.size()));
    if (is_new) data.names.push_back(flow.name);
    data.facts.push_back(flow.facts);
    data.facts.back().name = known->second;
    const auto row = std::span(values_).subspan(at * width_, width_);
    data.values.insert(data.values.end(), row.begin(), row.end());
    capture.first =
        std::min(capture.first.value_or(flow.facts.first), flow.facts.first);
    capture.last =
        std::max(capture.last.value_or(flow.facts.last), flow.facts.last);
  }
  data.captures.push_back(std::move(capture));
  return data;
}

}  // namespace flowtell
