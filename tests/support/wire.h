// SPDX-License-Identifier: Apache-2.0
//
// Traffic between a phone and a server, for tests of the names of flows.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "flow/flow.h"
#include "flow/flow_meter.h"
#include "support/dns_bytes.h"
#include "support/flow_collector.h"
#include "support/test_frame.h"

namespace flowtell {

inline constexpr std::string_view kPhoneText = "192.168.12.100";
inline constexpr std::string_view kServer = "203.0.113.5";
inline constexpr std::uint32_t kStart = 0xfffffff0;  // forces wrap-around

// The packets of one pair of a phone and a server.
class Wire {
 public:
  Wire& after(Duration time) {
    now_ += time;
    return *this;
  }
  Wire& syn(Port port = 40000) {
    return add(frame()
                   .raw()
                   .ipv4(kPhoneText, kServer)
                   .tcp(port, 443, kTcpSyn)
                   .sequence(kStart - 1));
  }
  // A segment at this offset of the stream.
  Wire& segment(std::size_t offset, const std::string& bytes,
                Port port = 40000) {
    return add(frame()
                   .raw()
                   .ipv4(kPhoneText, kServer)
                   .tcp(port, 443)
                   .sequence(kStart + static_cast<std::uint32_t>(offset))
                   .payload(bytes));
  }
  Wire& reply(const std::string& bytes) {
    return add(
        frame().raw().ipv4(kServer, kPhoneText).tcp(443, 40000).payload(bytes));
  }
  Wire& datagram(const std::string& bytes, Port port = 50000) {
    return add(
        frame().raw().ipv4(kPhoneText, kServer).udp(port, 443).payload(bytes));
  }
  Wire& answer(const DnsBytes& message, std::string_view to = kPhoneText) {
    return add(frame()
                   .raw()
                   .ipv4("192.168.12.1", to)
                   .udp(53, 3333)
                   .payload(message.bytes()));
  }
  Wire& send_multicast(const DnsBytes& message) {
    return add(frame()
                   .raw()
                   .ipv4("192.168.12.9", "224.0.0.251")
                   .udp(5353, 5353)
                   .payload(message.bytes()));
  }
  Wire& add(FrameBuilder builder) {
    frames_.push_back(builder.at(now_));
    return *this;
  }
  Wire& snapped(std::size_t length) {
    TestFrame& last = frames_.back();
    last.bytes.resize(std::min(last.bytes.size(), length));
    return *this;
  }

  FlowCollector flows(FlowOptions options = {}) const {
    FlowCollector collector;
    FlowMeter meter(options, collector);
    for (const TestFrame& each : frames_) meter.add(each.view());
    meter.finish();
    return collector;
  }

 private:
  Timestamp now_ = kTestStart;
  std::vector<TestFrame> frames_;
};

// The name of each flow to the server, as "tls www.example.org h2".
inline std::vector<std::string> names(const Wire& wire,
                                      std::string_view remote = kServer) {
  FlowOptions options;
  options.names = options.hello = true;
  std::vector<std::string> lines;
  for (const CollectedFlow& flow : wire.flows(options).flows) {
    if (flow.remote.text() != remote) continue;
    std::string line(name_source_name(flow.name.source));
    const std::string_view alpns = HelloFacts(flow.hello).alpn();
    const std::string alpn(alpns.substr(0, alpns.find(',')));
    for (const std::string& word : {flow.server, alpn}) {
      if (!word.empty()) line += ' ' + word;
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace flowtell
