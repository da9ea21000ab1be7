// SPDX-License-Identifier: Apache-2.0
//
// The latest flows of a stream as a dataset without labels, from which a model
// can be adapted (learn/adaptation.h): feature rows, times, devices and server
// names, no packets. In memory only.
//
// Memory is bounded: the latest kMaxFlows flows are kept, with names of at most
// 253 bytes: 25 MB with 22 columns, rarely more than 15. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "flow/flow.h"
#include "model/dataset.h"
#include "model/model.h"

namespace flowtell {

// What is kept of a flow besides its features.
struct RecentFlow {
  RowFacts facts;  // without the numbers of burst, flow and name
  std::string name;

  static RecentFlow of(const Flow& flow);
};

class RecentFlows {
 public:
  static constexpr std::size_t kMaxFlows = 50'000;

  explicit RecentFlows(std::size_t width, std::size_t max_flows = kMaxFlows)
      : width_(width), max_flows_(max_flows) {}

  // Adds the flows of a burst, one row each.
  void add_burst(std::vector<RecentFlow>& flows, std::span<const float> rows);
  void clear();

  std::size_t size() const { return flows_.size(); }
  // The flows as one capture called `title`, the oldest burst first.
  // REQUIRES: the rows are features of the model.
  Dataset dataset(const Model& model, const FeatureList& features,
                  const std::string& title) const;

 private:
  std::size_t width_;
  std::size_t max_flows_;
  std::size_t next_ = 0;  // where the next flow goes: a ring
  std::vector<RecentFlow> flows_;
  std::vector<float> values_;
  std::uint32_t bursts_ = 0;
  std::uint32_t numbers_ = 0;
};

}  // namespace flowtell
