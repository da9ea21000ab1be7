// SPDX-License-Identifier: Apache-2.0
#include "tool/site_adapter.h"

#include <algorithm>
#include <utility>

namespace flowtell {

SiteAdapter::SiteAdapter(Options options, AdapterProcess process,
                         Classifier classifier)
    : options_(std::move(options)),
      process_(std::move(process)),
      classifier_(std::move(classifier)),
      recent_(classifier_.features().width()) {}

void SiteAdapter::add_burst(std::vector<RecentFlow>& flows,
                            std::span<const float> rows) {
  if (flows.empty()) return;
  Timestamp last = flows.front().facts.last;
  for (const RecentFlow& flow : flows) last = std::max(last, flow.facts.last);
  recent_.add_burst(flows, rows);
  flows.clear();
  // A wrong time, far ahead, must not stop the candidates.
  if (!next_ || *next_ - last > options_.every) next_ = last + options_.every;
  if (last < *next_) return;
  next_ = last + options_.every;
  request();
}

void SiteAdapter::request() {
  if (process_.is_busy() && options_.waits) finish();
  if (process_.is_busy() || process_.has_ended()) return;
  process_.request(recent_.dataset(classifier_.model(), classifier_.features(),
                                   options_.title));
}

void SiteAdapter::finish() {
  if (process_.is_busy()) keep(process_.wait());
}

void SiteAdapter::keep(Outcome outcome) {
  if (outcome) last_ = *outcome;
  results_.push_back(std::move(outcome));
}

std::vector<SiteAdapter::Outcome> SiteAdapter::take_results() {
  if (auto outcome = process_.poll()) keep(std::move(*outcome));
  return std::exchange(results_, {});
}

void SiteAdapter::set_classifier(Classifier classifier) {
  process_.set_model(classifier.shared_model());
  classifier_ = std::move(classifier);
  recent_ = RecentFlows(classifier_.features().width());
}

}  // namespace flowtell
