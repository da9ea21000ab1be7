// SPDX-License-Identifier: Apache-2.0
#include "capture/pcapng_writer.h"

#include <algorithm>

#include "base/result.h"

namespace flowtell {
namespace {

constexpr std::uint32_t kSectionBlock = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceBlock = 1;
constexpr std::uint32_t kEnhancedPacketBlock = 6;
constexpr std::uint32_t kOrderMagic = 0x1a2b3c4d;
constexpr std::size_t kBlockOverhead = 12;  // type, length, length

constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kCommentOption = 1;
constexpr std::uint16_t kDescriptionOption = 3;
constexpr std::uint16_t kResolutionOption = 9;
constexpr std::string_view kNanoseconds = "\x09";
constexpr std::size_t kOptionHead = 4;
constexpr std::size_t kMaxOption = 0xffff;

constexpr std::size_t padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

// With its padding; 0 for an option that is left out.
constexpr std::size_t option_size(std::string_view value) {
  return value.empty()
             ? 0
             : kOptionHead + padded(std::min(value.size(), kMaxOption));
}

}  // namespace

PcapngWriter::PcapngWriter() {
  constexpr std::size_t kBody = 16;
  begin_block(kSectionBlock, kBody);
  out_.u32(kOrderMagic);
  out_.u16(1);  // format version 1.0
  out_.u16(0);
  out_.u64(UINT64_MAX);  // length of the section: not given
  end_block(kBody);
}

std::uint32_t PcapngWriter::add_interface(LinkType link,
                                          std::string_view description) {
  const std::size_t body =
      8 + option_size(description) + option_size(kNanoseconds) + kOptionHead;
  begin_block(kInterfaceBlock, body);
  out_.u16(static_cast<std::uint16_t>(link));
  out_.u16(0);
  out_.u32(kMaxFrameSize);
  put_option(kDescriptionOption, description);
  put_option(kResolutionOption, kNanoseconds);
  put_option(kEndOfOptions, {});
  end_block(body);
  return interfaces_++;
}

void PcapngWriter::add(const Frame& frame, std::uint32_t interface,
                       std::initializer_list<std::string_view> comments) {
  require(interface < interfaces_, "a frame's interface is described first");
  std::size_t options = 0;
  for (const std::string_view comment : comments) {
    options += option_size(comment);
  }
  if (options > 0) options += kOptionHead;
  const auto time = static_cast<std::uint64_t>(
      std::max(frame.time.time_since_epoch(), Duration{}).count());
  const auto captured = static_cast<std::uint32_t>(frame.bytes.size());
  const std::size_t body = 20 + padded(captured) + options;
  begin_block(kEnhancedPacketBlock, body);
  out_.u32(interface);
  out_.u32(static_cast<std::uint32_t>(time >> 32));
  out_.u32(static_cast<std::uint32_t>(time));
  out_.u32(captured);
  out_.u32(frame.wire_length);
  put_padded(as_text(frame.bytes));
  for (const std::string_view comment : comments) {
    if (!comment.empty()) put_option(kCommentOption, comment);
  }
  if (options > 0) put_option(kEndOfOptions, {});
  end_block(body);
}

void PcapngWriter::begin_block(std::uint32_t type, std::size_t body_size) {
  out_.u32(type);
  out_.u32(static_cast<std::uint32_t>(kBlockOverhead + body_size));
}

void PcapngWriter::end_block(std::size_t body_size) {
  out_.u32(static_cast<std::uint32_t>(kBlockOverhead + body_size));
}

void PcapngWriter::put_padded(std::string_view bytes) {
  constexpr std::string_view kZeros("\0\0\0", 3);
  out_.raw(bytes);
  out_.raw(kZeros.substr(0, padded(bytes.size()) - bytes.size()));
}

void PcapngWriter::put_option(std::uint16_t code, std::string_view value) {
  if (value.empty() && code != kEndOfOptions) return;
  const std::string_view kept = value.substr(0, kMaxOption);
  out_.u16(code);
  out_.u16(static_cast<std::uint16_t>(kept.size()));
  put_padded(kept);
}

}  // namespace flowtell
