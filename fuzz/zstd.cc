// SPDX-License-Identifier: Apache-2.0
//
// Arbitrary bytes, decompressed as zstd.
#include "capture/file_formats.h"
#include "target.h"
#include "unpacked_twins.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flowtell::check_unpacking({data, size}, flowtell::unpack_zstd);
  return 0;
}
