// SPDX-License-Identifier: Apache-2.0
//
// Features that do not depend on the network, phone or day on which an app is
// used, selected by measurement (docs/features.md).
//
// An app sends messages: runs of payload in one direction, however the network
// cuts them into segments or joins them. The first messages each way (hellos,
// requests, first answers) identify an app best. Bare ACKs, packet lengths with
// headers and all timing depend more on the network and are left out. All
// values are whole numbers, so every machine computes the same.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "features/feature_set.h"

namespace flowtell {
namespace {

constexpr std::size_t kMessages = 3;  // each way
constexpr std::size_t kHeads = 4;     // each way
// Below every usual segment size, so joining by offload changes no head.
constexpr double kMaxHead = 1300;

// The first messages of one direction.
struct Messages {
  std::array<double, kMessages> messages{};
  std::array<double, kHeads> heads{};
  std::size_t count = 0;  // messages begun

  void begin_message(double payload) {
    if (count < kHeads) heads[count] = std::min(payload, kMaxHead);
    ++count;
  }
  void add_payload(double payload) {
    if (count <= kMessages) messages[count - 1] += payload;
  }
};

double distinct(std::span<const double> ascending) {
  std::size_t count = ascending.empty() ? 0 : 1;
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    if (ascending[i] != ascending[i - 1]) ++count;
  }
  return static_cast<double>(count);
}

void measure_robust(const FlowSeries& flow, std::span<double> out) {
  Messages received;
  Messages sent;
  const Messages* last = nullptr;
  for (std::size_t i = 0; i < flow.payloads.size(); ++i) {
    const double payload = flow.payloads[i];
    if (payload == 0) continue;
    Messages& side = flow.directions[i] == Direction::kSent ? sent : received;
    if (last != &side) side.begin_message(payload);
    side.add_payload(payload);
    last = &side;
  }
  auto at = out.begin();
  at = std::copy(received.messages.begin(), received.messages.end(), at);
  at = std::copy(sent.messages.begin(), sent.messages.end(), at);
  at = std::copy(received.heads.begin(), received.heads.end(), at);
  at = std::copy(sent.heads.begin(), sent.heads.end(), at);
  *at++ = flow.starts_with_syn ? 1 : 0;
  *at++ = flow.any_fin ? 1 : 0;
  *at++ = flow.any_rst ? 1 : 0;
  *at++ = flow.any_syn ? 1 : 0;
  *at++ = distinct(flow.payloads_received);
  *at++ = distinct(flow.payloads_sent);
  *at++ = static_cast<double>(flow.payloads_received.size());
  *at++ = static_cast<double>(flow.payloads_sent.size());
}

struct WayName {
  std::string_view name;
  std::string_view what;
};
constexpr std::array kWays = {WayName{"in", "received"},
                              WayName{"out", "sent"}};

std::vector<FeatureColumn> robust_columns() {
  std::vector<FeatureColumn> all;
  for (const auto& [way, what] : kWays) {
    for (std::size_t i = 1; i <= kMessages; ++i) {
      all.push_back({fmt::format("message_{}{}", way, i), "bytes",
                     fmt::format("payload of {} message {}, all its packets "
                                 "together; 0 if there is none",
                                 what, i)});
    }
  }
  for (const auto& [way, what] : kWays) {
    for (std::size_t i = 1; i <= kHeads; ++i) {
      all.push_back({fmt::format("head_{}{}", way, i), "bytes",
                     fmt::format("payload of the first packet of {} message "
                                 "{}, at most {}; 0 if there is none",
                                 what, i, kMaxHead)});
    }
  }
  all.push_back({"starts_syn", "",
                 "1 if the first packet has TCP's SYN: the connection began in "
                 "this burst; 0 for UDP, like the next three"});
  all.push_back({"any_fin", "", "1 if any packet has TCP's FIN"});
  all.push_back({"any_rst", "", "1 if any packet has TCP's RST"});
  all.push_back({"any_syn", "", "1 if any packet has TCP's SYN"});
  for (const auto& [way, what] : kWays) {
    all.push_back({fmt::format("sizes_{}", way), "",
                   fmt::format("distinct payload lengths among the {} packets "
                               "that have payload",
                               what)});
  }
  for (const auto& [way, what] : kWays) {
    all.push_back({fmt::format("payloads_{}", way), "packets",
                   fmt::format("{} packets that have payload", what)});
  }
  return all;
}

}  // namespace

FeatureSet robust() {
  return {"robust",
          "features that stay the same across networks, phones and days: the "
          "first messages each way, independent of segmentation",
          1, robust_columns(), measure_robust};
}

}  // namespace flowtell
