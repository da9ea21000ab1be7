// SPDX-License-Identifier: Apache-2.0
//
// The formats of capture files, each recognised by the bytes at the front: pcap
// and pcapng, and the compressions that either may be packed in.
#pragma once

#include <cstdint>
#include <memory>

#include "capture/byte_stream.h"
#include "capture/frame_source.h"

namespace flowtell {

// The classic capture format (draft-ietf-opsawg-pcap): a header of 24 bytes
// with byte order, resolution and link type, then records of a 16-byte header
// and a frame. Nothing marks the start of a record, so reading ends at the
// first record that is invalid.
bool looks_like_pcap(Bytes front);

// Fails if the header is cut short.
// REQUIRES: looks_like_pcap(stream.window()).
Result<std::unique_ptr<FrameSource>> read_pcap(ByteStream stream);

// Magic numbers of pcap files: they give the unit of the times and, by their
// byte order, the byte order of the whole file (section 4 of the draft).
inline constexpr std::uint32_t kMicrosecondMagic = 0xa1b2c3d4;
inline constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;
// Alexey Kuznetsov's "modified" pcap, as the FRITZ!Box writes it, with longer
// record headers.
inline constexpr std::uint32_t kModifiedMagic = 0xa1b2cd34;

// The pcapng format (draft-ietf-opsawg-pcapng): blocks of a type and a length;
// the length is repeated at the end. Each section has its own byte order and
// describes its interfaces, which have a link type and a clock. The reader uses
// section headers, interface descriptions, and enhanced, simple and old packet
// blocks; for the owners of frames also PCAPdroid's custom blocks and Apple's
// process blocks; and skips all others. An invalid packet block is reported as
// damage and skipped, since the next block's position is known. Reading ends at
// a block whose two lengths differ.
bool looks_like_pcapng(Bytes front);

// REQUIRES: looks_like_pcapng(stream.window()).
std::unique_ptr<FrameSource> read_pcapng(ByteStream stream);

// Streaming decompression: gzip by zlib (RFC 1952, with any number of members),
// zstd by libzstd (RFC 8878, with any number of frames).
bool looks_like_gzip(Bytes front);
bool looks_like_zstd(Bytes front);

std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed);
std::unique_ptr<ByteSource> unpack_zstd(std::unique_ptr<ByteSource> packed);

}  // namespace flowtell
