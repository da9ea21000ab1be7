// SPDX-License-Identifier: Apache-2.0
//
// `watch` and `capture` without an interface: replayed captures, and errors
// before listening starts.
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/text.h"
#include "support/app_captures.h"
#include "support/pcap_bytes.h"
#include "support/program.h"
#include "support/read_back.h"
#include "support/watch_program.h"

namespace flowtell {
namespace {

class LiveProgram : public WatchProgramTest {};

TEST_F(LiveProgram, RejectsInvalidOptions) {
  for (const char* line :
       {"flowtell watch", "flowtell watch apps.model",
        "flowtell watch apps.model -i wlan0 --replay phone.pcap",
        "flowtell watch apps.model -i wlan0 --speed 10",
        "flowtell watch apps.model --replay phone.pcap --speed 0",
        "flowtell watch apps.model --replay phone.pcap --early -1",
        "flowtell watch apps.model --replay phone.pcap --unknown sometimes",
        "flowtell watch apps.model --replay phone.pcap --format xml",
        "flowtell watch apps.model --replay phone.pcap -o phone.pcap",
        "flowtell watch apps.model --replay phone.pcap --write new --lan home",
        "flowtell watch apps.model --replay phone.pcap --write new "
        "--features classic14"}) {
    EXPECT_EQ(run(line).exit_code, 2) << line;
  }
  remark("Nothing is left behind.");
  run("ls");
  expect("watch_usage_errors");
}

TEST_F(LiveProgram, ReportsAbsentAndDamagedFiles) {
  put("notes.txt", "Dear diary, today I recorded nothing.\n");
  put("old.pcap", "a recording");
  for (const char* line :
       {"flowtell watch absent.model --replay phone.pcap",
        "flowtell watch phone.pcap --replay phone.pcap",
        "flowtell watch apps.model --replay absent.pcap",
        "flowtell watch apps.model --replay notes.txt",
        "flowtell watch apps.model --replay home",
        "flowtell watch apps.model --replay phone.pcap --write old.pcap",
        "flowtell watch apps.model --replay phone.pcap --write absent/new.pcap",
        "flowtell watch apps.model --replay phone.pcap -o absent/flows.txt"}) {
    EXPECT_EQ(run(line).exit_code, 1) << line;
  }
  run("cat old.pcap");
  expect("watch_of_what_is_absent");
}

// Occupies a port of this machine during its lifetime.
class OccupiedPort {
 public:
  OccupiedPort() {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(any);
    auto* address = reinterpret_cast<sockaddr*>(&any);
    require(::bind(socket_.get(), address, size) == 0 &&
                ::listen(socket_.get(), 1) == 0 &&
                ::getsockname(socket_.get(), address, &size) == 0,
            "a port can be occupied");
    number_ = ntohs(any.sin_port);
  }
  int number() const { return number_; }

