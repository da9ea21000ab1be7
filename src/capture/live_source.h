// SPDX-License-Identifier: Apache-2.0
//
// A source of frames that come when they come: an interface, or a file played
// at its recorded pace.
//
// `read` hands out the frames at hand, and 0 also while there are none yet.
// What lies between two frames is told as silence: how long there has been no
// frame since the last one that was read. It runs by a clock that no one can
// set, so a system clock put forward or back does not change it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "capture/frame_source.h"

namespace flowtell {

class LiveSource : public FrameSource {
 public:
  // The link type of the frames that come first.
  virtual LinkType link() = 0;

  // Whether there will never be another frame.
  virtual bool has_ended() const = 0;

  // The silence up to now. When a `read` that follows hands out nothing, no
  // frame that belongs into it will come.
  virtual Duration silence() const = 0;

  // How long until silence() exceeds `silence` or, where that is known, until a
  // frame is due.
  virtual Duration time_until(Duration silence) const = 0;

  // The descriptor that becomes readable when frames are at hand; -1 where only
  // time brings them. May change with every read.
  virtual int descriptor() const = 0;

  // Frames that came but could not be kept, as far as the source can tell.
  virtual std::uint64_t dropped() { return 0; }

  // What a person should know, once: "eth1 is gone; waiting for it to return".
  virtual std::optional<std::string> take_notice() { return std::nullopt; }
};

}  // namespace flowtell
