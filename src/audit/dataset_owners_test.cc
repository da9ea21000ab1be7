// SPDX-License-Identifier: Apache-2.0
//
// Captures that name the app of each flow themselves.
#include <gtest/gtest.h>

#include "audit/audit.h"
#include "learn/cross_validation.h"
#include "learn/row_classifier.h"
#include "model/dataset.h"
#include "model/examples.h"
#include "model/model_sections.h"
#include "model/name_table.h"
#include "support/owned_captures.h"
#include "support/pcap_bytes.h"
#include "support/samples.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

// A flow of one packet, with its owner.
struct OneFlow {
  std::int32_t uid = -1;
  std::string app;
  Duration after = 0s;
};

std::vector<OwnedFrame> frames_of(const std::vector<OneFlow>& flows) {
  std::vector<OwnedFrame> frames;
  for (const OneFlow& flow : flows) {
    const auto port = static_cast<Port>(40000 + frames.size());
    const Duration after = flow.after + 1ms * static_cast<int>(frames.size());
    frames.push_back(
        {frame().ethernet().ipv4().udp(port).payload(9).at(kTestStart + after),
         flow.uid, flow.app});
  }
  return frames;
}

class DatasetOwners : public testing::Test {
 protected:
  LabelledCapture capture(const std::string& name,
                          const std::vector<OneFlow>& flows,
                          const std::string& label = "") const {
    LabelledCapture labelled;
    labelled.path = folder_.put(name, pcapdroid_pcap(frames_of(flows)));
    labelled.app = label;
    labelled.group = labelled.path;
    return labelled;
  }
  static LoadOptions options(std::vector<std::string> apps = {}) {
    LoadOptions options;
    options.features = *FeatureList::parse("classic14");
    options.apps = std::move(apps);
    return options;
  }
  static LoadedDataset load(const std::vector<LabelledCapture>& captures,
                            std::vector<std::string> apps = {}) {
    auto loaded = load_dataset(captures, options(std::move(apps)));
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? std::move(*loaded) : LoadedDataset{};
  }
  static std::string error_of(const std::vector<LabelledCapture>& captures) {
    const auto loaded = load_dataset(captures, options());
    return loaded ? "" : loaded.error().message;
  }
  // The label of each row.
  static std::vector<std::string> labels_in(const Dataset& data) {
    std::vector<std::string> labels;
    for (const AppId app : data.labels) labels.push_back(data.apps[app]);
    return labels;
  }

  TemporaryFolder folder_;
};

using Texts = std::vector<std::string>;

TEST_F(DatasetOwners, LabelEachFlow) {
  const LoadedDataset loaded = load(
      {capture("a.pcap", {{10102, "maps"}, {10101, "chat"}, {10102, "maps"}})});
  EXPECT_EQ(loaded.dataset.apps, (Texts{"chat", "maps"}));
  EXPECT_EQ(labels_in(loaded.dataset), (Texts{"maps", "chat", "maps"}));
  EXPECT_TRUE(loaded.remarks().empty());
}

// One capture of each app, and one recording.
TEST_F(DatasetOwners, MakeOneCaptureOfEachApp) {
  const Dataset data =
      load({capture("a.pcap", {{2, "maps"}, {1, "chat"}, {2, "maps"}}),
            capture("b.pcap", {{1, "chat"}})})
          .dataset;
  ASSERT_EQ(data.captures.size(), 3u);
  EXPECT_EQ(data.capture_of, (std::vector<std::uint32_t>{1, 0, 1, 2}));
  EXPECT_EQ(data.captures[0].app, 0);
  EXPECT_EQ(data.captures[0].flows, 1u);
  EXPECT_EQ(data.captures[1].app, 1);
  EXPECT_EQ(data.captures[1].flows, 2u);
  EXPECT_EQ(data.captures[0].path, data.captures[1].path);
  EXPECT_EQ(data.captures[0].recording, data.captures[1].recording);
  EXPECT_NE(data.captures[1].recording, data.captures[2].recording);
  EXPECT_EQ(count_recordings(data.captures), 2u);
}

TEST_F(DatasetOwners, LeaveOutFlowsWithoutAnApp) {
  const LoadedDataset loaded = load({capture(
      "a.pcap",
      {{1, "chat"}, {-1, "Unknown"}, {2, "maps"}, {3, "unknown"}, {-1, ""}})});
  EXPECT_EQ(labels_in(loaded.dataset), (Texts{"chat", "maps"}));
  EXPECT_EQ(loaded.owners.unlabelled_flows, 3u);
  EXPECT_EQ(loaded.remarks(),
            (Texts{"3 of 5 flows left out, because the capture does not name "
                   "their apps"}));
  EXPECT_EQ(loaded.dataset.facts[1].number, 3u) << "numbers count all flows";
}

TEST_F(DatasetOwners, YieldToALabelGivenByTheUser) {
  const LoadedDataset loaded =
      load({capture("a.pcap", {{1, "chat"}, {-1, ""}, {2, "maps"}}, "mail")});
  EXPECT_EQ(labels_in(loaded.dataset), (Texts{"mail", "mail", "mail"}));
  EXPECT_TRUE(loaded.remarks().empty());
}

