// SPDX-License-Identifier: Apache-2.0
//
// Explanations of verdicts as text, as JSON and as HTML. docs/explain.md
// describes the text line by line; docs/formats.md lists the JSON keys.
#pragma once

#include <string>
#include <string_view>

#include "explain/capture_summary.h"
#include "explain/explanation.h"
#include "model/model.h"

namespace flowtell {

// How the flows were classified.
struct ExplanationSetting {
  const Model& model;
  EvidenceKinds kinds;
  UnknownRule rule;
};

// Explains the verdict of one flow.
std::string flow_explanation_text(const FlowExplanation& flow,
                                  const ExplanationSetting& setting);
std::string flow_explanation_json(const FlowExplanation& flow,
                                  const ExplanationSetting& setting);

// Summarises the verdicts of whole captures.
std::string capture_summary_text(const CaptureSummary& summary,
                                 const ExplanationSetting& setting);
std::string capture_summary_json(const CaptureSummary& summary,
                                 const ExplanationSetting& setting);

// The features a model recognises each app by, and the apps it confuses.
std::string model_explanation_text(const Model& model);
std::string model_explanation_json(const Model& model);

// A self-contained page (html_page.h): the text, one section for each part, and
// the data. `text` and `json` are the same explanation.
std::string explanation_html(std::string_view title, std::string_view text,
                             const std::string& json);

// The classic line of a flow, without verdict and line end.
std::string classic_line(const KeptFlow& flow, Timestamp origin);

// Percentage points: 0.1234 as "+12.3", -0.04 as "-4.0".
std::string points_text(double difference);

}  // namespace flowtell
