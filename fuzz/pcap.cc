// SPDX-License-Identifier: Apache-2.0
//
// Arbitrary bytes after the magic number of a pcap file.
#include "capture/file_formats.h"
#include "capture/ordered_source.h"

#include "capture_twins.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowtell;
  const Bytes bytes(data, size);
  if (!looks_like_pcap(bytes)) return 0;
  check_capture(bytes, [](ByteStream stream) -> std::unique_ptr<FrameSource> {
    stream.fill(4);
    auto reader = read_pcap(std::move(stream));
    if (!reader) return nullptr;
    return std::make_unique<OrderedSource>(std::move(*reader));
  });
  return 0;
}
