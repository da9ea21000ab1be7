// SPDX-License-Identifier: Apache-2.0
#include "live/session_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "model/labelled_captures.h"
#include "support/closed_input.h"
#include "support/file_size_limit.h"
#include "support/other_user.h"
#include "support/syncs.h"
#include "support/temporary_folder.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr std::string_view kHeader =
    "path,app,device,started,ended,host,notes\n";

class Sessions : public testing::Test {
 protected:
  SessionFolder open(const std::string& app = "news") const {
    auto sessions = SessionFolder::open(home_, app);
    require(sessions && sessions->make(), "a test's folder cannot be made");
    return *sessions;
  }
  std::string manifest() const { return *read_file(home_ + "/manifest.csv"); }
  void put_manifest(std::string_view text) const {
    folder_.put("home/manifest.csv", text);
  }
  static SessionRow row() {
    return {"news/a.pcap",    "news",   "192.168.12.7", kTestStart,
            kTestStart + 90s, "router", "first try"};
  }
  static constexpr std::string_view kRow =
      "news/a.pcap,news,192.168.12.7,2019-04-03T17:21:09Z,"
      "2019-04-03T17:22:39Z,router,first try\n";

  TemporaryFolder folder_;
  std::string home_ = folder_ / "home";
};

TEST_F(Sessions, UseAFolderPerApp) {
  const SessionFolder sessions = open();
  EXPECT_TRUE(std::filesystem::is_directory(home_ + "/news"));
  EXPECT_EQ(sessions.path_for(kTestStart), "news/20190403T172109Z.pcap");
  EXPECT_EQ(sessions.full_path("news/a.pcap"), home_ + "/news/a.pcap");
}

TEST_F(Sessions, NeverReuseAPath) {
  const SessionFolder sessions = open();
  folder_.put("home/news/20190403T172109Z.pcap", "");
  EXPECT_EQ(sessions.path_for(kTestStart), "news/20190403T172109Z-2.pcap");
  folder_.put("home/news/20190403T172109Z-2.pcap", "");
  EXPECT_EQ(sessions.path_for(kTestStart), "news/20190403T172109Z-3.pcap");
}

TEST_F(Sessions, CreateNothingBeforeMake) {
  ASSERT_TRUE(SessionFolder::open(home_, "news"));
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Sessions, AcceptAnExistingFolder) {
  EXPECT_TRUE(open().make());
  EXPECT_TRUE(open("mail").make());
}

TEST_F(Sessions, ReportAFolderThatCannotBeMade) {
  folder_.put("home", "a file");
  const auto sessions = SessionFolder::open(home_, "news");
  ASSERT_TRUE(sessions);
  const auto made = sessions->make();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(made.error().message, "cannot make the folder " + home_ +
                                      "/news: Not a directory; choose another");
}

