// SPDX-License-Identifier: Apache-2.0
//
// The tables of an evaluation's page, and what to see in each. All is HTML.
#pragma once

#include <string>
#include <vector>

#include "evaluate/app_features.h"
#include "evaluate/evaluation.h"

namespace flowtell {

std::string apps_words(const Evaluation& evaluation);
std::string apps_table(const Evaluation& evaluation);

// A heat map: rows are the truth, columns the names given.
std::string confusion_words(const Evaluation& evaluation);
std::string confusion_table(const Evaluation& evaluation);

std::string risk_coverage_table(const RiskCoverage& curve);
std::string reliability_table(const Reliability& reliability);
std::string evidence_table(const EvidenceUse& use, const std::string& evidence);

// A heat map of the features that matter most.
std::string features_words(const std::vector<AppFeature>& features);
std::string features_table(const Evaluation& evaluation,
                           const std::vector<AppFeature>& features);

}  // namespace flowtell
