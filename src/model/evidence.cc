// SPDX-License-Identifier: Apache-2.0
#include "model/evidence.h"

#include <algorithm>

#include "base/text.h"

namespace flowtell {

Result<EvidenceKinds> EvidenceKinds::parse(std::string_view text) {
  EvidenceKinds kinds{false, false, false};
  for (const std::string_view word : split(text, ',')) {
    bool* const kind = word == "shape"  ? &kinds.shape
                       : word == "name" ? &kinds.name
                       : word == "time" ? &kinds.time
                                        : nullptr;
    if (kind == nullptr) {
      return fail(ErrorKind::kUsage,
                  "'{}' is not a kind of evidence; use shape, name and time",
                  word);
    }
    *kind = true;
  }
  if (!kinds.shape && !kinds.name) {
    return fail(ErrorKind::kUsage,
                "'{}' alone cannot identify an app; add shape or name", text);
  }
  return kinds;
}

std::string EvidenceKinds::text() const {
  std::string text;
  const auto add = [&](bool is_used, std::string_view word) {
    if (!is_used) return;
    if (!text.empty()) text += ',';
    text += word;
  };
  add(shape, "shape");
  add(name, "name");
  add(time, "time");
  return text;
}

const ErrorTarget& EvidenceWeights::error_target(double error) const {
  // The tolerance is needed: 0.05 is not a multiple of 0.005 in binary.
  const auto step = static_cast<std::size_t>(error / kErrorTargetStep + 1e-9);
  return error_targets[std::clamp<std::size_t>(step, 1, error_targets.size()) -
                       1];
}

std::size_t index_of(const EvidenceKinds& kinds) {
  const auto at =
      std::find(kEvidenceKinds.begin(), kEvidenceKinds.end(), kinds);
  require(at != kEvidenceKinds.end(), "evidence includes shape or name");
  return static_cast<std::size_t>(at - kEvidenceKinds.begin());
}

}  // namespace flowtell
