// SPDX-License-Identifier: Apache-2.0
//
// Interface of all frame producers: capture files, network interfaces, replays.
//
// A source returns frames in batches, in capture order, without copying: the
// source owns the bytes. On damage it returns the frames it could read and
// records the first damage as a value; it never fails midway. Used by one
// thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"

namespace flowtell {

// Maximum frame length in bytes: libpcap's limit for snap lengths.
inline constexpr std::uint32_t kMaxFrameSize = 262'144;

// Link types that flowtell can decode, by their number in capture files
// (https://www.tcpdump.org/linktypes.html). Other numbers are kept unchanged,
// so that the ledger can name them. capture/link_type.h describes each.
enum class LinkType : std::uint16_t {
  kNull = 0,  // BSD loopback: address family in the recorder's byte order
  kEthernet = 1,
  kPpp = 9,
  kRawOpenBsd = 12,  // DLT_RAW on most systems
  kRawOfOpenBsd = 14,
  kPppHdlc = 50,   // PPP in HDLC framing, or Cisco HDLC
  kPppEther = 51,  // PPPoE without Ethernet
  kAtm = 100,      // RFC 1483: LLC over ATM
  kRaw = 101,      // starts with an IP header, either version
  kCiscoHdlc = 104,
  kWifi = 105,
  kLoop = 108,      // OpenBSD loopback: address family in network byte order
  kEnc = 109,       // BSD IPsec, decrypted
  kLinuxSll = 113,  // "cooked" capture on any interface
  kPflog = 117,     // packets logged by BSD's pf
  kPrism = 119,
  kRadiotap = 127,
  kFirewire = 138,
  kUser2 = 149,  // what Apple's tools write for PKTAP
  kAvs = 163,
  kPppPppd = 166,  // Linux pppd: direction, then PPP
  kPpi = 192,
  kPppDirected = 204,
  kCiscoHdlcDirected = 205,
  kMpls = 219,
  kIpv4 = 228,
  kIpv6 = 229,
  kNflog = 239,  // Linux's packet log: attributes, one of which is the packet
  kPktap = 258,  // Apple: process, interface and link type before the frame
  kLinuxSll2 = 276,
  kDsaBroadcom = 281,  // Ethernet with a switch tag before the EtherType
  kDsaBroadcomFront = 282,
  kDsa = 284,
  kEdsa = 285,
};

bool is_known(LinkType link);

// "Ethernet (link type 1)"
std::string link_type_name(LinkType link);

// The app or process that sent or received a frame, as the capture's own
// metadata say. Text from the file is unchecked.
struct FrameOwner {
  static constexpr std::int32_t kNoUid = -1;

  std::string app;            // empty: only the UID is known
  std::int32_t uid = kNoUid;  // Android's app ID

  auto operator<=>(const FrameOwner&) const = default;
};

// Android numbers the apps of the device's users apart: user 10's app 10123 has
// the UID 1010123. The app ID is the same for all users.
constexpr std::int32_t app_id_of(std::int32_t uid) { return uid % 100'000; }

// The time of a frame that has none. Only the readers of files return it;
// open_capture and open_live_capture give the frame a time.
inline constexpr Timestamp kNoTime = Timestamp::min();

struct Frame {
  Timestamp time;
  Bytes bytes;                // captured bytes; may be cut short
  std::uint32_t wire_length;  // length on the wire
  LinkType link;
  std::uint16_t interface = 0;  // its number in the file
  // Owner by the file's metadata; null if they give none. An owner inside the
  // frame's bytes is found later (decode/owner_table.h). Valid as long as the
  // source.
  const FrameOwner* owner = nullptr;
  std::uint64_t number = 0;  // in its capture file as written, from 0
  // The first comment in the file, unchecked; empty if there is none, and where
  // frames were put in order. Valid as long as `bytes`.
  std::string_view comment = {};
};

struct Damage {
  std::uint64_t offset;  // in bytes, in the (decompressed) capture
  std::string what;      // "a record of 74 bytes is cut off after 12"
};

// What a source found out about the times of a file.
struct ClockReport {
  std::uint64_t differing = 0;  // interfaces with a clock of their own
  Duration apart{};             // the most that two clocks differ by
  std::uint64_t steps = 0;      // times that a clock was set back
  std::uint64_t reordered = 0;  // frames written after later ones
  std::uint64_t timeless = 0;   // frames without a time
  // Nanoseconds where the file's header promises microseconds.
  bool are_nanoseconds = false;
};

// File format of a capture.
enum class CaptureFormat { kPcap, kPcapng };

constexpr std::string_view capture_format_name(CaptureFormat format) {
  return format == CaptureFormat::kPcap ? "pcap" : "pcapng";
}

class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // Fills the front of `batch` and returns the number of frames; always 0 after
  // the end. The frames' bytes are valid until the next call.
  // REQUIRES: batch is not empty.
  virtual std::size_t read(std::span<Frame> batch) = 0;

  // The first damage found so far.
  const std::optional<Damage>& damage() const { return damage_; }

  // What was found so far.
  const ClockReport& clocks() const { return clocks_; }

  // Format of the file being read; nothing if there is no file.
  std::optional<CaptureFormat> format() const { return format_; }

 protected:
  explicit FrameSource(std::optional<CaptureFormat> format = std::nullopt)
      : format_(format) {}

  void note_damage(std::uint64_t offset, std::string what) {
    if (!damage_) damage_ = Damage{offset, std::move(what)};
  }

  ClockReport clocks_;

 private:
  std::optional<Damage> damage_;
  std::optional<CaptureFormat> format_;
};

}  // namespace flowtell
