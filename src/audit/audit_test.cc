// SPDX-License-Identifier: Apache-2.0
#include "audit/audit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/audit_case.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

class AuditTest : public AuditCase {};

TEST_F(AuditTest, FindsLittleInCleanCaptures) {
  const auto findings = audited(load());
  EXPECT_EQ(kinds(findings), Texts{"devices"});
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.severity, Severity::kNote);
  }
}

TEST_F(AuditTest, ListsFaultsFirst) {
  LoadedDataset loaded = load();
  loaded.recordings[2].damage = Damage{7, "broken"};
  loaded.dataset.captures[4] = loaded.dataset.captures[0];
  loaded.dataset.captures[4].app = 1;
  const auto findings = audited(loaded);
  EXPECT_TRUE(std::ranges::is_sorted(findings, {}, &Finding::severity));
  EXPECT_EQ(findings.front().kind, FindingKind::kSameFile);
}

TEST_F(AuditTest, FindsOneFileUnderTwoApps) {
  LoadedDataset loaded = load();
  auto& captures = loaded.dataset.captures;
  captures[5].sha256 = captures[1].sha256;
  captures[5].first = captures[1].first;
  captures[5].last = captures[1].last;
  const Finding finding = only(loaded, FindingKind::kSameFile);
  EXPECT_EQ(finding.severity, Severity::kFault);
  EXPECT_EQ(finding.where, (Texts{"capture 1", "capture 5"}));
}

TEST_F(AuditTest, WarnsOfADuplicateFileWithinAnApp) {
  LoadedDataset loaded = load();
  auto& captures = loaded.dataset.captures;
  captures[2].sha256 = captures[1].sha256;
  captures[2].first = captures[1].first;
  captures[2].last = captures[1].last;
  EXPECT_EQ(only(loaded, FindingKind::kSameFile).severity, Severity::kWarning);
}

// A manifest may split one file among several apps.
TEST_F(AuditTest, AcceptsPartsOfOneFile) {
  LoadedDataset loaded = load();
  loaded.dataset.captures[5].sha256 = loaded.dataset.captures[1].sha256;
  EXPECT_EQ(kinds(audited(loaded)), Texts{"devices"});
}

// Captures without a hash are not equal.
TEST_F(AuditTest, TreatsMissingHashesAsDifferent) {
  LoadedDataset loaded = load();
  for (CaptureRecord& capture : loaded.dataset.captures) {
    capture.sha256 = "";
    capture.first.reset();
    capture.last.reset();
  }
  EXPECT_EQ(kinds(audited(loaded)), Texts{"devices"});
}

TEST_F(AuditTest, FindsFlowsInTwoCaptures) {
  rows_[50].values = rows_[0].values;  // capture 5's first and capture 0's
  LoadedDataset loaded = load();
  Dataset& data = loaded.dataset;
  data.facts[50].first = data.facts[0].first;
  data.facts[50].last = data.facts[0].last;
  const Finding finding = only(loaded, FindingKind::kSameFlows);
  EXPECT_EQ(finding.severity, Severity::kFault);
  EXPECT_EQ(finding.where, (Texts{"capture 0", "capture 5"}));
  EXPECT_EQ(figure(finding, "flows"), 1);
  // With another time it is a different flow.
  data.facts[50].last += 1us;
  for (const Finding& each : audited(loaded)) {
    EXPECT_NE(each.kind, FindingKind::kSameFlows);
  }
}

TEST_F(AuditTest, FindsOverlapsOfOneDevice) {
  LoadedDataset loaded = load();
  Dataset& data = loaded.dataset;
  // Capture 4 begins during capture 0.
  const Duration back = data.facts[40].first - data.facts[3].first - 1ms;
  for (std::size_t i = 40; i < 50; ++i) {
    data.facts[i].first -= back;
    data.facts[i].last -= back;
  }
  const Finding finding = only(loaded, FindingKind::kOverlap);
  EXPECT_EQ(finding.severity, Severity::kFault);
  EXPECT_EQ(finding.where, (Texts{"capture 0", "capture 4"}));
  // Captures of different devices do not overlap.
  for (std::size_t i = 40; i < 50; ++i) {
    data.facts[i].device = *Address::parse("192.168.12.101");
  }
  for (const Finding& each : audited(loaded)) {
    EXPECT_NE(each.kind, FindingKind::kOverlap);
  }
}

