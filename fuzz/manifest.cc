// SPDX-License-Identifier: Apache-2.0
//
// A manifest of labelled captures, as a file in memory.
#include <sys/mman.h>

#include "base/file.h"
#include "model/app.h"
#include "model/labelled_captures.h"
#include "target.h"

namespace {

using namespace flowtell;

void check(const LabelledCapture& capture) {
  require(!capture.path.empty() && !capture.group.empty(),
          "a capture has a path and a group");
  require(capture.app != kUnknownName, "no app is called unknown");
  for (const auto& moment : {capture.from, capture.to}) {
    if (!moment) continue;
    if (const auto* since = std::get_if<Duration>(&*moment)) {
      require(*since >= Duration{}, "a span does not begin early");
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FileHandle file(::memfd_create("manifest", MFD_CLOEXEC));
  require(write_all(file.get(), as_text({data, size})).has_value(),
          "a file in memory can be written");
  const auto captures =
      find_labelled_captures(fmt::format("/proc/self/fd/{}", file.get()));
  if (!captures) {
    require(!captures.error().message.empty(), "an error has a message");
    return 0;
  }
  require(!captures->empty(), "an accepted manifest lists captures");
  for (const LabelledCapture& capture : *captures) check(capture);
  return 0;
}
