// SPDX-License-Identifier: Apache-2.0
//
// Parts of a flow, as additional training rows.
//
// A pause or the end of a recording cuts a connection: the same request follows
// a handshake in one flow and opens another. A collection tends to cut in one
// way, and a learner trained on whole flows would learn the cut as a property
// of the app. Training therefore also uses each flow ended before one of its
// requests, and begun with one. (This is data augmentation, like cropping
// images.)
#pragma once

#include <vector>

#include "base/random.h"
#include "flow/flow.h"

namespace flowtell {

// The packets [begin, end) of a flow as a flow, which borrows from the
// original. REQUIRES: begin < end <= flow.packets.size().
Flow cut_flow(const Flow& flow, std::size_t begin, std::size_t end);

// The indices in `packets` where the messages sent by the device begin, except
// the first; at most `limit`. (A message is a run of payload in one
// direction.)
std::vector<std::size_t> later_requests(std::span<const PacketRecord> packets,
                                        std::size_t limit);

// The flow ended before one of its first later requests, and the flow begun
// with one; empty without later requests. The parts borrow from the flow.
std::vector<Flow> draw_parts(const Flow& flow, Random& random);

}  // namespace flowtell
