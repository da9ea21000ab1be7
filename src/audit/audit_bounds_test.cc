// SPDX-License-Identifier: Apache-2.0
//
// The thresholds and texts of the audit's checks; audit_test.cc tests what they
// find and what they accept.
#include <gtest/gtest.h>

#include <algorithm>

#include "audit/audit.h"
#include "support/audit_case.h"

namespace flowtell {
namespace {

class AuditBounds : public AuditCase {
 protected:
  static void put_on_device(Dataset& data, std::size_t begin, std::size_t end,
                            std::string_view device) {
    for (std::size_t i = begin; i < end; ++i) {
      data.facts[i].device = *Address::parse(device);
    }
  }
};

TEST_F(AuditBounds, NamesTheAppsOfADuplicateFile) {
  LoadedDataset loaded = load();
  auto& captures = loaded.dataset.captures;
  const auto copy = [&](std::size_t from, std::size_t to) {
    captures[to].sha256 = captures[from].sha256;
    captures[to].first = captures[from].first;
    captures[to].last = captures[from].last;
  };
  copy(1, 2);
  EXPECT_EQ(said(loaded, FindingKind::kSameFile),
            Texts{"one file is listed 2 times under a"});
  EXPECT_EQ(figure(only(loaded, FindingKind::kSameFile), "captures"), 2);
  copy(1, 5);
  EXPECT_EQ(said(loaded, FindingKind::kSameFile),
            Texts{"one file is listed under a and b"});
  EXPECT_EQ(figure(only(loaded, FindingKind::kSameFile), "captures"), 3);
}

TEST_F(AuditBounds, WarnsOfDuplicateFlowsWithinAnApp) {
  for (const std::size_t i : {0U, 1U}) rows_[10 + i].values = rows_[i].values;
  LoadedDataset loaded = load();
  Dataset& data = loaded.dataset;
  const auto copy = [&](std::size_t from, std::size_t to) {
    data.facts[to].first = data.facts[from].first;
    data.facts[to].last = data.facts[from].last;
  };
  copy(0, 10);
  const Finding one = only(loaded, FindingKind::kSameFlows);
  EXPECT_EQ(one.severity, Severity::kWarning);
  EXPECT_EQ(one.what,
            "1 flow appears in several captures, with the same times");
  EXPECT_EQ(one.where, (Texts{"capture 0", "capture 1"}));
  copy(1, 11);
  EXPECT_EQ(said(loaded, FindingKind::kSameFlows),
            Texts{"2 flows appear in several captures, with the same times"});
  // A flow of another device, or with other values, is a different flow.
  put_on_device(data, 11, 12, "192.168.12.101");
  EXPECT_EQ(figure(only(loaded, FindingKind::kSameFlows), "flows"), 1);
  data.values[10 * data.width + 1] = 9;
  EXPECT_EQ(said(loaded, FindingKind::kSameFlows), Texts{});
}

TEST_F(AuditBounds, FindsDuplicateFlowsAmongFlowsOfOneTime) {
  for (const std::size_t i : {0U, 1U}) rows_[10 + i].values = rows_[i].values;
  LoadedDataset loaded = load();
  auto& facts = loaded.dataset.facts;
  for (const std::size_t i : {1U, 10U, 11U}) {
    facts[i].first = facts[0].first;
    facts[i].last = facts[0].last;
  }
  EXPECT_EQ(figure(only(loaded, FindingKind::kSameFlows), "flows"), 2);
}

TEST_F(AuditBounds, DistinguishesDuplicateFlowsAcrossApps) {
  rows_[30].values = rows_[0].values;
  LoadedDataset loaded = load();
  loaded.dataset.facts[30].first = loaded.dataset.facts[0].first;
  loaded.dataset.facts[30].last = loaded.dataset.facts[0].last;
  EXPECT_EQ(
      said(loaded, FindingKind::kSameFlows),
      Texts{"1 flow appears in several captures, with the same times, and "
            "of several apps"});
}

TEST_F(AuditBounds, ComparesEachCaptureToTheLongestSoFar) {
  LoadedDataset loaded = load();
  Dataset& data = loaded.dataset;
  // Capture 0 lasts beyond capture 1, until capture 2 begins.
  data.facts[9].last = data.facts[20].first;
  const Finding one = only(loaded, FindingKind::kOverlap);
  EXPECT_EQ(one.where, (Texts{"capture 0", "capture 1"}));
  EXPECT_EQ(one.what,
            "2 captures of the same app overlap in time on one device");
  EXPECT_EQ(figure(one, "captures"), 2);
  // A nanosecond longer, it overlaps capture 2 too, although 1 ended before.
  data.facts[9].last += 1ns;
  EXPECT_EQ(only(loaded, FindingKind::kOverlap).where,
            (Texts{"capture 0", "capture 1", "capture 2"}));
  // It overlaps captures of the other app.
  data.facts[9].last = data.facts[30].first + 1ns;
  EXPECT_EQ(
      said(loaded, FindingKind::kOverlap),
      (Texts{"2 captures of different apps overlap in time on one device",
             "3 captures of the same app overlap in time on one device"}));
}

// Flows are in the order of their ends.
TEST_F(AuditBounds, StartsACaptureAtItsEarliestFlow) {
  LoadedDataset loaded = load();
  auto& facts = loaded.dataset.facts;
  facts[11].first = facts[9].last - 1ns;
  EXPECT_EQ(only(loaded, FindingKind::kOverlap).where,
            (Texts{"capture 0", "capture 1"}));
}

TEST_F(AuditBounds, TreatsClocksBefore1995AsUnset) {
  LoadedDataset loaded = load();
  const Timestamp year_1995 =
      std::chrono::sys_days(std::chrono::January / 1 / 1995);
  loaded.recordings[2].meter.first = year_1995;
  EXPECT_EQ(said(loaded, FindingKind::kClock), Texts{});
  loaded.recordings[2].meter.first = year_1995 - 1ns;
  loaded.recordings[3].meter.first.reset();
  const Finding unset = only(loaded, FindingKind::kClock);
  EXPECT_EQ(unset.what,
            "in 1 capture timestamps are before 1995: the clock was never set");
  EXPECT_EQ(figure(unset, "captures"), 1);
}

TEST_F(AuditBounds, NamesTheFirstDamageAndCountsAll) {
  LoadedDataset loaded = load();
  loaded.recordings[1].damage = Damage{7, "broken"};
  loaded.recordings[3].damage = Damage{9, "torn"};
  loaded.dataset.captures[4].flows = loaded.dataset.captures[5].flows = 0;
  EXPECT_EQ(said(loaded, FindingKind::kDamage),
            Texts{"2 captures could be read only in part (in capture 1, byte "
                  "7: broken)"});
  EXPECT_EQ(said(loaded, FindingKind::kEmptyCapture),
            Texts{"2 captures gave no flow"});
}

TEST_F(AuditBounds, ReportsFewCaptures) {
  rows_.resize(50);
  EXPECT_EQ(said(load(), FindingKind::kFewCaptures),
            Texts{"b has 2 captures with flows"});
  rows_.resize(40);
  const Finding one = only(load(), FindingKind::kFewCaptures);
  EXPECT_EQ(
      one.what,
      "b has 1 capture with flows: testing on it leaves nothing to train on");
  EXPECT_EQ(figure(one, "captures"), 1);
  // An app without captures has a finding of its own.
  rows_.resize(30);
  EXPECT_EQ(said(load(), FindingKind::kFewCaptures), Texts{});
  EXPECT_EQ(said(load(), FindingKind::kTooFewApps),
            (Texts{"no flows of b",
                   "all flows are of one app, with no other to compare with"}));
}

TEST_F(AuditBounds, ReportsTenTimesTheCaptures) {
  for (int i = 0; i < 26; ++i) add_capture(0, 1);
  EXPECT_EQ(said(load(), FindingKind::kUnbalanced), Texts{});
  add_capture(0, 1);
  const Finding captures = only(load(), FindingKind::kUnbalanced);
  EXPECT_EQ(captures.what, "a has 30 captures and b 3");
  EXPECT_EQ(captures.where, Texts{"b"});
  EXPECT_EQ(figure(captures, "ratio"), 10);
  add_capture(1, 570);
  EXPECT_EQ(said(load(), FindingKind::kUnbalanced),
            Texts{"b has 600 flows and a 57"});
}

TEST_F(AuditBounds, ReportsACaptureWithHalfOfTheFlows) {
  rows_.resize(30);  // leaves the three of a
  captures_ = 3;
  add_capture(1, 9);
  add_capture(1, 10);
  EXPECT_EQ(said(load(), FindingKind::kDominantCapture), Texts{})
      << "of two captures one always holds half";
  const std::uint32_t third = add_capture(1, 18);
  EXPECT_EQ(said(load(), FindingKind::kDominantCapture), Texts{})
      << "18 of 37 is less than half";
  rows_.push_back({{5, 7}, 1, third, 18});
  EXPECT_EQ(said(load(), FindingKind::kDominantCapture),
            Texts{"one of the 3 captures of b holds 19 of 38 flows"});
}

TEST_F(AuditBounds, DistinguishesExclusiveAndSingleDevices) {
  LoadedDataset loaded = load();
  EXPECT_EQ(only(loaded, FindingKind::kDevices).what,
            "all flows are of one device, 192.168.12.100");
  EXPECT_EQ(only(loaded, FindingKind::kDevices).where, Texts{"192.168.12.100"});
  put_on_device(loaded.dataset, 30, 60, "192.168.12.101");
  EXPECT_EQ(said(loaded, FindingKind::kDevices),
            Texts{"a and b are recorded on devices that no other app used"});
  // b has both devices, a one of them.
  put_on_device(loaded.dataset, 30, 31, "192.168.12.100");
  EXPECT_EQ(said(loaded, FindingKind::kDevices),
            Texts{"a is recorded on one device each"});
  // Both apps have both devices: no finding.
  put_on_device(loaded.dataset, 0, 1, "192.168.12.101");
  EXPECT_EQ(said(loaded, FindingKind::kDevices), Texts{});
}

TEST_F(AuditBounds, AnonymisesDevices) {
  const LoadedDataset loaded = load();
  AuditOptions options;
  options.columns = {"size", "count"};
  Anonymiser anonymiser(AnonymiserKey{});
  options.anonymiser = &anonymiser;
  const std::string stand_in =
      anonymiser.address(*Address::parse("192.168.12.100")).text();
  ASSERT_NE(stand_in, "192.168.12.100");
  const auto findings = audit(loaded, options);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].where, Texts{stand_in});
  EXPECT_EQ(findings[0].what, "all flows are of one device, " + stand_in);
}

