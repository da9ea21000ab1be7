// SPDX-License-Identifier: Apache-2.0
#include "support/packed.h"

#include <zlib.h>
#include <zstd.h>

#include "base/bytes.h"
#include "base/result.h"

namespace flowtell {

std::string gzip_packed(std::string_view bytes) {
  constexpr int kGzip = 15 + 16;
  z_stream stream{};
  require(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8,
                       Z_DEFAULT_STRATEGY) == Z_OK,
          "zlib has no memory");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = const_cast<Bytef*>(as_bytes(bytes).data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib did not finish");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_packed(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(),
                                          bytes.data(), bytes.size());
  ZSTD_freeCCtx(context);
  require(ZSTD_isError(size) == 0, "zstd did not finish");
  out.resize(size);
  return out;
}

}  // namespace flowtell
