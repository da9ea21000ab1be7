// SPDX-License-Identifier: Apache-2.0
#include "evaluate/drift.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

using NameOf = std::function<std::string(std::uint32_t capture)>;

// Two apps with 20 captures each of ten flows. Column 0 has the values 0 to 99
// equally often in both apps, column 1 is 0 for the first app and 1 for the
// second, column 2 is always 5.
std::shared_ptr<const Model> spread_model(const NameOf& name = {}) {
  std::vector<TestRow> rows;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const std::uint32_t capture = i / 10;
    const auto app = static_cast<AppId>(capture / 20);
    const std::uint32_t spread = (i % 200) / 10 % 10 + i % 10 * 10;
    rows.push_back({{static_cast<float>(spread), static_cast<float>(app), 5},
                    app,
                    capture,
                    i % 10,
                    name ? name(capture) : ""});
  }
  Model model;
  model.apps = {"a", "b"};
  model.flows_per_app = {200, 200};
  model.columns = {"spread", "app", "constant"};
  model.table = table_of(rows, 2);
  for (std::uint32_t i = 0; i < model.table->captures.size(); ++i) {
    model.table->captures[i].recording = i;
  }
  return std::make_shared<const Model>(std::move(model));
}

Address phone(unsigned number) {
  return Address::v4(
      std::array<std::uint8_t, 4>{10, 0, static_cast<std::uint8_t>(number >> 8),
                                  static_cast<std::uint8_t>(number)});
}

struct TestBurst {
  std::vector<float> rows;  // of three values each
  double first_app = 0.5;   // its posterior
  NameMatch match = NameMatch::kNoName;
  Duration at{};
  unsigned device = 1;
};

class Traffic {
 public:
  explicit Traffic(std::shared_ptr<const Model> model,
                   std::optional<Duration> half_life = std::nullopt)
      : meter_(std::make_shared<const DriftReference>(
                   DriftReference::of(std::move(model))),
               half_life) {}

  void add(const TestBurst& burst, bool with_rows = true) {
    const std::size_t flows = burst.rows.size() / 3;
    const std::vector<NameEvidence> names(flows, NameEvidence{1, burst.match});
    std::vector<double> posterior;
    for (std::size_t i = 0; i < flows; ++i) {
      posterior.push_back(burst.first_app);
      posterior.push_back(1 - burst.first_app);
    }
    const std::span<const float> no_rows;
    meter_.add({.features = with_rows ? std::span(burst.rows) : no_rows,
                .burst = {.device = phone(burst.device),
                          .first = kTestStart + burst.at,
                          .last = kTestStart + burst.at,
                          .scores = {{}, {}, names, {}, {}},
                          .weights = weights_},
                .unknown = {},
                .session = {},
                .prior = {},
                .silence = {},
                .two_apps = {},
                .probabilities = posterior});
  }
  // A session of one burst.
  void add_session(const TestBurst& burst) {
    add(burst);
    meter_.end_sessions();
  }
  void end_sessions() { meter_.end_sessions(); }
  Drift drift() const { return meter_.measure(); }
  double distance(std::size_t column) const {
    return drift().columns.at(column).distance;
  }

 private:
  EvidenceWeights weights_;
  DriftMeter meter_;
};

std::vector<float> row_of(int spread, int app, float constant = 5) {
  return {static_cast<float>(spread), static_cast<float>(app), constant};
}

TEST(Drift, IsNoneInTheTrainingFlows) {
  Traffic traffic(spread_model());
  for (int i = 0; i < 200; ++i) {
    traffic.add_session(
        {.rows = row_of(i % 100, i / 100), .first_app = i < 100 ? 1.0 : 0.0});
  }
  const Drift drift = traffic.drift();
  EXPECT_EQ(drift.sessions, 200);
  EXPECT_EQ(drift.flows, 200);
  EXPECT_NEAR(drift.excess, 0, 1e-12);
  EXPECT_EQ(drift.columns.at(0).feature, "spread");
  for (const ColumnDrift& column : drift.columns) {
    EXPECT_NEAR(column.distance, 0, 1e-9) << column.feature;
  }
  EXPECT_TRUE(drift.is_enough());
  EXPECT_TRUE(drift.fits());
}

