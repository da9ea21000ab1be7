// SPDX-License-Identifier: Apache-2.0
//
// Turns frames into flows. docs/glossary.md defines burst, flow and device.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowtell/capture.h"

namespace flowtell {
inline namespace v0 {

// Version 4 is stored as ::ffff:a.b.c.d.
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  std::string text() const {
    std::array<char, 46> printed{};
    flowtell_address_text(bytes.data(), printed.data());
    return printed.data();
  }
  bool operator==(const Address&) const = default;
};

enum class Protocol : std::uint8_t { kTcp = 6, kUdp = 17 };

// A field that is 0 or empty selects its default, as in the C interface.
struct FlowOptions {
  // "five-tuple", "remote-endpoint" or "remote-host". This and the two bounds
  // of bursts are those of the model where there is one.
  std::string flow_key = {};
  Duration burst_gap = std::chrono::seconds(1);
  Duration burst_limit = std::chrono::seconds(30);  // 0: none
  std::string lan = {};  // prefixes; empty: the private ranges
  std::uint64_t max_flows = 1'000'000;
  std::uint32_t early_packets = 0;  // also report open flows after so many
  // Also report flows over for so long while their burst goes on; 0: never.
  Duration early_silence{};
  bool names = false;         // search for server names
  bool hello = false;         // with them, fingerprint the clients' hellos
  std::string features = {};  // to measure: "robust,classic14"
  bool outer = false;         // meter tunnels, not the flows inside them
};

// One flow, seen from the device. Views are valid during the callback only.
struct Flow {
  Timestamp start;
  Timestamp end;
  Address device;
  Address remote;
  std::uint16_t device_port = 0;
  std::uint16_t remote_port = 0;
  Protocol protocol = Protocol::kTcp;
  // Its burst goes on; it is reported again, with the same flow_id, when that
  // ends.
  bool is_early = false;
  std::uint32_t burst = 0;  // counts the device's bursts from 0
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_sent = 0;  // of IP datagrams
  std::uint64_t bytes_received = 0;
  std::string_view server_name;  // empty if not seen
  std::string_view name_source;
  std::string_view ja4;  // with FlowOptions::hello; empty if not seen
  std::string_view alpn;
  std::string_view quic_version;
  std::span<const double> features;
  // With a classifier:
  std::string_view app;      // or "unknown"
  double confidence = 0;     // the probability of the likeliest app
  double unknown_score = 0;  // from 0 to 1; rises with novelty
  std::span<const double> probabilities;  // one for each app of the model

  std::string_view flow_id;       // the same for the same traffic, live or not
  std::string_view community_id;  // version 1, seed 0
};

namespace detail {

inline Flow from_c(const flowtell_flow& flow) {
  Flow out;
  out.start = Timestamp(Duration(flow.start));
  out.end = Timestamp(Duration(flow.end));
  std::copy(flow.device, flow.device + 16, out.device.bytes.begin());
  std::copy(flow.remote, flow.remote + 16, out.remote.bytes.begin());
  out.device_port = flow.device_port;
  out.remote_port = flow.remote_port;
  out.protocol = static_cast<Protocol>(flow.protocol);
  out.is_early = flow.is_early != 0;
  out.burst = flow.burst;
  out.packets_sent = flow.packets_sent;
  out.packets_received = flow.packets_received;
  out.bytes_sent = flow.bytes_sent;
  out.bytes_received = flow.bytes_received;
  out.server_name = flow.server_name;
  out.name_source = flow.name_source;
  out.ja4 = flow.ja4;
  out.alpn = flow.alpn;
  out.quic_version = flow.quic_version;
  out.features = {flow.features, flow.feature_count};
  if (flow.app != nullptr) out.app = flow.app;
  out.confidence = flow.confidence;
  out.unknown_score = flow.unknown_score;
  out.probabilities = {flow.probabilities, flow.app_count};
  out.flow_id = flow.flow_id;
  out.community_id = flow.community_id;
  return out;
}

inline flowtell_flow_options to_c(const FlowOptions& options) {
  flowtell_flow_options out{};
  out.size = sizeof out;
  out.flow_key = text_or_default(options.flow_key);
  out.burst_gap = options.burst_gap.count();
  out.lan = text_or_default(options.lan);
  out.max_flows = options.max_flows;
  out.early_packets = options.early_packets;
  out.names = options.names ? 1 : 0;
  out.hello = options.hello ? 1 : 0;
  out.features = text_or_default(options.features);
  out.burst_limit =
      options.burst_limit == Duration{} ? -1 : options.burst_limit.count();
  out.early_silence = options.early_silence.count();
  out.outer = options.outer ? 1 : 0;
  return out;
}

}  // namespace detail

// Meters a stream of frames: calls a function for each flow when its burst
// ends. One thread at a time.
class FlowMeter {
 public:
  using Take = std::function<void(const Flow&)>;

