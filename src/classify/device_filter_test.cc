// SPDX-License-Identifier: Apache-2.0
//
// The reference for the forward-backward algorithm enumerates all state
// sequences of a burst, of one app at a time and of each pair of apps, and sums
// their likelihoods.
#include "classify/device_filter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/random.h"
#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

using Row = std::vector<double>;

// The model's constants, as device_filter.cc has them.
constexpr double kStay = 0.98;
constexpr double kHalfLife = 10;
constexpr double kSmoothing = 0.02;
// As app_pairs.cc has them.
constexpr double kTwoApps = 0.1;
constexpr double kStayInPair = 0.7;

// A burst with its scores.
struct TestBurst {
  std::string device = "192.168.12.100";
  Duration first{};
  Duration last{};
  Row shape;
  Row name;
  std::vector<NameEvidence> names;
  EvidenceWeights weights;

  ScoredBurst view() const {
    return {test_address(device),
            kTestStart + first,
            kTestStart + last,
            {shape, name, names},
            weights};
  }
};

Row classify(DeviceFilter& classifier, const TestBurst& burst) {
  Row out(burst.shape.size(), -1);
  classifier.classify(burst.view(), out);
  return out;
}

Row classify_early(DeviceFilter& classifier, const TestBurst& burst) {
  Row out(burst.shape.size(), -1);
  classifier.classify_early(burst.view(), out);
  return out;
}

class ReferenceFilter {
 public:
  ReferenceFilter(EvidenceKinds kinds, std::size_t apps)
      : kinds_(kinds), apps_(apps) {}

  Row classify(const TestBurst& burst) {
    std::vector<Row> all = one_app_at_a_time(burst, together(burst));
    normalise(all);
    if (kinds_.time && burst.names.size() > 1) all = mix(burst, all);
    Row out;
    for (const Row& row : all) out.insert(out.end(), row.begin(), row.end());
    posteriors_[burst.device] = {burst.last, all.back()};
    return out;
  }

 private:
  struct Exponents {
    double shape = 1;
    double name = 1;
  };
  static Exponents together(const TestBurst& burst) {
    return {burst.weights.shape, burst.weights.name};
  }
  static Exponents alone(const TestBurst& burst) {
    return {burst.weights.shape_alone, burst.weights.name_alone};
  }

  double start() const { return 1 / static_cast<double>(apps_); }

  // Calls `call` with each sequence of states.
  template <typename Call>
  void for_each_sequence(std::size_t flows, Call&& call) const {
    std::size_t sequences = 1;
    for (std::size_t i = 0; i < flows; ++i) sequences *= apps_;
    for (std::size_t number = 0; number < sequences; ++number) {
      std::vector<std::size_t> states;
      for (std::size_t i = 0, rest = number; i < flows; ++i, rest /= apps_) {
        states.push_back(rest % apps_);
      }
      call(states);
    }
  }

  // The likelihoods of each flow's states; each row has the same sum.
  std::vector<Row> one_app_at_a_time(const TestBurst& burst,
                                     Exponents exponents) const {
    const std::size_t flows = burst.names.size();
    std::vector<Row> all(flows, Row(apps_));
    for_each_sequence(flows, [&](const std::vector<std::size_t>& states) {
      const double likely = likelihood(burst, states, exponents);
      for (std::size_t i = 0; i < flows; ++i) all[i][states[i]] += likely;
    });
    return all;
  }

  static void normalise(std::vector<Row>& rows) {
    for (Row& row : rows) {
      const double sum = std::accumulate(row.begin(), row.end(), 0.0);
      for (double& value : row) value /= sum;
    }
  }

  // The apps whose own evidence is the greatest for some flow.
  std::vector<bool> candidates(const TestBurst& burst) const {
    std::vector<bool> all(apps_);
    for (std::size_t flow = 0; flow < burst.names.size(); ++flow) {
      Row row;
      for (std::size_t app = 0; app < apps_; ++app) {
        row.push_back(own(burst, flow, app, alone(burst)));
      }
      all[static_cast<std::size_t>(std::ranges::max_element(row) -
                                   row.begin())] = true;
    }
    return all;
  }

