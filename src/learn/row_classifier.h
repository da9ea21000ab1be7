// SPDX-License-Identifier: Apache-2.0
//
// Classifies the rows of a dataset, burst by burst, from their scores: the
// equivalent of ClassifierSession for training and evaluation. An arrangement
// says which rows share a burst and a device.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "classify/unknown_scorer.h"
#include "learn/scorers.h"
#include "model/evidence.h"

namespace flowtell {

// Weights by row, where each fold has its own. A burst uses the weights of its
// first row: only a split by flow splits bursts.
struct RowWeights {
  std::vector<EvidenceWeights> of_fold;
  std::vector<std::uint32_t> fold_of;  // by row; empty: all in fold 0

  std::uint32_t fold(std::size_t row) const {
    return fold_of.empty() ? 0 : fold_of[row];
  }
  const EvidenceWeights& of(std::size_t row) const {
    return of_fold[fold(row)];
  }
};

// Rows as streams of bursts. Each stream begins without device history.
struct Arrangement {
  struct Burst {
    std::size_t begin = 0;  // its rows are rows[begin, end)
    std::size_t end = 0;
    Address device;
    Timestamp first{};
    Timestamp last{};
    bool begins_stream = false;
  };
  std::vector<std::uint32_t> rows;
  std::vector<Burst> bursts;  // in order
};

// Each recording on its own. Its bursts hold the flows of all apps, as they
// would when the model is used.
Arrangement arrange_recordings(const Dataset& data);

// A recording on the timeline: its rows, and by how much their times are
// shifted.
struct TimelineCapture {
  std::size_t begin = 0;  // its rows are [begin, end)
  std::size_t end = 0;
  Duration shift{};
};

// Puts the recordings end to end in a seeded random order, 30 s apart, starting
// at time 0. Recordings without rows are skipped.
std::vector<TimelineCapture> build_timeline(const Dataset& data,
                                            std::uint64_t seed);

// The timeline as the traffic of one device, so that each capture begins with
// the posterior of the one before.
Arrangement arrange_timeline(const Dataset& data, std::uint64_t seed);

// Pairs of recordings of different apps, each as the traffic of one device that
// uses both apps at once: both begin at the same time, and bursts that overlap,
// or follow within the burst gap, become one. A pair is of one fold. The pairs
// depend on the seed; recordings without a partner are left out.
Arrangement arrange_mixed(const Dataset& data, const RowWeights& weights,
                          std::uint64_t seed);

Probabilities classify_rows(const Dataset& data, const DatasetScores& scores,
                            const RowWeights& weights, EvidenceKinds kinds,
                            const Arrangement& arrangement);
Probabilities classify_captures(const Dataset& data,
                                const DatasetScores& scores,
                                const RowWeights& weights, EvidenceKinds kinds);

// The columns of the unknown score of each row, each recording on its own.
// `trained_apps`: how many apps the scorers were trained on.
std::vector<UnknownColumns> measure_unknown(const Dataset& data,
                                            const DatasetScores& scores,
                                            EvidenceKinds kinds,
                                            std::size_t trained_apps);

// The unknown score of each row.
std::vector<double> score_unknown(const Dataset& data,
                                  const DatasetScores& scores,
                                  const RowWeights& weights,
                                  EvidenceKinds kinds,
                                  const Arrangement& arrangement);
std::vector<double> score_unknown(const Dataset& data,
                                  const DatasetScores& scores,
                                  const RowWeights& weights,
                                  EvidenceKinds kinds);

}  // namespace flowtell
