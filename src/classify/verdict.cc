// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"

namespace flowtell {
namespace {

tl::unexpected<Error> no_rule(std::string_view text) {
  return fail(ErrorKind::kUsage,
              "'{}' is not valid; write never, max-error=0.05, or "
              "floor=0.25,margin=0.05 with numbers from 0 to 1",
              text);
}

// The largest error target a model stores.
constexpr double kMaxErrorTarget = kErrorTargetStep * ErrorTargets{}.size();

Result<UnknownRule> parse_error_target(std::string_view number) {
  const auto error = parse_number<double>(number);
  if (!error || !(*error >= kErrorTargetStep && *error <= kMaxErrorTarget)) {
    return fail(
        ErrorKind::kUsage,
        "'max-error={}' is not a valid target error; write a share from "
        "{} to {}, such as max-error=0.05",
        number, kErrorTargetStep, kMaxErrorTarget);
  }
  return UnknownRule{0, 0, *error};
}

}  // namespace

Result<UnknownRule> UnknownRule::parse(std::string_view text) {
  constexpr std::string_view kMaxError = "max-error=";
  if (text.starts_with(kMaxError)) {
    return parse_error_target(text.substr(kMaxError.size()));
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

UnknownRule UnknownRule::resolved(const EvidenceWeights& weights) const {
  if (!error_target) return *this;
  return {weights.error_target(*error_target).floor, 0, error_target};
}

std::string UnknownRule::text() const {
  if (error_target) return fmt::format("max-error={}", *error_target);
  if (floor == 0 && margin == 0) return "never";
  return fmt::format("floor={},margin={}", floor, margin);
}

Verdict reach_verdict(std::span<const double> probabilities,
                      const UnknownRule& rule) {
  const auto best =
      std::max_element(probabilities.begin(), probabilities.end());
  double second = 0;
  for (auto at = probabilities.begin(); at != probabilities.end(); ++at) {
    if (at != best) second = std::max(second, *at);
  }
  // The unknown app's probability.
  const double other =
      1 - std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  return {static_cast<AppId>(best - probabilities.begin()), *best,
          rule.is_unknown(*best, second, other)};
}

}  // namespace flowtell
