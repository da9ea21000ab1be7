// SPDX-License-Identifier: Apache-2.0
#include "classify/unknown_rule.h"

#include "base/text.h"

namespace flowtell {
namespace {

tl::unexpected<Error> no_rule(std::string_view text) {
  return fail(ErrorKind::kUsage,
              "'{}' is no rule for unknown; write never, promise=0.05, or "
              "floor=0.25,margin=0.05 with numbers from 0 to 1",
              text);
}

// The promises that are kept.
constexpr double kMaxPromised = kErrorTargetStep * ErrorTargets{}.size();

Result<UnknownRule> parse_promise(std::string_view number) {
  const auto error = parse_number<double>(number);
  if (!error || !(*error >= kErrorTargetStep && *error <= kMaxPromised)) {
    return fail(ErrorKind::kUsage,
                "'promise={}' cannot be promised; write a share of errors from "
                "{} to {}, such as promise=0.05",
                number, kErrorTargetStep, kMaxPromised);
  }
  return UnknownRule{0, 0, *error};
}

}  // namespace

Result<UnknownRule> UnknownRule::parse(std::string_view text) {
  constexpr std::string_view kPromise = "promise=";
  if (text.starts_with(kPromise)) {
    return parse_promise(text.substr(kPromise.size()));
  }
  UnknownRule rule{0, 0, {}};
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

UnknownRule UnknownRule::settled(const EvidenceWeights& learned) const {
  if (!error_target) return *this;
  return {learned.error_target(*error_target).floor, 0, error_target};
}

std::string UnknownRule::text() const {
  if (error_target) return fmt::format("promise={}", *error_target);
  if (floor == 0 && margin == 0) return "never";
  return fmt::format("floor={},margin={}", floor, margin);
}

}  // namespace flowtell
