// SPDX-License-Identifier: Apache-2.0
//
// The tables of an evaluation's page, and a one-line note for each. All HTML.
#pragma once

#include <string>
#include <vector>

#include "evaluate/app_features.h"
#include "evaluate/evaluation.h"

namespace flowtell {

std::string apps_note(const Evaluation& evaluation);
std::string apps_table(const Evaluation& evaluation);

// A heat map: rows are true apps, columns predicted apps.
std::string confusion_note(const Evaluation& evaluation);
std::string confusion_table(const Evaluation& evaluation);

std::string risk_coverage_table(const RiskCoverage& curve);
std::string reliability_table(const Reliability& reliability);
std::string evidence_table(const EvidenceUse& use, const std::string& evidence);

// A heat map of the most important features.
std::string features_note(const std::vector<AppFeature>& features);
std::string features_table(const Evaluation& evaluation,
                           const std::vector<AppFeature>& features);

}  // namespace flowtell