TEST(Drift, IsOneForValuesThatNeverOccurred) {
  for (const float value : {-1.0F, 4.99F, 5.01F, 1e9F}) {
    Traffic traffic(spread_model());
    traffic.add_session({.rows = row_of(50, 0, value)});
    EXPECT_DOUBLE_EQ(traffic.distance(2), 1) << value;
  }
  for (const int value : {-1, 100}) {
    Traffic traffic(spread_model());
    traffic.add_session({.rows = row_of(value, 0)});
    EXPECT_DOUBLE_EQ(traffic.distance(0), 1) << value;
  }
}

// By hand: of (1, 0) and (1/2, 1/2), 1 - 0.75 log2(3) / 2 - 0.25 log2(1) / 2.
TEST(Drift, IsTheJensenShannonDivergence) {
  Traffic traffic(spread_model());
  traffic.add_session({.rows = row_of(50, 0)});
  EXPECT_NEAR(traffic.distance(1), 0.311278, 1e-6);
  EXPECT_NEAR(traffic.distance(2), 0, 1e-12);
}

// The variance within each app is 0 in column 1, and large in column 0.
TEST(Drift, KnowsWhatChanceExplains) {
  Traffic few(spread_model());
  Traffic many(spread_model());
  for (int i = 0; i < 20; ++i) few.add_session({.rows = row_of(i * 5, 0)});
  for (int i = 0; i < 200; ++i) many.add_session({.rows = row_of(i / 2, 0)});
  const auto chance = [](const Traffic& traffic, std::size_t column) {
    return traffic.drift().columns.at(column).chance;
  };
  EXPECT_NEAR(chance(few, 1), 0, 1e-12);
  EXPECT_NEAR(chance(few, 2), 0, 1e-12);
  EXPECT_LT(chance(many, 0), chance(few, 0));
}

TEST(Drift, IsNoneWhenOneAppIsUsed) {
  Traffic traffic(spread_model());
  for (int i = 0; i < 100; ++i) {
    traffic.add_session({.rows = row_of(i, 0), .first_app = 1});
  }
  EXPECT_NEAR(traffic.distance(1), 0, 1e-9);
  EXPECT_TRUE(traffic.drift().fits());
}

TEST(Drift, CountsEachSessionOnce) {
  Traffic traffic(spread_model());
  for (int i = 0; i < 200; ++i) {
    traffic.add_session({.rows = row_of(i / 2, 0), .first_app = 1});
  }
  std::vector<float> download;
  for (int i = 0; i < 5000; ++i) {
    const auto row = row_of(1000, 1, 6);
    download.insert(download.end(), row.begin(), row.end());
  }
  traffic.add_session({.rows = download, .first_app = 1});
  EXPECT_EQ(traffic.drift().flows, 5200);
  EXPECT_EQ(traffic.drift().sessions, 201);
  EXPECT_LT(traffic.drift().excess, 0.01);
}

// Pauses of over a minute, and five minutes, end a session.
TEST(Drift, SplitsTheBurstsOfADeviceIntoSessions) {
  const auto sessions_at = [](const std::vector<Duration>& times,
                              unsigned devices) {
    Traffic traffic(spread_model());
    unsigned next = 0;
    for (const Duration at : times) {
      traffic.add({.rows = row_of(50, 0), .at = at, .device = next});
      next = (next + 1) % devices;
    }
    traffic.end_sessions();
    return traffic.drift().sessions;
  };
  EXPECT_EQ(sessions_at({seconds(0), seconds(60)}, 1), 1);
  EXPECT_EQ(sessions_at({seconds(0), seconds(61)}, 1), 2);
  EXPECT_EQ(sessions_at({seconds(0), seconds(1)}, 2), 2);
  std::vector<Duration> steady;
  for (int i = 0; i < 20; ++i) steady.push_back(seconds(50 * i));
  EXPECT_EQ(sessions_at(steady, 1), 3);
}

TEST(Drift, LeavesOpenSessionsOut) {
  Traffic traffic(spread_model());
  traffic.add({.rows = row_of(50, 0)});
  EXPECT_EQ(traffic.drift().sessions, 0);
  EXPECT_TRUE(traffic.drift().columns.empty());
  EXPECT_FALSE(traffic.drift().is_enough());
}

