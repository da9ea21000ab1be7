// SPDX-License-Identifier: Apache-2.0
//
// `watch --adapt-every` on replayed captures.
#include <string>
#include <string_view>
#include <utility>

#include "support/app_captures.h"
#include "support/program.h"
#include "support/watch_program.h"

namespace flowtell {
namespace {

class AdaptingProgram : public WatchProgramTest {};

TEST_F(AdaptingProgram, RejectsInvalidOptionsOfAdapting) {
  put("key", std::string(32, 'k'));
  const std::string watch = "flowtell watch apps.model --replay phone.pcap ";
  for (const auto& [options, error] :
       {std::pair("--adapt-every 1x", "--adapt-every takes a time"),
        std::pair("--adapt-every 0s", "--adapt-every takes a time"),
        std::pair("--candidate new", "--adapt-every"),
        std::pair("--adapt-every 1d --evidence shape,time", "--evidence"),
        std::pair("--adapt-every 1d --evidence name", "--evidence"),
        std::pair("--adapt-every 1d --anonymise key", "--anonymise"),
        std::pair("--adapt-every 1d --candidate apps.model", "apps.model")}) {
    const Outcome outcome = run(watch + options);
    EXPECT_EQ(outcome.exit_code, 2) << options;
    EXPECT_NE(outcome.err.find(error), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.out, "") << options;
  }
  const Outcome absent = run(watch + "--adapt-every 1d --candidate absent/new");
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_NE(absent.err.find("cannot write absent/new"), std::string::npos)
      << absent.err;
  run("flowtell train home -o bare.model --trees 5 --no-score --no-table");
  const Outcome bare =
      run("flowtell watch bare.model --replay phone.pcap --adapt-every 1d");
  EXPECT_EQ(bare.exit_code, 1);
  EXPECT_EQ(bare.err,
            "flowtell: bare.model keeps no training flows, so it cannot be "
            "adapted; train it again without --no-table\n");
  EXPECT_EQ(run("ls *candidate* new").out, "");
}

// The made-up apps have no servers of their own. Lines and verdicts stay.
TEST_F(AdaptingProgram, GoesOnWithoutACandidate) {
  const std::string watch =
      "flowtell watch apps.model --replay phone.pcap --speed 1000 "
      "--privileges keep --format csv ";
  const Outcome plain = run(watch);
  const Outcome outcome = run(watch + "--adapt-every 9s");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, plain.out);
  std::size_t notices = 0;
  const std::string_view notice =
      "have 0 sessions whose server names speak "
      "for one app, of 10 needed; the watch goes "
      "on\n";
  for (std::size_t at = 0;
       (at = outcome.err.find(notice, at)) != std::string::npos; ++at) {
    ++notices;
  }
  EXPECT_EQ(notices, 2u) << outcome.err;
  EXPECT_EQ(run("ls *candidate*").out, "");
}

}  // namespace
}  // namespace flowtell
