// SPDX-License-Identifier: Apache-2.0
//
// The twin of the forward-backward algorithm walks all sequences of apps that a
// burst could have been, and adds up how likely each is.
#include "predict/burst_judge.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/random.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

using Row = std::vector<double>;

// The model's constants, as burst_judge.cc has them.
constexpr double kStays = 0.98;
constexpr double kHalfLife = 10;
constexpr double kDoubt = 0.02;

// A burst with what is said of it.
struct TestBurst {
  std::string device = "192.168.12.100";
  Duration first{};
  Duration last{};
  Row shape;
  Row name;
  EvidenceWeights weights;

  BurstJudge::Burst view() const {
    return {test_address(device),
            kTestStart + first,
            kTestStart + last,
            {shape, name},
            weights};
  }
};

Row judge(BurstJudge& judge, const TestBurst& burst) {
  Row out(burst.shape.size(), -1);
  judge.judge(burst.view(), out);
  return out;
}

Row judge_early(BurstJudge& judge, const TestBurst& burst) {
  Row out(burst.shape.size(), -1);
  judge.judge_early(burst.view(), out);
  return out;
}

class Twin {
 public:
  Twin(EvidenceKinds kinds, std::size_t apps) : kinds_(kinds), apps_(apps) {}

  Row judge(const TestBurst& burst) {
    const std::size_t flows = burst.shape.size() / apps_;
    Row out(burst.shape.size());
    std::size_t sequences = 1;
    for (std::size_t i = 0; i < flows; ++i) sequences *= apps_;
    for (std::size_t number = 0; number < sequences; ++number) {
      std::vector<std::size_t> apps;
      for (std::size_t i = 0, rest = number; i < flows; ++i, rest /= apps_) {
        apps.push_back(rest % apps_);
      }
      const double likely = likelihood(burst, apps);
      for (std::size_t i = 0; i < flows; ++i) {
        out[i * apps_ + apps[i]] += likely;
      }
    }
    for (std::size_t i = 0; i < flows; ++i) {
      double sum = 0;
      for (std::size_t app = 0; app < apps_; ++app) sum += out[i * apps_ + app];
      for (std::size_t app = 0; app < apps_; ++app) out[i * apps_ + app] /= sum;
    }
    beliefs_[burst.device] = {burst.last,
                              Row(out.end() - long(apps_), out.end())};
    return out;
  }

 private:
  double any() const { return 1 / static_cast<double>(apps_); }

  // Of a device's being at these apps one after the other, and of the witnesses
  // saying what they say.
  double likelihood(const TestBurst& burst,
                    const std::vector<std::size_t>& apps) const {
    double likely = 1;
    for (std::size_t i = 0; i < apps.size(); ++i) {
      if (kinds_.time) {
        const double stay = i == 0 ? believed(burst, apps[0])
                                   : (apps[i] == apps[i - 1] ? 1.0 : 0.0);
        likely *= kStays * stay + (1 - kStays) * any();
      }
      const std::size_t at = i * apps_ + apps[i];
      if (kinds_.shape) likely *= said(burst.shape[at], burst.weights.shape);
      if (kinds_.name) likely *= said(burst.name[at], burst.weights.name);
    }
    return likely;
  }
  double said(double probability, double weight) const {
    return std::pow((1 - kDoubt) * probability + kDoubt * any(), weight);
  }
  double believed(const TestBurst& burst, std::size_t app) const {
    const auto at = beliefs_.find(burst.device);
    if (at == beliefs_.end()) return any();
    const auto& [last, belief] = at->second;
    const double silence = std::max(in_seconds(burst.first - last), 0.0);
    const double worth = std::pow(0.5, silence / kHalfLife);
    return worth * belief[app] + (1 - worth) * any();
  }

  EvidenceKinds kinds_;
  std::size_t apps_;
  std::map<std::string, std::pair<Duration, Row>> beliefs_;
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
RC_GTEST_PROP(BurstJudgeProperty, SaysWhatWalkingAllSequencesSays,
              (std::uint64_t seed)) {
  Random random(seed);
  const std::size_t apps = 2 + random.below(3);
  const EvidenceKinds kinds = kEvidenceKinds[random.below(6)];
  BurstJudge fast(kinds, apps);
  Twin slow(kinds, apps);
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
    burst.weights = {2 * random.unit(), 2 * random.unit()};
    const Row early = judge_early(fast, burst);
    const Row found = judge(fast, burst);
    RC_ASSERT(early == found);
    const Row due = slow.judge(burst);
    for (std::size_t at = 0; at < due.size(); ++at) {
      RC_ASSERT(std::abs(found[at] - due[at]) < 1e-9);
    }
    for (std::size_t flow = 0; flow < flows; ++flow) {
      double sum = 0;
      for (std::size_t a = 0; a < apps; ++a) sum += found[flow * apps + a];
      RC_ASSERT(std::abs(sum - 1) < 1e-9);
    }
  }
}

