// SPDX-License-Identifier: Apache-2.0
//
// The classic capture format (draft-ietf-opsawg-pcap): a header of 24 bytes
// with byte order, resolution and link type, then records of a 16-byte header
// and a frame. Nothing marks the start of a record, so reading ends at the
// first record that is invalid.
#pragma once

#include <memory>

#include "capture/byte_stream.h"
#include "capture/frame_source.h"

namespace flowtell {

bool looks_like_pcap(Bytes front);

// Fails if the header is cut short.
// REQUIRES: looks_like_pcap(stream.window()).
Result<std::unique_ptr<FrameSource>> read_pcap(ByteStream stream);

}  // namespace flowtell