// Beyond the limit the session silent for longest ends early. No flow is lost.
TEST(Drift, BoundsTheOpenSessions) {
  constexpr unsigned kDevices = DriftMeter::kMaxSessions + 44;
  Traffic traffic(spread_model());
  for (unsigned device = 0; device < kDevices; ++device) {
    traffic.add({.rows = row_of(50, 0),
                 .at = std::chrono::milliseconds(device),
                 .device = device});
  }
  EXPECT_EQ(traffic.drift().sessions, 44);
  traffic.add({.rows = row_of(50, 0), .at = seconds(2), .device = 44});
  EXPECT_EQ(traffic.drift().sessions, 44) << "it is still open";
  traffic.add({.rows = row_of(50, 0), .at = seconds(2), .device = 43});
  EXPECT_EQ(traffic.drift().sessions, 45);
  traffic.end_sessions();
  EXPECT_EQ(traffic.drift().flows, kDevices + 2);
}

TEST(Drift, NeedsTwentySessions) {
  Traffic traffic(spread_model());
  for (int i = 0; i < 19; ++i) traffic.add_session({.rows = row_of(-9, 9, 9)});
  EXPECT_FALSE(traffic.drift().is_enough());
  traffic.add_session({.rows = row_of(-9, 9, 9)});
  EXPECT_TRUE(traffic.drift().is_enough());
  EXPECT_FALSE(traffic.drift().fits());
  EXPECT_GT(traffic.drift().level(), 10);
}

// All captures of app a share a server. Those of b have one each, of one
// domain.
TEST(Drift, ComparesNewNamesWithHeldOutCaptures) {
  Traffic traffic(spread_model([](std::uint32_t capture) {
    return capture < 20 ? std::string("mail.example.com")
                        : fmt::format("{}.example.org",
                                      static_cast<char>('a' + (capture - 20)));
  }));
  for (const double first_app : {1.0, 0.0}) {
    for (const NameMatch match :
         {NameMatch::kName, NameMatch::kRare, NameMatch::kDomain,
          NameMatch::kNever, NameMatch::kNoName}) {
      traffic.add_session(
          {.rows = row_of(50, 0), .first_app = first_app, .match = match});
    }
  }
  const Drift drift = traffic.drift();
  EXPECT_TRUE(drift.has_names);
  EXPECT_DOUBLE_EQ(drift.traffic.names, 0.5);
  EXPECT_DOUBLE_EQ(drift.traffic.domains, 0.25);
  EXPECT_DOUBLE_EQ(drift.training.names, 0.5);
  EXPECT_DOUBLE_EQ(drift.training.domains, 0);
}

TEST(Drift, ComparesNoNamesWithoutNamesInTraining) {
  Traffic traffic(spread_model());
  traffic.add_session({.rows = row_of(50, 0), .match = NameMatch::kNever});
  EXPECT_FALSE(traffic.drift().has_names);
}

// Without shape evidence there are no rows.
TEST(Drift, MeasuresNamesWithoutShapes) {
  Traffic traffic(spread_model([](std::uint32_t) { return "mail.example"; }));
  traffic.add({.rows = row_of(50, 0), .match = NameMatch::kNever}, false);
  traffic.end_sessions();
  const Drift drift = traffic.drift();
  EXPECT_TRUE(drift.columns.empty());
  EXPECT_DOUBLE_EQ(drift.traffic.domains, 1);
  EXPECT_DOUBLE_EQ(drift.level(), 1 / Drift::kMaxNewDomains);
}

TEST(Drift, DecaysByHalfEachHour) {
  Traffic traffic(spread_model(), hours(1));
  for (int i = 0; i < 400; ++i) traffic.add_session({.rows = row_of(-1, 0, 9)});
  EXPECT_EQ(traffic.drift().flows, 400);
  traffic.add_session({.rows = row_of(50, 0), .at = hours(1)});
  EXPECT_NEAR(traffic.drift().flows, 201, 1e-9);
  // An older burst of another device.
  traffic.add_session({.rows = row_of(50, 0), .at = -hours(5)});
  EXPECT_NEAR(traffic.drift().flows, 202, 1e-9);
  for (int i = 0; i < 100; ++i) {
    traffic.add_session(
        {.rows = row_of(i, 0), .first_app = 1, .at = hours(24)});
  }
  EXPECT_NEAR(traffic.drift().sessions, 100, 0.1);
  EXPECT_TRUE(traffic.drift().fits()) << "the old traffic is forgotten";
}

}  // namespace
}  // namespace flowtell