TEST_F(AuditBounds, WarnsIfHalfOfAnAppWasRecordedDifferently) {
  add_capture(0, 10);
  LoadedDataset loaded = load();
  loaded.recordings[0].format = CaptureFormat::kPcapng;
  const Finding quarter = only(loaded, FindingKind::kCaptureFormat);
  EXPECT_EQ(quarter.severity, Severity::kNote);
  EXPECT_EQ(figure(quarter, "spread"), 0.25);
  loaded.recordings[1].format = CaptureFormat::kPcapng;
  const Finding half = only(loaded, FindingKind::kCaptureFormat);
  EXPECT_EQ(half.severity, Severity::kWarning);
  EXPECT_EQ(half.what,
            "file formats differ: pcap in 2 of 4 of a and all 3 of b; pcapng "
            "in 2 of 4 of a");
  EXPECT_EQ(half.where, (Texts{"capture 0", "capture 1"}));
  // Captures without flows or without a known format do not count.
  loaded.dataset.captures[0].flows = 0;
  loaded.recordings[1].format.reset();
  EXPECT_EQ(said(loaded, FindingKind::kCaptureFormat), Texts{});
}

TEST_F(AuditBounds, ReportsSnapLengths) {
  LoadedDataset loaded = load();
  for (const std::size_t i : {0U, 1U, 3U}) {
    loaded.recordings[i].cut_frames = 1;
    loaded.recordings[i].min_cut = i == 3 ? 60 : 128;
    loaded.recordings[i].max_captured = 128;
  }
  loaded.recordings[2].max_captured = 128;  // short or cut: unknown
  EXPECT_EQ(said(loaded, FindingKind::kSnapLength),
            Texts{"snap lengths differ: cut by content in 1 of 3 of b; "
                  "cut to 128 bytes in all 2 of a; whole frames in 2 of 3 of "
                  "b"});
  loaded.recordings[2].max_captured = 129;
  EXPECT_EQ(said(loaded, FindingKind::kSnapLength),
            Texts{"snap lengths differ: cut by content in 1 of 3 of b; "
                  "cut to 128 bytes in 2 of 3 of a; whole frames in 1 of 3 of "
                  "a and 2 of 3 of b"});
}

