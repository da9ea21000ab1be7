// SPDX-License-Identifier: Apache-2.0
//
// Arbitrary bytes after the magic number of a pcapng file.
#include "capture/file_formats.h"
#include "capture/ordered_source.h"

#include "capture_twins.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowtell;
  const Bytes bytes(data, size);
  if (!looks_like_pcapng(bytes)) return 0;
  check_capture(bytes, [](ByteStream stream) {
    stream.fill(4);
    return std::make_unique<OrderedSource>(read_pcapng(std::move(stream)));
  });
  return 0;
}
