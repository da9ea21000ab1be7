// SPDX-License-Identifier: Apache-2.0
#include "model/unknown_model.h"

#include <algorithm>
#include <numeric>

#include "base/portable_math.h"

namespace flowtell {

double UnknownModel::score(const UnknownColumns& columns) const {
  if (!is_fitted) return 0;
  const double logit =
      std::inner_product(weights.values.begin(), weights.values.end(),
                         columns.values.begin(), bias);
  return 1 / (1 + portable_exp(-logit));
}

double UnknownModel::threshold(double share) const {
  // The tolerance is needed: 0.05 is not a multiple of 0.005 in binary.
  const auto step = static_cast<std::size_t>(share / kStep + 1e-9);
  return thresholds[std::clamp<std::size_t>(step, 1, thresholds.size()) - 1];
}

}  // namespace flowtell
