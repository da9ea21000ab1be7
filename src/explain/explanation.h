// SPDX-License-Identifier: Apache-2.0
//
// Why one flow got its verdict, as data: what each kind of evidence said, the
// features that moved the forest, the training flows most like it, and what
// would have changed the verdict. report/explanation.h makes it readable.
//
// Numbers are by app unless said otherwise; shares and probabilities of 1.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "explain/counterfactual.h"
#include "explain/evidence_tracer.h"
#include "explain/proximity.h"
#include "model/attribution.h"

namespace flowtell {

// What the name table knows of a flow's server name.
struct NameRecord {
  struct Key {
    std::string key;  // a folded name, or a registrable domain behind a '.'
    std::vector<double> met;  // of each app's captures, the share that met it
  };
  std::vector<Key> keys;  // those that spoke, the one that tells most first
};

// What the other flows of the burst say by themselves.
struct BurstWord {
  std::size_t flows = 0;            // the others
  std::vector<std::size_t> saying;  // by app: those to which it is likeliest
};

struct FewerKinds {
  EvidenceKinds kinds;
  Verdict verdict;
};

// One feature that, changed alone, would make the forest vote for the rival.
struct ShapeChange {
  Counterfactual point;
  AppId app = 0;           // whom the forest would vote for
  double share = 0;        // its share then
  AppId verdict = 0;       // the likeliest app then, all evidence weighed
  double probability = 0;  // how likely
};

// What the verdict would be with another server name, or none.
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
  double any_other = 0;  // what they lack to 1: of any app never taught

  // Empty where the kind of evidence is left out.
  std::vector<double> shape;
  std::vector<double> name;
  std::vector<double> own;     // shape and name, weighed; of the apps taught
  std::vector<double> others;  // what all else says, of these
  std::vector<double> belief;  // less than 1 in all, by that of any other app
  std::size_t sharing = 1;  // flows of its burst that share its name's weight
  std::optional<Duration> silence;
  NameRecord name_record;
  BurstWord burst;
  std::vector<FewerKinds> fewer;

  // With shape alone, and a forest; else empty:
  std::vector<float> features;  // by column
  AppId forest_first = 0;       // by its vote
  // Whom it is held against: the app named, else the runner-up.
  AppId rival = 0;
  Attribution attribution;
  std::vector<Neighbour> neighbours;       // none: the model has no examples
  std::vector<ShapeChange> shape_changes;  // the smallest change first
  // With name alone: without a name, then with the one of those the model knows
  // that speaks most for the runner-up.
  std::vector<NameChange> name_changes;
};

// REQUIRES: the flow was judged with this model, by these kinds.
FlowExplanation explain_flow(const Model& model, const EvidenceTracer& inquiry,
                             EvidenceKinds kinds, const TracedFlow& flow);

// The likeliest app, and of all others the likeliest. REQUIRES: an app; of one
// alone it is its own second.
std::pair<AppId, AppId> first_two(std::span<const double> probabilities);

}  // namespace flowtell
