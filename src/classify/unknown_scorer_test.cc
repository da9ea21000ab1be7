// SPDX-License-Identifier: Apache-2.0
//
// The reference keeps every flow of a device and sums over them again for each
// burst.
#include "classify/unknown_scorer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <set>

#include "base/random.h"
#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

using Row = std::vector<double>;
using Id = UnknownColumnId;

// The columns that this test knows a reference for.
constexpr std::array kColumns = {Id::kEntropy,       Id::kUnlike,
                                 Id::kOther,         Id::kSessionEntropy,
                                 Id::kSessionUnlike, Id::kSessionOther,
                                 Id::kNamesNever,    Id::kNamesDomain,
                                 Id::kNamesRare,     Id::kNamesUnexplained};

struct SessionFlow {
  Row shape;
  std::uint8_t unlike = 0;
  double other = 0;
  NameEvidence name;
  Row name_scores;
};

struct SessionBurst {
  std::string device = "192.168.12.100";
  Duration first{};
  Duration last{};
  std::vector<SessionFlow> flows;
};

// Calls `call` with a view of the burst.
template <typename Call>
auto with_view(const SessionBurst& burst, Call&& call) {
  Row shape;
  Row name;
  std::vector<NameEvidence> names;
  std::vector<std::uint8_t> unlike;
  Row other;
  for (const SessionFlow& flow : burst.flows) {
    shape.insert(shape.end(), flow.shape.begin(), flow.shape.end());
    name.insert(name.end(), flow.name_scores.begin(), flow.name_scores.end());
    names.push_back(flow.name);
    unlike.push_back(flow.unlike);
    other.push_back(flow.other);
  }
  const EvidenceWeights weights;
  return call(ScoredBurst{.device = test_address(burst.device),
                          .first = kTestStart + burst.first,
                          .last = kTestStart + burst.last,
                          .scores = {.shape = shape,
                                     .name = name,
                                     .names = names,
                                     .unlike = unlike,
                                     .other = other},
                          .weights = weights});
}

std::vector<UnknownColumns> measure(UnknownScorer& scorer,
                                    const SessionBurst& burst) {
  return with_view(burst, [&](const ScoredBurst& view) {
    const auto columns = scorer.measure(view);
    return std::vector(columns.begin(), columns.end());
  });
}

std::vector<UnknownColumns> measure_early(UnknownScorer& scorer,
                                          const SessionBurst& burst) {
  return with_view(burst, [&](const ScoredBurst& view) {
    const auto columns = scorer.measure_early(view);
    return std::vector(columns.begin(), columns.end());
  });
}

class ReferenceScorer {
 public:
  ReferenceScorer(EvidenceKinds kinds, std::size_t apps,
                  std::size_t trained_apps)
      : kinds_(kinds), apps_(apps), trained_apps_(trained_apps) {}

  std::vector<UnknownColumns> measure(const SessionBurst& burst) {
    std::vector<UnknownColumns> columns;
    if (!kinds_.time) {
      for (const SessionFlow& flow : burst.flows) {
        columns.push_back(describe({{0, &flow}}, 0));
        add_own(flow, columns.back());
      }
      return columns;
    }
    std::vector<Seen>& session = sessions_[burst.device];
    Duration& last = last_[burst.device];
    if (session.empty() || burst.first - last > 60s) {
      session.clear();
      last = burst.last;
    }
    last = std::max(last, burst.last);
    for (const SessionFlow& flow : burst.flows) {
      kept_.push_back(flow);
      session.push_back({in_seconds(last), &kept_.back()});
    }
    for (const SessionFlow& flow : burst.flows) {
      columns.push_back(describe(session, in_seconds(last)));
      add_own(flow, columns.back());
    }
    return columns;
  }

  SessionSummary summary;  // of the session measured last

 private:
  struct Seen {
    double time;
    const SessionFlow* flow;
  };

  double entropy(const SessionFlow& flow) const {
    double sum = 0;
    for (const double p : flow.shape) sum += p == 0 ? 0 : -p * std::log(p);
    return std::min(1.0, sum / std::log(std::max(2.0, double(trained_apps_))));
  }