  explicit FlowMeter(Take take, const FlowOptions& options = {})
      : FlowMeter(nullptr, std::move(take), options) {}

  // In the order of their capture. What `take` throws leaves this call and the
  // two below; the flows of the call that follow are dropped.
  void add(const Frame& frame) { add(std::span(&frame, 1)); }
  void add(std::span<const Frame> frames) {
    frames_.clear();
    for (const Frame& frame : frames) {
      frames_.push_back({frame.time.time_since_epoch().count(),
                         frame.bytes.data(),
                         static_cast<std::uint32_t>(frame.bytes.size()),
                         frame.wire_length,
                         frame.link_type,
                         {}});
    }
    call(flowtell_session_add, frames_.data(), frames_.size());
  }
  // Reads a capture to its end.
  void add_all(Capture& capture) {
    while (const auto frame = capture.next()) add(*frame);
  }
  // No frame arrived for so long since the last one: ends bursts on a live
  // link.
  void note_silence(Duration silence) {
    call(flowtell_session_note_silence, silence.count());
  }
  // Ends all bursts. No more frames may follow.
  void finish() { call(flowtell_session_finish); }

  // How many frames had each outcome: a ledger, whose sum is the number of
  // frames added.
  std::vector<std::pair<std::string, std::uint64_t>> ledger() const {
    flowtell_session_view view{};
    view.size = sizeof view;
    flowtell_session_get(session_.get(), &view);
    std::vector<std::pair<std::string, std::uint64_t>> counts;
    for (std::size_t i = 0; i < view.headings; ++i) {
      counts.emplace_back(view.heading_names[i], view.heading_frames[i]);
    }
    return counts;
  }

 protected:
  FlowMeter(const flowtell_classifier* classifier, Take take,
            const FlowOptions& options)
      : caller_(std::make_unique<Caller>(Caller{std::move(take), {}})) {
    const flowtell_flow_options given = detail::to_c(options);
    flowtell_session* made = nullptr;
    detail::call(flowtell_session_new, classifier, &given, &FlowMeter::take,
                 static_cast<void*>(caller_.get()), &made);
    session_.reset(made);
  }

 private:
  struct Caller {
    Take take;
    std::exception_ptr failure;
  };
  struct Free {
    void operator()(flowtell_session* session) const {
      flowtell_session_free(session);
    }
  };

  // Exceptions wait here until the C functions have returned.
  static void take(void* context, const flowtell_flow* flow) {
    auto& caller = *static_cast<Caller*>(context);
    if (caller.failure) return;
    try {
      caller.take(detail::from_c(*flow));
    } catch (...) {
      caller.failure = std::current_exception();
    }
  }

  template <typename Function, typename... Arguments>
  void call(Function function, Arguments... arguments) {
    caller_->failure = nullptr;
    flowtell_error error;
    const flowtell_status status =
        function(session_.get(), arguments..., &error);
    if (caller_->failure) std::rethrow_exception(caller_->failure);
    detail::check(status, error);
  }

  std::unique_ptr<Caller> caller_;  // at a fixed place
  std::unique_ptr<flowtell_session, Free> session_;
  std::vector<flowtell_frame> frames_;
};

}  // namespace v0
}  // namespace flowtell
