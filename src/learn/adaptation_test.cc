// SPDX-License-Identifier: Apache-2.0
#include "learn/adaptation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "model/model_file.h"
#include "support/samples.h"
#include "support/site.h"

namespace flowtell {
namespace {

Dataset network_of(std::uint64_t seed, double shift,
                   std::string_view stranger = "") {
  return training_site_of(seed, shift, 15, stranger);
}

Dataset no_rows() { return network_of(1, 0).select({}); }

TEST(Adaptation, LabelsSessionsByNames) {
  const Model model = *train(network_of(1, 0), quick_site_training());
  const Dataset site = network_of(2, 7);
  const auto sessions = label_sessions(model, site);
  ASSERT_EQ(sessions.size(), 15U);  // a capture each
  std::vector<std::size_t> used(3);
  for (const SiteSession& session : sessions) {
    EXPECT_EQ(session.app, site.labels[session.rows.front()]);
    EXPECT_GT(session.sureness, 2.0 / 3);
    if (session.is_used) ++used[session.app];
  }
  // The surest half, rounded up.
  EXPECT_EQ(used, (std::vector<std::size_t>{3, 3, 3}));
}

// Names that no app has leave all apps equally likely.
TEST(Adaptation, LeavesSessionsOfStrangersOut) {
  const Model model = *train(network_of(1, 0), quick_site_training());
  const Dataset site = network_of(2, 7, "stranger");
  for (const SiteSession& session : label_sessions(model, site)) {
    if (site.labels[session.rows.front()] == 2) {
      EXPECT_LT(session.sureness, 0.5);
      EXPECT_FALSE(session.is_used);
    }
  }
}

TEST(Adaptation, SplitsSessionsAtPausesAndAfterFiveMinutes) {
  const Model model = *train(network_of(1, 0), quick_site_training());
  Dataset site = network_of(2, 7);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < 8; ++row) rows.push_back(row);
  site = site.select(rows);
  const auto count_with_gap = [&](Duration gap) {
    Dataset spread = site;
    for (std::size_t row = 0; row < spread.rows(); ++row) {
      const Timestamp first = site.facts[0].first + gap * row;
      spread.facts[row].first = first;
      spread.facts[row].last = first + std::chrono::milliseconds(50);
    }
    return label_sessions(model, spread).size();
  };
  EXPECT_EQ(count_with_gap(std::chrono::seconds(1)), 1U);
  EXPECT_EQ(count_with_gap(std::chrono::seconds(60)), 2U) << "420 s";
  EXPECT_EQ(count_with_gap(std::chrono::seconds(61)), 8U);
}

// On shapes alone, the site's flows look like nothing trained before.
TEST(Adaptation, TeachesTheShapesOfTheSite) {
  const Model model = *train(network_of(1, 0), quick_site_training());
  const Dataset site = network_of(2, 7);
  const Dataset later = network_of(3, 7);
  const auto adapted = adapt(model, site, no_rows(), quick_site_training());
  ASSERT_TRUE(adapted) << adapted.error().message;
  const auto right = [&](const Model& with) {
    std::size_t count = 0;
    std::vector<double> shares(3);
    for (std::size_t row = 0; row < later.rows(); ++row) {
      with.forest.predict(later.row(row), shares);
      const auto best = std::ranges::max_element(shares) - shares.begin();
      if (best == later.labels[row]) ++count;
    }
    return count;
  };
  EXPECT_LT(right(model), later.rows() / 2);
  EXPECT_GT(right(adapted->model), later.rows() * 9 / 10);
}

TEST(Adaptation, RecordsWhatWasAdded) {
  const Model model = *train(network_of(1, 0), quick_site_training());
  const Dataset labelled = network_of(4, 7);
  const auto adapted =
      adapt(model, network_of(2, 7), labelled, quick_site_training());
  ASSERT_TRUE(adapted);
  const auto count = [&](CaptureOrigin origin) {
    return std::ranges::count(adapted->model.captures, origin,
                              &CaptureRecord::origin);
  };
  EXPECT_EQ(count(CaptureOrigin::kTraining), 15);
  EXPECT_EQ(count(CaptureOrigin::kSiteSession), 9);
  EXPECT_EQ(count(CaptureOrigin::kSiteLabelled), 15);
  std::set<std::uint32_t> recordings;
  for (const CaptureRecord& capture : adapted->model.captures) {
    recordings.insert(capture.recording);
    const bool is_session = capture.origin == CaptureOrigin::kSiteSession;
    EXPECT_EQ(capture.sureness < 1, is_session);
  }
  EXPECT_EQ(recordings.size(), 39U) << "none is taken for another's";
}

// Files that the model was trained on teach nothing new.
TEST(Adaptation, LeavesOutWhatTheModelKnows) {
  const auto with_hashes = [](Dataset data) {
    for (std::size_t i = 0; i < data.captures.size(); ++i) {
      data.captures[i].sha256 = fmt::format("hash {}", i);
    }
    return data;
  };
  const Dataset home = with_hashes(network_of(1, 0));
  const Model model = *train(home, quick_site_training());
  EXPECT_FALSE(adapt(model, home, no_rows(), quick_site_training()));
  Dataset mixed = with_hashes(network_of(2, 7));
  for (std::size_t i = 1; i < mixed.captures.size(); ++i) {
    mixed.captures[i].sha256 = fmt::format("new {}", i);
  }
  const auto adapted = adapt(model, no_rows(), mixed, quick_site_training());
  ASSERT_TRUE(adapted);
  EXPECT_EQ(adapted->known_captures, 1U);
  EXPECT_EQ(adapted->model.captures.size(), 15U + 14U);
}

// Two apps share a burst, as in a recording that names the app of each packet.
TEST(Adaptation, KeepsTheOrderOfLabelledFlows) {
  const Model model = *train(network_of(1, 0), quick_site_training());
  Dataset labelled = network_of(4, 7);
  for (std::uint32_t row = 0; row < labelled.rows(); ++row) {
    if (row % 2 == 0 || labelled.capture_of[row] > 1) continue;
    labelled.capture_of[row] = 1 - labelled.capture_of[row];
    labelled.labels[row] = labelled.captures[labelled.capture_of[row]].app;
  }
  const auto adapted = adapt(model, no_rows(), labelled, quick_site_training());
  ASSERT_TRUE(adapted);
  const Dataset& table = *adapted->model.table;
  const std::size_t before = model.table->rows();
  for (std::size_t row = 0; row < labelled.rows(); ++row) {
    EXPECT_EQ(table.facts[before + row].number, labelled.facts[row].number);
    EXPECT_EQ(table.labels[before + row], labelled.labels[row]);
  }
}

TEST(Adaptation, CanBeUndone) {
  const Model model = *train(network_of(1, 0), quick_site_training());
  const Model adapted =
      adapt(model, network_of(2, 7), no_rows(), quick_site_training())->model;
  ASSERT_NE(*encode_model(adapted), *encode_model(model));
  const auto undone = undo_adaptation(adapted, quick_site_training());
  ASSERT_TRUE(undone) << undone.error().message;
  EXPECT_EQ(*encode_model(*undone), *encode_model(model));
}

// The sessions held back look like the site's training flows, so the limits
// measured on them lose none of them.
TEST(Adaptation, MeasuresTheLimitsOnSessionsHeldBack) {
  const Model model = *train(network_of(1, 0), quick_site_training());
  Dataset site = network_of(2, 7);
  const auto adapted = adapt(model, site, no_rows(), quick_site_training());
  ASSERT_TRUE(adapted);
  const auto trained = train(*adapted->model.table, quick_site_training());
  ASSERT_TRUE(trained);
  // 6 captures of 8 flows are fewer than 100: the limits of training stay.
  EXPECT_EQ(adapted->model.weights, trained->weights);

  Dataset larger = site;
  for (std::size_t copy = 1; copy <= 3; ++copy) {
    for (std::size_t row = 0; row < site.rows(); ++row) {
      larger.labels.push_back(site.labels[row]);
      larger.capture_of.push_back(
          site.capture_of[row] +
          static_cast<std::uint32_t>(copy * site.captures.size()));
      larger.facts.push_back(site.facts[row]);
    }
    larger.values.insert(larger.values.end(), site.values.begin(),
                         site.values.end());
    larger.captures.insert(larger.captures.end(), site.captures.begin(),
                           site.captures.end());
  }
  const auto many = adapt(model, larger, no_rows(), quick_site_training());
  ASSERT_TRUE(many);
  const auto as_trained = train(*many->model.table, quick_site_training());
  EXPECT_NE(many->model.weights[5].unknown.thresholds,
            as_trained->weights[5].unknown.thresholds);
  EXPECT_EQ(many->model.weights[5].unknown.weights,
            as_trained->weights[5].unknown.weights);
}

TEST(Adaptation, NeedsTrainingFlowsAndSomethingToAdd) {
  TrainOptions without = quick_site_training();
  without.with_table = false;
  const Model bare = *train(network_of(1, 0), without);
  const auto no_table = adapt(bare, network_of(2, 7), no_rows(), without);
  ASSERT_FALSE(no_table);
  EXPECT_EQ(no_table.error().kind, ErrorKind::kNoData);
  EXPECT_FALSE(undo_adaptation(bare, without));

  const Model model = *train(network_of(1, 0), quick_site_training());
  Dataset nameless = network_of(2, 7);
  for (RowFacts& facts : nameless.facts) facts.name = 0;
  const auto nothing = adapt(model, nameless, no_rows(), quick_site_training());
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().kind, ErrorKind::kNoData);
  EXPECT_FALSE(undo_adaptation(model, quick_site_training()));
}

}  // namespace
}  // namespace flowtell
