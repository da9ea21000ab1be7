// SPDX-License-Identifier: Apache-2.0
//
// Parts of a flow, to learn from beside the whole.
//
// Bursts and captures cut a connection wherever its user paused or the
// recording stopped: the same request stands behind a handshake here and opens
// a flow there. One collection cuts mostly in one way, so a learner of whole
// flows learns the cut as if it belonged to the app. It is taught instead what
// else each flow would have been: ended before one of its requests, or begun
// with it. (An augmentation, as images are cropped to teach recognisers of
// images.)
#pragma once

#include <vector>

#include "base/random.h"
#include "flow/flow.h"

namespace flowtell {

// The packets [begin, end) of a flow as a flow of their own. Borrows from it.
// REQUIRES: begin < end <= flow.packets.size().
Flow cut_flow(const Flow& flow, std::size_t begin, std::size_t end);

// Where each message that the device sent begins, but for its first: places in
// `packets`, at most `most`. (A message is a run of payload in one direction.)
std::vector<std::size_t> later_requests(std::span<const PacketRecord> packets,
                                        std::size_t most);

// The flow ended before one of its first later requests, and begun with one;
// none where it has none. They borrow from the flow.
std::vector<Flow> draw_parts(const Flow& flow, Random& random);

}  // namespace flowtell
