// SPDX-License-Identifier: Apache-2.0
//
// The apps and processes that a capture names as the owners of its packets,
// each by a small number.
//
// An owner comes with the frame (pcapng metadata), in the trailer that
// PCAPdroid puts behind the datagram, in an attribute of an NFLOG frame (the
// UID), or in a PKTAP header (the process). Other frames cost one comparison.
//
// Memory is bounded: later owners beyond kMaxOwners count as none. One thread
// at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash_index.h"
#include "capture/frame_source.h"
#include "decode/packet.h"

namespace flowtell {

inline constexpr std::size_t kMaxOwners = 4095;  // the numbers have 12 bits

struct Owner {
  // Printable, never empty. "uid 10123" for an owner without a name.
  std::string app;
  std::int32_t uid = FrameOwner::kNoUid;
  bool is_cut = false;  // the name fills its field, so its end may be missing
};

class OwnerTable {
 public:
  // The owner of a decoded packet, or kNoOwner.
  // REQUIRES: `packet` was decoded from `frame`.
  OwnerId of(const Frame& frame, const Packet& packet) {
    const std::uint8_t* end = packet.payload.data() + packet.payload.size();
    const auto behind =
        static_cast<std::size_t>(frame.bytes.data() + frame.bytes.size() - end);
    // So end nearly all frames.
    if (behind < kTrailer && frame.owner == nullptr &&
        ((frame.link < LinkType::kNflog && frame.link != LinkType::kUser2) ||
         frame.link > LinkType::kPktap)) {
      return kNoOwner;
    }
    return find(frame, packet);
  }

  // REQUIRES: `owner` was returned by `of`, and is not kNoOwner.
  const Owner& operator[](OwnerId owner) const {
    return entries_[owner - 1U].owner;
  }
  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr std::size_t kTrailer = 32;

  struct Entry {
    std::string text;  // as in the capture
    Owner owner;
  };

  OwnerId find(const Frame& frame, const Packet& packet);
  OwnerId in_trailer(Bytes trailer);
  OwnerId in_nflog(Bytes frame);
  OwnerId in_pktap(Bytes frame);
  OwnerId number_of(std::string_view text, std::int32_t uid, bool is_cut);
  OwnerId add(std::string_view text, std::int32_t uid, bool is_cut);
  bool is(OwnerId owner, std::string_view text, std::int32_t uid) const {
    const Entry& entry = entries_[owner - 1U];
    return entry.owner.uid == uid && entry.text == text;
  }

  std::vector<Entry> entries_;
  HashIndex index_;
  OwnerId last_ = kNoOwner;  // packets of one owner come in trains
};

}  // namespace flowtell