TEST_F(AuditBounds, ReportsSharesOfJoinedPackets) {
  LoadedDataset loaded = load();
  EXPECT_EQ(said(loaded, FindingKind::kOffload), Texts{});
  loaded.recordings[0].joined_packets = 150;
  loaded.recordings[1].joined_packets = 1;
  Finding offload = only(loaded, FindingKind::kOffload);
  EXPECT_EQ(offload.what,
            "TCP packets longer than 1500 bytes appear in 2 of 6 captures; "
            "their share of those of 1200 and more: a 50.3 % and b 0.0 %");
  EXPECT_EQ(offload.where, (Texts{"capture 0", "capture 1"}));
  EXPECT_EQ(offload.severity, Severity::kWarning);
  loaded.recordings[1].joined_packets = 0;
  EXPECT_EQ(only(loaded, FindingKind::kOffload).severity, Severity::kWarning)
      << "exactly half";
  loaded.recordings[0].joined_packets = 149;
  EXPECT_EQ(only(loaded, FindingKind::kOffload).severity, Severity::kNote);
  // From 50 full packets a share is reported.
  for (std::size_t i = 3; i < 6; ++i) loaded.recordings[i].full_packets = 0;
  loaded.recordings[4].full_packets = 50;
  EXPECT_EQ(only(loaded, FindingKind::kOffload).figures.size(), 2U);
  loaded.recordings[4].full_packets = 49;
  offload = only(loaded, FindingKind::kOffload);
  ASSERT_EQ(offload.figures.size(), 1U);
  EXPECT_EQ(offload.figures[0].first, "a");
  loaded.recordings[0].full_packets = loaded.recordings[1].full_packets =
      loaded.recordings[2].full_packets = 0;
  EXPECT_EQ(said(loaded, FindingKind::kOffload),
            Texts{"TCP packets longer than 1500 bytes appear in 1 of 6 "
                  "captures"});
}

