// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "support/closed_input.h"
#include "support/syncs.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    options_.lan = "wlan0";
    options_.wan = "eth0";
  }

  Journal begin() const { return *Journal::create(state_.path(), options_); }
  Journal open() const { return *Journal::open(state_.path(), "wlan0"); }
  std::string file() const {
    return Journal::folder(state_.path(), "wlan0") + "/journal";
  }
  static ChangePtr link(const char* name) {
    return std::make_unique<LinkChange>(name);
  }
  static std::string entries_of(const Journal& journal) {
    std::string text;
    for (const auto& change : journal.changes()) {
      text += change == nullptr ? "complete" : change->json().dump();
      text += '\n';
    }
    return text;
  }

  // Gives a text in the first line another value.
  void rewrite(const char* key, const char* value) const {
    Json line = Json::parse(*read_file(file()));
    line[key] = value;
    ASSERT_TRUE(write_file(file(), line.dump() + '\n'));
  }

  TemporaryFolder state_;
  GatewayOptions options_;
};

TEST_F(JournalTest, SurvivesReading) {
  Journal journal = begin();
  ASSERT_TRUE(journal.push(link("a")));
  ASSERT_TRUE(journal.push(link("b")));
  EXPECT_FALSE(open().is_complete());
  ASSERT_TRUE(journal.push_complete());
  const Journal again = open();
  EXPECT_TRUE(again.is_complete());
  EXPECT_EQ(again.options(), options_);
  EXPECT_EQ(again.since(), journal.since());
  EXPECT_EQ(entries_of(again), entries_of(journal));
  EXPECT_EQ(again.changes().size(), 3u);
}

TEST_F(JournalTest, IsAStack) {
  Journal journal = begin();
  ASSERT_TRUE(journal.push(link("a")));
  const std::string before = *read_file(file());
  ASSERT_TRUE(journal.push(link("b")));
  ASSERT_TRUE(journal.pop());
  EXPECT_EQ(*read_file(file()), before);
  ASSERT_TRUE(journal.push(link("c")));
  EXPECT_EQ(entries_of(open()), entries_of(journal));
}

TEST_F(JournalTest, KeepsCompleteLinesIfTruncatedAnywhere) {
  Journal journal = begin();
  ASSERT_TRUE(journal.push(link("a")));
  ASSERT_TRUE(journal.push(link("b")));
  const std::string whole = *read_file(file());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_TRUE(write_file(file(), whole.substr(0, size)));
    const auto lines = std::count(
        whole.begin(), whole.begin() + static_cast<long>(size), '\n');
    const auto cut = Journal::open(state_.path(), "wlan0");
    ASSERT_TRUE(cut) << size;
    EXPECT_EQ(cut->changes().size(),
              lines == 0 ? 0u : static_cast<std::size_t>(lines) - 1);
  }
}

TEST_F(JournalTest, ContinuesAfterItsLastCompleteLine) {
  Journal journal = begin();
  ASSERT_TRUE(journal.push(link("a")));
  const std::string whole = *read_file(file());
  ASSERT_TRUE(write_file(file(), whole + R"({"change":"li)"));
  Journal again = open();
  ASSERT_TRUE(again.push(link("b")));
  EXPECT_EQ(entries_of(open()), entries_of(again));
}

TEST_F(JournalTest, RefusesDamage) {
  Journal journal = begin();
  ASSERT_TRUE(journal.push(link("a")));
  const std::string whole = *read_file(file());
  for (const std::string& text :
       {"{}\n" + whole, "no JSON\n" + whole, whole + "no JSON\n",
        whole + "{\"change\":\"dance\"}\n"}) {
    ASSERT_TRUE(write_file(file(), text));
    const auto opened = Journal::open(state_.path(), "wlan0");
    ASSERT_FALSE(opened) << text;
    EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt) << text;
    EXPECT_NE(opened.error().message.find("undo by hand"), std::string::npos);
  }
}

TEST_F(JournalTest, NamesAnotherVersion) {
  begin();
  for (const char* text : {"{\"gateway\":1}\n", "{\"gateway\":99}\n"}) {
    ASSERT_TRUE(write_file(file(), text));
    const auto opened = Journal::open(state_.path(), "wlan0");
    ASSERT_FALSE(opened) << text;
    EXPECT_EQ(opened.error().kind, ErrorKind::kWrongVersion) << text;
    EXPECT_NE(opened.error().message.find("not a journal of this version"),
              std::string::npos);
  }
}

TEST_F(JournalTest, RefusesInvalidOptions) {
  begin();
  std::string text = *read_file(file());
  const std::size_t at = text.find("wlan0");
  ASSERT_NE(at, std::string::npos);
  ASSERT_TRUE(write_file(file(), text.replace(at, 5, "w/an0")));
  const auto opened = Journal::open(state_.path(), "wlan0");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt) << "no usage error";
}

TEST_F(JournalTest, IsEmptyWithoutAFile) {
  EXPECT_TRUE(open().changes().empty());
  EXPECT_EQ(open().options().lan, "");
  EXPECT_TRUE(Journal::recorded(state_ / "nowhere").empty());
}

TEST_F(JournalTest, IsListedByItsFolderAndRemovedWithIt) {
  Journal journal = begin();
  state_.put("gateway-wlan0/leases", "");
  EXPECT_EQ(Journal::recorded(state_.path()),
            std::vector<std::string>{"wlan0"});
  ASSERT_TRUE(journal.remove());
  EXPECT_TRUE(state_.names().empty());
}

// It lists the devices on the network.
TEST_F(JournalTest, IsReadableOnlyByItsOwner) {
  begin();
  using std::filesystem::perms;
  const auto mode = [](const std::string& path) {
    return std::filesystem::status(path).permissions();
  };
  EXPECT_EQ(mode(file()), perms::owner_read | perms::owner_write);
  EXPECT_EQ(mode(Journal::folder(state_.path(), "wlan0")), perms::owner_all);
}