  void add_own(const SessionFlow& flow, UnknownColumns& columns) const {
    if (!kinds_.shape) return;
    columns[Id::kEntropy] = entropy(flow);
    columns[Id::kUnlike] = flow.unlike;
    columns[Id::kOther] = flow.other;
  }

  // The session columns at this time.
  UnknownColumns describe(const std::vector<Seen>& session, double now) {
    UnknownColumns columns;
    summary = {static_cast<std::uint32_t>(session.size()), 0, 0, 0};
    double flows = 0;
    for (const auto& [time, flow] : session) {
      const double weight = std::pow(0.5, (now - time) / 60);
      flows += weight;
      if (!kinds_.shape) continue;
      columns[Id::kSessionEntropy] += weight * entropy(*flow);
      columns[Id::kSessionUnlike] += weight * flow->unlike;
      columns[Id::kSessionOther] += weight * flow->other;
    }
    columns[Id::kSessionEntropy] /= flows;
    columns[Id::kSessionUnlike] /= flows;
    columns[Id::kSessionOther] /= flows;
    if (!kinds_.name) return columns;
    std::deque<std::pair<std::uint64_t, double>> remembered;  // and when
    std::map<NameMatch, double> by_match;
    double names = 0;
    Row explained(apps_);
    for (const auto& [time, flow] : session) {
      if (flow->name.match == NameMatch::kNoName) continue;
      // A name that recurs regains what it has lost since it counted last.
      double gain = 1;
      const auto known = std::ranges::find(
          remembered, flow->name.key, &std::pair<std::uint64_t, double>::first);
      if (known != remembered.end()) {
        gain = 1 - std::pow(0.5, (time - known->second) / 60);
        known->second = time;
      } else {
        remembered.emplace_back(flow->name.key, time);
        if (remembered.size() > 64) remembered.pop_front();
        ++summary.names;
      }
      const double weight = gain * std::pow(0.5, (now - time) / 60);
      names += weight;
      by_match[flow->name.match] += weight;
      if (flow->name.match == NameMatch::kNever) continue;
      for (std::size_t app = 0; app < apps_; ++app) {
        const double chance = 1 / static_cast<double>(apps_);
        if (flow->name_scores[app] > chance - 1e-9) explained[app] += weight;
      }
    }
    const double most = *std::ranges::max_element(explained);
    columns[Id::kNamesNever] = by_match[NameMatch::kNever] / (names + 1);
    columns[Id::kNamesDomain] = by_match[NameMatch::kDomain] / (names + 1);
    columns[Id::kNamesRare] = by_match[NameMatch::kRare] / (names + 1);
    columns[Id::kNamesUnexplained] = (names - most) / (names + 1);
    if (names > 0) {
      summary.never_seen = by_match[NameMatch::kNever] / names;
      summary.explained = most / names;
    }
    return columns;
  }

  EvidenceKinds kinds_;
  std::size_t apps_;
  std::size_t trained_apps_;
  std::map<std::string, std::vector<Seen>> sessions_;
  std::map<std::string, Duration> last_;
  std::deque<SessionFlow> kept_;
};

Row random_shares(Random& random, std::size_t apps) {
  Row row;
  double sum = 0;
  for (std::size_t app = 0; app < apps; ++app) {
    row.push_back(random.below(4) == 0 ? 0 : random.unit());
    sum += row.back();
  }
  for (double& value : row) {
    value = sum == 0 ? 1 / static_cast<double>(apps) : value / sum;
  }
  return row;
}

SessionFlow random_flow(Random& random, std::size_t apps, std::uint32_t names) {
  SessionFlow flow;
  flow.shape = random_shares(random, apps);
  flow.unlike = random.below(2) == 0;
  flow.other = random.unit();
  // The match and the scores depend on the name.
  flow.name.key = random.below(names);
  Random of_name(flow.name.key);
  flow.name.match = static_cast<NameMatch>(of_name.below(5));
  const bool is_neutral = flow.name.match == NameMatch::kNoName ||
                          flow.name.match == NameMatch::kNever ||
                          of_name.below(4) == 0;
  flow.name_scores = is_neutral ? Row(apps, 1 / static_cast<double>(apps))
                                : random_shares(of_name, apps);
  return flow;
}

