// SPDX-License-Identifier: Apache-2.0
//
// Bytes packed as captures often are.
#pragma once

#include <string>
#include <string_view>

namespace flowtell {

// One gzip member (RFC 1952); several may be laid end to end.
std::string gzip_packed(std::string_view bytes);

// One zstd frame (RFC 8878), with a checksum as the zstd command writes;
// several may be laid end to end.
std::string zstd_packed(std::string_view bytes);

}  // namespace flowtell
