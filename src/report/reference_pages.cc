// SPDX-License-Identifier: Apache-2.0
#include "report/reference_pages.h"

#include <fmt/format.h>

#include "audit/finding.h"
#include "capture/link_type.h"
#include "decode/ledger.h"
#include "decode/tunnel.h"
#include "features/feature_list.h"
#include "learn/preset.h"
#include "report/metrics.h"

namespace flowtell {
namespace {

std::string tunnels_table(std::string_view header,
                          std::span<const TunnelInfo> infos) {
  std::string page = fmt::format("{}| --- | --- | --- | --- |\n", header);
  for (const TunnelInfo& info : infos) {
    page += fmt::format("| {} | {} | {} | `{}` |\n", info.name, info.place,
                        info.form, info.test);
  }
  return page;
}

}  // namespace

std::string features_page() {
  std::string page;
  for (const FeatureSet& set : feature_sets()) {
    page += fmt::format(
        "### `{}`{}\n\n{} columns, version {}: {}.\n\n"
        "| column | unit | meaning |\n| --- | --- | --- |\n",
        set.name, set.name == FeatureList::kDefault ? " (the default)" : "",
        set.columns.size(), set.version, set.purpose);
    for (const FeatureColumn& column : set.columns) {
      page += fmt::format("| `{}` | {} | {} |\n", column.name, column.unit,
                          column.meaning);
    }
    page += '\n';
  }
  return page;
}

std::string presets_page() {
  std::string page = "| |";
  std::string line = "| --- |";
  std::string papers = "| method |";
  std::string limits = "| flows used |";
  std::string relabels = "| relabels ambiguous flows |";
  std::vector<std::string> options;
  for (const Preset& preset : kPresets) {
    page += fmt::format(" `{}` |", preset.name);
    line += " --- |";
    papers += fmt::format(" {} |", preset.paper);
    limits += fmt::format(" {} |", limits_text(preset.limits));
    relabels += preset.relabels ? " yes |" : " no |";
    const auto settings = preset.settings();
    options.resize(settings.size());
    for (std::size_t i = 0; i < settings.size(); ++i) {
      const auto& [option, value] = settings[i];
      if (options[i].empty()) options[i] = fmt::format("| `{}` |", option);
      options[i] += fmt::format(" `{}` |", value);
    }
  }
  for (const std::string& row : {line, papers, limits, relabels}) {
    page += '\n' + row;
  }
  for (const std::string& row : options) page += '\n' + row;
  return page + '\n';
}

std::string findings_page() {
  std::string page =
      "| finding | meaning | what to do |\n| --- | --- | --- |\n";
  for (const FindingKindInfo& info : kFindingKinds) {
    page += fmt::format("| `{}` | {} | {} |\n", info.name, info.meaning,
                        info.remedy);
  }
  return page;
}

std::string links_page() {
  std::string page =
      "| number | link type | before the IP header | test |\n"
      "| --- | --- | --- | --- |\n";
  for (const LinkTypeInfo& info : link_types()) {
    page += fmt::format("| {} | {} | {} | `{}` |\n",
                        static_cast<unsigned>(info.link), info.name,
                        info.header, info.test);
  }
  return page;
}

std::string refused_page() {
  std::string page = "| number | link type | instead |\n| --- | --- | --- |\n";
  for (const RefusedLinkType& refused : refused_link_types()) {
    page +=
        fmt::format("| {} | {} | {} |\n", static_cast<unsigned>(refused.link),
                    refused.name, refused.remedy);
  }
  return page;
}

std::string ethernet_page() {
  return tunnels_table("| header | EtherType | read | test |\n",
                       ethernet_payloads());
}

std::string tunnels_page() {
  return tunnels_table("| tunnel | where | read | test |\n", tunnels());
}

std::string ledger_page() {
  std::string page = "| heading | meaning |\n| --- | --- |\n";
  for (const LedgerHeading& heading : kLedgerHeadings) {
    page += fmt::format("| {} | {} |\n", heading.name, heading.meaning);
  }
  return page;
}

std::string metrics_page() {
  std::string page =
      "| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n";
  for (const MetricInfo& info : kMetrics) {
    page += fmt::format("| `{}` | {} | {} | {} |\n", info.name, info.type,
                        info.labels, info.meaning);
  }
  return page;
}

}  // namespace flowtell
