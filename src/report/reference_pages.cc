// SPDX-License-Identifier: Apache-2.0
#include "report/reference_pages.h"

#include <fmt/format.h>

#include "decode/ledger.h"
#include "measure/feature_list.h"
#include "predict/finding.h"

namespace flowtell {

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

std::string findings_page() {
  std::string page =
      "| finding | meaning | what to do |\n| --- | --- | --- |\n";
  for (const FindingKindInfo& info : kFindingKinds) {
    page += fmt::format("| `{}` | {} | {} |\n", info.name, info.meaning,
                        info.remedy);
  }
  return page;
}

std::string ledger_page() {
  std::string page = "| heading | meaning |\n| --- | --- |\n";
  for (const LedgerHeading& heading : kLedgerHeadings) {
    page += fmt::format("| {} | {} |\n", heading.name, heading.meaning);
  }
  return page;
}

}  // namespace flowtell
