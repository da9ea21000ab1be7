// SPDX-License-Identifier: Apache-2.0
//
// The ledger counts every frame read exactly once, under one heading, so the
// counts sum to the number of frames read. The headings are listed only here;
// messages, help and docs are derived from the table.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace flowtell {

// How a frame was handled.
enum class FrameOutcome : std::uint8_t {
  kUsed,
  kUnsupportedLink,
  kNotIp,
  kNotTcpUdp,
  kFragmentWithoutPorts,
  kCutShort,
  kMalformed,
  kCopy,
};

struct LedgerHeading {
  FrameOutcome outcome;
  std::string_view name;
  std::string_view meaning;
  std::string_view remedy;  // if most frames are counted here
};

inline constexpr std::array kLedgerHeadings = {
    LedgerHeading{FrameOutcome::kUsed, "used",
                  "a TCP or UDP packet that went into a flow",
                  "record while the apps are in use"},
    LedgerHeading{FrameOutcome::kUnsupportedLink, "unsupported link",
                  "recorded on a link type that flowtell does not decode",
                  "record on the Ethernet or Wi-Fi interface of the gateway"},
    LedgerHeading{FrameOutcome::kNotIp, "not IP",
                  "another network protocol, such as ARP",
                  "record while the apps are in use, where their packets are "
                  "not wrapped in another protocol"},
    LedgerHeading{FrameOutcome::kNotTcpUdp, "not TCP/UDP",
                  "IP, but another protocol above it, such as ICMP",
                  "record while the apps are in use, and inside of tunnels"},
    LedgerHeading{FrameOutcome::kFragmentWithoutPorts, "fragment without ports",
                  "a later fragment whose first one is missing, or counted "
                  "for all as a tunnel's packet",
                  "record all fragments: on both directions, without a filter "
                  "by port"},
    LedgerHeading{FrameOutcome::kCutShort, "cut short",
                  "the snap length cut off headers that are needed",
                  "record with a longer snap length, at least 128 bytes"},
    LedgerHeading{FrameOutcome::kMalformed, "malformed",
                  "its headers are inconsistent",
                  "check the capture's link type, and whether it is encrypted"},
    LedgerHeading{FrameOutcome::kCopy, "copy",
                  "a packet recorded before, at another interface, mirror port "
                  "or side of a router",
                  "record on the one interface that the devices are on"},
};

class Ledger {
 public:
  void count(FrameOutcome outcome) {
    ++counts_[static_cast<std::size_t>(outcome)];
  }

  std::uint64_t of(FrameOutcome outcome) const {
    return counts_[static_cast<std::size_t>(outcome)];
  }
  std::uint64_t sum() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
  }

  Ledger& operator+=(const Ledger& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i] += other.counts_[i];
    }
    return *this;
  }

 private:
  std::array<std::uint64_t, kLedgerHeadings.size()> counts_{};
};

}  // namespace flowtell
