// SPDX-License-Identifier: Apache-2.0
//
// The pcapng format (draft-ietf-opsawg-pcapng): blocks of a type and a length,
// the length standing at both ends. Sections may change byte order; each
// describes its interfaces, which carry link type and clock. Read are section
// headers, interface descriptions, and the enhanced, simple and old packet
// blocks; all others are passed over. A packet block that makes no sense in
// itself is noted as damage and passed over, for the next block's place is
// known; a block whose two lengths differ ends the reading.
#pragma once

#include <memory>

#include "capture/byte_stream.h"
#include "capture/frame_source.h"

namespace flowtell {

bool looks_pcapng(Bytes front);

// REQUIRES: looks_pcapng(stream.window()).
std::unique_ptr<FrameSource> read_pcapng(ByteStream stream);

}  // namespace flowtell
