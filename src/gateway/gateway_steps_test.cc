// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_steps.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <ctime>
#include <filesystem>

#include "base/file.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

// Logs what is done to it. Its JSON is that of an absent file.
struct LoggedChange : Change {
  LoggedChange(std::string new_name, std::string& lines, std::string what = "")
      : name(std::move(new_name)), log(lines), failing(std::move(what)) {}
  Result<void> logged(const std::string& what) const {
    log += what + ' ' + name + '\n';
    if (what != failing) return {};
    return fail(ErrorKind::kSystem, "{} fails", name);
  }
  std::string describe() const override { return name; }
  Result<void> prepare() override { return logged("prepare"); }
  Result<void> apply() const override { return logged("apply"); }
  Result<void> undo() const override { return logged("undo"); }
  Json json() const override {
    return {{"change", "file"}, {"path", "/nowhere/" + name}};
  }

  std::string name;
  std::string& log;
  std::string failing;
};

class GatewaySteps : public testing::Test {
 protected:
  GatewaySteps() {
    options_.lan = "wlan0";
    options_.wan = "eth0";
    request_.places.state = state_.path();
    request_.places.units = state_ / "units";
    request_.observe = [this](std::string_view step) {
      log_ += "- " + std::string(step) + '\n';
    };
  }

  template <typename... Changes>
  static std::vector<ChangePtr> list(Changes... changes) {
    std::vector<ChangePtr> all;
    (all.push_back(std::make_unique<Changes>(std::move(changes))), ...);
    return all;
  }
  Result<void> apply_these(std::vector<ChangePtr> changes) {
    return apply_all(std::move(changes), options_, request_, signals_);
  }
  LoggedChange change(const char* name, const char* failing = "") {
    return {name, log_, failing};
  }
  // Records a gateway that holds one setting and one linked to it.
  void hold(const std::string& lan, const char* setting, const char* other) {
    GatewayOptions options = options_;
    options.lan = lan;
    Journal journal = *Journal::create(state_.path(), options);
    ASSERT_TRUE(journal.push(std::make_unique<SettingChange>(
        Setting{setting, "0\n"}, "1\n", std::vector<Setting>{{other, "2\n"}})));
  }
  void rewrite(const std::string& lan, const std::string& key) {
    const std::string path = Journal::folder(state_.path(), lan) + "/journal";
    std::string text = *read_file(path);
    const std::string start = '"' + key + "\":\"";
    const std::size_t at = text.find(start) + start.size();
    text.replace(at, text.find('"', at) - at, "other");
    ASSERT_TRUE(write_file(path, text));
  }

  static constexpr const char* kOne = "/proc/sys/net/none/one";
  static constexpr const char* kTwo = "/proc/sys/net/none/two";

  TemporaryFolder state_;
  GatewayOptions options_;
  GatewayRequest request_;
  BlockedSignals signals_;
  std::string log_;
};

TEST_F(GatewaySteps, PrepareRecordApplyAndUndoTheNewestFirst) {
  ASSERT_TRUE(apply_these(list(change("a"), change("b"))));
  EXPECT_EQ(log_,
            "- begin\n- prepare\nprepare a\n- record\n- recorded\napply a\n"
            "- made\n- prepare\nprepare b\n- record\n- recorded\napply b\n"
            "- made\n- complete\n");
  auto journal = Journal::open(state_.path(), "wlan0");
  ASSERT_TRUE(journal);
  EXPECT_TRUE(journal->is_complete());
  const auto undone = undo_all(*journal, false, request_);
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->changes, 2u);
  EXPECT_FALSE(undone->had_unit);
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(GatewaySteps, UndoAllChangesBeforeAFailure) {
  const auto made =
      apply_these(list(change("a"), change("b", "apply"), change("c")));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "nothing was changed: b fails");
  EXPECT_EQ(log_.find("prepare c"), std::string::npos);
  EXPECT_LT(log_.find("undo b"), log_.find("undo a"));
  EXPECT_NE(log_.find("undo a"), std::string::npos);
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(GatewaySteps, DoNotUndoAnUnpreparedChange) {
  ASSERT_FALSE(apply_these(list(change("a"), change("b", "prepare"))));
  EXPECT_EQ(log_.find("undo b"), std::string::npos);
  EXPECT_NE(log_.find("undo a"), std::string::npos);
}

TEST_F(GatewaySteps, KeepTheRecordOfAFailedUndo) {
  const auto made =
      apply_these(list(change("a"), change("b", "undo"), change("c", "apply")));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("stays on record"), std::string::npos);
  EXPECT_EQ(log_.find("undo a"), std::string::npos);
  EXPECT_EQ(Journal::open(state_.path(), "wlan0")->changes().size(), 2u);
}

TEST_F(GatewaySteps, StopAtASignal) {
  ::raise(SIGTERM);
  const auto made = apply_these(list(change("a")));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("interrupted"), std::string::npos);
  EXPECT_EQ(log_.find("apply"), std::string::npos);
  EXPECT_TRUE(state_.names().empty());
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  const timespec now{};
  EXPECT_EQ(::sigtimedwait(&term, nullptr, &now), SIGTERM);
}

TEST_F(GatewaySteps, LeaveSettingsThatOtherGatewaysHold) {
  hold("b", kOne, kTwo);
  const std::map<std::string, std::string> held = {{kOne, "0\n"},
                                                   {kTwo, "2\n"}};
  EXPECT_EQ(held_settings(request_.places, "wlan0"), held);
  EXPECT_TRUE(held_settings(request_.places, "b").empty());
  hold("wlan0", kOne, kTwo);
  auto journal = Journal::open(state_.path(), "wlan0");
  EXPECT_EQ(undo_all(*journal, false, request_)->changes, 0u);
  auto last = Journal::open(state_.path(), "b");
  EXPECT_EQ(undo_all(*last, false, request_)->changes, 1u);
}

TEST_F(GatewaySteps, IgnoreGatewaysOfOtherNetworksAndBoots) {
  hold("b", kOne, kTwo);
  rewrite("b", "network");
  EXPECT_TRUE(held_settings(request_.places, "wlan0").empty());
  hold("c", kOne, kTwo);
  rewrite("c", "boot");
  EXPECT_TRUE(held_settings(request_.places, "wlan0").empty());
}

TEST_F(GatewaySteps, UndoOnlyWhatOutlivesAReboot) {
  Journal journal = *Journal::create(state_.path(), options_);
  const std::string path = state_.put("kept", "text");
  ASSERT_TRUE(journal.push(std::make_unique<FileChange>(path)));
  ASSERT_TRUE(journal.push(
      std::make_unique<SettingChange>(Setting{kOne, "0\n"}, "1\n")));
  ASSERT_TRUE(journal.push(std::make_unique<LinkChange>("wlan0")));
  ASSERT_TRUE(journal.push_complete());
  rewrite("wlan0", "boot");
  auto again = Journal::open(state_.path(), "wlan0");
  ASSERT_TRUE(again);
  EXPECT_EQ(undo_all(*again, false, request_)->changes, 1u);
  EXPECT_TRUE(state_.names().empty());
}

}  // namespace
}  // namespace flowtell
