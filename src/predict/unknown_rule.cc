// SPDX-License-Identifier: Apache-2.0
#include "predict/unknown_rule.h"

#include "base/text.h"

namespace flowtell {
namespace {

tl::unexpected<Error> no_rule(std::string_view text) {
  return fail(ErrorKind::kUsage,
              "'{}' is no rule for unknown; write never, or "
              "floor=0.25,margin=0.05 with numbers from 0 to 1",
              text);
}

}  // namespace

Result<UnknownRule> UnknownRule::parse(std::string_view text) {
  UnknownRule rule{0, 0};
  if (text == "never") return rule;
  const auto parts = split(text, ',');
  if (parts.empty()) return no_rule(text);
  for (const std::string_view part : parts) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return no_rule(text);
    const std::string_view name = part.substr(0, equals);
    const auto value = parse_number<double>(part.substr(equals + 1));
    if (!value || !(*value >= 0 && *value <= 1)) return no_rule(text);
    if (name != "floor" && name != "margin") return no_rule(text);
    (name == "floor" ? rule.floor : rule.margin) = *value;
  }
  return rule;
}

std::string UnknownRule::text() const {
  if (floor == 0 && margin == 0) return "never";
  return fmt::format("floor={},margin={}", floor, margin);
}

}  // namespace flowtell