TEST_F(DatasetOwners, MixWithLabelledCaptures) {
  const Dataset data = load({capture("a.pcap", {{1, "chat"}}, "mail"),
                             capture("b.pcap", {{1, "chat"}, {2, "mail"}})})
                           .dataset;
  EXPECT_EQ(data.apps, (Texts{"chat", "mail"}));
  EXPECT_EQ(labels_in(data), (Texts{"mail", "chat", "mail"}));
}

TEST_F(DatasetOwners, KeepAppsOfACutNameApart) {
  const std::string cut = "com.example.video.a";
  const Dataset data =
      load({capture("a.pcap", {{10123, cut + ".one"}, {10200, "chat"}}),
            capture("b.pcap", {{10124, cut + ".two"}, {10300, "chat"}})})
          .dataset;
  EXPECT_EQ(data.apps,
            (Texts{"chat", cut + " (uid 10123)", cut + " (uid 10124)"}));
}

TEST_F(DatasetOwners, KeepACutNameThatIsOneApp) {
  const std::string cut = "com.example.video.a";
  const Dataset data = load({capture("a.pcap", {{10123, cut}, {1, "chat"}}),
                             capture("b.pcap", {{1010123, cut}})})
                           .dataset;
  EXPECT_EQ(data.apps, (Texts{"chat", cut}));
}

// Whole names are the same app on phones that number it differently, unless
// one phone has two of the name.
TEST_F(DatasetOwners, TellAppsOfOneNameApartWhereAPhoneHasBoth) {
  EXPECT_EQ(load({capture("a.pcap", {{1, "clock"}}),
                  capture("b.pcap", {{2, "clock"}})})
                .dataset.apps,
            Texts{"clock"});
  EXPECT_EQ(load({capture("a.pcap", {{1, "clock"}, {2, "clock"}}),
                  capture("b.pcap", {{2, "clock"}})})
                .dataset.apps,
            (Texts{"clock (uid 1)", "clock (uid 2)"}));
}

TEST_F(DatasetOwners, TestOnTheTrainedAppsOnly) {
  const LabelledCapture phone = capture(
      "a.pcap", {{1, "chat"}, {2, "maps"}, {3, "game"}, {4, "news"}, {-1, ""}});
  const LoadedDataset loaded = load({phone}, {"chat", "maps", "maps (uid 2)"});
  EXPECT_EQ(labels_in(loaded.dataset), (Texts{"chat", "maps (uid 2)"}));
  EXPECT_EQ(loaded.remarks(),
            (Texts{"1 of 5 flows left out, because the capture does not name "
                   "its app",
                   "2 flows left out, because no model was trained on game and "
                   "news"}));
}

TEST_F(DatasetOwners, CountDisputedPackets) {
  std::vector<OwnedFrame> frames = frames_of({{1, "chat"}, {2, "maps"}});
  OwnedFrame other = frames[0];
  other.uid = 2;
  other.app = "maps";
  frames.insert(frames.begin() + 1, {frames[0], other});
  LabelledCapture labelled;
  labelled.path = folder_.put("a.pcap", pcapdroid_pcap(frames));
  const LoadedDataset loaded = load({labelled});
  EXPECT_EQ(labels_in(loaded.dataset), (Texts{"chat", "maps"}));
  EXPECT_EQ(loaded.remarks(),
            (Texts{"1 packet of 1 flow named another app than most packets of "
                   "the flow, whose label was used"}));
  AuditOptions audit_options;
  audit_options.columns = options().features.column_names();
  Texts found;
  for (const Finding& finding : audit(loaded, audit_options)) {
    if (finding.kind == FindingKind::kFlowLabels) found.push_back(finding.what);
  }
  EXPECT_EQ(found, Texts{"1 of 2 flows with packets of several apps"});
}

TEST_F(DatasetOwners, NeedACaptureThatNamesApps) {
  const LabelledCapture none = capture("a.pcap", {{-1, ""}});
  const std::string sentence = fmt::format(
      "{} does not name the apps of its flows; give a folder with a sub-folder "
      "for each app, or name the app in a manifest",
      none.path);
  EXPECT_EQ(error_of({none}), sentence);
  EXPECT_EQ(error_of({none, capture("b.pcap", {{1, "chat"}})}), sentence);
  LabelledCapture beside = none;
  beside.is_optional = true;
  EXPECT_EQ(error_of({beside}), sentence);
  const LoadedDataset loaded =
      load({beside, capture("b.pcap", {{1, "chat"}}, "chat")});
  EXPECT_EQ(loaded.remarks(), Texts{sentence});
  EXPECT_TRUE(loaded.unread.empty());
}

TEST_F(DatasetOwners, MayBeEmptyCaptures) {
  const LoadedDataset loaded =
      load({capture("a.pcap", {}), capture("b.pcap", {{1, "chat"}})});
  EXPECT_EQ(loaded.dataset.captures.size(), 1u);
  EXPECT_EQ(loaded.remarks(), Texts{folder_.path() + "/a.pcap gave no flow"});
}

