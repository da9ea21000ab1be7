// SPDX-License-Identifier: Apache-2.0
//
// The program's help and its reaction to invalid command lines.
#include "support/pcap_bytes.h"
#include "support/program.h"

namespace flowtell {
namespace {

class Usage : public ProgramTest {};

TEST_F(Usage, IsPrintedByTheProgramAndEachCommand) {
  for (const char* line :
       {"flowtell --help", "flowtell --version", "flowtell flows --help",
        "flowtell train --help", "flowtell evaluate --help",
        "flowtell classify --help", "flowtell model --help"}) {
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.exit_code, 0) << line;
    EXPECT_EQ(outcome.err, "") << line;
  }
  expect("help");
}

TEST_F(Usage, ErrorsAreNamedAndExitWith2) {
  put("phone.pcap", pcap_bytes({frame().ethernet().ipv4().udp()}));
  put("home/chat/1.pcap", pcap_bytes({frame().ethernet().ipv4().udp()}));
  for (const char* line :
       {"flowtell",
        "flowtell fly",
        "flowtell flows",
        "flowtell train home",
        "flowtell train -o apps.model",
        "flowtell classify apps.model",
        "flowtell flows phone.pcap --colour red",
        "flowtell flows phone.pcap --format xml",
        "flowtell flows phone.pcap --flow-key port",
        "flowtell flows phone.pcap --burst-gap soon",
        "flowtell flows phone.pcap --burst-gap -1",
        "flowtell flows phone.pcap --lan 10.0.0.0/33",
        "flowtell flows phone.pcap --lan home",
        "flowtell flows phone.pcap --max-flows 0",
        "flowtell flows phone.pcap --format csv --features telepathy",
        "flowtell flows phone.pcap --format csv --features robust,robust",
        "flowtell flows phone.pcap --features classic14",
        "flowtell train home -o apps.model --trees 0",
        "flowtell train home -o apps.model --features ''",
        "flowtell train home -o apps.model --features telepathy",
        "flowtell train home -o apps.model --evidence telepathy",
        "flowtell evaluate home --evidence time",
        "flowtell classify apps.model phone.pcap --evidence shape,shapes",
        "flowtell train home -o apps.model --balance luck",
        "flowtell train home -o apps.model --threads 0",
        "flowtell train home -o apps.model --seed x",
        "flowtell evaluate home --folds 1",
        "flowtell evaluate home --split by-luck",
        "flowtell evaluate home --unknown sometimes",
        "flowtell classify apps.model phone.pcap --unknown floor=2",
        "flowtell classify apps.model phone.pcap --flow-key remote-host"}) {
    EXPECT_EQ(run(line).exit_code, 2) << line;
  }
  run("ls");
  expect("usage_errors");
}

}  // namespace
}  // namespace flowtell