TEST_F(AuditTest, WarnsOfOverlapsWithinAnApp) {
  LoadedDataset loaded = load();
  Dataset& data = loaded.dataset;
  data.facts[9].last = data.facts[10].first + 1ms;
  const Finding finding = only(loaded, FindingKind::kOverlap);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.where, (Texts{"capture 0", "capture 1"}));
}

TEST_F(AuditTest, FindsDamageEmptyCapturesAndClocks) {
  LoadedDataset loaded = load();
  loaded.recordings[0].damage = Damage{7, "broken"};
  loaded.recordings[1].meter.clock_steps = 1;
  loaded.recordings[2].meter.first = Timestamp{};
  loaded.recordings[3].meter.late_frames = 1;
  loaded.dataset.captures.push_back(loaded.dataset.captures[0]);
  loaded.dataset.captures.back().path = "nothing";
  loaded.dataset.captures.back().flows = 0;
  loaded.dataset.captures.back().sha256 = "another";
  loaded.recordings.push_back(loaded.recordings[5]);

  const Finding damage = only(loaded, FindingKind::kDamage);
  EXPECT_EQ(damage.where, Texts{"capture 0"});
  EXPECT_NE(damage.what.find("byte 7: broken"), std::string::npos);
  EXPECT_EQ(only(loaded, FindingKind::kEmptyCapture).where, Texts{"nothing"});
  std::vector<std::pair<Severity, Texts>> clock_findings;
  for (const Finding& each : audited(loaded)) {
    if (each.kind != FindingKind::kClock) continue;
    clock_findings.emplace_back(each.severity, each.where);
  }
  EXPECT_EQ(clock_findings, (std::vector<std::pair<Severity, Texts>>{
                                {Severity::kWarning, {"capture 1"}},
                                {Severity::kWarning, {"capture 2"}},
                                {Severity::kNote, {"capture 3"}}}));
}

TEST_F(AuditTest, RequiresThreeCapturesPerApp) {
  rows_.resize(50);  // leaves two of b
  const Finding finding = only(load(), FindingKind::kFewCaptures);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.where, Texts{"b"});
  EXPECT_EQ(figure(finding, "captures"), 2);
}

TEST_F(AuditTest, RequiresTwoApps) {
  rows_.resize(30);
  std::vector<Texts> found;
  for (const Finding& each : audited(load())) {
    if (each.kind != FindingKind::kTooFewApps) continue;
    EXPECT_EQ(each.severity, Severity::kFault);
    found.push_back(each.where);
  }
  EXPECT_EQ(found, (std::vector<Texts>{{"b"}, {"a"}}));
}

TEST_F(AuditTest, ReportsTenTimesTheFlows) {
  for (int i = 0; i < 3; ++i) add_capture(0, 89);
  for (const Finding& each : audited(load())) {
    EXPECT_NE(each.kind, FindingKind::kUnbalanced);
  }
  add_capture(0, 3);
  const Finding finding = only(load(), FindingKind::kUnbalanced);
  EXPECT_EQ(finding.where, Texts{"b"});
  EXPECT_EQ(figure(finding, "ratio"), 10);
}

TEST_F(AuditTest, ReportsACaptureWithHalfOfTheFlows) {
  add_capture(1, 30);
  const Finding finding = only(load(), FindingKind::kDominantCapture);
  EXPECT_EQ(finding.where, Texts{"capture 6"});
  EXPECT_EQ(figure(finding, "share"), 0.5);
}

TEST_F(AuditTest, ReportsDevicesThatIdentifyAnApp) {
  LoadedDataset loaded = load();
  for (std::size_t i = 30; i < 60; ++i) {
    loaded.dataset.facts[i].device = *Address::parse("192.168.12.101");
  }
  const Finding own = only(loaded, FindingKind::kDevices);
  EXPECT_EQ(own.severity, Severity::kWarning);
  EXPECT_EQ(own.where, (Texts{"a", "b"}));
  // With a flow of a on b's device, only b is on a single device.
  loaded.dataset.facts[0].device = *Address::parse("192.168.12.101");
  const Finding single = only(loaded, FindingKind::kDevices);
  EXPECT_EQ(single.severity, Severity::kNote);
  EXPECT_EQ(single.where, Texts{"b"});
}