 private:
  FileHandle socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int number_ = 0;
};

// A port error is reported only after the token is accepted.
TEST_F(LiveProgram, RequiresATokenOfSixteenCharacters) {
  const OccupiedPort port;
  const auto errors = [&](const std::string& token) {
    put("token", token);
    const Outcome outcome = run(fmt::format(
        "flowtell watch apps.model --replay phone.pcap --metrics {} "
        "--metrics-token token",
        port.number()));
    EXPECT_EQ(outcome.exit_code, 1);
    return outcome.err;
  };
  const std::string refused =
      "flowtell: --metrics-token: token holds no token of at least 16 letters "
      "and digits; make one with 'openssl rand -hex 16'\n";
  const std::string accepted = fmt::format(
      "flowtell: cannot serve metrics on 127.0.0.1 port {}: Address already in "
      "use\n",
      port.number());
  EXPECT_EQ(errors("0123456789abcde"), refused);
  EXPECT_EQ(errors("0123456789abcde \t\r\n"), refused);
  EXPECT_EQ(errors("0123456789abcdef"), accepted);
  EXPECT_EQ(errors("0123456789abcdef\n"), accepted);
  EXPECT_EQ(errors("0123456789abcdefg"), accepted);
  EXPECT_EQ(errors("0123456789abcdef g"), refused) << "one word";
  EXPECT_EQ(errors("0123456789abcde!~"), accepted);
  EXPECT_EQ(errors("0123456789abcde\x7fg"), refused);
}

TEST_F(LiveProgram, RejectsReplayOfStandardInput) {
  const Outcome outcome =
      run("cat phone.pcap | flowtell watch apps.model --replay -");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "flowtell: standard input cannot be replayed; name a file, or use "
            "'flowtell watch apps.model -'\n");
}

// With a valid address the error is the occupied port.
TEST_F(LiveProgram, ChecksTheAddressOfMetrics) {
  const OccupiedPort port;
  put("token", "0123456789abcdef");
  const auto errors = [&](const std::string& address,
                          const std::string& token = "") {
    return run(fmt::format("flowtell watch apps.model --replay phone.pcap "
                           "--metrics '{}' {}",
                           address, token))
        .err;
  };
  const std::string unread =
      "flowtell: --metrics takes a port such as 9464, or an address of this "
      "machine with a port, such as 192.168.12.1:9464 or [fd00::1]:9464\n";
  for (const char* address :
       {"0", "x", "65536", "", "127.0.0.1:0", "127.0.0.1:", ":9464", "::1:9464",
        "[::1]", "[::1]:x", "[]:9464", "[127.0.0.1]:9464", "[::1:9464",
        "home:9464"}) {
    EXPECT_EQ(errors(address), unread) << address;
  }
  const std::string number = std::to_string(port.number());
  const std::string taken = fmt::format(
      "flowtell: cannot serve metrics on 127.0.0.1 port {}: Address already in "
      "use\n",
      number);
  EXPECT_EQ(errors(number), taken);
  EXPECT_EQ(errors("127.0.0.1:" + number), taken);
  const std::string open =
      "flowtell: --metrics on an address that others can reach reveals which "
      "apps devices use; add --metrics-token, or serve on 127.0.0.1\n";
  EXPECT_EQ(errors("192.0.2.1:" + number), open);
  EXPECT_EQ(errors("[fd00::1]:" + number), open);
  EXPECT_TRUE(errors("192.0.2.1:" + number, "--metrics-token token")
                  .starts_with("flowtell: cannot serve metrics on 192.0.2.1 "));
}

// Rights are checked first: without them, no interfaces are listed.
TEST_F(LiveProgram, ReportsAnAbsentInterface) {
  for (const char* line : {"flowtell watch apps.model -i none0",
                           "flowtell capture -i none0 --app news -o apps"}) {
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(
        outcome.err.starts_with("flowtell: there is no interface none0; "
                                "available: ") ||
        outcome.err ==
            "flowtell: may not capture on none0: this needs the capability "
            "CAP_NET_RAW; run it as root, with sudo\n")
        << outcome.err;
  }
  EXPECT_FALSE(std::filesystem::exists(folder() / "apps"))
      << "no empty folder, which 'train' would stumble over";
}

TEST_F(LiveProgram, RecordsADeviceByItsIpOrMacAddress) {
  const auto code_of = [&](const std::string& device) {
    return run("flowtell capture -i none0 --app news -o apps --device " +
               device)
        .exit_code;
  };
  for (const char* device :
       {"10.0.0.1", "fd00::1", "3c:28:6d:00:00:01", "AB:CD:EF:ab:cd:ef"}) {
    EXPECT_EQ(code_of(device), 1) << "it is the interface that is absent";
  }
  for (const char* device :
       {"3c:28:6d:00:00", "3c:28:6d:00:00:01:02", "3c:28:6d:00:00:1",
        "3c:28:6d:00:00:001", "3c:28:6d:00:00:0g", "3c-28-6d-00-00-01"}) {
    EXPECT_EQ(code_of(device), 2) << device;
  }
}

TEST_F(LiveProgram, RejectsInvalidRecordings) {
  put("listed/manifest.csv", "path,app\nold.pcap,news\n");
  const std::string begin = "flowtell capture -i none0 -o apps ";
  for (const char* options :
       {"", "--app a/b", "--app ..", "--app unknown", "--app ''",
        "--app news --rounds 3", "--app news --rounds 0",
        "--app news --minutes 0", "--app news --snap 20",
        "--app news --snap all", "--app news --device phone",
        "--app news --device 10.0.0.256", "--app news --device 3c:28:6d:1"}) {
    EXPECT_EQ(run(begin + options).exit_code, 2) << options;
  }
  EXPECT_EQ(run("flowtell capture -i none0 --app news -o listed").exit_code, 1);
  run("ls");
  expect("capture_usage_errors");
}

// A replayed capture gives the verdicts of the file.
TEST_F(LiveProgram, ClassifiesAReplayAsClassifyDoes) {
  for (const char* options :
       {"", "--format csv", "--format jsonl", "--bursts",
        "--format csv --features classic14", "--unknown floor=0.9"}) {
    const Outcome file =
        run(fmt::format("flowtell classify apps.model phone.pcap {}", options));
    const Outcome live = run(fmt::format(
        "flowtell watch apps.model --replay phone.pcap --speed 1000 --early 0 "
        "{}",
        options));
    EXPECT_EQ(live.exit_code, 0) << live.err;
    EXPECT_EQ(live.out, file.out) << options;
    EXPECT_FALSE(live.out.empty());
  }
}

TEST_F(LiveProgram, SummarisesVerdicts) {
  run("flowtell watch apps.model --replay phone.pcap --speed 1000 --ledger "
      ">flows.txt");
  put("empty.pcap", pcap_header());
  run("flowtell watch apps.model --replay empty.pcap");
  expect("watch_summary");
}

TEST_F(LiveProgram, MarksFirstVerdicts) {
  const std::string watch =
      "flowtell watch apps.model --replay phone.pcap --speed 1000 --early 4 ";
  run(watch + "2>&1 >flows.txt | tail -n 1");
  run("grep ' early$' flows.txt | head -n 3");
  run(watch + "--format csv 2>rest | head -n 4");
  run(watch + "--format jsonl 2>rest | grep '\"early\":true' | head -n 1");
  expect("watch_early");
  EXPECT_EQ(run("grep -v ' early$' flows.txt").out,
            run("flowtell classify apps.model phone.pcap").out)
      << "all flows are reported in full later";
}

TEST_F(LiveProgram, WritesTheWatchedPackets) {
  const Outcome live = run(
      "flowtell watch apps.model --replay phone.pcap --speed 1000 --early 0 "
      "--write kept.pcap");
  EXPECT_EQ(live.exit_code, 0) << live.err;
  EXPECT_EQ(read_back(*read_file(folder() / "kept.pcap")).frames,
            app_session(MadeUpApp::kVideo, 500));
  EXPECT_EQ(run("flowtell classify apps.model kept.pcap").out, live.out);
}

// A file-size limit of one block simulates a full disk.
TEST_F(LiveProgram, ContinuesWhenItsCaptureFillsTheDisk) {
  const Outcome live = run(
      "(ulimit -f 1; trap '' XFSZ; flowtell watch apps.model --replay "
      "phone.pcap --speed 1000 --early 0 --write kept.pcap; echo $?) | cat");
  EXPECT_EQ(live.out,
            run("flowtell classify apps.model phone.pcap").out + "1\n");
  EXPECT_TRUE(live.err.starts_with(
      "flowtell: warning: cannot continue writing kept.pcap: File too large; "))
      << live.err;
  EXPECT_NE(live.err.find("; the watch goes on\n"), std::string::npos)
      << live.err;
  const ReadBack kept = read_back(*read_file(folder() / "kept.pcap"));
  EXPECT_FALSE(kept.damage);
}

TEST_F(LiveProgram, ExitsWith3OnDamage) {
  const std::string bytes = app_capture(MadeUpApp::kVideo, 500);
  put("cut.pcap", bytes.substr(0, bytes.size() - 30));
  const Outcome live =
      run("flowtell watch apps.model --replay cut.pcap --speed 1000 --early 0");
  EXPECT_EQ(live.exit_code, 3);
  const Outcome file = run("flowtell classify apps.model cut.pcap");
  EXPECT_EQ(live.out, file.out);
  EXPECT_TRUE(live.err.starts_with(file.err)) << live.err;
}

TEST_F(LiveProgram, AppendsToExistingLines) {
  put("flows.txt", "the day before\n");
  run("flowtell watch apps.model --replay phone.pcap --speed 1000 --early 0 -o "
      "flows.txt");
  EXPECT_EQ(
      *read_file(folder() / "flows.txt"),
      "the day before\n" + run("flowtell classify apps.model phone.pcap").out);
}

TEST_F(LiveProgram, WritesNoSecondHeaderWhenAppending) {
  const std::string watch =
      "flowtell watch apps.model --replay phone.pcap --speed 1000 --early 0 "
      "-o flows.csv";
  run(watch);
  run(watch);
  EXPECT_EQ(run("grep -c ^capture,burst flows.csv").out, "1\n");
  EXPECT_EQ(run("grep -c ^phone.pcap flows.csv").out, "40\n");
}

// The terminal shows the screen and is restored before the summary.
TEST_F(LiveProgram, ShowsAScreenOnATerminal) {
  if (run("command -v script").exit_code != 0) {
    GTEST_SKIP() << "script(1) is needed for a terminal";
  }
  const std::string screen =
      run("NO_COLOR=1 script -qec 'flowtell watch apps.model --replay "
          "phone.pcap --speed 1000' typescript")
          .out;
  EXPECT_TRUE(screen.starts_with("\x1b[?1049h\x1b[?25l\x1b[H")) << screen;
  EXPECT_NE(screen.find("\x1b[Hflowtell  phone.pcap  0:"), std::string::npos);
  EXPECT_NE(screen.find("\x1b[?25h\x1b[?1049lapp "), std::string::npos)
      << screen;
  EXPECT_TRUE(
      screen.ends_with("flowtell: phone.pcap: 131 frames, 20 flows\r\n"))
      << screen;
}

TEST_F(LiveProgram, EndsByAKey) {
  if (run("command -v script").exit_code != 0) {
    GTEST_SKIP() << "script(1) is needed for a terminal";
  }
  // Would last for minutes. The key waits in the terminal until it is read.
  const Outcome shown =
      run("printf 'sq' | script -qec 'flowtell watch apps.model --replay "
          "phone.pcap --speed 0.01' typescript");
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_NE(shown.out.find("flowtell: phone.pcap: "), std::string::npos)
      << shown.out;
}

TEST_F(LiveProgram, WritesLinesToATerminalOnRequest) {
  if (run("command -v script").exit_code != 0) {
    GTEST_SKIP() << "script(1) is needed for a terminal";
  }
  const std::string lines =
      run("script -qec 'flowtell watch apps.model --replay phone.pcap --speed "
          "1000 --format text' typescript")
          .out;
  EXPECT_TRUE(lines.starts_with("0.019684 192.168.12.100 ")) << lines;
  EXPECT_EQ(lines.find('\x1b'), std::string::npos);
}

TEST_F(LiveProgram, EndsWhenTheReaderEnds) {
  const Outcome outcome = run(
      "(flowtell watch apps.model --replay phone.pcap --speed 1000; echo $? "
      ">code) | true; cat code");
  EXPECT_EQ(outcome.out, "1\n");
  EXPECT_NE(outcome.err.find("cannot write standard output: Broken pipe"),
            std::string::npos)
      << outcome.err;
}

// Starts a long watch and waits until it handles signals.
constexpr std::string_view kLastingWatch =
    "flowtell watch apps.model --replay phone.pcap --speed 0.001 -o flows.txt "
    "2>errors & pid=$!; until grep -q '^SigBlk:.*4003$' /proc/$pid/status; "
    "do sleep 0.01; done; ";

TEST_F(LiveProgram, EndsOnASignalWithASummary) {
  const Outcome outcome = run(std::string(kLastingWatch) +
                              "kill -TERM $pid; wait $pid; code=$?; cat errors "
                              "flows.txt; exit $code");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(
      outcome.out.find("flowtell: phone.pcap: 1 frame, 1 flow\n0.000000 "),
      std::string::npos)
      << "open bursts are ended and reported: " << outcome.out;
}

// Waits until the words are on standard error.
std::string until_errors_contain(std::string_view words) {
  return fmt::format("until grep -q '{}' errors; do sleep 0.01; done; ", words);
}

TEST_F(LiveProgram, KeepsItsModelIfTheNewOneIsUnusable) {
  ASSERT_EQ(run("flowtell train home -o other.model --trees 5 --no-score "
                "--flow-key remote-host")
                .exit_code,
            0);
  const Outcome outcome =
      run("chmod 755 .; " +  // for the user that root switches to
          std::string(kLastingWatch) +
          "cp phone.pcap apps.model; kill -HUP $pid; " +
          until_errors_contain("; the current model stays in use$") +
          "cp other.model apps.model; kill -HUP $pid; " +
          until_errors_contain("restart to change it") +
          "kill -TERM $pid; wait $pid; code=$?; cat errors; exit $code");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(
      outcome.out.find("flowtell: warning: apps.model has another flow key, "
                       "burst gap or burst limit; the "
                       "current model stays in use; restart to change it\n"),
      std::string::npos)
      << outcome.out;
}

// The flow open at the end is named by the reloaded model.
TEST_F(LiveProgram, ContinuesWithAReloadedModel) {
  put_app_captures(folder(), "other", 100, 4);
  run("mv other/chat other/talk; mv other/video other/film");
  ASSERT_EQ(run("flowtell train other -o other.model --trees 20 --no-score")
                .exit_code,
            0);
  const Outcome outcome =
      run("chmod 755 .; " + std::string(kLastingWatch) +
          "cp other.model apps.model; kill -HUP $pid; "
          "kill -TERM $pid; wait $pid; code=$?; cat errors flows.txt; "
          "exit $code");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(outcome.out.find(" talk ") != std::string::npos ||
              outcome.out.find(" film ") != std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.out.find("stays"), std::string::npos) << outcome.out;
}

// A device that is silent for two seconds, twice.
std::string pauses() {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 3; ++i) {
    frames.push_back(frame()
                         .ethernet()
                         .ipv4("192.168.12.100", "203.0.113.5")
                         .udp(40000, 443)
                         .payload(100)
                         .at(kTestStart + 2s * i));
  }
  return pcap_bytes(frames);
}

