// SPDX-License-Identifier: Apache-2.0
//
// Explains verdicts.
#pragma once

#include <string>

#include "flowtell/classifier.h"

namespace flowtell {
inline namespace v0 {

// One flow of a capture, numbered from 1 in the order of its verdicts, or with
// 0 the whole capture. JSON (docs/formats.md).
inline std::string explain(const Classifier& classifier,
                           const std::string& capture,
                           std::size_t flow_number = 0,
                           const FlowOptions& options = {}) {
  const flowtell_flow_options given = detail::to_c(options);
  char* json = nullptr;
  detail::call(flowtell_explain, classifier.get(), capture.c_str(), &given,
               flow_number, &json);
  return detail::take_text(json);
}

}  // namespace v0
}  // namespace flowtell