TEST_F(AuditTest, FindsDifferencesInRecording) {
  LoadedDataset loaded = load();
  for (std::size_t i = 3; i < 6; ++i) {
    loaded.recordings[i].meter.links = {LinkType::kRaw};
    loaded.recordings[i].format = CaptureFormat::kPcapng;
    loaded.recordings[i].cut_frames = 4;
    loaded.recordings[i].min_cut = loaded.recordings[i].max_captured = 128;
    loaded.recordings[i].joined_packets = 60;
  }
  for (const FindingKind kind :
       {FindingKind::kLinkType, FindingKind::kCaptureFormat,
        FindingKind::kSnapLength, FindingKind::kOffload}) {
    EXPECT_EQ(only(loaded, kind).severity, Severity::kWarning);
  }
  EXPECT_EQ(only(loaded, FindingKind::kSnapLength).where.size(), 3u);
  EXPECT_EQ(figure(only(loaded, FindingKind::kOffload), "b"), 0.6);
  EXPECT_EQ(figure(only(loaded, FindingKind::kOffload), "a"), 0);
}

// A difference that all apps share does not separate them.
TEST_F(AuditTest, OnlyNotesDifferencesThatAllAppsShare) {
  LoadedDataset loaded = load();
  for (const std::size_t i : {0U, 3U}) {
    loaded.recordings[i].format = CaptureFormat::kPcapng;
    loaded.recordings[i].joined_packets = 60;
  }
  EXPECT_EQ(only(loaded, FindingKind::kCaptureFormat).severity,
            Severity::kNote);
  EXPECT_EQ(only(loaded, FindingKind::kCaptureFormat).where,
            (Texts{"capture 0", "capture 3"}));
  EXPECT_EQ(only(loaded, FindingKind::kOffload).severity, Severity::kNote);
}

// Short frames do not show whether they would have been cut.
TEST_F(AuditTest, DoesNotTreatShortFramesAsWhole) {
  LoadedDataset loaded = load();
  for (CaptureFacts& facts : loaded.recordings) {
    facts.cut_frames = 3;
    facts.min_cut = facts.max_captured = 512;
  }
  loaded.recordings[1].cut_frames = 0;
  loaded.recordings[1].max_captured = 200;
  for (const Finding& each : audited(loaded)) {
    EXPECT_NE(each.kind, FindingKind::kSnapLength);
  }
  loaded.recordings[1].max_captured = 1514;
  EXPECT_EQ(only(loaded, FindingKind::kSnapLength).where, Texts{"capture 1"});
}

// A recorder that keeps headers and names cuts frames at varying lengths.
TEST_F(AuditTest, DoesNotTreatFramesCutByContentAsSnapLengths) {
  LoadedDataset loaded = load();
  std::uint32_t most = 500;
  for (CaptureFacts& facts : loaded.recordings) {
    facts.cut_frames = 3;
    facts.min_cut = 54;
    facts.max_captured = ++most;
  }
  EXPECT_EQ(kinds(audited(loaded)), Texts{"devices"});
}

TEST_F(AuditTest, CountsFlowsThatLookAlike) {
  rows_[0].values = rows_[10].values = rows_[30].values = {5, 5};
  const LoadedDataset loaded = load();
  const Finding alike = only(loaded, FindingKind::kLookalikes);
  EXPECT_DOUBLE_EQ(figure(alike, "a"), 2.0 / 30);
  EXPECT_DOUBLE_EQ(figure(alike, "b"), 1.0 / 30);
  EXPECT_EQ(figure(alike, "shared_by_2"), 3);
  const Finding repeats = only(loaded, FindingKind::kRepeats);
  EXPECT_EQ(repeats.where.size(), 1u) << "b's flow is in one capture only";
  EXPECT_DOUBLE_EQ(figure(repeats, "a"), 2.0 / 30);
  const Finding ceiling = only(loaded, FindingKind::kCeiling);
  EXPECT_EQ(ceiling.severity, Severity::kNote);
  EXPECT_DOUBLE_EQ(figure(ceiling, "accuracy"), 59.0 / 60);
}

