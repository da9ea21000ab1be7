// SPDX-License-Identifier: Apache-2.0
//
// A device that is never silent: its bursts end at their limit, and flows that
// are over before get early verdicts.
#include <algorithm>
#include <utility>
#include <vector>

#include "support/pcap_bytes.h"
#include "support/program.h"
#include "support/watch_program.h"

namespace flowtell {
namespace {

class LongBurstProgram : public WatchProgramTest {};

// A device's call of ten minutes, during which it opens three connections that
// end with FIN. Another device sends one packet 1.05 s before each verdict on
// them is due at the latest: its burst is then over a second later.
std::string call_and_connections() {
  constexpr const char* kPhone = "192.168.12.100";
  constexpr const char* kOther = "192.168.12.7";
  std::vector<std::pair<Timestamp, TestFrame>> frames;
  const auto add = [&](Duration at, FrameBuilder&& builder) {
    frames.emplace_back(kTestStart + at, builder.at(kTestStart + at).build());
  };
  for (int i = 0; i < 6000; ++i) {
    add(100ms * i, std::move(frame()
                                 .ethernet()
                                 .ipv4(kPhone, "198.51.100.7")
                                 .udp(40010, 3478)
                                 .payload(160)));
  }
  for (int i = 0; i < 3; ++i) {
    const Duration begin = 35s + i * 60s;
    const auto port = static_cast<Port>(41000 + i);
    constexpr std::pair<Duration, std::uint8_t> kSteps[] = {
        {0ms, kTcpSyn}, {40ms, kTcpAck}, {80ms, kTcpFin}};
    for (const auto& [after, flags] : kSteps) {
      add(begin + after, std::move(frame()
                                       .ethernet()
                                       .ipv4(kPhone, "203.0.113.9")
                                       .tcp(port, 443, flags)));
      add(begin + after + 10ms, std::move(frame()
                                              .ethernet()
                                              .ipv4("203.0.113.9", kPhone)
                                              .tcp(443, port, flags)));
    }
    add(begin + 90ms + 90ms,
        std::move(
            frame().ethernet().ipv4(kOther, "198.51.100.8").udp(port, 9)));
  }
  std::ranges::stable_sort(
      frames, [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<TestFrame> in_order;
  in_order.reserve(frames.size());
  for (auto& [time, each] : frames) in_order.push_back(std::move(each));
  return pcap_bytes(in_order);
}

// By packet time, whatever the speed: an early verdict comes before the final
// one of a burst that ends 1.09 s after the connection.
TEST_F(LongBurstProgram, NamesConnectionsDuringACall) {
  put("call.pcap", call_and_connections());
  for (const char* threads : {"1", "2"}) {
    const std::string watch = fmt::format(
        "flowtell watch apps.model --replay call.pcap --speed 10000 --threads "
        "{} ",
        threads);
    const Outcome live = run(watch + "--format jsonl");
    EXPECT_EQ(live.exit_code, 0) << live.err;
    for (const int port : {41000, 41001, 41002}) {
      const auto line_with = [&](std::string_view device, bool is_early) {
        const std::size_t at = live.out.find(
            fmt::format("\"device\":\"{}\",\"device_port\":{},", device, port));
        EXPECT_NE(at, std::string::npos) << port;
        const std::string line =
            live.out.substr(at, live.out.find('\n', at) - at);
        EXPECT_EQ(line.find("\"early\":true") != std::string::npos, is_early)
            << line;
        return at;
      };
      const std::size_t early = line_with("192.168.12.100", true);
      const std::size_t marker = line_with("192.168.12.7", false);
      // Lines of different devices change places with several threads.
      if (std::string_view(threads) == "1") {
        EXPECT_LT(early, marker) << port;
      }
    }
    EXPECT_EQ(run(watch + "--format text | grep -v ' early$' | sort").out,
              run("flowtell classify apps.model call.pcap | sort").out);
    EXPECT_EQ(run(watch + "--format text --early 0 | grep -c ' early$'").out,
              "0\n");
  }
}

// A device that sends ten times a second for a minute.
std::string chatter() {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 600; ++i) {
    frames.push_back(frame()
                         .ethernet()
                         .ipv4("192.168.12.100", "203.0.113.5")
                         .udp(40000, 443)
                         .payload(100)
                         .at(kTestStart + 100ms * i));
  }
  return pcap_bytes(frames);
}

// The model defines the burst limit.
TEST_F(LongBurstProgram, UsesTheBurstLimitOfTheModel) {
  put("chatter.pcap", chatter());
  ASSERT_EQ(run("flowtell train home -o short.model --trees 5 --no-score "
                "--burst-limit 9.9")
                .exit_code,
            0);
  EXPECT_EQ(run("flowtell flows chatter.pcap | wc -l").out, "2\n");
  EXPECT_EQ(run("flowtell flows chatter.pcap --burst-limit 0 | wc -l").out,
            "1\n");
  EXPECT_EQ(run("flowtell classify short.model chatter.pcap | wc -l").out,
            "6\n");
  EXPECT_EQ(run("flowtell watch short.model --replay chatter.pcap --speed 1000 "
                "--format text 2>errors | wc -l")
                .out,
            "6\n");
  EXPECT_EQ(run("flowtell model short.model --json - | grep burst_limit").out,
            "  \"burst_limit\": 9.9,\n");
}

}  // namespace
}  // namespace flowtell
