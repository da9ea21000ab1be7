// SPDX-License-Identifier: Apache-2.0
//
// The pcapng format (draft-ietf-opsawg-pcapng): blocks of a type and a length;
// the length is repeated at the end. Each section has its own byte order and
// describes its interfaces, which have a link type and a clock. The reader uses
// section headers, interface descriptions, and enhanced, simple and old packet
// blocks, and skips all others. An invalid packet block is reported as damage
// and skipped, since the next block's position is known. Reading ends at a
// block whose two lengths differ.
#pragma once

#include <memory>

#include "capture/byte_stream.h"
#include "capture/frame_source.h"

namespace flowtell {

bool looks_like_pcapng(Bytes front);

// REQUIRES: looks_like_pcapng(stream.window()).
std::unique_ptr<FrameSource> read_pcapng(ByteStream stream);

}  // namespace flowtell