TEST_F(Sessions, AcceptNamesThatCanBeFolders) {
  for (const char* app : {"news", "vid\xc3\xa9o, live", "a.b", "Unknown"}) {
    EXPECT_TRUE(SessionFolder::open(home_, app)) << app;
  }
  for (const char* app : {"", ".", "..", ".hidden", "a/b", "/etc", "../up",
                          "a\nb", "unknown", "manifest.csv"}) {
    const auto sessions = SessionFolder::open(home_, app);
    ASSERT_FALSE(sessions) << app;
    EXPECT_EQ(sessions.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(sessions.error().message,
              fmt::format("'{}' cannot name an app: a name has no '/', does "
                          "not begin with a dot and is neither 'unknown' nor "
                          "'manifest.csv'",
                          app));
  }
}

TEST_F(Sessions, AreListedInAManifest) {
  const SessionFolder sessions = open();
  ASSERT_TRUE(sessions.add(row()));
  EXPECT_EQ(manifest(), fmt::format("{}{}", kHeader, kRow));
  ASSERT_TRUE(sessions.add(row()));
  EXPECT_EQ(manifest(), fmt::format("{}{}{}", kHeader, kRow, kRow));
}

TEST_F(Sessions, QuoteNotes) {
  SessionRow noted = row();
  noted.notes = "rain, \"heavy\"\nthen sun";
  ASSERT_TRUE(open().add(noted));
  EXPECT_TRUE(manifest().ends_with(",\"rain, \"\"heavy\"\"\nthen sun\"\n"))
      << manifest();
}

// `train` reads recorded sessions.
TEST_F(Sessions, WriteAManifestThatTrainReads) {
  const SessionFolder sessions = open();
  ASSERT_TRUE(sessions.add(row()));
  const auto captures = find_labelled_captures(home_ + "/manifest.csv");
  ASSERT_TRUE(captures) << captures.error().message;
  ASSERT_EQ(captures->size(), 1u);
  EXPECT_EQ(captures->front().path, home_ + "/news/a.pcap");
  EXPECT_EQ(captures->front().app, "news");
}

TEST_F(Sessions, AppendToAnExistingManifest) {
  put_manifest(fmt::format("{}{}", kHeader, kRow));
  ASSERT_TRUE(open().add(row()));
  EXPECT_EQ(manifest(), fmt::format("{}{}{}", kHeader, kRow, kRow));
}

TEST_F(Sessions, WriteTheHeaderToAnEmptyManifest) {
  put_manifest("");
  ASSERT_TRUE(open().add(row()));
  EXPECT_EQ(manifest(), fmt::format("{}{}", kHeader, kRow));
}

TEST_F(Sessions, CompleteALastLineWithoutNewline) {
  put_manifest(fmt::format("{}{}", kHeader, kRow.substr(0, kRow.size() - 1)));
  ASSERT_TRUE(open().add(row()));
  EXPECT_EQ(manifest(), fmt::format("{}{}{}", kHeader, kRow, kRow));
}

TEST_F(Sessions, RefuseAnotherKindOfManifest) {
  put_manifest("path,app\nold.pcap,news\n");
  const auto sessions = SessionFolder::open(home_, "news");
  ASSERT_FALSE(sessions);
  EXPECT_EQ(sessions.error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(sessions.error().message,
            home_ +
                "/manifest.csv does not have the columns of recordings "
                "(path,app,device,started,ended,host,notes); choose another "
                "folder");
  EXPECT_EQ(manifest(), "path,app\nold.pcap,news\n");
}

TEST_F(Sessions, AddARowWholeOrNotAtAll) {
  const SessionFolder sessions = open();
  ASSERT_TRUE(sessions.add(row()));
  const std::string before = manifest();
  const auto added = [&] {
    const FileSizeLimit full(before.size() + 20);
    return sessions.add(row());
  }();
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind, ErrorKind::kNotWritable);
  EXPECT_EQ(added.error().message,
            "cannot add news/a.pcap to " + home_ +
                "/manifest.csv: File too large; free space and add the line "
                "by hand");
  EXPECT_EQ(manifest(), before);
}

TEST_F(Sessions, BelongToTheGivenOwner) {
  const SessionFolder sessions = SessionFolder::open(home_, "news").value();
  const Account owner{::getuid() == 0 ? 1234u : ::getuid(),
                      ::getuid() == 0 ? 4321u : ::getgid(), "recorder"};
  ASSERT_TRUE(sessions.make(owner));
  for (const std::string& folder : {home_, home_ + "/news"}) {
    struct stat status {};
    ASSERT_EQ(::stat(folder.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, owner.user) << folder;
    EXPECT_EQ(status.st_gid, owner.group) << folder;
  }
  EXPECT_TRUE(sessions.make(owner)) << "a second time";
}

TEST_F(Sessions, AreCheckedBeforeARecordingBegins) {
  const SessionFolder sessions = SessionFolder::open(home_, "news").value();
  ASSERT_FALSE(sessions.check_writable()) << "the folder is not there yet";
  ASSERT_TRUE(sessions.make());
  EXPECT_TRUE(sessions.check_writable());
  ASSERT_TRUE(sessions.add(row()));
  EXPECT_TRUE(sessions.check_writable());
}

TEST_F(Sessions, AreSyncedWhenAdded) {
  const Syncs syncs;
  const SessionFolder sessions = open();
  EXPECT_EQ(syncs.of(folder_.path()), 1) << "the name of each folder made";
  EXPECT_EQ(syncs.of(home_), 1);
  ASSERT_TRUE(sessions.add(row()));
  EXPECT_EQ(syncs.of(home_ + "/manifest.csv"), 1);
  EXPECT_EQ(syncs.of(home_), 2) << "the manifest's name";
  ASSERT_TRUE(sessions.add(row()));
  EXPECT_EQ(syncs.of(home_ + "/manifest.csv"), 2);
  EXPECT_EQ(syncs.of(home_), 2) << "its name is unchanged";
}

TEST_F(Sessions, ReportASyncError) {
  const SessionFolder sessions = open();
  Syncs syncs;
  syncs.fail_with(EIO);
  const auto added = sessions.add(row());
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message,
            "cannot add news/a.pcap to " + home_ +
                "/manifest.csv: Input/output error; free space and add the "
                "line by hand");
  syncs.fail_with(EINVAL);
  EXPECT_TRUE(sessions.add(row())) << "there is nothing to sync";
}

TEST_F(Sessions, MayUseDescriptorZero) {
  const SessionFolder sessions = open();
  const ClosedInput closed;
  ASSERT_TRUE(sessions.add(row()));
  EXPECT_EQ(manifest(), fmt::format("{}{}", kHeader, kRow));
  const SessionFolder other = SessionFolder::open(home_, "mail").value();
  EXPECT_TRUE(other.make(Account{::getuid(), ::getgid(), "recorder"}));
}

TEST_F(Sessions, FollowNoLinkOfAnotherUser) {
  SKIP_UNLESS_ROOT();
  const std::string precious = folder_.put("precious", "");
  std::filesystem::create_directory(folder_ / "elsewhere");
  make_folder_with(home_, 01777);
  const auto is_refused = [](const Result<void>& done) {
    return !done && done.error().kind == ErrorKind::kNotWritable &&
           done.error().message.find("is a link of another user") !=
               std::string::npos;
  };
  const SessionFolder before = open("mail");
  make_link_of(kOtherUser, folder_ / "elsewhere", home_ + "/news");
  EXPECT_TRUE(is_refused(SessionFolder::open(home_, "news")->make()));
  EXPECT_TRUE(SessionFolder::open(home_, "mail")->make());
  make_link_of(kOtherUser, precious, home_ + "/manifest.csv");
  EXPECT_TRUE(is_refused(SessionFolder::open(home_, "mail")->make()));
  EXPECT_TRUE(is_refused(before.add(row()))) << "a link created later";
  EXPECT_EQ(*read_file(precious), "");
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "elsewhere"));
}

TEST_F(Sessions, FollowOwnLinks) {
  folder_.put("listed.csv", "");
  const SessionFolder sessions = open();
  std::filesystem::create_symlink("../listed.csv", home_ + "/manifest.csv");
  ASSERT_TRUE(sessions.make());
  ASSERT_TRUE(sessions.add(row()));
  EXPECT_EQ(*read_file(folder_ / "listed.csv"),
            fmt::format("{}{}", kHeader, kRow));
}

TEST_F(Sessions, ReportAManifestThatCannotBeOpened) {
  const SessionFolder sessions = open();
  std::filesystem::create_directory(home_ + "/manifest.csv");
  const auto added = sessions.add(row());
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().message.find("manifest.csv: Is a directory; "),
            std::string::npos)
      << added.error().message;
}

}  // namespace
}  // namespace flowtell
