// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "report/explanation.h"
#include "report/table.h"

namespace flowtell {
namespace {

std::string apps_table(const CaptureSummary& account, const Model& model) {
  const EvidenceKinds kinds = account.kinds();
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
  for (std::size_t id = 0; id < account.apps().size(); ++id) {
    const AppSummary& app = account.apps()[id];
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
        "In any case: whichever one kind of evidence is left out. By a kind: "
        "without it\nthe app would be another.\n";
  }
  return text;
}

std::vector<std::string> row_of(const StrongFlow& speaker, const Model& model) {
  const Flow flow = speaker.flow.reported();
  return {fmt::format(
              "{:>5}  {}", speaker.number,
              flow.name.server.empty() ? flow.remote.text() : flow.name.server),
          fmt::format("{} {}", protocol_name(flow.protocol), flow.remote_port),
          std::to_string(flow.sent.bytes),
          std::to_string(flow.received.bytes),
          model.apps[speaker.app],
          fmt::format("{:.2f}", speaker.probability),
          speaker.verdict.is_unknown ? std::string(kUnknownName)
                                     : model.apps[speaker.verdict.best]};
}

std::string speakers_table(const std::vector<StrongFlow>& strong_flows,
                           const Model& model, std::string what) {
  if (strong_flows.empty()) return "";
  TextTable table({std::move(what), "port", "bytes sent", "received",
                   "speaks for", "alone", "verdict"});
  for (const StrongFlow& speaker : strong_flows)
    table.add(row_of(speaker, model));
  return '\n' + table.text();
}

// Of all that speak for another app than the leading one, the loudest.
std::vector<StrongFlow> against(const CaptureSummary& account, AppId leading) {
  constexpr std::size_t kShown = 3;
  std::vector<StrongFlow> all;
  for (std::size_t id = 0; id < account.apps().size(); ++id) {
    if (id == leading) continue;
    const auto& strong_flows = account.apps()[id].strong_flows;
    all.insert(all.end(), strong_flows.begin(), strong_flows.end());
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.probability > b.probability;
  });
  all.resize(std::min(all.size(), kShown));
  return all;
}

}  // namespace

std::string capture_summary_text(const CaptureSummary& account,
                                 const ExplanationSetting& setting) {
  const Model& model = setting.model;
  const AppId leading = account.leading();
  std::string out = fmt::format("{}, by {}; unknown by {}\n\n",
                                counted(account.flows(), "flow"),
                                account.kinds().text(), setting.rule.text());
  out += apps_table(account, model);
  out += speakers_table(
      account.apps()[leading].strong_flows, model,
      fmt::format("flow that drew it to {}", model.apps[leading]));
  out += speakers_table(against(account, leading), model,
                        "flow that spoke for another");
  return out + "\nOne flow: flowtell explain MODEL CAPTURE --flow N\n";
}

}  // namespace flowtell
