// SPDX-License-Identifier: Apache-2.0
#include "features/feature_list.h"

#include <algorithm>

#include "base/text.h"

namespace flowtell {

const std::vector<FeatureSet>& feature_sets() {
  static const std::vector<FeatureSet> sets = {robust(), classic14(),
                                               appscanner54()};
  return sets;
}

Result<FeatureList> FeatureList::parse(std::string_view names) {
  FeatureList list;
  for (const std::string_view name : split(names, ',')) {
    const auto& all = feature_sets();
    const auto set =
        std::find_if(all.begin(), all.end(),
                     [&](const FeatureSet& each) { return each.name == name; });
    if (set == all.end()) {
      std::vector<std::string> known;
      known.reserve(all.size());
      for (const FeatureSet& each : all) known.emplace_back(each.name);
      return fail(ErrorKind::kUsage,
                  "there is no feature set '{}'; choose from {}", name,
                  listed(known));
    }
    const bool is_duplicate = std::find(list.sets_.begin(), list.sets_.end(),
                                        &*set) != list.sets_.end();
    if (is_duplicate) {
      return fail(ErrorKind::kUsage, "feature set '{}' is named twice", name);
    }
    list.sets_.push_back(&*set);
    list.width_ += set->columns.size();
  }
  return list;
}

std::vector<std::string> FeatureList::set_names() const {
  std::vector<std::string> names;
  for (const FeatureSet* set : sets_) names.emplace_back(set->name);
  return names;
}

std::vector<std::string> FeatureList::column_names() const {
  std::vector<std::string> names;
  for (const FeatureSet* set : sets_) {
    for (const FeatureColumn& column : set->columns) {
      names.push_back(column.name);
    }
  }
  return names;
}

std::string FeatureList::identity() const {
  std::string identity;
  for (const FeatureSet* set : sets_) {
    identity += fmt::format("{}/{}:", set->name, set->version);
    for (const FeatureColumn& column : set->columns) {
      identity += column.name + ' ';
    }
  }
  return identity;
}

void FeatureList::measure(const FlowSeries& flow, std::span<double> out) const {
  for (const FeatureSet* set : sets_) {
    set->measure(flow, out.first(set->columns.size()));
    out = out.subspan(set->columns.size());
  }
}

}  // namespace flowtell
