// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "report/explanation.h"
#include "report/table.h"

namespace flowtell {
namespace {

std::string apps_table(const CaptureSummary& summary, const Model& model) {
  const EvidenceKinds kinds = summary.kinds();
  const bool several = kinds.text().find(',') != std::string::npos;
  std::vector<std::string> header = {"app", "flows", "unknown"};
  if (kinds.name) header.emplace_back("with a name");
  if (several) {
    header.emplace_back("in any case");
    if (kinds.shape) header.emplace_back("by shape");
    if (kinds.name) header.emplace_back("by name");
    if (kinds.time) header.emplace_back("by time");
  }
  TextTable table(header);
  for (std::size_t id = 0; id < summary.apps().size(); ++id) {
    const AppSummary& app = summary.apps()[id];
    if (app.flows == 0) continue;
    std::vector<std::string> row = {model.apps[id], std::to_string(app.flows),
                                    std::to_string(app.unknown)};
    if (kinds.name) row.push_back(std::to_string(app.named_servers));
    if (several) {
      row.push_back(std::to_string(app.in_any_case));
      if (kinds.shape) row.push_back(std::to_string(app.by_shape));
      if (kinds.name) row.push_back(std::to_string(app.by_name));
      if (kinds.time) row.push_back(std::to_string(app.by_time));
    }
    table.add(std::move(row));
  }
  std::string text = table.text();
  if (several) {
    text +=
        "In any case: the app stays the same without any one kind of evidence. "
        "By a kind:\nwithout it the app would be different.\n";
  }
  return text;
}

std::vector<std::string> row_of(const StrongFlow& strong, const Model& model) {
  const Flow flow = strong.flow.to_flow();
  return {fmt::format(
              "{:>5}  {}", strong.number,
              flow.name.server.empty() ? flow.remote.text() : flow.name.server),
          fmt::format("{} {}", protocol_name(flow.protocol), flow.remote_port),
          std::to_string(flow.sent.bytes),
          std::to_string(flow.received.bytes),
          model.apps[strong.app],
          fmt::format("{:.2f}", strong.probability),
          strong.verdict.is_unknown ? std::string(kUnknownName)
                                    : model.apps[strong.verdict.best]};
}

std::string strong_flows_table(const std::vector<StrongFlow>& strong_flows,
                               const Model& model, std::string what) {
  if (strong_flows.empty()) return "";
  TextTable table({std::move(what), "port", "bytes sent", "received", "favours",
                   "alone", "verdict"});
  for (const StrongFlow& strong : strong_flows)
    table.add(row_of(strong, model));
  return '\n' + table.text();
}

// The strongest flows for any app other than the top one.
std::vector<StrongFlow> opposing_flows(const CaptureSummary& summary,
                                       AppId top_app) {
  constexpr std::size_t kShown = 3;
  std::vector<StrongFlow> all;
  for (std::size_t id = 0; id < summary.apps().size(); ++id) {
    if (id == top_app) continue;
    const auto& strong_flows = summary.apps()[id].strong_flows;
    all.insert(all.end(), strong_flows.begin(), strong_flows.end());
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.probability > b.probability;
  });
  all.resize(std::min(all.size(), kShown));
  return all;
}

}  // namespace

std::string capture_summary_text(const CaptureSummary& summary,
                                 const ExplanationSetting& setting) {
  const Model& model = setting.model;
  const AppId top_app = summary.top_app();
  std::string out = fmt::format("{}, by {}; unknown by {}\n\n",
                                counted(summary.flows(), "flow"),
                                summary.kinds().text(), setting.rule.text());
  out += apps_table(summary, model);
  out += strong_flows_table(
      summary.apps()[top_app].strong_flows, model,
      fmt::format("strongest flows for {}", model.apps[top_app]));
  out += strong_flows_table(opposing_flows(summary, top_app), model,
                            "strongest flows for others");
  return out +
         "\nTo explain one flow: flowtell explain MODEL CAPTURE --flow N\n";
}

}  // namespace flowtell
