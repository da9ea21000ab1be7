// SPDX-License-Identifier: Apache-2.0
#include "unpacked_twins.h"

#include <algorithm>
#include <string>
#include <vector>

#include "support/read_back.h"

namespace flowtell {
namespace {

constexpr std::size_t kMax = 1 << 20;

struct Unpacked {
  std::string bytes;
  std::string problem;

  bool operator==(const Unpacked&) const = default;
};

// Reads `step` bytes at a time.
Unpacked read_all(ByteSource& source, std::size_t step) {
  Unpacked all;
  std::vector<std::uint8_t> buffer(step);
  while (all.bytes.size() < kMax) {
    const std::size_t wanted = std::min(step, kMax - all.bytes.size());
    const auto got = source.read(std::span(buffer).first(wanted));
    if (!got) all.problem = got.error().message;
    if (!got || *got == 0) break;
    require(*got <= wanted, "a source never exceeds the buffer");
    all.bytes.append(buffer.begin(),
                     buffer.begin() + static_cast<std::ptrdiff_t>(*got));
  }
  return all;
}

// Inside a damaged block, the amount of output depends on the chunks.
bool agree(const Unpacked& one, const Unpacked& other) {
  const std::size_t common = std::min(one.bytes.size(), other.bytes.size());
  return one.problem.empty()
             ? one == other
             : one.problem == other.problem &&
                   one.bytes.substr(0, common) == other.bytes.substr(0, common);
}

}  // namespace

void check_unpacking(Bytes packed, Unpack unpack) {
  const std::string bytes(as_text(packed));
  const auto read = [&](std::size_t chunk, std::size_t room) {
    return read_all(*unpack(in_chunks(bytes, chunk)), room);
  };
  const Unpacked whole = read(bytes.size(), 1 << 16);
  require(whole == read(bytes.size(), 4093),
          "output does not depend on the buffer size");
  require(agree(whole, read(5, 4093)),
          "output does not depend on the input chunks");
}

}  // namespace flowtell
