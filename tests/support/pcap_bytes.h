// SPDX-License-Identifier: Apache-2.0
//
// The bytes of classic capture files, in all their variants.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/test_frame.h"

namespace flowtell {

struct PcapStyle {
  ByteOrder order = ByteOrder::kLittle;
  bool nanoseconds = false;
  LinkType link = LinkType::kEthernet;
  // Bytes of Alexey Kuznetsov's fields behind each record's header: 0, 8, 12.
  std::size_t modified = 0;
};

// The 24-byte header.
std::string pcap_header(const PcapStyle& style = {});

// One record. REQUIRES: the frame's time is from 1970 to 2106.
std::string pcap_record(const TestFrame& frame, const PcapStyle& style = {});

// A whole file. The link types of the frames are ignored.
std::string pcap_bytes(const std::vector<TestFrame>& frames,
                       const PcapStyle& style = {});

}  // namespace flowtell
