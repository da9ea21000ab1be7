// SPDX-License-Identifier: Apache-2.0
//
// Folders of labelled captures; manifest_test.cc tests manifests.
#include "model/labelled_captures.h"

#include <gtest/gtest.h>

#include "support/packed.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

std::string any_capture() {
  return pcap_bytes({frame().ethernet().ipv4().udp()});
}

// "app: path" of each capture found, relative to the folder.
std::vector<std::string> found_in(const TemporaryFolder& folder) {
  const auto captures = find_labelled_captures(folder.path());
  if (!captures) return {captures.error().message};
  std::vector<std::string> found;
  for (const LabelledCapture& capture : *captures) {
    EXPECT_EQ(capture.group, capture.path);
    EXPECT_FALSE(capture.device || capture.from || capture.to);
    found.push_back(capture.app + ": " +
                    capture.path.substr(folder.path().size() + 1));
  }
  return found;
}

using Found = std::vector<std::string>;

TEST(LabelledCaptures, TakeTheAppFromTheFolder) {
  const TemporaryFolder folder;
  folder.put("mail/2.pcap", any_capture());
  folder.put("mail/1.pcap", any_capture());
  folder.put("chat/9.pcap", any_capture());
  EXPECT_EQ(found_in(folder), (Found{"chat: chat/9.pcap", "mail: mail/1.pcap",
                                     "mail: mail/2.pcap"}));
}

TEST(LabelledCaptures, AreFoundAtAnyDepth) {
  const TemporaryFolder folder;
  folder.put("chat/2019/april/a.pcap", any_capture());
  folder.put("chat/b.pcap", any_capture());
  EXPECT_EQ(found_in(folder),
            (Found{"chat: chat/2019/april/a.pcap", "chat: chat/b.pcap"}));
}

// A file named like a capture is found whatever its content: opening it reports
// the error, which skipping it would hide.
TEST(LabelledCaptures, AreFoundByContentOrName) {
  const TemporaryFolder folder;
  folder.put("chat/README.md", any_capture());
  folder.put("chat/b", gzip_packed(any_capture()));
  folder.put("chat/c", zstd_packed(any_capture()));
  folder.put("chat/d", pcapng().bytes());
  folder.put("chat/e", "this is no capture");
  folder.put("chat/empty.pcap", "");
  folder.put("chat/notes.pcap", "this is no capture");
  EXPECT_EQ(found_in(folder),
            (Found{"chat: chat/README.md", "chat: chat/b", "chat: chat/c",
                   "chat: chat/d", "chat: chat/empty.pcap",
                   "chat: chat/notes.pcap"}));
}

TEST(LabelledCaptures, SkipHiddenFoldersAndOtherFiles) {
  const TemporaryFolder folder;
  folder.put(".git/a.pcap", any_capture());
  folder.put(".hidden.pcap", any_capture());
  folder.put("manifest.csv", "path,app\n");
  folder.put("notes.pcap", "this is no capture");
  folder.put("chat/a.pcap", any_capture());
  folder.put("nothing yet/notes.txt", "to do");
  EXPECT_EQ(found_in(folder), Found{"chat: chat/a.pcap"});
}

// Captures outside the folders of apps name the app of each flow.
TEST(LabelledCaptures, HaveNoAppBesideTheFolders) {
  const TemporaryFolder folder;
  folder.put("tuesday.pcapng", pcapng().bytes());
  folder.put("monday.pcap", any_capture());
  folder.put("chat/a.pcap", any_capture());
  EXPECT_EQ(found_in(folder),
            (Found{"chat: chat/a.pcap", ": monday.pcap", ": tuesday.pcapng"}));
}

// What macOS, Windows and network disks leave in folders and archives.
TEST(LabelledCaptures, SkipLitter) {
  const TemporaryFolder folder;
  folder.put("chat/a.pcap", any_capture());
  const std::string apple_double("\0\5\x16\7\0\2\0\0", 8);
  folder.put("__MACOSX/chat/._a.pcap", apple_double);
  folder.put("__MACOSX/._chat", apple_double);
  folder.put("chat/._a.pcap", apple_double);
  folder.put("chat/._a.pcapng.gz", apple_double);
  folder.put("chat/__MACOSX/a.pcap", any_capture());
  folder.put("chat/.DS_Store", "Bud1");
  folder.put("chat/Thumbs.db", "\xd0\xcf\x11\xe0");
  folder.put("chat/desktop.ini", "[.ShellClassInfo]");
  folder.put("chat/@eaDir/a.pcap/x.pcap", "thumbnail");
  folder.put(".Trash-1000/files/old.pcap", any_capture());
  folder.put("chat/.Trash-1000/old.pcap", any_capture());
  EXPECT_EQ(found_in(folder), Found{"chat: chat/a.pcap"});
}

// A hidden file that is a capture is one.
TEST(LabelledCaptures, JudgeHiddenFilesByContent) {
  const TemporaryFolder folder;
  folder.put("chat/._a.pcap", any_capture());
  EXPECT_EQ(found_in(folder), Found{"chat: chat/._a.pcap"});
}