TEST_F(DatasetOwners, SelectADeviceAndATimeToo) {
  LabelledCapture span =
      capture("a.pcap", {{1, "chat"}, {2, "maps", 5s}, {1, "chat", 9s}});
  span.from = Duration(4s);
  span.to = Duration(6s);
  EXPECT_EQ(labels_in(load({span}).dataset), Texts{"maps"});
  span.device = test_address("192.168.12.7");
  EXPECT_EQ(load({span}).dataset.rows(), 0u);
}

// A recording stays in one fold, and its bursts stay whole, with flows of both
// apps, as when a model is used.
TEST_F(DatasetOwners, StayInOneFoldAndInTheirBursts) {
  std::vector<LabelledCapture> captures;
  for (int i = 0; i < 4; ++i) {
    captures.push_back(
        capture(fmt::format("{}.pcap", i),
                {{1, "chat"}, {2, "maps"}, {1, "chat"}, {2, "maps", 5s}}));
  }
  const Dataset data = load(captures).dataset;
  const auto folds = assign_folds(data, {});
  EXPECT_EQ(count_folds(folds), 4u);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    EXPECT_EQ(folds[row], folds[row / 4 * 4]);
    EXPECT_EQ(data.recording_of(row), row / 4);
    EXPECT_EQ(data.facts[row].burst, row % 4 == 3 ? 1u : 0u);
  }
  const auto timeline = build_timeline(data, 1);
  ASSERT_EQ(timeline.size(), 4u);
  for (const TimelineCapture& recording : timeline) {
    EXPECT_EQ(recording.end - recording.begin, 4u);
  }
}

// A name counts for the app whose flow had it, not for the recording.
TEST_F(DatasetOwners, GiveNamesToTheAppsOfTheFlows) {
  Dataset data = table_of({{{1}, 0, 0, 0, "chat.example"},
                           {{1}, 1, 1, 0, "maps.example"},
                           {{1}, 0, 0, 1, "both.example"},
                           {{1}, 1, 1, 1, "both.example"}},
                          2);
  data.captures[1].recording = 0;
  const NameTable table = NameTable::train(data);
  std::vector<double> scores(2);
  table.score("chat.example", scores);
  EXPECT_GT(scores[0], 0.9);
  table.score("maps.example", scores);
  EXPECT_GT(scores[1], 0.9);
  table.score("both.example", scores);
  EXPECT_NEAR(scores[0], 0.5, 1e-6);
}

// Examples of interleaved captures: each row belongs to its capture.
TEST_F(DatasetOwners, GiveExamplesOfEachApp) {
  const Dataset data = load({capture("a.pcap", {{1, "chat"},
                                                {2, "maps"},
                                                {1, "chat"},
                                                {2, "maps"},
                                                {2, "maps"}})})
                           .dataset;
  const Examples examples = choose_examples(data, 100);
  ASSERT_EQ(examples.flows.size(), 5u);
  std::map<std::uint32_t, std::vector<std::uint32_t>> numbers;
  for (const auto& example : examples.flows) {
    numbers[example.capture].push_back(example.flow);
  }
  EXPECT_EQ(numbers[0], (std::vector<std::uint32_t>{1, 3}));
  EXPECT_EQ(numbers[1], (std::vector<std::uint32_t>{2, 4, 5}));
}

// Captures of one recording are no copies of each other.
TEST_F(DatasetOwners, AreNoCopiesOfEachOther) {
  std::vector<LabelledCapture> captures;
  for (int i = 0; i < 3; ++i) {
    captures.push_back(capture(
        fmt::format("{}.pcap", i),
        {{1, "chat", 100s * i}, {2, "maps", 100s * i}, {1, "chat", 100s * i}}));
  }
  const auto kinds_in = [&](const std::vector<LabelledCapture>& given) {
    AuditOptions audit_options;
    audit_options.columns = options().features.column_names();
    std::set<FindingKind> kinds;
    for (const Finding& finding : audit(load(given), audit_options)) {
      kinds.insert(finding.kind);
    }
    return kinds;
  };
  const auto kinds = kinds_in(captures);
  for (const FindingKind kind :
       {FindingKind::kSameFile, FindingKind::kSameFlows,
        FindingKind::kOverlap}) {
    EXPECT_FALSE(kinds.contains(kind)) << info_of(kind).name;
  }
  captures.push_back(captures[0]);
  EXPECT_TRUE(kinds_in(captures).contains(FindingKind::kSameFile));
}

// The model file holds the captures; which are of one recording follows from
// their paths and times.
TEST_F(DatasetOwners, AreCountedByRecordingInAModel) {
  Model model = small_model();
  model.captures = load({capture("a.pcap", {{1, "a"}, {2, "b"}}),
                         capture("b.pcap", {{1, "a"}})})
                       .dataset.captures;
  model.examples = {};
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->captures.size(), 3u);
  EXPECT_EQ(count_recordings(read->captures), 2u);
}

}  // namespace
}  // namespace flowtell
