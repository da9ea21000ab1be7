// SPDX-License-Identifier: Apache-2.0
#include "capture_twins.h"

#include "support/read_back.h"

namespace flowtell {
namespace {

constexpr std::size_t kChunk = 7;  // bytes; not the size of any field

void check_frame(const TestFrame& frame) {
  require(frame.bytes.size() <= kMaxFrameSize, "a frame has a longest length");
  require(frame.time >= kEarliestTime && frame.time <= kLatestTime,
          "a frame's time is within the supported range");
}

}  // namespace

void check_capture(Bytes bytes, const OpenStream& open) {
  const auto mapped = open(ByteStream(bytes));
  const auto streamed =
      open(ByteStream(in_chunks(std::string(as_text(bytes)), kChunk)));
  require((mapped == nullptr) == (streamed == nullptr),
          "a capture opens alike in memory and as a stream");
  if (!mapped) return;
  const ReadBack one = read_back(*mapped, 3);
  const ReadBack other = read_back(*streamed, 64);
  require(one.frames == other.frames,
          "a capture has the same frames in memory and as a stream");
  require(one.damage.has_value() == other.damage.has_value() &&
              (!one.damage || (one.damage->offset == other.damage->offset &&
                               one.damage->what == other.damage->what)),
          "a capture has the same damage in memory and as a stream");
  for (const TestFrame& frame : one.frames) check_frame(frame);
}

}  // namespace flowtell
