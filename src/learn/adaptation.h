// SPDX-License-Identifier: Apache-2.0
//
// Fits a model to another network, its *site*: the recipe behind
// `flowtell adapt`.
//
// Flows look different on another network; the servers' names stay. Sessions of
// the site are labelled by names and time alone, the surest half of each app's
// sessions joins the training flows, and the model is trained again
// (self-training; Yarowsky 1995). Whole sessions are labelled, never single
// flows: their averaged posteriors are right far more often. The limit of the
// unknown score is measured on the site's sessions.
//
// Sessions of an app that was never trained have names that no app explains, so
// most of them are not sure and stay out.
#pragma once

#include <string>
#include <vector>

#include "learn/training.h"

namespace flowtell {

// A session of the site: a device's flows of one capture with no pause longer
// than a minute, and not longer than five.
struct SiteSession {
  std::uint32_t capture = 0;  // of the site's dataset
  std::vector<std::uint32_t> rows;
  AppId app = 0;        // the likeliest by names and time
  double sureness = 0;  // its mean posterior
  bool is_used = false;
};

// Labels the sessions of `site` with `model` and marks those to train on. The
// labels of `site` are not used.
std::vector<SiteSession> label_sessions(const Model& model,
                                        const Dataset& site);

struct Adaptation {
  Model model;
  std::vector<SiteSession> sessions;
  // Captures that the model was trained on already, and which are left out.
  std::size_t known_captures = 0;
};

// Of these captures, those whose files a model was trained on, by their hashes.
std::vector<bool> known_captures(const Model& model,
                                 std::span<const CaptureRecord> captures);

// Trains again on the model's training table, the surest sessions of `site` and
// the flows of `labelled`, either of which may have no rows. The model is
// trained as it was: with its features, learner, trees and seed.
// REQUIRES: both have the model's apps, features and flow definition.
// Fails if the model keeps no training table, or if there is nothing to add.
Result<Adaptation> adapt(const Model& model, const Dataset& site,
                         const Dataset& labelled, const TrainOptions& options);

// Trains again without what adaptations added. With the options of the first
// training the result is the first model. Fails if nothing was added.
Result<Model> undo_adaptation(const Model& model, const TrainOptions& options);

}  // namespace flowtell