// The model defines the burst gap.
TEST_F(LiveProgram, UsesTheBurstGapOfTheModel) {
  put("pauses.pcap", pauses());
  ASSERT_EQ(run("flowtell train home -o patient.model --trees 5 --no-score "
                "--burst-gap 3")
                .exit_code,
            0);
  const auto lines_of = [&](const std::string& line) {
    const Outcome outcome = run("flowtell " + line + " | wc -l");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_EQ(lines_of("classify apps.model pauses.pcap"), "3\n");
  EXPECT_EQ(lines_of("classify patient.model pauses.pcap"), "1\n");
  const std::string replay =
      " --replay pauses.pcap --speed 1000 --early 0 --format text 2>errors";
  EXPECT_EQ(lines_of("watch apps.model" + replay), "3\n");
  EXPECT_EQ(lines_of("watch patient.model" + replay), "1\n");
}

TEST_F(LiveProgram, KeepsItsModelIfTheBurstGapDiffers) {
  ASSERT_EQ(run("flowtell train home -o other.model --trees 5 --no-score "
                "--burst-gap 2")
                .exit_code,
            0);
  const Outcome outcome =
      run("chmod 755 .; " + std::string(kLastingWatch) +
          "cp other.model apps.model; kill -HUP $pid; " +
          "until [ -s errors ] || ! kill -0 $pid; do sleep 0.01; done; " +
          "kill -TERM $pid; wait $pid; code=$?; cat errors; exit $code");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(outcome.out.starts_with(
      "flowtell: warning: apps.model has another flow key, burst gap or burst "
      "limit; the current model stays in use; restart to change it\n"))
      << outcome.out;
}

}  // namespace
}  // namespace flowtell
