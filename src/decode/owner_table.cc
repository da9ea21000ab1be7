// SPDX-License-Identifier: Apache-2.0
#include "decode/owner_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "decode/link_layer.h"

namespace flowtell {
namespace {

std::string_view up_to_nul(Bytes field) {
  const std::string_view text = as_text(field);
  return text.substr(0, text.find('\0'));
}

// Without the first bytes of a character whose others are missing.
std::string_view without_cut_character(std::string_view text) {
  std::size_t at = text.size();
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint8_t>(text[i]);
  };
  while (at > 0 && text.size() - at < 3 && (byte(at - 1) & 0xc0) == 0x80) --at;
  if (at == 0 || byte(at - 1) < 0xc0) return text;
  const std::size_t first = at - 1;
  const std::size_t size = byte(first) >= 0xf0   ? 4
                           : byte(first) >= 0xe0 ? 3
                                                 : 2;
  return text.size() - first < size ? text.substr(0, first) : text;
}

// Printable and without spaces around it. Empty if the text names no app:
// PCAPdroid writes "???" where it cannot find the name.
std::string app_in(std::string_view text) {
  std::string app = plain_text(without_cut_character(text));
  const std::size_t first = app.find_first_not_of(" \t\n");
  if (first == std::string::npos || app == "???") return {};
  return app.substr(first, app.find_last_not_of(" \t\n") + 1 - first);
}

}  // namespace

OwnerId OwnerTable::find(const Frame& frame, const Packet& packet) {
  if (frame.owner != nullptr) {
    return number_of(frame.owner->app, frame.owner->uid, false);
  }
  if (frame.link == LinkType::kNflog) return in_nflog(frame.bytes);
  if (frame.link == LinkType::kPktap || frame.link == LinkType::kUser2) {
    return in_pktap(frame.bytes);
  }
  // Of a packet that was cut, or is a later fragment, the end is not known.
  if (packet.payload.size() != packet.payload_length) return kNoOwner;
  const std::uint8_t* end = packet.payload.data() + packet.payload.size();
  const Bytes behind =
      frame.bytes.subspan(static_cast<std::size_t>(end - frame.bytes.data()));
  return behind.size() < kTrailer ? kNoOwner
                                  : in_trailer(behind.last(kTrailer));
}

// PCAPdroid (core/pcap_dump.h): magic, UID, name in 20 bytes with a final NUL,
// frame check sequence; all in network byte order.
OwnerId OwnerTable::in_trailer(Bytes trailer) {
  constexpr std::uint32_t kMagic = 0x01072021;
  constexpr std::size_t kName = 20;
  ByteReader reader(trailer);
  if (reader.u32() != kMagic) return kNoOwner;
  const auto uid = static_cast<std::int32_t>(reader.u32());
  if (uid < 0) return kNoOwner;  // not known
  const std::string_view name = up_to_nul(reader.take(kName));
  return number_of(name, app_id_of(uid), name.size() + 1 >= kName);
}

OwnerId OwnerTable::in_nflog(Bytes frame) {
  const NflogFrame found = read_nflog(frame);
  if (!found.uid || *found.uid > INT32_MAX) return kNoOwner;
  return number_of("", static_cast<std::int32_t>(*found.uid), false);
}

// The effective process is the one on whose behalf a service, such as that for
// downloads, sends the packet. Wireshark shows both.
OwnerId OwnerTable::in_pktap(Bytes frame) {
  constexpr std::size_t kName = 56;
  constexpr std::size_t kEffectiveName = 88;
  constexpr std::size_t kNameSize = 17;
  ByteReader reader(frame);
  reader.skip(kName);
  const std::string_view name = up_to_nul(reader.take(kNameSize));
  reader.skip(kEffectiveName - kName - kNameSize);
  const std::string_view effective = up_to_nul(reader.take(kNameSize));
  const std::string_view best = effective.empty() ? name : effective;
  return best.empty() ? kNoOwner : number_of(best, FrameOwner::kNoUid, false);
}

OwnerId OwnerTable::number_of(std::string_view text, std::int32_t uid,
                              bool is_cut) {
  if (last_ != kNoOwner && is(last_, text, uid)) return last_;
  const std::uint32_t found =
      index_.find(keyed_hash(text), [&](std::uint32_t at) {
        return is(static_cast<OwnerId>(at + 1), text, uid);
      });
  const OwnerId owner = found == HashIndex::kNone
                            ? add(text, uid, is_cut)
                            : static_cast<OwnerId>(found + 1);
  if (owner != kNoOwner) last_ = owner;
  return owner;
}

OwnerId OwnerTable::add(std::string_view text, std::int32_t uid, bool is_cut) {
  std::string app = app_in(text);
  if (app.empty() && uid == FrameOwner::kNoUid) return kNoOwner;
  if (entries_.size() == kMaxOwners) return kNoOwner;
  if (app.empty()) app = fmt::format("uid {}", uid);
  index_.insert(keyed_hash(text), static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back({std::string(text), {std::move(app), uid, is_cut}});
  return static_cast<OwnerId>(entries_.size());
}

}  // namespace flowtell