constexpr EvidenceKinds kShape{true, false, false};
constexpr EvidenceKinds kShapeAndTime{true, false, true};

// A burst of one device with these shares of app 0, of two.
TestBurst burst_of(const Row& shares, Duration first = {}) {
  TestBurst burst;
  burst.first = first;
  burst.last = first + 1s;
  for (const double share : shares) {
    burst.shape.insert(burst.shape.end(), {share, 1 - share});
    burst.name.insert(burst.name.end(), {0.5, 0.5});
  }
  return burst;
}

TEST(BurstJudge, JudgesEachFlowAloneWithoutTime) {
  BurstJudge together(kShape, 2);
  const Row all = judge(together, burst_of({0.9, 0.5, 0.2}));
  const Row shares = {0.9, 0.5, 0.2};
  for (std::size_t i = 0; i < 3; ++i) {
    BurstJudge alone(kShape, 2);
    const Row one = judge(alone, burst_of({shares[i]}));
    EXPECT_EQ(all[2 * i], one[0]);
    EXPECT_NEAR(all[2 * i], 0.98 * shares[i] + 0.01, 1e-12);
  }
  // Nor does what the device did before matter.
  EXPECT_EQ(judge(together, burst_of({0.9, 0.5, 0.2}, 2s)), all);
}

// A flow of which nothing is known is what those before and behind it are.
TEST(BurstJudge, LetsWeakFlowsLeanOnTheirBurst) {
  BurstJudge judge_of(kShapeAndTime, 2);
  const Row all = judge(judge_of, burst_of({0.5, 0.95, 0.5}));
  EXPECT_GT(all[0], 0.9);
  EXPECT_GT(all[4], 0.9);
  EXPECT_GT(all[2], all[0]);
}

TEST(BurstJudge, BelievesHalfAsMuchAfterTenSecondsOfSilence) {
  // How far a flow of which nothing is known leans, so long after the burst.
  const auto lean = [](Duration silence) {
    BurstJudge judge_of(kShapeAndTime, 2);
    judge(judge_of, burst_of({1}));
    return judge(judge_of, burst_of({0.5}, 1s + silence))[0] - 0.5;
  };
  EXPECT_NEAR(lean(0s), 0.98 * 0.49, 1e-12);
  EXPECT_NEAR(lean(10s), lean(0s) / 2, 1e-12);
  EXPECT_NEAR(lean(20s), lean(0s) / 4, 1e-12);
  EXPECT_NEAR(lean(24h), 0, 1e-12);
  EXPECT_EQ(lean(-1h), lean(0s)) << "a clock set back is no silence";
}

TEST(BurstJudge, BelievesNothingOfADeviceItDoesNotKnow) {
  BurstJudge judge_of(kShapeAndTime, 2);
  judge(judge_of, burst_of({1}));
  TestBurst other = burst_of({0.5}, 2s);
  other.device = "192.168.12.101";
  EXPECT_NEAR(judge(judge_of, other)[0], 0.5, 1e-12);
}

TEST(BurstJudge, MovesNoBeliefEarly) {
  BurstJudge judge_of(kShapeAndTime, 2);
  judge_early(judge_of, burst_of({1}));
  EXPECT_NEAR(judge(judge_of, burst_of({0.5}, 1s))[0], 0.5, 1e-12);
}

// The last flow of a burst that changes its mind is what is believed next.
TEST(BurstJudge, BelievesWhatTheLastFlowWas) {
  BurstJudge judge_of(kShapeAndTime, 2);
  judge(judge_of, burst_of({1, 1, 1, 0, 0, 0}));
  EXPECT_LT(judge(judge_of, burst_of({0.5}, 1s))[0], 0.1);
}

// However sure witnesses are of opposite things, and however many.
TEST(BurstJudge, GivesProbabilitiesWhateverIsSaid) {
  Row shares;
  for (int i = 0; i < 10'000; ++i) shares.push_back(i % 2);
  TestBurst burst = burst_of(shares);
  burst.name = burst.shape;
  std::reverse(burst.name.begin(), burst.name.end());
  burst.weights = {5, 5};
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    BurstJudge judge_of(kinds, 2);
    const Row all = judge(judge_of, burst);
    for (std::size_t at = 0; at < all.size(); at += 2) {
      ASSERT_NEAR(all[at] + all[at + 1], 1, 1e-9) << kinds.text();
      ASSERT_GE(all[at], 0);
    }
  }
}

}  // namespace
}  // namespace flowtell