  // `one`: the probabilities with one app at a time.
  std::vector<Row> mix(const TestBurst& burst,
                       const std::vector<Row>& one) const {
    const Row first = one_app_at_a_time(burst, alone(burst)).front();
    const double of_one =
        (1 - kTwoApps) * std::accumulate(first.begin(), first.end(), 0.0);
    double sum = of_one;
    std::vector<Row> all = one;
    for (Row& row : all) {
      for (double& value : row) value *= of_one;
    }
    const std::vector<bool> is_candidate = candidates(burst);
    for (std::size_t a = 0; a < apps_; ++a) {
      for (std::size_t b = a + 1; b < apps_; ++b) {
        if (!is_candidate[a] || !is_candidate[b]) continue;
        for_each_sequence(
            one.size(), [&](const std::vector<std::size_t>& states) {
              const double likely = pair_likelihood(burst, states, a, b);
              sum += likely;
              for (std::size_t i = 0; i < states.size(); ++i) {
                all[i][states[i]] += likely;
              }
            });
      }
    }
    for (Row& row : all) {
      for (double& value : row) value /= sum;
    }
    return all;
  }

  // With the prior of the pair; 0 for other states.
  double pair_likelihood(const TestBurst& burst,
                         const std::vector<std::size_t>& states, std::size_t a,
                         std::size_t b) const {
    double likely = kTwoApps * (prior(burst, a) + prior(burst, b)) /
                    static_cast<double>(apps_ - 1) / 2;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i] != a && states[i] != b) return 0;
      if (i > 0) {
        likely *= states[i] == states[i - 1] ? kStayInPair : 1 - kStayInPair;
      }
      likely *= own(burst, i, states[i], alone(burst));
    }
    return likely;
  }

  // The joint likelihood of this state sequence and the observed scores.
  double likelihood(const TestBurst& burst,
                    const std::vector<std::size_t>& states,
                    Exponents exponents) const {
    double likely = 1;
    for (std::size_t i = 0; i < states.size(); ++i) {
      const std::size_t state = states[i];
      if (kinds_.time) {
        const double stay =
            i == 0 ? prior(burst, state) : (state == states[i - 1] ? 1.0 : 0.0);
        likely *= kStay * stay + (1 - kStay) * start();
      } else {
        likely *= start();
      }
      likely *= own(burst, i, state, exponents);
    }
    return likely;
  }
  // The likelihood of a flow's scores.
  double own(const TestBurst& burst, std::size_t flow, std::size_t app,
             Exponents exponents) const {
    double likely = 1;
    const std::size_t at = flow * apps_ + app;
    if (kinds_.shape) likely *= score(burst.shape[at], exponents.shape);
    if (kinds_.name) {
      const auto sharing = std::ranges::count(
          burst.names, burst.names[flow].key, &NameEvidence::key);
      likely *= score(
          burst.name[at],
          exponents.name / (kinds_.time ? static_cast<double>(sharing) : 1));
    }
    return likely;
  }
  double score(double probability, double weight) const {
    const auto apps = static_cast<double>(apps_);
    return std::pow((1 - kSmoothing) * probability * apps + kSmoothing, weight);
  }
  double prior(const TestBurst& burst, std::size_t app) const {
    const auto at = posteriors_.find(burst.device);
    if (at == posteriors_.end()) return start();
    const auto& [last, posterior] = at->second;
    const double silence = std::max(in_seconds(burst.first - last), 0.0);
    const double decay = std::pow(0.5, silence / kHalfLife);
    return decay * posterior[app] + (1 - decay) * start();
  }

  EvidenceKinds kinds_;
  std::size_t apps_;
  std::map<std::string, std::pair<Duration, Row>> posteriors_;
};

Row random_rows(Random& random, std::size_t rows, std::size_t apps) {
  Row all;
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (std::size_t app = 0; app < apps; ++app) {
      all.push_back(random.below(4) == 0 ? 0 : random.unit() + 1e-9);
      sum += all.back();
    }
    for (std::size_t app = 0; app < apps; ++app) {
      double& value = all[all.size() - 1 - app];
      value = sum == 0 ? 1 / static_cast<double>(apps) : value / sum;
    }
  }
  return all;
}