std::string capture_after(std::chrono::seconds offset) {
  return pcap_bytes({frame().ethernet().ipv4().udp().at(kTestStart + offset)});
}

// The files of a rotation are one capture of their app.
TEST(LabelledCaptures, MayConsistOfSeveralFiles) {
  const TemporaryFolder folder;
  const std::string first = folder.put("chat/a.pcap0", capture_after(0s));
  const std::string second = folder.put("chat/a.pcap1", capture_after(2s));
  folder.put("mail/a.pcap2", capture_after(4s));
  std::vector<CaptureFiles> joined;
  auto captures =
      find_labelled_captures(folder.path(), {.apps = {}, .joined = &joined});
  ASSERT_TRUE(captures);
  ASSERT_EQ(captures->size(), 2u);
  EXPECT_EQ(captures->front().path, first);
  EXPECT_EQ(captures->front().more, std::vector<std::string>{second});
  EXPECT_EQ(joined, (std::vector<CaptureFiles>{{first, second}}));
  captures =
      find_labelled_captures(folder.path(), {.apps = {}, .joins_files = false});
  ASSERT_TRUE(captures);
  EXPECT_EQ(captures->size(), 3u);
}

// A manifest says what is one recording, whatever the names.
TEST(LabelledCaptures, MayBeASessionOfAManifest) {
  for (const char* column : {"session", "capture", "Session"}) {
    const TemporaryFolder folder;
    folder.put("x.pcap", capture_after(2s));
    folder.put("y.pcap", capture_after(0s));
    folder.put("z.pcap", capture_after(60s));
    folder.put("w.pcap", capture_after(4s));
    const auto captures = find_labelled_captures(folder.put(
        "list.csv", fmt::format("path,app,{}\nx.pcap,chat,one\ny.pcap,chat,"
                                "one\nz.pcap,chat,one\nw.pcap,mail,one\n",
                                column)));
    ASSERT_TRUE(captures) << captures.error().message;
    ASSERT_EQ(captures->size(), 3u);
    EXPECT_EQ((*captures)[0].path, folder / "y.pcap");
    EXPECT_EQ((*captures)[0].more, std::vector<std::string>{folder / "x.pcap"});
    EXPECT_EQ((*captures)[1].path, folder / "z.pcap");
    for (const LabelledCapture& capture : *captures) {
      EXPECT_EQ(capture.session, "one");
    }
  }
}

TEST(LabelledCaptures, MayBeOneCapture) {
  const TemporaryFolder folder;
  const std::string path = folder.put("phone", gzip_packed(any_capture()));
  const auto captures = find_labelled_captures(path);
  ASSERT_TRUE(captures) << captures.error().message;
  ASSERT_EQ(captures->size(), 1u);
  EXPECT_EQ(captures->front().path, path);
  EXPECT_TRUE(captures->front().names_own_apps());
  EXPECT_FALSE(captures->front().is_optional);
}

TEST(LabelledCaptures, KeepAppNamesUnchanged) {
  const TemporaryFolder folder;
  folder.put("Vidéo, \"live\"/a.pcap", any_capture());
  EXPECT_EQ(found_in(folder), Found{"Vidéo, \"live\": Vidéo, \"live\"/a.pcap"});
}

TEST(LabelledCaptures, RejectAnAppCalledUnknown) {
  const TemporaryFolder folder;
  folder.put("unknown/a.pcap", any_capture());
  EXPECT_EQ(found_in(folder),
            Found{folder / "unknown" +
                  ": an app cannot be called 'unknown', which is the verdict "
                  "that names no app; rename it"});
}

TEST(LabelledCaptures, RejectAnAppNameThatIsNotText) {
  const TemporaryFolder folder;
  folder.put("caf\xe9/a.pcap", any_capture());
  const auto found = find_labelled_captures(folder.path());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::kCorrupt);
  EXPECT_NE(found.error().message.find("plain text (UTF-8)"),
            std::string::npos);
}

TEST(LabelledCaptures, FailWithoutCaptures) {
  const TemporaryFolder folder;
  const std::string expected =
      folder.path() +
      " has no sub-folder with captures; put each app's captures into a "
      "sub-folder named for the app";
  EXPECT_EQ(found_in(folder), Found{expected});
  EXPECT_EQ(find_labelled_captures(folder.path()).error().kind,
            ErrorKind::kNoData);
  folder.put("a.pcap", "this is no capture");
  folder.put("chat/notes.txt", "to do");
  EXPECT_EQ(found_in(folder), Found{expected});
}

TEST(LabelledCaptures, FailForAMissingFolder) {
  const TemporaryFolder folder;
  const auto captures = find_labelled_captures(folder / "absent");
  ASSERT_FALSE(captures);
  EXPECT_EQ(captures.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(
      captures.error().message,
      "cannot open " + (folder / "absent") +
          ": No such file or directory; check that it exists and is readable");
}

}  // namespace
}  // namespace flowtell
