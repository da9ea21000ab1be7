// SPDX-License-Identifier: Apache-2.0
//
// The C interface as a program uses it. Its results are compared with those of
// the classes behind it.
#include <flowtell/classifier.h>
#include <flowtell/evaluate.h>
#include <flowtell/explain.h>
#include <flowtell/features.h>
#include <flowtell/train.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "support/api_reference.h"
#include "support/temporary_folder.h"

namespace {

namespace ft = flowtell::v0;

// Two apps, a model of them, and a capture to classify.
class Api : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new flowtell::TemporaryFolder;
    flowtell::put_labelled_captures(*folder_, "home", 1, 4);
    flowtell::put_labelled_captures(*folder_, "office", 50, 2);
    ft::TrainOptions options;
    options.trees = 10;
    options.threads = 2;
    ft::train(ft::Dataset::load(*folder_ / "home"), options)
        .save(*folder_ / "apps.model");
  }
  static void TearDownTestSuite() { delete folder_; }

  static const flowtell::TemporaryFolder& folder() { return *folder_; }
  static std::string capture() { return folder() / "office/video/1.pcap"; }
  static ft::Model model() { return ft::Model::load(folder() / "apps.model"); }

  template <typename Work>
  static ft::ErrorKind kind_of(Work&& work) {
    try {
      work();
    } catch (const ft::Error& error) {
      EXPECT_STRNE(error.what(), "");
      return error.kind();
    }
    return {};
  }

 private:
  static inline flowtell::TemporaryFolder* folder_ = nullptr;
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

std::string text_of(const ft::Flow& flow) {
  std::string text =
      flow.device.text() + " " + std::to_string(flow.device_port) + " " +
      flow.remote.text() + " " + std::to_string(flow.remote_port) + " " +
      std::to_string(flow.packets_sent) + " " +
      std::to_string(flow.packets_received) + " " +
      std::to_string(flow.bytes_sent) + " " +
      std::to_string(flow.bytes_received) + " " +
      std::to_string(static_cast<int>(flow.protocol)) + " " +
      std::to_string(flow.burst) + " " +
      std::to_string(flow.start.time_since_epoch().count()) + " " +
      std::to_string(flow.end.time_since_epoch().count()) + " " +
      std::string(flow.app) + " " + std::to_string(flow.confidence);
  for (const double share : flow.probabilities) {
    text += " " + std::to_string(share);
  }
  return text + "\n";
}

std::string verdicts(const ft::Classifier& classifier, const std::string& path,
                     std::size_t at_once) {
  std::string all;
  ft::ClassifierSession session(
      classifier, [&](const ft::Flow& flow) { all += text_of(flow); });
  ft::Capture capture(path);
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<ft::Frame> frames;
  const auto add = [&] {
    session.add(frames);
    frames.clear();
    bytes.clear();
  };
  bytes.reserve(at_once);
  while (const auto frame = capture.next()) {
    bytes.emplace_back(frame->bytes.begin(), frame->bytes.end());
    frames.push_back(*frame);
    frames.back().bytes = bytes.back();
    if (frames.size() == at_once) add();
  }
  add();
  session.finish();
  return all;
}

