// SPDX-License-Identifier: Apache-2.0
#include "model/model_file.h"

#include "base/byte_writer.h"
#include "base/checksum.h"
#include "base/file.h"
#include "model/model_sections.h"

namespace flowtell {
namespace {

constexpr std::string_view kMagic = "flowtell";
constexpr std::size_t kChecksum = 4;

tl::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorKind::kCorrupt,
              "the model is damaged ({}); copy it again or train it again",
              what);
}

// Checks the header and checksum, and returns the body.
Result<Bytes> open_body(Bytes bytes) {
  ByteReader reader(bytes, ByteOrder::kLittle);
  if (as_text(reader.take(kMagic.size())) != kMagic) {
    return fail(ErrorKind::kCorrupt,
                "it is not a flowtell model; make one with 'flowtell train'");
  }
  const std::uint32_t version = reader.u32();
  const std::uint64_t length = reader.u64();
  if (!reader.ok()) return damaged("it is cut short");
  if (version != kModelVersion) {
    return fail(ErrorKind::kWrongVersion,
                "the model is of format version {}, this program reads version "
                "{}; train it again",
                version, kModelVersion);
  }
  const Bytes body = reader.take(length);
  const std::uint32_t stored = reader.u32();
  if (!reader.ok()) return damaged("it is cut short");
  if (reader.left() > 0) return damaged("data follows its end");
  if (stored != crc32(bytes.first(bytes.size() - kChecksum))) {
    return damaged("its checksum is wrong");
  }
  return body;
}

}  // namespace

Result<std::string> encode_model(const Model& model) {
  const std::string body = encode_sections(model);
  ByteWriter writer;
  writer.raw(kMagic);
  writer.u32(kModelVersion);
  writer.u64(body.size());
  writer.raw(body);
  writer.u32(crc32(as_bytes(writer.bytes())));
  const std::string& bytes = writer.bytes();
  if (bytes.size() > kMaxModelBytes) {
    return fail(ErrorKind::kResource,
                "the model takes {} MiB, more than the limit of {} MiB; train "
                "with fewer trees or fewer flows",
                bytes.size() >> 20, kMaxModelBytes >> 20);
  }
  return bytes;
}

Result<Model> decode_model(Bytes bytes) {
  auto body = open_body(bytes);
  if (!body) return fail(std::move(body).error());
  auto model = decode_sections(*body);
  if (!model) return damaged(model.error().message);
  return model;
}

Result<Model> load_model(const std::string& path) {
  auto bytes = read_file(path, {kMaxModelBytes, kMagic});
  if (!bytes) return fail(std::move(bytes).error());
  auto model = decode_model(as_bytes(*bytes));
  if (!model) {
    return fail(fmt::format("cannot use {}", path), std::move(model).error());
  }
  return model;
}

}  // namespace flowtell
