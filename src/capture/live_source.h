// SPDX-License-Identifier: Apache-2.0
//
// A source of frames that arrive over time: an interface, or a file replayed at
// its recorded pace.
//
// `read` returns the frames available now, and 0 if there are none yet. The
// time between frames is reported as silence: how long ago the last frame was
// read. It is measured by a clock that cannot be set, so changes of the system
// clock do not affect it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "capture/frame_source.h"

namespace flowtell {

class LiveSource : public FrameSource {
 public:
  // Link type of the first frames.
  virtual LinkType link() = 0;

  // Whether no more frames will ever arrive.
  virtual bool has_ended() const = 0;

  // The silence up to now. Call it before `read`: if `read` then returns 0, no
  // later frame has a time within this silence.
  virtual Duration silence() const = 0;

  // Time until silence() exceeds `silence` or, if known, until the next frame
  // is due, whichever comes first.
  virtual Duration time_until(Duration silence) const = 0;

  // A descriptor that becomes readable when frames are available; -1 if they
  // depend on time alone. May change with every read.
  virtual int descriptor() const = 0;

  // Number of frames that arrived but were lost, as far as is known.
  virtual std::uint64_t dropped() { return 0; }

  // A message for the user, returned once: "eth1 is back".
  virtual std::optional<std::string> take_notice() { return std::nullopt; }
};

}  // namespace flowtell
