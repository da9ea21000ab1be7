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
};

struct LedgerHeading {
  FrameOutcome outcome;
  std::string_view name;
  std::string_view meaning;
};

inline constexpr std::array kLedgerHeadings = {
    LedgerHeading{FrameOutcome::kUsed, "used",
                  "a TCP or UDP packet that went into a flow"},
    LedgerHeading{FrameOutcome::kUnsupportedLink, "unsupported link",
                  "recorded on a link type that flowtell does not decode"},
    LedgerHeading{FrameOutcome::kNotIp, "not IP",
                  "another network protocol, such as ARP"},
    LedgerHeading{FrameOutcome::kNotTcpUdp, "not TCP/UDP",
                  "IP, but another protocol above it, such as ICMP"},
    LedgerHeading{FrameOutcome::kFragmentWithoutPorts, "fragment without ports",
                  "a later fragment whose first one is missing, or counted "
                  "for all as a tunnel's packet"},
    LedgerHeading{FrameOutcome::kCutShort, "cut short",
                  "the snap length cut off headers that are needed"},
    LedgerHeading{FrameOutcome::kMalformed, "malformed",
                  "its headers are inconsistent"},
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
