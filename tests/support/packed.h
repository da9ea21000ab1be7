// SPDX-License-Identifier: Apache-2.0
//
// Compressed bytes, for captures.
#pragma once

#include <string>
#include <string_view>

namespace flowtell {

// One gzip member (RFC 1952); members may be concatenated.
std::string gzip_packed(std::string_view bytes);

// One zstd frame (RFC 8878) with a checksum, as the zstd command writes it;
// frames may be concatenated.
std::string zstd_packed(std::string_view bytes);

}  // namespace flowtell
