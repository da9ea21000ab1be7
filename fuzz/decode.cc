// SPDX-License-Identifier: Apache-2.0
//
// Frames of one link type in sequence, since the decoder stores fragments.
// Input: one byte for the link type, then frames, each after its 16-bit length.
#include "decode/decoder.h"

#include "capture/link_type.h"
#include "decode/owner_table.h"
#include "live/content_cut.h"
#include "live/frame_anonymiser.h"
#include "target.h"

namespace {

using namespace flowtell;

// All that are decoded, and one that is not.
LinkType chosen_link(std::uint8_t number) {
  const auto links = link_types();
  const std::size_t at = number % (links.size() + 1);
  return at == links.size() ? LinkType{147} : links[at].link;
}

bool is_within(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() &&
          part.data() + part.size() <= whole.data() + whole.size());
}

void check(const Packet& packet, const Frame& frame) {
  require(is_within(packet.payload, frame.bytes),
          "a payload is within its frame");
  require(packet.payload.size() <= packet.payload_length &&
              packet.payload_length <= packet.length,
          "a packet contains its payload, and the payload its captured part");
  require(packet.protocol == Protocol::kTcp || packet.tcp_flags == 0,
          "only TCP has flags");
  require(packet.time == frame.time, "a packet has its frame's time");
}

// An anonymised frame is no longer than the original. Unless it is a later
// fragment, it decodes alone to the same packet with other addresses.
void check_copy(Bytes copy, const Frame& frame, const Packet& packet) {
  require(copy.size() <= frame.bytes.size(), "nothing is added to a frame");
  Frame again = frame;
  again.bytes = copy;
  Packet read;
  Decoder outer(TunnelView::kOuter);
  if (outer.decode(again, read) != FrameOutcome::kUsed) return;
  require(read.protocol == packet.protocol &&
              read.source_port == packet.source_port &&
              read.destination_port == packet.destination_port &&
              read.length == packet.length &&
              read.payload_length == packet.payload_length &&
              read.tcp_flags == packet.tcp_flags &&
              read.tcp_sequence == packet.tcp_sequence,
          "anonymising changes only the addresses");
  require(read.payload.empty(), "an anonymised frame has no content");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader({data, size});
  const LinkType link = chosen_link(reader.u8());
  Decoder decoder;
  Decoder outer(TunnelView::kOuter);
  OwnerTable owners;
  ContentCut cutter;
  FrameAnonymiser anonymiser({});
  while (reader.left() > 2) {
    const std::size_t length = reader.u16();
    const Bytes bytes = reader.take(std::min(length, reader.left()));
    const Frame frame{Timestamp{}, bytes, static_cast<std::uint32_t>(length),
                      link};
    Packet packet;
    if (decoder.decode(frame, packet) == FrameOutcome::kUsed) {
      check(packet, frame);
      const OwnerId owner = owners.of(frame, packet);
      require(owner == kNoOwner || !owners[owner].app.empty(),
              "an owner has a name");
    }
    if (outer.decode(frame, packet) == FrameOutcome::kUsed) {
      check(packet, frame);
      if (FrameAnonymiser::knows(link)) {
        const auto copy = anonymiser.kept(frame);
        if (copy) check_copy(*copy, frame, packet);
      }
    }
    const Bytes kept = cutter.cut(frame);
    require(kept.size() <= bytes.size() &&
                (kept.empty() || kept.data() == bytes.data()),
            "a cut frame is a prefix of the frame");
  }
  return 0;
}
