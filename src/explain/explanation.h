// SPDX-License-Identifier: Apache-2.0
//
// The explanation of one verdict, as data: the scores of each kind of evidence,
// the features that changed the forest's shares, the most similar training
// flows, and the changes that would alter the verdict. report/explanation.h
// formats it.
//
// Numbers are by app unless noted; shares and probabilities are from 0 to 1.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decode/anonymiser.h"
#include "explain/evidence_tracer.h"
#include "explain/forest_reasons.h"
#include "model/attribution.h"

namespace flowtell {

// The entries of the name table for a flow.
struct NameRecord {
  struct Key {
    std::string key;  // a folded name, or a registrable domain behind a '.'
    std::vector<double> capture_share;  // of each app: captures with the key
  };
  std::vector<Key> keys;  // the most specific first
};

// What the other flows of the burst favour, each by its own shape and name.
struct BurstSummary {
  std::size_t flows = 0;                  // the others
  std::vector<std::size_t> flows_by_app;  // how many of them favour the app
};

struct EvidenceSubset {
  EvidenceKinds kinds;
  Verdict verdict;
};

// A change of one feature that makes the forest vote for the rival: the app
// with which the forest's likeliest app is compared. It is the likeliest app by
// all evidence or, if both are the same, the runner-up.
struct ShapeChange {
  Counterfactual point;
  AppId app = 0;           // the app it would vote for
  double share = 0;        // its share then
  AppId verdict = 0;       // likeliest app, by all evidence
  double probability = 0;  // of that app
};

// The verdict with another server name, or with none.
struct NameChange {
  std::string name;  // empty: none
  AppId verdict = 0;
  double probability = 0;
};

struct FlowExplanation {
  std::size_t number = 0;
  std::string capture;
  KeptFlow flow;
  Timestamp origin;

  EvidenceKinds kinds;
  EvidenceWeights weights;
  Verdict verdict;
  AppId runner_up = 0;
  std::vector<double> probabilities;
  // The unknown score: its parts, what they rest on, and the limit.
  UnknownColumns unknown;
  SessionSummary session;
  VerdictLimits limits;

  // Empty for kinds of evidence not in use.
  std::vector<double> shape;
  std::vector<double> name;
  std::vector<double> own;     // shape and name, weighted
  std::vector<double> others;  // all other evidence
  std::vector<double> prior;
  std::size_t sharing = 1;  // flows of its burst that share its name's weight
  std::optional<Duration> silence;
  std::optional<AppPairs::Pair> two_apps;  // that its burst fits together
  NameRecord name_record;
  BurstSummary burst;
  std::vector<EvidenceSubset> fewer;

  // Only with shape evidence and a forest:
  std::vector<float> features;  // by column
  AppId forest_first = 0;       // its vote
  AppId rival = 0;              // see ShapeChange
  Attribution attribution;
  std::vector<Neighbour> neighbours;       // empty without examples
  std::vector<ShapeChange> shape_changes;  // the smallest change first
  // Only with name evidence: without a name, then with the known name that
  // favours the runner-up most.
  std::vector<NameChange> name_changes;
};

// REQUIRES: the flow was classified with this model, by these kinds.
FlowExplanation explain_flow(const Model& model, const EvidenceTracer& tracer,
                             EvidenceKinds kinds, const TracedFlow& flow);

// The likeliest app and the next. REQUIRES: at least one app; a single app is
// its own second.
std::pair<AppId, AppId> first_two(std::span<const double> probabilities);

// The flow with pseudonyms in place of addresses and names.
KeptFlow anonymised(const KeptFlow& flow, Anonymiser& anonymiser);

// Replaces the capture, the flow, and the names that come from the model.
void anonymise(FlowExplanation& flow, Anonymiser& anonymiser);

}  // namespace flowtell
