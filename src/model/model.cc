// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "decode/anonymiser.h"

namespace flowtell {

Result<FeatureList> Model::features() const {
  std::string sets;
  for (const std::string& name : feature_sets) {
    sets += (sets.empty() ? "" : ",") + name;
  }
  auto list = FeatureList::parse(sets);
  if (!list || list->identity() != feature_identity ||
      list->column_names() != columns) {
    return fail(ErrorKind::kIncompatibleFeatures,
                "this program ({}) defines its features differently or not at "
                "all: {}; train it again",
                program_version(), listed(feature_sets));
  }
  return list;
}

std::string program_version() { return FLOWTELL_VERSION; }

void anonymise(std::vector<CaptureRecord>& captures,
               const Anonymiser& anonymiser) {
  for (CaptureRecord& capture : captures) {
    capture.path = anonymiser.capture(capture.path);
    if (!capture.group.empty()) {
      capture.group = anonymiser.capture(capture.group);
    }
    capture.sha256.clear();
  }
}

void anonymise(Model& model, Anonymiser& anonymiser) {
  anonymise(model.captures, anonymiser);
  AmbiguityTable::Groups groups;
  for (const auto& [key, group] : model.ambiguity.groups()) {
    // A protocol and a port, as in "UDP 53", identify no one.
    const bool is_name = key.find(' ') == std::string::npos;
    groups.emplace(is_name ? anonymiser.name(key) : key, group);
  }
  model.ambiguity = AmbiguityTable(std::move(groups));
}

}  // namespace flowtell
