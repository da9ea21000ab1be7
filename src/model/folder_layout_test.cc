// SPDX-License-Identifier: Apache-2.0
//
// Which folders name the apps.
#include "model/folder_layout.h"

#include <gtest/gtest.h>

#include "model/labelled_captures.h"
#include "support/pcap_bytes.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

using TextList = std::vector<std::string>;

// Puts a capture into each folder.
void fill(const TemporaryFolder& folder, const TextList& folders) {
  for (const std::string& name : folders) {
    folder.put(name + "/1.pcap", pcap_bytes({frame().ethernet().ipv4().udp()}));
  }
}

struct Taken {
  TextList apps;
  std::string remark;  // without the folder's path
};

Taken taken_from(const TextList& folders, const TextList& trained = {}) {
  const TemporaryFolder folder;
  fill(folder, folders);
  std::vector<std::string> remarks;
  const auto captures = find_labelled_captures(
      folder.path(), {.apps = trained, .remarks = &remarks});
  Taken taken;
  if (!captures) return {{captures.error().message}, ""};
  for (const LabelledCapture& capture : *captures) {
    if (taken.apps.empty() || taken.apps.back() != capture.app) {
      taken.apps.push_back(capture.app);
    }
  }
  EXPECT_LE(remarks.size(), 1u);
  if (remarks.empty()) return taken;
  EXPECT_TRUE(remarks.front().starts_with(folder.path() + ": "));
  taken.remark = remarks.front().substr(folder.path().size() + 2);
  return taken;
}

TEST(FolderLayout, IsAFolderPerApp) {
  for (const TextList& folders :
       {TextList{"chat", "mail"}, TextList{"chat/monday", "mail"},
        TextList{"chat/2019/april", "mail/2020/may"},
        TextList{"chat/android", "chat/ios", "mail/android", "mail/ios"},
        TextList{"chat/phone1", "chat/phone2", "mail/phone1", "mail/phone2"},
        TextList{"chat/2019-04-03", "mail/2019-04-03"},
        TextList{"chat/run 1", "chat/run 2", "mail/run 1"},
        TextList{"chat/alice", "mail/bob"}}) {
    const Taken taken = taken_from(folders);
    EXPECT_EQ(taken.apps, (TextList{"chat", "mail"})) << folders.front();
    EXPECT_EQ(taken.remark, "");
  }
}

TEST(FolderLayout, MayHavePartsAboveTheApps) {
  for (const TextList& folders :
       {TextList{"group-a/chat", "group-a/mail", "group-b/chat",
                 "group-b/mail"},
        TextList{"team1/chat", "team2/mail"},
        TextList{"2019-04-03/chat", "2019-04-04/mail"},
        TextList{"Monday/chat/a", "Tuesday/mail/b"},
        TextList{"alice1/chat", "alice2/mail"},
        TextList{"fold_1/chat", "fold_2/chat", "fold_3/mail"}}) {
    const Taken taken = taken_from(folders);
    EXPECT_EQ(taken.apps, (TextList{"chat", "mail"})) << folders.front();
    EXPECT_NE(taken.remark.find("are taken as the apps (chat and mail), "
                                "because these name parts of a collection; if "
                                "this is wrong, list the captures in a "
                                "manifest (path,app)"),
              std::string::npos)
        << taken.remark;
  }
}

TEST(FolderLayout, MayBeOneFolderTooHigh) {
  EXPECT_EQ(taken_from({"captures/chat", "captures/mail"}).remark,
            "the folders below captures are taken as the apps (chat and mail), "
            "because it names a part of a collection; if this is wrong, list "
            "the captures in a manifest (path,app)");
  EXPECT_EQ(taken_from({"train/app1", "train/app2", "test/app1"}).apps,
            (TextList{"app1", "app2"}));
  EXPECT_EQ(taken_from({"ours/chat", "ours/mail"}).remark,
            "the folders below ours are taken as the apps (chat and mail), "
            "because it is the only folder; if this is wrong, list the "
            "captures in a manifest (path,app)");
}

TEST(FolderLayout, MayHaveTrainingAndTestFolders) {
  const Taken taken = taken_from({"train/chat", "train/mail", "test/chat"});
  EXPECT_EQ(taken.apps, (TextList{"chat", "mail"}));
  EXPECT_EQ(taken.remark,
            "the folders below test and train are taken as the apps (chat and "
            "mail), because these name parts of a collection; if this is "
            "wrong, list the captures in a manifest (path,app); all parts are "
            "read: name one of them to use it alone");
}

// The folders of a part are its group, for --split by-group.
TEST(FolderLayout, GroupsCapturesByPart) {
  const TemporaryFolder folder;
  fill(folder, {"train/chat", "test/chat", "test/mail"});
  const auto captures = find_labelled_captures(folder.path());
  ASSERT_TRUE(captures);
  EXPECT_EQ(captures->front().group, folder / "test");
  EXPECT_EQ(captures->back().app, "mail");
}

// Both readings are possible: the documented one holds, and is named.
TEST(FolderLayout, NamesADoubt) {
  const Taken taken =
      taken_from({"alice/chat", "alice/mail", "bob/chat", "bob/mail"});
  EXPECT_EQ(taken.apps, (TextList{"alice", "bob"}));
  EXPECT_EQ(taken.remark,
            "its folders are taken as the apps (alice and bob), although "
            "several hold the same folders (chat and mail); if those are the "
            "apps, list the captures in a manifest (path,app)");
}

TEST(FolderLayout, IsSettledByTrainedApps) {
  EXPECT_EQ(taken_from({"alice/chat", "bob/mail"}, {"chat", "mail"}).apps,
            (TextList{"chat", "mail"}));
  const Taken one = taken_from({"chat/alice", "chat/bob"}, {"chat", "mail"});
  EXPECT_EQ(one.apps, TextList{"chat"});
  EXPECT_EQ(one.remark, "");
}

}  // namespace
}  // namespace flowtell