TEST_F(JournalTest, IsListedOnceItsFolderExists) {
  state_.put("gateway-b/leases", "");  // killed at its start
  state_.put("gateway-a/x.partial", "");
  state_.put("gateway-file", "");
  state_.put("other/journal", "");
  begin();
  state_.put("gateway-wlan0/notes", "mine");
  EXPECT_EQ(Journal::recorded(state_.path()),
            (std::vector<std::string>{"a", "b", "wlan0"}));
}

TEST_F(JournalTest, KeepsOtherFiles) {
  Journal journal = begin();
  const std::string own = file();
  state_.put("gateway-wlan0/notes", "mine");
  state_.put("gateway-api/src/main.c", "mine");
  EXPECT_EQ(Journal::recorded(state_.path()),
            std::vector<std::string>{"wlan0"});
  const auto removed = journal.remove();
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().message,
            Journal::folder(state_.path(), "wlan0") +
                " holds notes, which is not the gateway's; move it away, then "
                "try again");
  EXPECT_TRUE(read_file(own));
  EXPECT_FALSE(Journal::create(state_.path(), options_));
  EXPECT_EQ(read_file(state_ / "gateway-wlan0/notes"), "mine");
}

TEST_F(JournalTest, IsOfThisNetworkAndBoot) {
  EXPECT_TRUE(begin().require_this_network());
  EXPECT_TRUE(open().require_this_network());
  EXPECT_FALSE(open().is_from_earlier_boot());
}

TEST_F(JournalTest, WithoutAFileFitsEveryNetwork) {
  EXPECT_TRUE(open().require_this_network());
  EXPECT_FALSE(open().is_from_earlier_boot());
}

TEST_F(JournalTest, RefusesAnotherNetwork) {
  begin();
  rewrite("network", "4:1:1");
  EXPECT_FALSE(open().is_from_earlier_boot());
  const auto here = open().require_this_network();
  ASSERT_FALSE(here);
  EXPECT_EQ(here.error().message,
            "the gateway on wlan0 belongs to another network namespace; run "
            "this there, as in 'ip netns exec NAME flowtell gateway ...', or, "
            "if that namespace is gone, end dnsmasq and remove " +
                Journal::folder(state_.path(), "wlan0"));
}

// Namespace numbers repeat after a reboot.
TEST_F(JournalTest, OfAnEarlierBootFitsEveryNetwork) {
  begin();
  rewrite("boot", "01234567-89ab-cdef-0123-456789abcdef");
  EXPECT_TRUE(open().is_from_earlier_boot());
  EXPECT_TRUE(open().require_this_network());
  rewrite("network", "4:1:1");
  EXPECT_TRUE(open().require_this_network());
}

TEST_F(JournalTest, RefusesAnotherVersion) {
  begin();
  std::string text = *read_file(file());
  const std::string_view version = "\"gateway\":2";
  text.replace(text.find(version), version.size(), "\"gateway\":1");
  ASSERT_TRUE(write_file(file(), text));
  EXPECT_FALSE(Journal::open(state_.path(), "wlan0"));
}

TEST_F(JournalTest, IsSyncedAfterEachEntry) {
  const Syncs syncs;
  Journal journal = begin();
  EXPECT_EQ(syncs.of(file()), 1);
  ASSERT_TRUE(journal.push(link("a")));
  EXPECT_EQ(syncs.of(file()), 2);
  ASSERT_TRUE(journal.push_complete());
  EXPECT_EQ(syncs.of(file()), 3);
  ASSERT_TRUE(journal.pop());
  EXPECT_EQ(syncs.of(file()), 4);
}

TEST_F(JournalTest, KeepsItsEntriesWhenASyncFails) {
  Journal journal = begin();
  ASSERT_TRUE(journal.push(link("a")));
  Syncs syncs;
  syncs.fail_with(EIO);
  const std::string reason = "cannot write " + file() + ": Input/output error";
  const auto pushed = journal.push(link("b"));
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().message, reason);
  EXPECT_FALSE(journal.push_complete());
  EXPECT_EQ(journal.changes().size(), 1u);
  EXPECT_FALSE(journal.is_complete());
  syncs.fail_with(0);
  ASSERT_TRUE(journal.push(link("c")));
  EXPECT_EQ(entries_of(open()), entries_of(journal)) << "b is overwritten";
  syncs.fail_with(EIO);
  const auto popped = journal.pop();
  ASSERT_FALSE(popped);
  EXPECT_EQ(popped.error().message, reason);
  EXPECT_EQ(journal.changes().size(), 2u);
}

TEST_F(JournalTest, LeavesNoFolderWhenTheFirstSyncFails) {
  Syncs syncs;
  syncs.fail_with(EIO);
  EXPECT_FALSE(Journal::create(state_.path(), options_));
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(JournalTest, MayUseDescriptorZero) {
  const ClosedInput closed;
  Journal journal = begin();
  ASSERT_TRUE(journal.push(link("a")));
  ASSERT_TRUE(journal.push(link("b")));
  ASSERT_TRUE(journal.pop());
  EXPECT_EQ(entries_of(open()), entries_of(journal));
}

TEST_F(JournalTest, IgnoresAnInvalidTime) {
  begin();
  std::string text = *read_file(file());
  const std::size_t at = text.find("\"since\":") + 8;
  text.replace(at, text.find(',', at) - at, "5");
  state_.put("gateway-wlan0/journal", text);
  EXPECT_EQ(open().since(), "");
}

}  // namespace
}  // namespace flowtell