TEST_F(AuditBounds, WarnsIfHalfOfAnAppLooksLikeAnother) {
  // Makes the first `rows` rows of both apps equal, row by row.
  const auto with_alike = [&](std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      rows_[i].values =
          rows_[30 + i].values = {5000 + static_cast<float>(i), 0};
    }
    return load();
  };
  EXPECT_EQ(only(with_alike(14), FindingKind::kLookalikes).severity,
            Severity::kNote);
  const Finding half = only(with_alike(15), FindingKind::kLookalikes);
  EXPECT_EQ(half.severity, Severity::kWarning);
  EXPECT_EQ(half.what,
            "30 of 60 flows have the same values as flows of another app "
            "(shared 30 by 2 apps)");
  EXPECT_EQ(half.where,
            (Texts{"a (50.0 % of its flows)", "b (50.0 % of its flows)"}));
}

TEST_F(AuditBounds, WarnsOfACeilingBelowNineTenths) {
  const auto ceiling_of = [&](std::size_t alike) {
    for (std::size_t i = 0; i < alike; ++i) {
      rows_[i].values =
          rows_[30 + i].values = {5000 + static_cast<float>(i), 0};
    }
    return only(load(), FindingKind::kCeiling);
  };
  const Finding high = ceiling_of(5);
  EXPECT_EQ(high.severity, Severity::kNote);
  EXPECT_EQ(high.what,
            "no classifier can exceed an accuracy of 91.7 %, or a balanced "
            "accuracy of 91.7 %, with these columns (60 rows, 55 of them "
            "distinct)");
  EXPECT_EQ(figure(high, "distinct_rows"), 55);
  EXPECT_EQ(ceiling_of(7).severity, Severity::kWarning);
}

