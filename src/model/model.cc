// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include "base/text.h"

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

}  // namespace flowtell
