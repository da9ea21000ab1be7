// SPDX-License-Identifier: Apache-2.0
#include "measure/feature_set.h"
namespace flowtell {
FeatureSet robust() {
  return {"robust", "x", 1, {{"is_tcp2", "", ""}}, [](const FlowSeries&, std::span<double> o) { o[0] = 0; }};
}
}