// Bursts of two devices. Pauses are up to 90 s, and some bursts begin before
// the last one ended. Sometimes there are more names than are remembered.
RC_GTEST_PROP(UnknownScorerProperty, MatchesTheSumOverAllFlows,
              (std::uint64_t seed)) {
  Random random(seed);
  const std::size_t apps = 2 + random.below(3);
  const std::size_t trained_apps = 1 + random.below(5);
  const EvidenceKinds kinds = kEvidenceKinds[random.below(6)];
  UnknownScorer fast(kinds, apps, trained_apps);
  ReferenceScorer slow(kinds, apps, trained_apps);
  const std::uint32_t names = random.below(2) == 0 ? 8 : 150;
  Duration now{};
  for (int i = 0; i < 8; ++i) {
    SessionBurst burst;
    burst.device = random.below(3) == 0 ? "192.168.12.7" : "192.168.12.8";
    burst.first = now;
    now += 1ms * random.below(3000);
    burst.last = now;
    now += 1ms * random.below(91'000) - 1s;
    const std::uint32_t flows = 1 + random.below(names > 64 ? 60 : 5);
    for (std::uint32_t flow = 0; flow < flows; ++flow) {
      burst.flows.push_back(random_flow(random, apps, names));
    }
    const auto early = measure_early(fast, burst);
    const SessionSummary early_session = fast.session();
    const auto found = measure(fast, burst);
    RC_ASSERT(early == found);
    RC_ASSERT(early_session.flows == fast.session().flows);
    const auto expected = slow.measure(burst);
    RC_ASSERT(found.size() == flows);
    for (std::size_t flow = 0; flow < flows; ++flow) {
      for (const Id id : kColumns) {
        RC_ASSERT(std::abs(found[flow][id] - expected[flow][id]) < 1e-9);
      }
      for (const double value : found[flow].values) {
        RC_ASSERT(value >= 0 && value <= 1);
      }
    }
    RC_ASSERT(fast.session().flows == slow.summary.flows);
    RC_ASSERT(fast.session().names == slow.summary.names);
    RC_ASSERT(std::abs(fast.session().never_seen - slow.summary.never_seen) <
              1e-9);
    RC_ASSERT(std::abs(fast.session().explained - slow.summary.explained) <
              1e-9);
  }
}

SessionFlow flow_with(NameMatch match, std::uint64_t key,
                      Row name_scores = {}) {
  if (name_scores.empty()) name_scores = {0.5, 0.5};
  return {{0.5, 0.5}, 1, 0.25, {key, match}, std::move(name_scores)};
}

SessionBurst session_burst(std::vector<SessionFlow> flows,
                           Duration first = {}) {
  return {.first = first, .last = first, .flows = std::move(flows)};
}

// A burst of one flow like the training flows, after one of an unlike flow.
double unlike_after(Duration pause) {
  UnknownScorer scorer({}, 2, 2);
  SessionFlow like = flow_with(NameMatch::kNoName, 0);
  like.unlike = 0;
  measure(scorer, session_burst({flow_with(NameMatch::kNoName, 0)}));
  return measure(scorer, session_burst({like}, pause))[0][Id::kSessionUnlike];
}

TEST(UnknownScorer, CountsAFlowHalfAfterSixtySeconds) {
  EXPECT_NEAR(unlike_after(0s), 0.5, 1e-12);
  EXPECT_NEAR(unlike_after(60s), 0.5 / 1.5, 1e-12);
}

TEST(UnknownScorer, EndsASessionAfterSixtySecondsOfSilence) {
  EXPECT_GT(unlike_after(60s), 0.3);
  EXPECT_EQ(unlike_after(60s + 1ns), 0);
  UnknownScorer scorer({}, 2, 2);
  measure(scorer, session_burst({flow_with(NameMatch::kNever, 1),
                                 flow_with(NameMatch::kName, 2)}));
  EXPECT_EQ(scorer.session().flows, 2U);
  measure(scorer, session_burst({flow_with(NameMatch::kName, 2)}, 61s));
  EXPECT_EQ(scorer.session().flows, 1U);
  EXPECT_EQ(scorer.session().names, 1U) << "the name counts again";
  EXPECT_EQ(scorer.session().never_seen, 0);
}

// A session may last long; only a pause ends it. Bursts are 60 s apart.
TEST(UnknownScorer, GoesOnWithASessionWithoutPauses) {
  UnknownScorer scorer({}, 2, 2);
  for (int i = 0; i < 100; ++i) {
    SessionBurst burst =
        session_burst({flow_with(NameMatch::kNoName, 0)}, 70s * i);
    burst.last += 10s;
    measure(scorer, burst);
  }
  EXPECT_EQ(scorer.session().flows, 100U);
}

TEST(UnknownScorer, KeepsASessionPerDevice) {
  UnknownScorer scorer({}, 2, 2);
  measure(scorer, session_burst({flow_with(NameMatch::kNever, 1)}));
  SessionBurst other = session_burst({flow_with(NameMatch::kName, 2)}, 1s);
  other.device = "192.168.12.101";
  EXPECT_EQ(measure(scorer, other)[0][Id::kNamesNever], 0);
  EXPECT_EQ(scorer.session().flows, 1U);
}

TEST(UnknownScorer, CountsEachNameOnce) {
  UnknownScorer scorer({}, 2, 2);
  const SessionFlow never = flow_with(NameMatch::kNever, 1);
  const SessionFlow known = flow_with(NameMatch::kName, 2);
  const auto first =
      measure(scorer, session_burst({never, never, known, never}));
  EXPECT_NEAR(first[0][Id::kNamesNever], 1.0 / 3, 1e-12);
  EXPECT_EQ(scorer.session().names, 2U);
  measure(scorer, session_burst({never, known}, 0s));
  EXPECT_EQ(scorer.session().names, 2U);
  EXPECT_EQ(scorer.session().flows, 6U);
  EXPECT_NEAR(scorer.session().never_seen, 0.5, 1e-12);
}

// The 65th name evicts the first one, which counts again when it recurs.
TEST(UnknownScorer, RemembersSixtyFourNames) {
  UnknownScorer scorer({}, 2, 2);
  const auto add = [&](std::uint64_t key) {
    measure(scorer, session_burst({flow_with(NameMatch::kName, key)}));
    return scorer.session().names;
  };
  for (std::uint64_t key = 1; key <= 64; ++key) add(key);
  EXPECT_EQ(add(1), 64U);
  EXPECT_EQ(add(65), 65U);
  EXPECT_EQ(add(2), 65U) << "still remembered";
  EXPECT_EQ(add(1), 66U);
  EXPECT_EQ(add(3), 66U);
  EXPECT_EQ(add(2), 67U) << "evicted by the first name's return";
}

// One app explains three names of five, the other two.
TEST(UnknownScorer, FindsTheAppThatExplainsMostNames) {
  UnknownScorer scorer({}, 2, 2);
  const auto columns = measure(
      scorer, session_burst({flow_with(NameMatch::kName, 1, {0.9, 0.1}),
                             flow_with(NameMatch::kRare, 2, {0.9, 0.1}),
                             flow_with(NameMatch::kDomain, 3, {0.5, 0.5}),
                             flow_with(NameMatch::kName, 4, {0.1, 0.9}),
                             flow_with(NameMatch::kNever, 5)}))[0];
  EXPECT_NEAR(columns[Id::kNamesUnexplained], 2.0 / 6, 1e-12);
  EXPECT_NEAR(columns[Id::kNamesRare], 1.0 / 6, 1e-12);
  EXPECT_NEAR(columns[Id::kNamesDomain], 1.0 / 6, 1e-12);
  EXPECT_NEAR(columns[Id::kNamesNever], 1.0 / 6, 1e-12);
  EXPECT_NEAR(scorer.session().explained, 3.0 / 5, 1e-12);
  EXPECT_NEAR(scorer.session().never_seen, 1.0 / 5, 1e-12);
}

TEST(UnknownScorer, MeasuresEachFlowAloneWithoutTime) {
  UnknownScorer scorer({true, true, false}, 2, 2);
  const SessionFlow never = flow_with(NameMatch::kNever, 1);
  SessionFlow known = flow_with(NameMatch::kName, 2);
  known.unlike = 0;
  for (int again = 0; again < 2; ++again) {
    const auto columns = measure(scorer, session_burst({never, known, never}));
    EXPECT_EQ(columns[0][Id::kNamesNever], 0.5);
    EXPECT_EQ(columns[1][Id::kNamesNever], 0);
    EXPECT_EQ(columns[1][Id::kSessionUnlike], 0);
    EXPECT_EQ(columns[2], columns[0]);
    EXPECT_EQ(scorer.session().flows, 1U);
    EXPECT_EQ(scorer.session().names, 1U);
  }
}

TEST(UnknownScorer, EarlyMeasurementRemembersNothing) {
  UnknownScorer scorer({}, 2, 2);
  const SessionBurst burst = session_burst({flow_with(NameMatch::kNever, 1)});
  const auto first = measure_early(scorer, burst);
  EXPECT_EQ(measure_early(scorer, burst), first);
  EXPECT_EQ(scorer.session().flows, 1U);
  EXPECT_EQ(measure(scorer, burst), first);
  measure_early(scorer, burst);
  EXPECT_EQ(scorer.session().flows, 2U) << "the device's past counts";
  EXPECT_EQ(scorer.session().names, 1U);
  measure(scorer, burst);
  EXPECT_EQ(scorer.session().flows, 2U);
}

TEST(UnknownScorer, HasNoColumnsOfEvidenceNotInUse) {
  const SessionBurst burst = session_burst({flow_with(NameMatch::kNever, 1)});
  UnknownScorer by_shape(kShapeAndTime, 2, 2);
  const UnknownColumns shape = measure(by_shape, burst)[0];
  EXPECT_EQ(shape[Id::kEntropy], 1);
  EXPECT_EQ(shape[Id::kSessionUnlike], 1);
  EXPECT_EQ(shape[Id::kSessionOther], 0.25);
  EXPECT_EQ(shape[Id::kNamesNever], 0);
  EXPECT_EQ(shape[Id::kNamesUnexplained], 0);
  EXPECT_EQ(by_shape.session().names, 0U);
  UnknownScorer by_name({false, true, true}, 2, 2);
  const UnknownColumns name = measure(by_name, burst)[0];
  for (const Id id :
       {Id::kEntropy, Id::kUnlike, Id::kOther, Id::kSessionEntropy,
        Id::kSessionUnlike, Id::kSessionOther}) {
    EXPECT_EQ(name[id], 0);
  }
  EXPECT_EQ(name[Id::kNamesNever], 0.5);
  EXPECT_EQ(name[Id::kNamesUnexplained], 0.5);
}

TEST(UnknownScorer, MeasuresNothingForABurstWithoutFlows) {
  UnknownScorer scorer({}, 2, 2);
  EXPECT_TRUE(measure(scorer, session_burst({})).empty());
}

// A device that uses the same unseen name all the time stays as unknown as it
// was at first.
TEST(UnknownScorer, NamesThatRecurDoNotFade) {
  const auto never_after = [](Duration length) {
    UnknownScorer scorer({}, 2, 2);
    double never = 0;
    for (Duration at{}; at <= length; at += 20s) {
      const std::vector<double> uniform = {0.5, 0.5};
      const std::vector<NameEvidence> names = {{7, NameMatch::kNever}};
      const std::vector<std::uint8_t> unlike = {0};
      const EvidenceWeights weights;
      const ScoredBurst burst{.device = test_address("192.168.12.100"),
                              .first = kTestStart + at,
                              .last = kTestStart + at,
                              .scores = {uniform, uniform, names, unlike},
                              .weights = weights};
      never = scorer.measure(burst)[0][UnknownColumnId::kNamesNever];
    }
    return never;
  };
  EXPECT_NEAR(never_after(0s), 0.5, 1e-12);
  EXPECT_NEAR(never_after(1h), 0.5, 1e-9);
}

}  // namespace
}  // namespace flowtell