TEST_F(AuditTest, WarnsOfALowCeiling) {
  for (std::size_t i = 0; i < 30; ++i) {
    rows_[i].values = rows_[i + 30].values = {static_cast<float>(i), 0};
  }
  const LoadedDataset loaded = load();
  EXPECT_EQ(only(loaded, FindingKind::kCeiling).severity, Severity::kWarning);
  EXPECT_EQ(only(loaded, FindingKind::kLookalikes).severity,
            Severity::kWarning);
}

TEST_F(AuditTest, FindsAColumnThatIdentifiesAnApp) {
  for (std::size_t i = 30; i < 60; ++i) rows_[i].values[1] = 40;
  std::vector<Texts> found;
  for (const Finding& each : audited(load())) {
    if (each.kind != FindingKind::kLeakingFeature) continue;
    EXPECT_EQ(each.severity, Severity::kWarning);
    EXPECT_EQ(figure(each, "count"), 1);
    found.push_back(each.where);
  }
  EXPECT_EQ(found, (std::vector<Texts>{{"count"}, {"count"}}))
      << "with two apps, a column that identifies one identifies both";
}

// All values of b are between those of a, yet no two captures of b predict the
// third.
TEST_F(AuditTest, IgnoresColumnsThatOnlyIdentifyCaptures) {
  for (std::size_t i = 0; i < 60; ++i) {
    constexpr std::array<float, 6> kValues = {0, 100, 0, 10, 52, 90};
    rows_[i].values[1] = kValues[i / 10];
  }
  for (const Finding& each : audited(load())) {
    EXPECT_NE(each.kind, FindingKind::kLeakingFeature);
  }
}

TEST_F(AuditTest, FindsTheCaptureWithAnotherApp) {
  for (std::size_t i = 0; i < 30; ++i) {
    rows_[i].name = fmt::format("{}.a.example", "stu"[i % 3]);
  }
  // Capture 4 of b has all three; capture 5 has one of them.
  for (std::size_t i = 0; i < 3; ++i) {
    rows_[40 + i].name = rows_[i].name;
  }
  add_capture(1, 1);
  add_capture(1, 1);
  for (std::size_t i = 30; i < 40; ++i) rows_[i].name = "b.example";
  // One of five captures of b is less than a quarter of a's share.
  const Finding finding = only(load(), FindingKind::kOtherApp);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.where, Texts{"capture 4"});
  EXPECT_EQ(figure(finding, "flows"), 3);
  EXPECT_DOUBLE_EQ(figure(finding, "share"), 3.0 / 32);
}

TEST_F(AuditTest, CountsBackground) {
  for (const std::size_t i : {0U, 10U, 20U, 30U, 40U}) {
    rows_[i].name = "ads.example";
  }
  rows_[1].name = "a.example";
  const Finding finding = only(load(), FindingKind::kBackground);
  EXPECT_EQ(finding.severity, Severity::kNote);
  EXPECT_EQ(finding.where, Texts{"ads.example (shared by 2 apps, 5 flows)"});
  EXPECT_DOUBLE_EQ(figure(finding, "a"), 0.75);
  EXPECT_DOUBLE_EQ(figure(finding, "b"), 1);
}

TEST_F(AuditTest, IsTheSameForAnyNumberOfThreads) {
  for (std::size_t i = 30; i < 60; ++i) {
    rows_[i].values = {static_cast<float>(1000 + i), 40};
  }
  const LoadedDataset loaded = load();
  AuditOptions options;
  options.columns = {"size", "count"};
  const auto words = [&](int threads) {
    options.threads = threads;
    Texts all;
    for (const Finding& finding : audit(loaded, options)) {
      all.push_back(finding.what +
                    fmt::format("{}", fmt::join(finding.where, ",")));
    }
    return all;
  };
  EXPECT_EQ(words(1), words(3));
}

}  // namespace
}  // namespace flowtell
