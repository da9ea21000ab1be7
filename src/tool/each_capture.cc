// SPDX-License-Identifier: Apache-2.0
#include "tool/each_capture.h"

#include <fmt/format.h>

#include "tool/console.h"

namespace flowtell {

std::vector<CaptureFiles> whole_captures(const std::vector<std::string>& paths,
                                         Joining joining) {
  if (joining == Joining::kSeparate) return separate_files(paths);
  auto captures = join_files(paths, Candidates::kByName);
  print_joined(captures);
  return captures;
}

void print_joined(const std::vector<CaptureFiles>& captures) {
  const std::string text = joined_text(captures);
  if (text.empty()) return;
  print_note(
      fmt::format("flowtell: {}; --separate reads each file alone\n", text));
}

Result<bool> for_each_capture(const std::vector<CaptureFiles>& captures,
                              UnpackOn thread, const CaptureUser& use) {
  std::size_t skipped = 0;
  bool is_undamaged = true;
  for (const CaptureFiles& files : captures) {
    const std::string& path = files.front();
    auto source = open_capture(files, thread);
    if (!source) {
      if (++skipped == captures.size()) return fail(std::move(source).error());
      warn_of_skipped(source.error().message);
      is_undamaged = false;
      continue;
    }
    auto used = use(files, **source);
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
