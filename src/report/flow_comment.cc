// SPDX-License-Identifier: Apache-2.0
#include "report/flow_comment.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "flow/flow_ids.h"

namespace flowtell {
namespace {

bool is_word_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// A word as it is; other text in quotes.
std::string value_text(std::string_view text) {
  const bool is_word =
      !text.empty() && std::ranges::all_of(text, is_word_character);
  return is_word ? std::string(text) : in_quotes(plain_text(text));
}

std::string reason_text(VerdictReason reason, const Flow& flow) {
  switch (reason) {
    case VerdictReason::kServerName:
      return fmt::format("server name {}", flow.name.server);
    case VerdictReason::kFlowShape:
      return "shape of the flow";
    case VerdictReason::kOtherFlows:
      return "other flows of the device";
    case VerdictReason::kNoEvidence:
      return "no evidence";
    case VerdictReason::kUnlikeTraining:
      return "unlike the apps of the model";
    case VerdictReason::kLowConfidence:
      return "confidence too low";
  }
  return "";
}

}  // namespace

std::string flow_comment(const FlowReport& report) {
  const NamedVerdict& verdict = *report.verdict;
  return fmt::format(
      "{}app={} confidence={:.6f} flow_id={} reason={}", kFlowCommentPrefix,
      value_text(verdict.app), verdict.confidence, flow_id(report.flow),
      in_quotes(plain_text(reason_text(*verdict.reason, report.flow))));
}

}  // namespace flowtell
