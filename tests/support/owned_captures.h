// SPDX-License-Identifier: Apache-2.0
//
// Captures that name the app of each packet, in every format that can.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/test_frame.h"

namespace flowtell {

// An Ethernet frame with its owner.
struct OwnedFrame {
  TestFrame frame;
  std::int32_t uid = -1;  // -1: not known
  std::string app;
};

// The frame as PCAPdroid writes it: MAC addresses of zeros, padding, trailer.
TestFrame with_trailer(const TestFrame& ethernet, std::int32_t uid,
                       std::string_view app);

// The datagram of an Ethernet frame with a link type of raw IP.
TestFrame raw_frame(const TestFrame& ethernet);

// The datagram as an attribute of a Linux log record, between others. With a
// UID of -1 there is none.
TestFrame nflog_frame(const TestFrame& ethernet, std::int64_t uid,
                      ByteOrder order = ByteOrder::kLittle);

// The frame behind Apple's header.
TestFrame pktap_frame(const TestFrame& ethernet, std::string_view process,
                      std::string_view effective = "");

// Whole files of PCAPdroid. In pcapng each UID is mapped before its first
// packet, to the package "com.example.APP" and the name APP.
std::string pcapdroid_pcap(const std::vector<OwnedFrame>& frames);
std::string pcapdroid_pcapng(const std::vector<OwnedFrame>& frames);

// Two apps of app_captures.h in turn on one phone: chat (UID 10101) and video
// (UID 10102). The owner of the lookups is not known.
std::vector<OwnedFrame> phone_session(std::uint64_t seed);

}  // namespace flowtell
