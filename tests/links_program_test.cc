// SPDX-License-Identifier: Apache-2.0
//
// Links of other users at output paths. `capture` needs an interface;
// tests/faults_test.py tests it.
#include "base/file.h"
#include "support/app_captures.h"
#include "support/other_user.h"
#include "support/program.h"

namespace flowtell {
namespace {

class Links : public ProgramTest {
 protected:
  void SetUp() override {
    SKIP_UNLESS_ROOT();
    put_app_captures(folder(), "home", 100, 4);
    put("phone.pcap", app_capture(MadeUpApp::kVideo, 500));
    put("precious", kAsItWas);
    std::filesystem::create_directory(folder() / "mine");
    const std::string shared = make_folder_with(folder() / "shared", 01777);
    make_link_of(kOtherUser, folder() / "precious", shared + "/out");
    make_link_of(kOtherUser, folder() / "mine", shared + "/way");
    ASSERT_EQ(
        run("flowtell train home -o apps.model --trees 5 --no-score").exit_code,
        0);
  }

  static constexpr std::string_view kAsItWas = "as it was\n";
};

TEST_F(Links, OfOtherUsersAreNeverFollowed) {
  for (const char* line :
       {"flowtell flows phone.pcap -o",
        "flowtell flows phone.pcap --format csv -o",
        "flowtell classify apps.model phone.pcap -o",
        "flowtell train home --trees 5 --no-score -o",
        "flowtell evaluate home --trees 5 --json",
        "flowtell evaluate home --trees 5 --html", "flowtell audit home --json",
        "flowtell model apps.model --json",
        "flowtell explain apps.model --json",
        "flowtell explain apps.model --html",
        "flowtell watch apps.model --replay phone.pcap --speed 1e6 -o"}) {
    for (const char* path : {"shared/out", "shared/way/new"}) {
      const Outcome outcome = run(fmt::format("{} {}", line, path));
      EXPECT_EQ(outcome.exit_code, 1) << line << ' ' << path;
      EXPECT_TRUE(outcome.err.starts_with(fmt::format(
          "flowtell: cannot write {}: shared/{} is a link of another user",
          path, std::string_view(path).substr(7, 3))))
          << line << ": " << outcome.err;
    }
  }
  const std::string kept =
      "flowtell watch apps.model --replay phone.pcap "
      "--speed 1e6 --write shared/way/new";
  EXPECT_EQ(run(kept).exit_code, 1);
  EXPECT_EQ(*read_file(folder() / "precious"), kAsItWas);
  EXPECT_TRUE(std::filesystem::is_empty(folder() / "mine"));
  EXPECT_EQ(run("ls shared").out, "out\nway\n") << "nothing is left behind";
}

TEST_F(Links, OfTheOwnUserAreFollowed) {
  run("ln -s ../precious shared/own");
  EXPECT_EQ(run("flowtell flows phone.pcap -o shared/own").exit_code, 0);
  EXPECT_NE(*read_file(folder() / "precious"), kAsItWas);
  EXPECT_TRUE(std::filesystem::is_symlink(folder() / "shared/own"));
}

TEST_F(Links, OfTheSystemAreFollowed) {
  EXPECT_EQ(run("flowtell flows phone.pcap").out,
            run("flowtell flows phone.pcap -o /dev/stdout | cat").out);
  EXPECT_EQ(run("flowtell watch apps.model --replay phone.pcap --speed 1e6 "
                "--format text | cat")
                .out,
            run("flowtell watch apps.model --replay phone.pcap --speed 1e6 "
                "--format text -o /dev/stdout | cat")
                .out);
}

}  // namespace
}  // namespace flowtell