TEST_F(Api, GivesTheVerdictsOfTheClassifierHoweverFramesAreAdded) {
  const ft::Classifier classifier(model());
  const std::string at_once = verdicts(classifier, capture(), 100'000);
  EXPECT_EQ(at_once,
            flowtell::reference_verdicts(folder() / "apps.model", capture()));
  EXPECT_NE(at_once, "");
  EXPECT_EQ(verdicts(classifier, capture(), 1), at_once);
  EXPECT_EQ(verdicts(classifier, capture(), 7), at_once);
}

// The ids of early and final reports of a capture's flows.
struct ReportedIds {
  std::multiset<std::string> early;
  std::multiset<std::string> final;
};
ReportedIds reported_ids(const std::string& path,
                         const ft::FlowOptions& options) {
  ReportedIds ids;
  ft::FlowMeter meter(
      [&](const ft::Flow& flow) {
        (flow.is_early ? ids.early : ids.final).emplace(flow.flow_id);
        EXPECT_TRUE(flow.community_id.starts_with("1:"));
      },
      options);
  ft::Capture frames(path);
  meter.add_all(frames);
  meter.finish();
  return ids;
}

TEST_F(Api, TiesEarlyReportsToFinalOnes) {
  const ReportedIds plain = reported_ids(capture(), {});
  EXPECT_TRUE(plain.early.empty());
  ft::FlowOptions options;
  options.early_silence = std::chrono::milliseconds(1);
  const ReportedIds both = reported_ids(capture(), options);
  EXPECT_EQ(both.final, plain.final);
  EXPECT_FALSE(both.early.empty());
  for (const std::string& id : both.early) EXPECT_TRUE(both.final.contains(id));
}

TEST_F(Api, LimitsBurstsAsAsked) {
  ft::FlowOptions options;
  options.burst_limit = ft::Duration(0);
  const std::size_t unlimited = reported_ids(capture(), options).final.size();
  options.burst_limit = std::chrono::milliseconds(5);
  EXPECT_GT(reported_ids(capture(), options).final.size(), unlimited);
}

TEST_F(Api, SharesAClassifierBetweenThreads) {
  const ft::Classifier classifier(model());
  const std::string expected = verdicts(classifier, capture(), 64);
  std::vector<std::string> found(8);
  std::vector<std::jthread> threads;
  for (std::string& text : found) {
    threads.emplace_back([&] { text = verdicts(classifier, capture(), 64); });
  }
  threads.clear();
  EXPECT_EQ(found, std::vector<std::string>(8, expected));
}

TEST_F(Api, KeepsWhatIsInUseAlive) {
  std::string all;
  std::optional<ft::ClassifierSession> session;
  {
    const ft::Classifier classifier(model());
    session.emplace(classifier,
                    [&](const ft::Flow& flow) { all += text_of(flow); });
  }
  ft::Capture frames(capture());
  session->add_all(frames);
  session->finish();
  EXPECT_EQ(all, verdicts(ft::Classifier(model()), capture(), 64));
}

TEST_F(Api, DescribesTheHello) {
  const std::string path = flowtell::put_hello_capture(folder());
  std::string all;
  ft::FlowOptions options;
  options.hello = true;
  ft::FlowMeter meter(
      [&](const ft::Flow& flow) {
        for (const auto text : {flow.server_name, flow.name_source, flow.ja4,
                                flow.alpn, flow.quic_version}) {
          all.append(text).append("|");
        }
      },
      options);
  ft::Capture frames(path);
  meter.add_all(frames);
  meter.finish();
  EXPECT_EQ(all,
            "www.example.org|tls|t12d0202h2_62ed6f6ca7ad_000000000000|"
            "h2,http/1.1||");
}

TEST_F(Api, MetersWithoutAModel) {
  ft::FlowOptions options;
  options.features = "classic14";
  options.names = true;
  std::size_t flows = 0;
  std::size_t nameless = 0;
  ft::FlowMeter meter(
      [&](const ft::Flow& flow) {
        ++flows;
        if (flow.server_name == "" && flow.name_source == "none") ++nameless;
        EXPECT_EQ(flow.features.size(), 14U);
        EXPECT_EQ(flow.app, "");
        EXPECT_TRUE(flow.probabilities.empty());
        EXPECT_LE(flow.start, flow.end);
      },
      options);
  ft::Capture frames(capture());
  meter.add_all(frames);
  meter.finish();
  EXPECT_EQ(flows, 20U);
  EXPECT_EQ(nameless, 20U);
  std::uint64_t counted = 0;
  for (const auto& [heading, count] : meter.ledger()) counted += count;
  EXPECT_EQ(meter.ledger().front().first, "used");
  EXPECT_EQ(meter.ledger().front().second, counted);
  EXPECT_FALSE(frames.damage());
}

TEST_F(Api, EndsBurstsInASilence) {
  std::size_t flows = 0;
  ft::FlowMeter meter([&](const ft::Flow&) { ++flows; });
  ft::Capture frames(capture());
  meter.add(*frames.next());
  meter.note_silence(std::chrono::milliseconds(900));
  EXPECT_EQ(flows, 0U);
  meter.note_silence(std::chrono::milliseconds(1100));
  EXPECT_EQ(flows, 1U);
}

TEST_F(Api, PassesOnWhatACallbackThrows) {
  int calls = 0;
  ft::FlowMeter meter([&](const ft::Flow&) {
    ++calls;
    throw std::runtime_error("enough");
  });
  ft::Capture frames(capture());
  EXPECT_THROW(meter.add_all(frames), std::runtime_error);
  EXPECT_EQ(calls, 1);
}

TEST_F(Api, ReportsDamageAtTheEnd) {
  std::ifstream file(capture(), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  bytes.resize(bytes.size() - 5);
  ft::Capture cut(folder().put("cut.pcap", bytes));
  std::size_t frames = 0;
  while (cut.next()) ++frames;
  EXPECT_GT(frames, 10U);
  ASSERT_TRUE(cut.damage());
  EXPECT_TRUE(cut.damage()->starts_with("byte ")) << *cut.damage();
}

TEST_F(Api, ShowsADataset) {
  const auto data = ft::Dataset::load(folder() / "home");
  EXPECT_EQ(data.apps(), (std::vector<std::string>{"chat", "video"}));
  EXPECT_EQ(data.rows(), 160U);
  EXPECT_EQ(data.captures().size(), 8U);
  EXPECT_EQ(data.column_names(), ft::feature_columns("robust"));
  EXPECT_EQ(data.values().size(), data.rows() * data.columns());
  EXPECT_EQ(data.labels().size(), data.rows());
  EXPECT_EQ(data.labels()[0], 0U);
  EXPECT_EQ(data.labels()[159], 1U);
  EXPECT_EQ(data.capture_of()[159], 7U);
  EXPECT_TRUE(data.warnings().empty());
  EXPECT_EQ(ft::feature_sets().front(), "robust");
}

TEST_F(Api, ShowsAModel) {
  EXPECT_EQ(model().apps(), (std::vector<std::string>{"chat", "video"}));
  EXPECT_EQ(model().feature_sets(), "robust");
  EXPECT_EQ(model().flow_key(), "five-tuple");
  EXPECT_EQ(model().burst_gap(), std::chrono::seconds(1));
  EXPECT_EQ(model().burst_limit(), std::chrono::seconds(30));
  EXPECT_EQ(model().column_names(), ft::feature_columns("robust"));
  ASSERT_TRUE(model().accuracy());
  EXPECT_GT(*model().accuracy(), 0.4);
  EXPECT_LE(*model().balanced_accuracy(), 1);
}

TEST_F(Api, TrainsTheSameModelOnAnyNumberOfThreads) {
  ft::TrainOptions options;
  options.trees = 10;
  options.threads = 1;
  std::size_t steps = 0;
  options.progress = [&](std::string_view, std::size_t, std::size_t) {
    ++steps;
  };
  ft::train(ft::Dataset::load(folder() / "home"), options)
      .save(folder() / "single.model");
  EXPECT_EQ(content_of(folder() / "single.model"),
            content_of(folder() / "apps.model"));
  EXPECT_GT(steps, 10U);
}

TEST_F(Api, EvaluatesAuditsAndExplains) {
  const auto home = ft::Dataset::load(folder() / "home");
  const auto office = home.load_like(folder() / "office");
  ft::EvaluateOptions options;
  options.train.trees = 5;
  const auto crossed = nlohmann::json::parse(ft::evaluate(home, options));
  EXPECT_EQ(crossed["flows"], 160);
  EXPECT_EQ(crossed["folds"], 5);
  const auto tested =
      nlohmann::json::parse(ft::evaluate(home, office, options));
  EXPECT_EQ(tested["flows"], 80);
  EXPECT_GT(tested["accuracy"], 0.4);
  EXPECT_TRUE(nlohmann::json::parse(ft::audit(home)).contains("findings"));
  const ft::Classifier classifier(model());
  EXPECT_TRUE(nlohmann::json::parse(ft::explain(classifier, capture()))
                  .contains("apps"));
  EXPECT_TRUE(nlohmann::json::parse(ft::explain(classifier, capture(), 3))
                  .contains("verdict"));
}

// The captures of one network as traffic of another, and a few labelled ones.
TEST_F(Api, AdaptsAModelAndTestsIt) {
  const auto tested = ft::Dataset::load_for(model(), folder() / "office");
  const auto before = nlohmann::json::parse(ft::evaluate(model(), tested));
  EXPECT_EQ(before["flows"], 80);
  const ft::Model adapted = ft::adapt(
      model(),
      {.labelled = ft::Dataset::load_for(model(), folder() / "office")});
  EXPECT_EQ(adapted.apps(), model().apps());
  const auto after = nlohmann::json::parse(ft::evaluate(adapted, tested));
  EXPECT_GT(after["accuracy"], before["accuracy"]) << "it was trained on these";
  adapted.save(folder() / "adapted.model");
  ft::undo_adaptation(ft::Model::load(folder() / "adapted.model"))
      .save(folder() / "restored.model");
  EXPECT_EQ(content_of(folder() / "restored.model"),
            content_of(folder() / "apps.model"));
}

TEST_F(Api, AdaptsToUnlabelledTraffic) {
  const auto site =
      ft::Dataset::load_unlabelled_for(model(), folder() / "office");
  EXPECT_EQ(site.rows(), 80U);
  // The captures have no names, so no session is sure.
  EXPECT_EQ(kind_of([&] { ft::adapt(model(), {.traffic = site}); }),
            ft::ErrorKind::kNoData);
  EXPECT_EQ(kind_of([&] { ft::adapt(model(), {}); }), ft::ErrorKind::kNoData);
  ft::TrainOptions no_table;
  no_table.trees = 5;
  no_table.with_table = false;
  const ft::Model bare =
      ft::train(ft::Dataset::load(folder() / "home"), no_table);
  EXPECT_EQ(kind_of([&] { ft::adapt(bare, {.traffic = site}); }),
            ft::ErrorKind::kNoData);
}

TEST_F(Api, ReportsKindsOfErrors) {
  const auto load = [](const std::string& path) {
    return [path] { ft::Model::load(path); };
  };
  EXPECT_EQ(kind_of(load("/absent")), ft::ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(load(capture())), ft::ErrorKind::kCorrupt);
  EXPECT_EQ(kind_of([] { ft::Capture("/absent"); }), ft::ErrorKind::kNotFound);
  EXPECT_EQ(kind_of([] { ft::Dataset::load("/absent"); }),
            ft::ErrorKind::kNotFound);
  EXPECT_EQ(kind_of([] { ft::feature_columns("rubost"); }),
            ft::ErrorKind::kUsage);
  EXPECT_EQ(kind_of([] { model().save("/absent/apps.model"); }),
            ft::ErrorKind::kNotFound);
  flowtell::put_labelled_captures(folder(), "one", 1, 2);
  std::filesystem::remove_all(folder() / "one/video");
  EXPECT_EQ(kind_of([] { ft::train(ft::Dataset::load(folder() / "one")); }),
            ft::ErrorKind::kNoData);
  EXPECT_EQ(kind_of([] { ft::Classifier(model(), {.unknown = "maybe"}); }),
            ft::ErrorKind::kUsage);
  EXPECT_EQ(kind_of([] { ft::Classifier(model(), {.evidence = "time"}); }),
            ft::ErrorKind::kUsage);
  EXPECT_EQ(kind_of([] {
              ft::FlowMeter([](const ft::Flow&) {}, {.flow_key = "four"});
            }),
            ft::ErrorKind::kUsage);
  EXPECT_EQ(kind_of([] {
              ft::FlowMeter([](const ft::Flow&) {}, {.lan = "10.0.0.0/99"});
            }),
            ft::ErrorKind::kUsage);
  EXPECT_EQ(kind_of([] {
              ft::FlowMeter([](const ft::Flow&) {},
                            {.max_flows = std::uint64_t{1} << 60});
            }),
            ft::ErrorKind::kUsage);
  EXPECT_EQ(
      kind_of([] { ft::explain(ft::Classifier(model()), capture(), 1000); }),
      ft::ErrorKind::kUsage);
  ft::TrainOptions forest;
  forest.trees = SIZE_MAX;
  EXPECT_EQ(
      kind_of([&] { ft::train(ft::Dataset::load(folder() / "home"), forest); }),
      ft::ErrorKind::kUsage);
  ft::FlowMeter meter([](const ft::Flow&) {});
  meter.finish();
  EXPECT_EQ(kind_of([&] { meter.finish(); }), ft::ErrorKind::kUsage);
  EXPECT_EQ(ft::name(ft::ErrorKind::kNoData), "no-data");
  EXPECT_EQ(ft::name(ft::ErrorKind::kSystem), "system");
}

// A program built with an older header has a smaller struct.
TEST_F(Api, AcceptsStructsOfOtherSizes) {
  flowtell_train_options options{};
  options.size = offsetof(flowtell_train_options, evidence);
  options.evidence = "none such";  // beyond its size
  flowtell_dataset* data = nullptr;
  ASSERT_EQ(flowtell_dataset_load((folder() / "home").c_str(), nullptr, &data,
                                  nullptr),
            FLOWTELL_OK);
  flowtell_model* trained = nullptr;
  ASSERT_EQ(flowtell_train(data, &options, &trained, nullptr), FLOWTELL_OK);
  flowtell_model_view view{};
  view.size = offsetof(flowtell_model_view, column_names);
  view.column_names = reinterpret_cast<const char* const*>(&view);
  flowtell_model_get(trained, &view);
  EXPECT_EQ(view.apps, 2U);
  EXPECT_STREQ(view.app_names[1], "video");
  EXPECT_EQ(view.column_names, reinterpret_cast<const char* const*>(&view));
  struct {
    flowtell_model_view known;
    std::uint64_t added = 7;
  } longer;
  longer.known.size = sizeof longer;
  flowtell_model_get(trained, &longer.known);
  EXPECT_EQ(longer.known.apps, 2U);
  EXPECT_EQ(longer.added, 0U) << "a field of a later version";
  flowtell_model* other = nullptr;
  options.size = 0;
  EXPECT_EQ(flowtell_train(data, &options, &other, nullptr), FLOWTELL_USAGE);
  EXPECT_EQ(other, nullptr);
  flowtell_model_free(trained);
  flowtell_dataset_free(data);
  flowtell_dataset_free(nullptr);
}

TEST_F(Api, RefusesMissingArguments) {
  flowtell_model* model = nullptr;
  flowtell_dataset* data = nullptr;
  flowtell_capture* capture = nullptr;
  flowtell_session* session = nullptr;
  char* text = nullptr;
  EXPECT_EQ(flowtell_model_load(nullptr, &model, nullptr), FLOWTELL_USAGE);
  EXPECT_EQ(flowtell_dataset_load(nullptr, nullptr, &data, nullptr),
            FLOWTELL_USAGE);
  EXPECT_EQ(flowtell_capture_open(nullptr, &capture, nullptr), FLOWTELL_USAGE);
  EXPECT_EQ(flowtell_feature_columns(nullptr, &text, nullptr), FLOWTELL_USAGE);
  EXPECT_EQ(flowtell_session_new(nullptr, nullptr, nullptr, nullptr, &session,
                                 nullptr),
            FLOWTELL_USAGE);
}

TEST_F(Api, RefusesATestSetMeasuredOtherwise) {
  const auto home = ft::Dataset::load(folder() / "home");
  ft::DatasetOptions options;
  options.flow.features = "classic14";
  const auto office = ft::Dataset::load(folder() / "office", options);
  EXPECT_EQ(kind_of([&] { ft::evaluate(home, office); }),
            ft::ErrorKind::kUsage);
  ft::EvaluateOptions repeated;
  repeated.repeats = 2;
  EXPECT_EQ(kind_of([&] {
              ft::evaluate(home, home.load_like(folder() / "office"), repeated);
            }),
            ft::ErrorKind::kUsage);
}

// The message is cut at a whole UTF-8 character.
TEST_F(Api, CutsLongMessages) {
  std::string path = "/";
  for (int i = 0; i < 700; ++i) path += "é";
  for (const std::string pad : {"", "x"}) {
    flowtell_error error;
    flowtell_model* none = nullptr;
    EXPECT_NE(flowtell_model_load((pad + path).c_str(), &none, &error),
              FLOWTELL_OK);
    const std::string message = error.message;
    EXPECT_GE(message.size(), sizeof error.message - 3);
    EXPECT_LT(message.size(), sizeof error.message);
    EXPECT_TRUE(message.ends_with("é"));
    EXPECT_EQ(none, nullptr);
  }
}

TEST_F(Api, NamesItsVersion) { EXPECT_STREQ(flowtell_version(), "0.1.0"); }

}  // namespace
