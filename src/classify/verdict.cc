// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict.h"

#include <algorithm>

#include "base/text.h"

namespace flowtell {
namespace {

tl::unexpected<Error> no_rule(std::string_view text) {
  return fail(ErrorKind::kUsage,
              "'{}' is not valid; write never, or max-false-unknown=0.05, "
              "max-error=0.05, floor=0.25 or margin=0.05, or several with "
              "commas between",
              text);
}

// A share of which a model stores the threshold. The steps of both tables are
// the same.
static_assert(UnknownModel::kStep == kErrorTargetStep);
constexpr double kMinShare = kErrorTargetStep;
constexpr double kMaxShare = kErrorTargetStep * ErrorTargets{}.size();

Result<double> parse_share(std::string_view name, std::string_view number) {
  const auto share = parse_number<double>(number);
  if (share && *share >= kMinShare && *share <= kMaxShare) return *share;
  return fail(ErrorKind::kUsage,
              "'{}={}' is out of range; write a share from {} to {}, such as "
              "{}=0.05",
              name, number, kMinShare, kMaxShare, name);
}

}  // namespace

Result<UnknownRule> UnknownRule::parse(std::string_view text) {
  UnknownRule rule = never();
  if (text == "never") return rule;
  const auto parts = split(text, ',');
  if (parts.empty()) return no_rule(text);
  for (const std::string_view part : parts) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return no_rule(text);
    const std::string_view name = part.substr(0, equals);
    const std::string_view number = part.substr(equals + 1);
    if (name == "max-false-unknown" || name == "max-error") {
      auto share = parse_share(name, number);
      if (!share) return fail(std::move(share).error());
      (name == "max-error" ? rule.max_error : rule.max_false_unknown) = *share;
    } else if (name == "floor" || name == "margin") {
      const auto value = parse_number<double>(number);
      if (!value || !(*value >= 0 && *value <= 1)) return no_rule(text);
      (name == "floor" ? rule.floor : rule.margin) = *value;
    } else {
      return no_rule(text);
    }
  }
  return rule;
}

VerdictLimits UnknownRule::limits(const EvidenceWeights& weights) const {
  VerdictLimits limits{floor, margin, 1};
  if (max_error) {
    limits.floor = std::max(floor, weights.error_target(*max_error).floor);
  }
  if (max_false_unknown) {
    limits.max_unknown_score = weights.unknown.threshold(*max_false_unknown);
    // Without evidence all apps are equally likely.
    limits.margin = std::max(margin, 1e-9);
  }
  return limits;
}

std::string UnknownRule::text() const {
  std::string text;
  const auto add = [&](std::string_view name, double value) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  };
  if (max_false_unknown) add("max-false-unknown", *max_false_unknown);
  if (max_error) add("max-error", *max_error);
  if (floor > 0 || margin > 0) {
    add("floor", floor);
    add("margin", margin);
  }
  return text.empty() ? "never" : text;
}

Verdict reach_verdict(std::span<const double> probabilities,
                      double unknown_score, const VerdictLimits& limits) {
  const auto best =
      std::max_element(probabilities.begin(), probabilities.end());
  double second = 0;
  for (auto at = probabilities.begin(); at != probabilities.end(); ++at) {
    if (at != best) second = std::max(second, *at);
  }
  const bool is_unknown = unknown_score > limits.max_unknown_score ||
                          *best < limits.floor ||
                          (limits.margin > 0 && *best - second < limits.margin);
  return {static_cast<AppId>(best - probabilities.begin()), *best,
          unknown_score, is_unknown};
}

}  // namespace flowtell
