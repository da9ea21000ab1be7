// SPDX-License-Identifier: Apache-2.0
#include "support/owned_captures.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "support/app_captures.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/put.h"

namespace flowtell {
namespace {

constexpr std::size_t kEthernet = 14;

void pad(std::string& bytes, std::size_t to) {
  while (bytes.size() % to != 0) bytes += '\0';
}

// A field of fixed size: cut, then padded with zeros.
std::string field(std::string_view text, std::size_t size) {
  std::string bytes(text.substr(0, size - 1));
  bytes.resize(size);
  return bytes;
}

void put_attribute(std::string& bytes, std::uint16_t type,
                   std::string_view value, ByteOrder order) {
  put(bytes, static_cast<std::uint16_t>(value.size() + 4), order);
  put(bytes, type, order);
  bytes += value;
  pad(bytes, 4);
}

TestFrame changed(const TestFrame& frame, std::string bytes, LinkType link) {
  TestFrame result = frame;
  result.bytes = std::move(bytes);
  result.wire_length = static_cast<std::uint32_t>(result.bytes.size());
  result.link = link;
  return result;
}

}  // namespace

TestFrame with_trailer(const TestFrame& ethernet, std::int32_t uid,
                       std::string_view app) {
  std::string bytes(12, '\0');
  bytes += ethernet.bytes.substr(12);
  pad(bytes, 4);
  put(bytes, std::uint32_t{0x01072021}, ByteOrder::kBig);
  put(bytes, static_cast<std::uint32_t>(uid), ByteOrder::kBig);
  bytes += field(app, 20);
  put(bytes, std::uint32_t{0xdeadbeef}, ByteOrder::kBig);  // a checksum
  return changed(ethernet, bytes, LinkType::kEthernet);
}

TestFrame raw_frame(const TestFrame& ethernet) {
  return changed(ethernet, ethernet.bytes.substr(kEthernet), LinkType::kRaw);
}

TestFrame nflog_frame(const TestFrame& ethernet, std::int64_t uid,
                      ByteOrder order) {
  std::string bytes("\x02\x00\x00\x1e", 4);  // IPv4, version 0, group 30
  put_attribute(bytes, 1, std::string("\x08\x00\x03\x00", 4), order);
  put_attribute(bytes, 10, std::string("out\0", 4), order);
  put_attribute(bytes, 9, ethernet.bytes.substr(kEthernet), order);
  std::string value;
  put(value, static_cast<std::uint32_t>(uid), ByteOrder::kBig);
  if (uid >= 0) put_attribute(bytes, 11, value, order);
  put_attribute(bytes, 14, value, order);  // the group's number
  return changed(ethernet, bytes, LinkType::kNflog);
}

TestFrame pktap_frame(const TestFrame& ethernet, std::string_view process,
                      std::string_view effective) {
  constexpr std::uint32_t kHeader = 156;
  std::string bytes;
  put(bytes, kHeader, ByteOrder::kLittle);
  put(bytes, std::uint32_t{1}, ByteOrder::kLittle);  // a packet follows
  put(bytes, std::uint32_t{1}, ByteOrder::kLittle);  // Ethernet
  bytes += field("en0", 24);
  bytes.resize(52);
  put(bytes, std::uint32_t{4711}, ByteOrder::kLittle);
  bytes += field(process, 17);
  bytes.resize(88);
  bytes += field(effective, 17);
  bytes.resize(kHeader);
  return changed(ethernet, bytes + ethernet.bytes, LinkType::kPktap);
}

std::string pcapdroid_pcap(const std::vector<OwnedFrame>& frames) {
  std::vector<TestFrame> written;
  for (const OwnedFrame& owned : frames) {
    written.push_back(with_trailer(owned.frame, owned.uid, owned.app));
  }
  return pcap_bytes(written);
}

std::string pcapdroid_pcapng(const std::vector<OwnedFrame>& frames) {
  PcapngBytes file;
  file.interface({.link = LinkType::kRaw});
  std::set<std::int32_t> mapped;
  for (const OwnedFrame& owned : frames) {
    if (mapped.insert(owned.uid).second) {
      file.uid_map(owned.uid, "com.example." + owned.app, owned.app);
    }
    file.enhanced(raw_frame(owned.frame), 0,
                  {{1, fmt::format("u-{}", owned.uid)}});
  }
  return file.bytes();
}

std::vector<OwnedFrame> phone_session(std::uint64_t seed) {
  std::vector<OwnedFrame> frames;
  const auto add = [&](MadeUpApp app, std::int32_t uid, std::string_view name,
                       Duration after) {
    for (TestFrame& frame : app_session(app, seed)) {
      constexpr std::size_t kPorts = kEthernet + 20;
      const auto port = [&](std::size_t at) {
        return load<std::uint16_t>(as_bytes(frame.bytes).data() + at,
                                   ByteOrder::kBig);
      };
      const bool is_lookup = port(kPorts) == 53 || port(kPorts + 2) == 53;
      frame.time += after + std::chrono::days(seed);
      frames.push_back({frame, is_lookup ? -1 : uid,
                        is_lookup ? "Unknown" : std::string(name)});
    }
  };
  add(MadeUpApp::kChat, 10101, "chat", 0s);
  add(MadeUpApp::kVideo, 10102, "video", 60s);
  return frames;
}

}  // namespace flowtell