// Bursts of two devices, some of which begin before the last one ended.
RC_GTEST_PROP(DeviceFilterProperty, MatchesTheEnumerationOfAllSequences,
              (std::uint64_t seed)) {
  Random random(seed);
  const std::size_t apps = 2 + random.below(3);
  const EvidenceKinds kinds = kEvidenceKinds[random.below(6)];
  DeviceFilter fast(kinds, apps);
  ReferenceFilter slow(kinds, apps);
  Duration now{};
  for (int i = 0; i < 4; ++i) {
    TestBurst burst;
    burst.device = random.below(2) == 0 ? "192.168.12.7" : "192.168.12.8";
    burst.first = now;
    now += 1ms * random.below(3000);
    burst.last = now;
    now += 1ms * random.below(20'000) - 1s;
    const std::size_t flows = 1 + random.below(5);
    burst.shape = random_rows(random, flows, apps);
    burst.name = random_rows(random, flows, apps);
    for (std::size_t flow = 0; flow < flows; ++flow) {
      burst.names.push_back(
          {random.below(3), static_cast<NameMatch>(random.below(5))});
    }
    burst.weights = {2 * random.unit(), 2 * random.unit(), 2 * random.unit(),
                     2 * random.unit()};
    const Row early = classify_early(fast, burst);
    const Row found = classify(fast, burst);
    RC_ASSERT(early == found);
    const Row expected = slow.classify(burst);
    for (std::size_t at = 0; at < expected.size(); ++at) {
      RC_ASSERT(std::abs(found[at] - expected[at]) < 1e-9);
    }
    for (std::size_t flow = 0; flow < flows; ++flow) {
      double sum = 0;
      for (std::size_t a = 0; a < apps; ++a) sum += found[flow * apps + a];
      RC_ASSERT(std::abs(sum - 1) < 1e-9);
    }
  }
}

// A burst of one device; app 0 of two gets these shares.
TestBurst burst_of(const Row& shares, Duration first = {}) {
  TestBurst burst;
  burst.first = first;
  burst.last = first + 1s;
  for (const double share : shares) {
    burst.shape.insert(burst.shape.end(), {share, 1 - share});
    burst.name.insert(burst.name.end(), {0.5, 0.5});
    burst.names.push_back(
        {static_cast<std::uint32_t>(burst.names.size()), NameMatch::kNoName});
  }
  return burst;
}

TEST(DeviceFilter, ClassifiesEachFlowAloneWithoutTime) {
  DeviceFilter together(kShape, 2);
  const Row all = classify(together, burst_of({0.9, 0.5, 0.2}));
  const Row shares = {0.9, 0.5, 0.2};
  for (std::size_t i = 0; i < 3; ++i) {
    DeviceFilter alone(kShape, 2);
    const Row one = classify(alone, burst_of({shares[i]}));
    EXPECT_EQ(all[2 * i], one[0]);
    EXPECT_NEAR(all[2 * i], 0.98 * shares[i] + 0.01, 1e-12);
  }
  // The device's past does not matter either.
  EXPECT_EQ(classify(together, burst_of({0.9, 0.5, 0.2}, 2s)), all);
}

// Two apps in turns: each flow keeps its own, which one app at a time would
// not allow it.
TEST(DeviceFilter, NamesTheFlowsOfTwoAppsAtOnce) {
  DeviceFilter filter(kShapeAndTime, 2);
  TestBurst burst =
      burst_of({0.99, 0.01, 0.99, 0.99, 0.01, 0.01, 0.99, 0.01, 0.99, 0.01});
  burst.weights.shape = 0.3;
  const Row all = classify(filter, burst);
  for (const std::size_t flow : {1u, 4u, 9u}) EXPECT_LT(all[2 * flow], 0.3);
  for (const std::size_t flow : {0u, 3u, 8u}) EXPECT_GT(all[2 * flow], 0.7);
  ASSERT_TRUE(filter.two_apps());
  EXPECT_EQ(filter.two_apps()->first + filter.two_apps()->second, 1);
  EXPECT_GT(filter.two_apps()->probability, 0.8);
}

// A single contradiction among many flows is no second app.
TEST(DeviceFilter, OneOddFlowIsNoSecondApp) {
  DeviceFilter filter(kShapeAndTime, 2);
  const Row all = classify(
      filter, burst_of({0.9, 0.9, 0.9, 0.9, 0.2, 0.9, 0.9, 0.9, 0.9, 0.9}));
  EXPECT_GT(all[8], 0.8);
}

TEST(DeviceFilter, ForgetsThePairOfTheBurstBefore) {
  DeviceFilter filter(kShapeAndTime, 2);
  const Row turns = {0.99, 0.01, 0.99, 0.01, 0.99, 0.01};
  classify(filter, burst_of(turns));
  ASSERT_TRUE(filter.two_apps());
  classify(filter, burst_of({0.9}, 5s));
  EXPECT_FALSE(filter.two_apps());
  classify(filter, burst_of(turns, 9s));
  ASSERT_TRUE(filter.two_apps());
  classify(filter, burst_of({0.9, 0.9}, 15s));
  EXPECT_FALSE(filter.two_apps()) << "the flows agree";
}

// The final probabilities are tempered, the device's own are not.
TEST(DeviceFilter, TempersFinalProbabilities) {
  DeviceFilter filter(kShapeAndTime, 2);
  TestBurst burst = burst_of({0.9});
  burst.weights.temperature = 2;
  const Row tempered = classify(filter, burst);
  DeviceFilter plain(kShapeAndTime, 2);
  const Row all = classify(plain, burst_of({0.9}));
  const double expected =
      std::sqrt(all[0]) / (std::sqrt(all[0]) + std::sqrt(all[1]));
  EXPECT_NEAR(tempered[0], expected, 1e-12);
  EXPECT_EQ(classify(filter, burst_of({0.5}, 3s)),
            classify(plain, burst_of({0.5}, 3s)));
  Row alone(2);
  filter.classify_alone(burst.view(), alone);
  EXPECT_NEAR(alone[0],
              std::sqrt(0.892) / (std::sqrt(0.892) + std::sqrt(0.108)), 1e-9);
}

// A flow with uniform scores takes the app of its neighbours.
TEST(DeviceFilter, WeakFlowsFollowTheirBurst) {
  DeviceFilter filter(kShapeAndTime, 2);
  const Row all = classify(filter, burst_of({0.5, 0.95, 0.5}));
  EXPECT_GT(all[0], 0.9);
  EXPECT_GT(all[4], 0.9);
  EXPECT_GT(all[2], all[0]);
}

TEST(DeviceFilter, PriorDecaysWithAHalfLifeOfTenSeconds) {
  // The prior's effect on a flow with uniform scores.
  const auto lean = [](Duration silence) {
    DeviceFilter filter(kShapeAndTime, 2);
    classify(filter, burst_of({1}));
    return classify(filter, burst_of({0.5}, 1s + silence))[0] - 0.5;
  };
  EXPECT_NEAR(lean(0s), 0.98 * 0.49, 1e-12);
  EXPECT_NEAR(lean(10s), lean(0s) / 2, 1e-12);
  EXPECT_NEAR(lean(20s), lean(0s) / 4, 1e-12);
  EXPECT_NEAR(lean(24h), 0, 1e-12);
  EXPECT_EQ(lean(-1h), lean(0s)) << "a negative gap counts as 0";
}

constexpr EvidenceKinds kNameAndTime{false, true, true};

// Ten flows to one server count once; flows to ten servers count ten times.
TEST(DeviceFilter, CountsARepeatedNameOncePerBurst) {
  TestBurst apart = burst_of(Row(10, 0.5));
  apart.name.clear();
  for (int i = 0; i < 10; ++i) {
    apart.name.insert(apart.name.end(), {0.6, 0.4});
  }
  TestBurst same = apart;
  for (NameEvidence& each : same.names) each.key = 7;
  DeviceFilter filter(kNameAndTime, 2);
  EXPECT_NEAR(classify_early(filter, same)[0], 0.6, 0.02);
  EXPECT_GT(classify_early(filter, apart)[0], 0.95);
}

TEST(DeviceFilter, HasAUniformPriorForANewDevice) {
  DeviceFilter filter(kShapeAndTime, 2);
  classify(filter, burst_of({1}));
  TestBurst other = burst_of({0.5}, 2s);
  other.device = "192.168.12.101";
  EXPECT_NEAR(classify(filter, other)[0], 0.5, 1e-12);
}

TEST(DeviceFilter, EarlyClassificationUpdatesNoPosterior) {
  DeviceFilter filter(kShapeAndTime, 2);
  classify_early(filter, burst_of({1}));
  EXPECT_NEAR(classify(filter, burst_of({0.5}, 1s))[0], 0.5, 1e-12);
}

// Where the app changes within a burst, the last flow decides the next prior.
TEST(DeviceFilter, PosteriorFollowsTheLastFlow) {
  DeviceFilter filter(kShapeAndTime, 2);
  classify(filter, burst_of({1, 1, 1, 0, 0, 0}));
  EXPECT_LT(classify(filter, burst_of({0.5}, 1s))[0], 0.1);
}

// With many flows and contradictory, extreme scores.
TEST(DeviceFilter, ReturnsProbabilitiesForExtremeScores) {
  Row shares;
  for (int i = 0; i < 10'000; ++i) shares.push_back(i % 2);
  TestBurst burst = burst_of(shares);
  burst.name = burst.shape;
  std::reverse(burst.name.begin(), burst.name.end());
  burst.weights = {5, 5};
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    DeviceFilter filter(kinds, 2);
    const Row all = classify(filter, burst);
    for (std::size_t at = 0; at < all.size(); at += 2) {
      ASSERT_NEAR(all[at] + all[at + 1], 1, 1e-9) << kinds.text();
      ASSERT_GE(all[at], 0);
    }
  }
}

}  // namespace
}  // namespace flowtell