// Rows of b equal 16 rows of a each: naming a is right, but b has a low recall.
TEST_F(AuditBounds, WarnsOfALowCeilingForOneApp) {
  for (std::uint32_t i = 0; i < 3; ++i) add_capture(0, 100);
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t row = 60 + 16 * i; row < 76 + 16 * i; ++row) {
      rows_[row].values = {5000 + static_cast<float>(i), 0};
    }
    rows_[30 + i].values = {5000 + static_cast<float>(i), 0};
  }
  const Finding ceiling = only(load(), FindingKind::kCeiling);
  EXPECT_GT(figure(ceiling, "accuracy"), 0.9);
  EXPECT_LT(figure(ceiling, "balanced_accuracy"), 0.9);
  EXPECT_EQ(ceiling.severity, Severity::kWarning);
}

TEST_F(AuditBounds, IgnoresEqualRowsWithinACapture) {
  rows_[0].values = rows_[1].values = {5, 5};
  EXPECT_EQ(said(load(), FindingKind::kRepeats), Texts{});
  rows_[10].values = {5, 5};
  const Finding repeats = only(load(), FindingKind::kRepeats);
  EXPECT_EQ(repeats.what,
            "3 of 60 flows have the same values as a flow in another capture "
            "of their app");
  EXPECT_EQ(repeats.where, Texts{"a (10.0 % of its flows)"});
}

TEST_F(AuditBounds, ReportsTheRangeThatIdentifiesAnApp) {
  for (std::size_t i = 30; i < 60; ++i) rows_[i].values[1] = 40;
  EXPECT_EQ(
      said(load(), FindingKind::kLeakingFeature),
      (Texts{"count alone identifies a: at most 20 in 100.0 % of its flows "
             "and 0.0 % of the others'",
             "count alone identifies b: at least 20 in 100.0 % of its flows "
             "and 0.0 % of the others'"}));
  for (std::size_t i = 0; i < 30; ++i) {
    rows_[i].values[1] = i % 2 == 0 ? 0.F : 80.F;
  }
  EXPECT_EQ(
      said(load(), FindingKind::kLeakingFeature),
      Texts{"count alone identifies b: from 20 to 60 in 100.0 % of its flows "
            "and 0.0 % of the others'"});
  // Two of thirty outside: 96.7 % balanced accuracy; four: 93.3 %.
  rows_[30].values[1] = rows_[40].values[1] = 0;
  EXPECT_NEAR(figure(only(load(), FindingKind::kLeakingFeature), "count"),
              29.0 / 30, 1e-9);
  rows_[31].values[1] = rows_[41].values[1] = 0;
  EXPECT_EQ(said(load(), FindingKind::kLeakingFeature), Texts{});
}

TEST_F(AuditBounds, ReportsTheShareOfOtherAppsInTheRange) {
  for (std::size_t i = 30; i < 60; ++i) rows_[i].values[1] = 40;
  rows_[0].values[1] = 40;
  EXPECT_EQ(
      said(load(), FindingKind::kLeakingFeature),
      (Texts{"count alone identifies a: at most 20 in 96.7 % of its flows "
             "and 0.0 % of the others'",
             "count alone identifies b: at least 20 in 100.0 % of its flows "
             "and 3.3 % of the others'"}));
}

TEST_F(AuditBounds, ListsTheBestColumnFirst) {
  for (std::size_t i = 30; i < 60; ++i) {
    rows_[i].values = {5000 + static_cast<float>(i), 40};
  }
  rows_[30].values[0] = -1;
  for (const Finding& each : audited(load())) {
    if (each.kind != FindingKind::kLeakingFeature) continue;
    EXPECT_EQ(each.where, (Texts{"count", "size"}));
    EXPECT_EQ(figure(each, "count"), 1);
    EXPECT_LT(figure(each, "size"), 1);
  }
}

