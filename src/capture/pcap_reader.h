// SPDX-License-Identifier: Apache-2.0
//
// The classic capture format (draft-ietf-opsawg-pcap): a header of 24 bytes
// that tells byte order, resolution and link type, then records of 16 bytes
// and a frame each. Nothing marks where a record begins, so after a record
// that cannot be true nothing further can be read.
#pragma once

#include <memory>

#include "capture/byte_stream.h"
#include "capture/frame_source.h"

namespace flowtell {

bool looks_pcap(Bytes front);

// Fails when the header is cut short.
// REQUIRES: looks_pcap(stream.window()).
Result<std::unique_ptr<FrameSource>> read_pcap(ByteStream stream);

}  // namespace flowtell
