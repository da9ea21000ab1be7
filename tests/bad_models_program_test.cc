// SPDX-License-Identifier: Apache-2.0
//
// Unusable models and unwritable outputs, and the file that was there before.
#include <unistd.h>

#include "base/byte_writer.h"
#include "base/checksum.h"
#include "base/file.h"
#include "model/model_file.h"
#include "support/app_captures.h"
#include "support/program.h"

namespace flowtell {
namespace {

class BadModels : public ProgramTest {
 protected:
  void SetUp() override {
    put_app_captures(folder(), "home", 100, 2);
    put("phone.pcap", app_capture(MadeUpApp::kVideo, 500));
  }
  // The bytes of a trained model.
  std::string trained() {
    const Outcome outcome =
        run("flowtell train home -o good.model --trees 5 --no-score");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return *read_file(folder() / "good.model");
  }
  // The bytes with a correct checksum.
  static std::string resealed(std::string bytes) {
    bytes.resize(bytes.size() - 4);
    ByteWriter sum;
    sum.u32(crc32(as_bytes(bytes)));
    return bytes + sum.bytes();
  }
};

TEST_F(BadModels, AreRejectedWithARemedy) {
  const std::string good = trained();
  std::string version = good;
  version[8] = 9;
  put("version.model", resealed(version));
  put("cut.model", good.substr(0, good.size() / 2));
  std::string flipped = good;
  flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 1);
  put("flipped.model", flipped);
  put("longer.model", good + "more");
  put("empty.model", "");
  Model other = *decode_model(as_bytes(good));
  other.feature_identity += "telepathy ";
  put("features.model", *encode_model(other));
  other = *decode_model(as_bytes(good));
  other.columns.pop_back();
  other.importance.pop_back();
  put("columns.model", *encode_model(other));
  for (const char* name : {"version", "cut", "flipped", "longer", "empty",
                           "features", "columns", "absent"}) {
    run(fmt::format("flowtell classify {}.model phone.pcap", name));
  }
  run("flowtell classify phone.pcap good.model");
  run("flowtell classify home phone.pcap");
  run("flowtell model cut.model");
  run("flowtell model phone.pcap");
  expect("bad_models");
}

TEST_F(BadModels, WithoutEndAreRejected) {
  const Outcome manifest = run("flowtell train /dev/zero -o apps.model");
  EXPECT_EQ(manifest.exit_code, 1);
  EXPECT_EQ(manifest.err,
            "flowtell: /dev/zero is larger than 64 MiB, the limit for this "
            "kind of file; check that it is the right one\n");
  const Outcome model = run("flowtell classify /dev/zero phone.pcap");
  EXPECT_EQ(model.exit_code, 1);
  EXPECT_EQ(
      model.err,
      "flowtell: cannot use /dev/zero: it is not a flowtell model; make one "
      "with 'flowtell train'\n");
}

TEST_F(BadModels, CannotBeWrittenToBadPaths) {
  put("notes.txt", "a file, not a folder");
  run("flowtell train home -o absent/apps.model --trees 5 --no-score");
  run("flowtell train home -o notes.txt/apps.model --trees 5 --no-score");
  run("flowtell train home -o home --trees 5 --no-score");
  run("flowtell train home -o /dev/full --trees 5 --no-score");
  run("ls");
  expect("bad_places_for_models");
}

// A file-size limit of one block simulates a full disk.
TEST_F(BadModels, KeepTheOldModelOnAFullDisk) {
  const std::string good = trained();
  run("ulimit -f 1; trap '' XFSZ; "
      "flowtell train home -o good.model --seed 2 --no-score");
  run("ls");
  expect("bad_disk_for_a_model");
  EXPECT_EQ(*read_file(folder() / "good.model"), good);
}

TEST_F(BadModels, KeepTheOldModelOnBadCaptures) {
  const std::string good = trained();
  run("flowtell train home/chat -o good.model");
  run("flowtell train absent -o good.model");
  EXPECT_EQ(*read_file(folder() / "good.model"), good);
}

TEST_F(BadModels, ReplaceTheOldModelThroughALink) {
  const std::string good = trained();
  put("link", "");
  run("ln -sf good.model link && "
      "flowtell train home -o link --trees 6 --no-score && ls -F");
  EXPECT_NE(*read_file(folder() / "good.model"), good);
  EXPECT_TRUE(std::filesystem::is_symlink(folder() / "link"));
}

TEST_F(BadModels, AndOtherOutputsReportWriteErrors) {
  trained();
  run("flowtell --version >/dev/full");
  run("flowtell flows --help >/dev/full");
  run("flowtell flows phone.pcap >/dev/full");
  run("flowtell flows phone.pcap -o /dev/full");
  run("flowtell flows phone.pcap -o absent/flows.txt");
  run("flowtell classify good.model phone.pcap >/dev/full");
  run("flowtell classify good.model phone.pcap -o absent/flows.txt");
  run("flowtell evaluate home --trees 5 --json absent/score.json >/dev/null");
  run("flowtell evaluate home --trees 5 >/dev/full");
  run("flowtell model good.model >/dev/full");
  run("flowtell model good.model --json /dev/full >/dev/null");
  run("ls");
  expect("bad_outputs");
}

// A command prefix under which permissions apply even to root.
std::string without_root_rights() {
  if (::geteuid() != 0) return "";
  return "setpriv --bounding-set=-dac_override,-dac_read_search ";
}

TEST_F(BadModels, CannotBeWrittenIntoAReadOnlyFolder) {
  const Outcome outcome =
      run("mkdir locked && chmod 500 locked && " + without_root_rights() +
          "flowtell train home -o locked/apps.model --trees 5 --no-score; "
          "code=$?; chmod 700 locked; exit $code");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(
      outcome.err,
      "flowtell: cannot write locked/apps.model: Permission denied; check "
      "that its folder exists and is writable\n");
}

TEST_F(BadModels, UnreadableCapturesAreNamed) {
  const Outcome outcome =
      run("chmod 000 phone.pcap && " + without_root_rights() +
          "flowtell flows phone.pcap");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err,
            "flowtell: cannot open phone.pcap: Permission denied; check that "
            "it exists and is readable\n");
}

}  // namespace
}  // namespace flowtell
