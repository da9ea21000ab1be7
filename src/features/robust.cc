// SPDX-License-Identifier: Apache-2.0
//
// What stays the same when the same app is used on another network, phone or
// day; found by measurement (docs/features.md has the table of what was tried).
//
// An app speaks in messages: runs of payload in one direction, however the
// network cuts them into segments or joins them again. The first messages each
// way (hellos, requests, first answers) tell most; bare ACKs, packet lengths
// with their headers, and all timing tell more of the network than of the app
// and are left out. Whole numbers only, so no machine can differ.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "features/feature_set.h"

namespace flowtell {
namespace {

constexpr std::size_t kMessages = 3;  // each way
constexpr std::size_t kHeads = 4;     // each way
// Below every usual segment size, so that segments joined by offload and
// segments as they were sent have the same head.
constexpr double kHeadAtMost = 1300;

// The first messages of one direction.
struct StrongFlow {
  std::array<double, kMessages> messages{};
  std::array<double, kHeads> heads{};
  std::size_t spoken = 0;  // messages begun

  void begin_message(double payload) {
    if (spoken < kHeads) heads[spoken] = std::min(payload, kHeadAtMost);
    ++spoken;
  }
  void say(double payload) {
    if (spoken <= kMessages) messages[spoken - 1] += payload;
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
  StrongFlow received;
  StrongFlow sent;
  const StrongFlow* last = nullptr;
  for (std::size_t i = 0; i < flow.payloads.size(); ++i) {
    const double payload = flow.payloads[i];
    if (payload == 0) continue;
    StrongFlow& now = flow.directions[i] == Direction::kSent ? sent : received;
    if (last != &now) now.begin_message(payload);
    now.say(payload);
    last = &now;
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

struct Way {
  std::string_view name;
  std::string_view what;
};
constexpr std::array kWays = {Way{"in", "received"}, Way{"out", "sent"}};

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
                                 what, i, kHeadAtMost)});
    }
  }
  all.push_back({"starts_syn", "",
                 "1 if the first packet has TCP's SYN: the connection began in "
                 "this burst; 0 for UDP, as the next three"});
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
          "what stays the same on another network, phone or day: the first "
          "messages each way, however segments were cut or joined",
          1, robust_columns(), measure_robust};
}

}  // namespace flowtell