TEST_F(AuditBounds, IgnoresLeakingFeaturesOfSmallApps) {
  const auto found = [&](std::uint32_t flows) {
    rows_.resize(30);
    captures_ = 3;
    add_capture(1, 7);
    add_capture(1, 7);
    if (flows > 14) add_capture(1, flows - 14);
    for (std::size_t i = 30; i < rows_.size(); ++i) rows_[i].values[1] = 40;
    std::size_t of_b = 0;
    for (const std::string& text : said(load(), FindingKind::kLeakingFeature)) {
      if (text.starts_with("count alone identifies b")) ++of_b;
    }
    return of_b;
  };
  EXPECT_EQ(found(20), 1U);
  EXPECT_EQ(found(19), 0U);
  rows_.resize(30);
  captures_ = 3;
  add_capture(1, 15);
  add_capture(1, 15);
  for (std::size_t i = 30; i < 60; ++i) rows_[i].values[1] = 40;
  const Texts texts = said(load(), FindingKind::kLeakingFeature);
  ASSERT_EQ(texts.size(), 1U) << "b has two captures, a three";
  EXPECT_TRUE(texts[0].starts_with("count alone identifies a"));
}

// Names of a, in all of its captures; some also in one of five captures of b.
TEST_F(AuditBounds, NeedsThreeNamesOfAnotherApp) {
  for (std::size_t i = 0; i < 30; ++i) {
    rows_[i].name = fmt::format("{}.a.example", "stu"[i % 3]);
  }
  rows_[40].name = rows_[0].name;
  rows_[41].name = rows_[1].name;
  add_capture(1, 1);
  add_capture(1, 1);
  EXPECT_EQ(said(load(), FindingKind::kOtherApp), Texts{});
  rows_[42].name = rows_[2].name;
  EXPECT_EQ(said(load(), FindingKind::kOtherApp),
            Texts{"servers used only by a, such as s.a.example, appear in 1 of "
                  "5 captures of b: 3 flows, 9.4 % of the app's"});
  EXPECT_EQ(figure(only(load(), FindingKind::kOtherApp), "captures"), 1);
  // The names occur in two captures of a and one of thirteen of b.
  for (int i = 0; i < 8; ++i) add_capture(1, 1);
  for (std::size_t i = 20; i < 30; ++i) rows_[i].name = "";
  EXPECT_EQ(only(load(), FindingKind::kOtherApp).where, Texts{"capture 4"});
  // Occurring in only two captures may be chance.
  for (std::size_t i = 10; i < 20; ++i) rows_[i].name = "";
  EXPECT_EQ(said(load(), FindingKind::kOtherApp), Texts{});
}

TEST_F(AuditBounds, TreatsNamesAsSharedFromAQuarter) {
  for (const std::size_t i : {0U, 10U, 20U}) rows_[i].name = "x.example";
  rows_[30].name = "x.example";
  rows_[1].name = "a.example";
  add_capture(1, 1);
  rows_.back().name = "y.example";
  // One of b's four captures is a quarter of a's share of 1.
  EXPECT_EQ(said(load(), FindingKind::kBackground),
            Texts{"4 of 6 flows with a server's name go to servers that "
                  "several apps use (a 75.0 % and b 50.0 %)"});
  add_capture(1, 1);
  EXPECT_EQ(said(load(), FindingKind::kBackground), Texts{});
}

TEST_F(AuditBounds, ListsTheServersOfMostFlowsFirst) {
  for (const std::size_t i : {0U, 10U, 20U, 30U, 40U}) {
    rows_[i].name = "few.example";
    rows_[i + 1].name = rows_[i + 2].name = "many.example";
  }
  EXPECT_EQ(only(load(), FindingKind::kBackground).where,
            (Texts{"many.example (shared by 2 apps, 10 flows)",
                   "few.example (shared by 2 apps, 5 flows)"}));
}

}  // namespace
}  // namespace flowtell
