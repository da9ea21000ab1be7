// SPDX-License-Identifier: Apache-2.0
//
// Damaged or wrong captures and folders: one message that names the input and
// the remedy, and the right exit code.
#include "support/app_captures.h"
#include "support/packed.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/program.h"
#include "support/put.h"

namespace flowtell {
namespace {

class BadCaptures : public ProgramTest {
 protected:
  static std::vector<TestFrame> three_frames() {
    std::vector<TestFrame> frames;
    for (int i = 0; i < 3; ++i) {
      frames.push_back(frame().ethernet().ipv4().udp().payload(100).at(
          kTestStart + 10ms * i));
    }
    return frames;
  }
  static std::string plain() { return pcap_bytes(three_frames()); }
  // The bytes with one byte changed.
  static std::string flipped(std::string bytes, std::size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    return bytes;
  }
};

TEST_F(BadCaptures, WithoutCaptureData) {
  put("empty.pcap", "");
  put("notes.txt", "Dear diary, today I recorded nothing.\n");
  put("header.pcap", plain().substr(0, 20));
  put("text.gz", gzip_packed("still no capture"));
  put("empty/notes.txt", "nothing here");
  run("flowtell flows empty.pcap");
  run("flowtell flows notes.txt");
  run("flowtell flows header.pcap");
  run("flowtell flows text.gz");
  run("flowtell flows absent.pcap");
  run("flowtell flows empty");
  run("flowtell flows - </dev/null");
  run("flowtell flows .");
  expect("bad_captures_that_are_none");
}

TEST_F(BadCaptures, Truncated) {
  const std::string bytes = plain();
  put("cut.pcap", bytes.substr(0, bytes.size() - 30));
  put("cut_in_header.pcap", bytes.substr(0, bytes.size() - 150));
  const std::string blocks = pcapng_bytes(three_frames());
  put("cut.pcapng", blocks.substr(0, blocks.size() - 30));
  // Large enough to give output before the cut.
  const std::string packed = gzip_packed(app_capture(MadeUpApp::kChat, 1));
  put("cut.gz", packed.substr(0, packed.size() - 10));
  const std::string zstd = zstd_packed(plain());
  put("cut.zst", zstd.substr(0, zstd.size() - 10));
  run("flowtell flows cut.pcap");
  run("flowtell flows cut_in_header.pcap");
  run("flowtell flows cut.pcapng");
  run("flowtell flows cut.gz | wc -l");
  run("flowtell flows cut.gz >/dev/null");
  run("flowtell flows cut.zst");
  run("flowtell flows - <cut.pcap");
  run("flowtell flows cut.pcap -o flows.txt; cat flows.txt");
  expect("bad_captures_that_are_cut");
}

TEST_F(BadCaptures, WithFlippedBits) {
  const std::string bytes = plain();
  constexpr std::size_t kSecondRecord = 24 + 16 + 142;
  put("link.pcap", flipped(bytes, 20));
  put("length.pcap", flipped(bytes, kSecondRecord + 11));
  put("address.pcap", flipped(bytes, kSecondRecord + 16 + 26));
  put("version.pcap", flipped(bytes, kSecondRecord + 16 + 14));
  const std::string packed = gzip_packed(app_capture(MadeUpApp::kChat, 1));
  put("flipped.gz", flipped(packed, packed.size() / 2));
  run("flowtell flows link.pcap");
  run("flowtell flows length.pcap");
  run("flowtell flows address.pcap");
  run("flowtell flows version.pcap --ledger");
  run("flowtell flows flipped.gz >/dev/null");
  expect("bad_captures_that_are_flipped");
}

TEST_F(BadCaptures, WithHostileFields) {
  std::string huge = pcap_header() + std::string(8, '\0');
  flowtell::put(huge, UINT32_MAX, ByteOrder::kLittle);
  flowtell::put(huge, UINT32_MAX, ByteOrder::kLittle);
  put("huge_record.pcap", huge);
  PcapngBytes blocks = pcapng();
  blocks.interface({.resolution = 0xbf}).enhanced(three_frames()[0], 9);
  blocks.interface().enhanced(three_frames()[0]);
  put("odd_blocks.pcapng", blocks.bytes());
  std::string endless = pcapng().interface().bytes();
  flowtell::put(endless, std::uint32_t{6}, ByteOrder::kLittle);
  flowtell::put(endless, std::uint32_t{0}, ByteOrder::kLittle);
  put("endless.pcapng", endless + std::string(40, '\0'));
  put("lying_lengths.pcap",
      pcap_bytes({frame().ethernet().ipv4().stated_length(10).udp(),
                  frame().ethernet().ipv4().tcp().data_offset(1),
                  frame().ethernet().ipv4().stated_length(65535).udp()}));
  run("flowtell flows huge_record.pcap");
  run("flowtell flows odd_blocks.pcapng");
  run("flowtell flows endless.pcapng");
  run("flowtell flows lying_lengths.pcap --ledger");
  expect("bad_captures_that_are_hostile");
}

TEST_F(BadCaptures, WithoutApps) {
  put("beside/a.pcap", plain());
  put("beside/notes/read.me", "no captures in here");
  put("list.txt", "home/a.pcap chat\n");
  run("flowtell train beside -o apps.model");
  run("flowtell train list.txt -o apps.model");
  run("flowtell train absent -o apps.model");
  run("flowtell evaluate beside");
  run("ls");
  expect("bad_folders_of_no_apps");
}

TEST_F(BadCaptures, WithOneApp) {
  put("one/chat/1.pcap", app_capture(MadeUpApp::kChat, 1));
  put("one/chat/2.pcap", app_capture(MadeUpApp::kChat, 2));
  put("half/chat/1.pcap", app_capture(MadeUpApp::kChat, 1));
  put("half/video/1.pcap", pcap_header());
  put("neither/chat/1.pcap", pcap_header());
  put("neither/video/1.pcap", pcap_header());
  put("forbidden/chat/1.pcap", app_capture(MadeUpApp::kChat, 1));
  put("forbidden/unknown/1.pcap", app_capture(MadeUpApp::kVideo, 1));
  run("flowtell train one -o apps.model");
  run("flowtell evaluate one");
  run("flowtell train half -o apps.model");
  run("flowtell train neither -o apps.model");
  run("flowtell train forbidden -o apps.model");
  run("ls");
  expect("bad_folders_of_one_app");
}

TEST_F(BadCaptures, WithOneCaptureOfAnApp) {
  put_app_captures(folder(), "home", 100, 3);
  put("home/mail/1.pcap", app_capture(MadeUpApp::kChat, 9));
  run("flowtell evaluate home --trees 10");
  run("flowtell train home -o apps.model --trees 10");
  put_app_captures(folder(), "single", 100, 1);
  run("flowtell evaluate single --trees 10");
  expect("bad_folders_of_single_captures");
}

TEST_F(BadCaptures, WithAppsNotInTraining) {
  put_app_captures(folder(), "home", 100, 2);
  put("office/game/1.pcap", app_capture(MadeUpApp::kChat, 9));
  run("flowtell evaluate home --test office");
  run("flowtell evaluate home --test absent");
  expect("bad_folders_of_other_apps");
}

TEST_F(BadCaptures, AreUsedUpToTheDamageInTraining) {
  put_app_captures(folder(), "home", 100, 3);
  const std::string bytes = app_capture(MadeUpApp::kVideo, 77);
  put("home/video/9.pcap", bytes.substr(0, bytes.size() / 2 + 3));
  put("home/chat/8.pcap", pcap_header());
  run("flowtell train home -o apps.model --trees 10 --no-score");
  run("flowtell evaluate home --trees 10 >/dev/null");
  run("flowtell classify apps.model home/video/9.pcap >/dev/null");
  expect("bad_captures_when_learning");
}

// One invalid capture does not stop the processing of others.
TEST_F(BadCaptures, DoNotStopOthers) {
  put_app_captures(folder(), "home", 100, 3);
  put("home/chat/cut.pcap", plain().substr(0, 20));
  put("home/video/empty.pcapng.gz", "");
  put("home/video/text.pcap", "Dear diary, today I recorded nothing.\n");
  put("home/video/notes.txt", "files of other kinds are passed over");
  put("list.csv",
      "path,app\nhome/chat/1.pcap,chat\nhome/chat/cut.pcap,chat\n"
      "home/video/1.pcap,video\nhome/video/2.pcap,video\n");
  run("flowtell flows home | wc -l");
  run("flowtell flows home >/dev/null");
  run("flowtell flows home/chat/cut.pcap home/chat/1.pcap >/dev/null");
  run("flowtell flows home/chat/cut.pcap home/video/text.pcap -o flows.txt");
  run("flowtell flows home/chat/cut.pcap absent.pcap home/chat/1.pcap");
  run("flowtell train home -o apps.model --trees 10 --no-score");
  run("flowtell train list.csv -o list.model --trees 10 --no-score");
  run("flowtell audit home >/dev/null");
  run("flowtell evaluate home --trees 10 >/dev/null");
  run("flowtell classify apps.model home >/dev/null");
  run("flowtell explain apps.model home >/dev/null");
  run("ls");
  expect("bad_captures_beside_good_ones");
}

TEST_F(BadCaptures, WithInvalidManifests) {
  put("home/a.pcap", app_capture(MadeUpApp::kChat, 1));
  put("columns.csv", "file,label\nhome/a.pcap,chat\n");
  put("absent.csv", "path,app\nhome/a.pcap,chat\nhome/b.pcap,mail\n");
  put("time.csv", "path,app,from\nhome/a.pcap,chat,noon\n");
  put("device.csv", "path,app,device\nhome/a.pcap,chat,my phone\n");
  put("app.csv", "path,app\nhome/a.pcap,\n");
  put("none.csv", "path,app\n");
  for (const char* name :
       {"columns", "absent", "time", "device", "app", "none"}) {
    run(fmt::format("flowtell evaluate {}.csv", name));
  }
  expect("bad_manifests");
}

}  // namespace
}  // namespace flowtell
