// SPDX-License-Identifier: Apache-2.0
#include "support/app_captures.h"

#include <fmt/format.h>

#include "base/random.h"
#include "support/pcap_bytes.h"

namespace flowtell {
namespace {

constexpr std::string_view kDevice = "192.168.12.100";
constexpr std::string_view kResolver = "192.168.12.1";

class SessionMaker {
 public:
  explicit SessionMaker(std::uint64_t seed) : random_(seed) {}

  void add_lookup() {
    // Two statements: compilers differ in the evaluation order of arguments.
    const std::uint32_t response = 90 + random_.below(60);
    const std::uint32_t query = 30 + random_.below(8);
    udp_exchange(kResolver, 53, query, response);
  }

  void add_chat() {
    ++port_;
    add_tcp(true, kTcpSyn, 0);
    add_tcp(false, kTcpSyn | kTcpAck, 0);
    const std::uint32_t messages = 2 + random_.below(4);
    for (std::uint32_t i = 0; i < messages; ++i) {
      add_tcp(true, kTcpAck, 80 + random_.below(200));
      add_tcp(false, kTcpAck, 60 + random_.below(300));
      add_tcp(true, kTcpAck, 0);
    }
  }

  void add_video() {
    ++port_;
    const std::uint32_t chunks = 4 + random_.below(12);
    add_udp(kRemote, 443, true, 60 + random_.below(40));
    for (std::uint32_t i = 0; i < chunks; ++i) {
      add_udp(kRemote, 443, false, 1100 + random_.below(250));
    }
    add_udp(kRemote, 443, true, 40 + random_.below(20));
  }

  // A pause of over a second starts a new burst.
  void pause() { now_ += 1500ms + 1ms * random_.below(1000); }

  bool chance(std::uint32_t one_in) { return random_.below(one_in) == 0; }

  std::vector<TestFrame> take() && { return std::move(frames_); }

 private:
  static constexpr std::string_view kRemote = "203.0.113.5";

  FrameBuilder begin(std::string_view remote, bool sent) {
    now_ += 1us * (500 + random_.below(20'000));
    FrameBuilder builder = frame().ethernet();
    builder.ipv4(sent ? kDevice : remote, sent ? remote : kDevice).at(now_);
    return builder;
  }
  void add_tcp(bool sent, std::uint8_t flags, std::uint32_t payload) {
    FrameBuilder builder = begin(kRemote, sent);
    builder.tcp(sent ? port_ : 443, sent ? 443 : port_, flags);
    frames_.push_back(builder.payload(payload).build());
  }
  void add_udp(std::string_view remote, Port service, bool sent,
               std::uint32_t payload) {
    FrameBuilder builder = begin(remote, sent);
    builder.udp(sent ? port_ : service, sent ? service : port_);
    frames_.push_back(builder.payload(payload).build());
  }
  void udp_exchange(std::string_view remote, Port service, std::uint32_t query,
                    std::uint32_t response) {
    ++port_;
    add_udp(remote, service, true, query);
    add_udp(remote, service, false, response);
  }

  Random random_;
  Timestamp now_ = kTestStart;
  Port port_ = 40000;
  std::vector<TestFrame> frames_;
};

}  // namespace

std::vector<TestFrame> app_session(MadeUpApp app, std::uint64_t seed) {
  constexpr int kBursts = 10;
  SessionMaker session(seed);
  for (int burst = 0; burst < kBursts; ++burst) {
    session.add_lookup();
    if (app == MadeUpApp::kChat || session.chance(5)) {
      session.add_chat();
    } else {
      session.add_video();
    }
    session.pause();
  }
  return std::move(session).take();
}

std::string app_capture(MadeUpApp app, std::uint64_t seed) {
  return pcap_bytes(app_session(app, seed));
}

void put_app_captures(const TemporaryFolder& folder, const std::string& name,
                      std::uint64_t first_seed, std::uint64_t per_app) {
  for (std::uint64_t i = 0; i < per_app; ++i) {
    folder.put(fmt::format("{}/chat/{}.pcap", name, i + 1),
               app_capture(MadeUpApp::kChat, first_seed + 2 * i));
    folder.put(fmt::format("{}/video/{}.pcap", name, i + 1),
               app_capture(MadeUpApp::kVideo, first_seed + 2 * i + 1));
  }
}

}  // namespace flowtell
