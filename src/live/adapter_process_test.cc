// SPDX-License-Identifier: Apache-2.0
#include "live/adapter_process.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "live/adapter_messages.h"
#include "model/model_file.h"
#include "support/site.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

class AdapterProcessTest : public testing::Test {
 protected:
  AdapterProcess::Options options(const std::string& name) const {
    return {.path = folder_ / name,
            .title = "wlan0",
            .verdicts = {},
            .keeps_privileges = false,
            .keeps_priority = true,
            .account = {}};
  }

  TemporaryFolder folder_;
  std::shared_ptr<const Model> model_ = std::make_shared<const Model>(
      *train(training_site_of(1, 0), quick_site_training()));
};

TEST_F(AdapterProcessTest, WritesTheCandidate) {
  auto process = AdapterProcess::start(options("a.candidate"), model_);
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_FALSE(process->is_busy());
  EXPECT_FALSE(process->poll());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.candidate"));
  process->request(site_of(2, 7));
  EXPECT_TRUE(process->is_busy());
  const auto summary = process->wait();
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->sessions(), 24U);
  EXPECT_EQ(summary->flows, 360U);
  EXPECT_FALSE(process->is_busy());
  const auto written = load_model(folder_ / "a.candidate");
  ASSERT_TRUE(written) << written.error().message;
  const auto expected = make_candidate(*model_, site_of(2, 7), {});
  EXPECT_EQ(*encode_model(*written), *encode_model(expected->model));
}

TEST_F(AdapterProcessTest, UsesAReloadedModel) {
  auto process = AdapterProcess::start(options("b.candidate"), model_);
  ASSERT_TRUE(process);
  process->request(site_of(2, 7));
  ASSERT_TRUE(process->wait());
  const auto other = std::make_shared<const Model>(
      *train(training_site_of(5, 1), quick_site_training()));
  process->set_model(other);
  for (int round = 0; round < 2; ++round) {
    process->request(site_of(2, 7));
    ASSERT_TRUE(process->wait());
    const auto expected = make_candidate(*other, site_of(2, 7), {});
    EXPECT_EQ(*encode_model(*load_model(folder_ / "b.candidate")),
              *encode_model(expected->model));
  }
}

TEST_F(AdapterProcessTest, LeavesTheFileWithoutSureSessions) {
  folder_.put("c.candidate", "old");
  auto process = AdapterProcess::start(options("c.candidate"), model_);
  ASSERT_TRUE(process);
  Dataset nameless = site_of(2, 7);
  for (RowFacts& facts : nameless.facts) facts.name = 0;
  process->request(nameless);
  const auto summary = process->wait();
  ASSERT_FALSE(summary);
  EXPECT_NE(summary.error().message.find("0 sessions"), std::string::npos);
  EXPECT_EQ(*read_file(folder_ / "c.candidate"), "old");
  EXPECT_FALSE(process->has_ended());
}

TEST_F(AdapterProcessTest, NeedsAWritableFile) {
  const auto process = AdapterProcess::start(options("absent/x"), model_);
  ASSERT_FALSE(process);
  EXPECT_NE(process.error().message.find("absent/x"), std::string::npos)
      << process.error().message;
}

TEST(AdapterMessages, RefuseRepliesThatAreCutShort) {
  CandidateSummary summary;
  summary.made = Timestamp{std::chrono::seconds(7)};
  summary.flows = 9;
  summary.changed = 3;
  summary.apps = {{"chat", 2}, {"mail", 5}};
  summary.changes = {{"chat", "unknown", 3}};
  const std::string bytes = encode_reply(summary);
  const auto whole = decode_reply(bytes);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->made, summary.made);
  EXPECT_EQ(whole->apps.at(1).app, "mail");
  EXPECT_EQ(whole->apps.at(1).sessions, 5U);
  EXPECT_EQ(whole->changes.at(0).to, "unknown");
  EXPECT_EQ(whole->changes.at(0).flows, 3U);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_reply(std::string_view(bytes).substr(0, size))) << size;
  }
  const auto failed =
      decode_reply(encode_reply(fail(ErrorKind::kNoData, "too few")));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "too few");
}

}  // namespace
}  // namespace flowtell
