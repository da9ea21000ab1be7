// SPDX-License-Identifier: Apache-2.0
//
// Why verdicts are what they are, for people and as JSON; docs/explain.md reads
// the text line by line, docs/formats.md tells the keys.
#pragma once

#include <string>

#include "explain/capture_summary.h"
#include "explain/explanation.h"
#include "model/model.h"

namespace flowtell {

// How flows were judged, for the readers of what came of it.
struct ExplanationSetting {
  const Model& model;
  EvidenceKinds kinds;
  UnknownRule rule;
};

// Why one flow got its verdict.
std::string flow_explanation_text(const FlowExplanation& flow,
                                  const ExplanationSetting& setting);
std::string flow_explanation_json(const FlowExplanation& flow,
                                  const ExplanationSetting& setting);

// Why whole captures got theirs.
std::string capture_summary_text(const CaptureSummary& account,
                                 const ExplanationSetting& setting);
std::string capture_summary_json(const CaptureSummary& account,
                                 const ExplanationSetting& setting);

// What a model goes by, and whose flows it is prone to confuse.
std::string model_explanation_text(const Model& model);
std::string model_explanation_json(const Model& model);

// The classic line of a flow, without its verdict and its end of line.
std::string classic_line(const KeptFlow& flow, Timestamp origin);

// 0.1234 as "+12.3", -0.04 as "-4.0": points of probability.
std::string points_text(double difference);

}  // namespace flowtell
