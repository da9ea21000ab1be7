// SPDX-License-Identifier: Apache-2.0
//
// The strongest reason of a verdict: enough for a line beside a packet, and
// found from the scores that the verdict was computed from. `explain`
// (explain/evidence_tracer.h) weighs every kind of evidence.
#pragma once

#include <cstddef>
#include <cstdint>

#include "classify/classifier_session.h"

namespace flowtell {

enum class VerdictReason : std::uint8_t {
  // Of a named app: the kind of evidence that favours it most over the second.
  kServerName,
  kFlowShape,
  kOtherFlows,  // the device's other flows, before and in the same burst
  // Of any verdict.
  kNoEvidence,  // all apps are equally likely
  // Of the verdict `unknown`.
  kUnlikeTraining,  // the unknown score is above the limit
  kLowConfidence,
};

// The reason of the verdict on the flow at index `flow` of the burst that
// `session` classified last. REQUIRES: the verdict is from that burst.
VerdictReason find_reason(const ClassifierSession& session, std::size_t flow,
                          const Verdict& verdict);

}  // namespace flowtell
