// SPDX-License-Identifier: Apache-2.0
#include "tool/each_capture.h"

#include <fmt/format.h>

#include "tool/console.h"

namespace flowtell {

Result<bool> for_each_capture(const std::vector<std::string>& paths,
                              UnpackOn thread, const CaptureUser& use) {
  std::size_t skipped = 0;
  bool is_undamaged = true;
  for (const std::string& path : paths) {
    auto source = open_capture(path, thread);
    if (!source) {
      if (++skipped == paths.size()) return fail(std::move(source).error());
      warn_of_skipped(source.error().message);
      is_undamaged = false;
      continue;
    }
    auto used = use(path, **source);
    if (!used) return fail(std::move(used).error());
    if (const auto& damage = (*source)->damage()) {
      warn_of_damage(path, *damage);
      is_undamaged = false;
    }
  }
  return is_undamaged;
}

void warn_of_skipped(const std::string& reason) { warn("skipped: " + reason); }

void warn_of_damage(const std::string& path, const Damage& damage) {
  warn(fmt::format("{} is damaged at byte {}: {}; the readable part was used",
                   path == kStandardInput ? "standard input" : path,
                   damage.offset, damage.what));
}

}  // namespace flowtell
