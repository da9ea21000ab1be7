// SPDX-License-Identifier: Apache-2.0
//
// bench/other_traffic.py writes the table, which is embedded here.
#include "model/other_traffic.h"

#include "base/text.h"

asm(".pushsection .rodata\n"
    ".global lab_traffic_table_begin\n"
    ".global lab_traffic_table_end\n"
    "lab_traffic_table_begin:\n"
    ".incbin \"" FLOWTELL_OTHER_TRAFFIC
    "\"\n"
    "lab_traffic_table_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const char lab_traffic_table_begin[];
extern const char lab_traffic_table_end[];
}

namespace flowtell {
namespace {

// What the table was measured with.
constexpr std::string_view kSet = "robust/1:";

}  // namespace

std::vector<float> lab_traffic(const FeatureList& features) {
  const std::string_view text(lab_traffic_table_begin, lab_traffic_table_end);
  std::vector<float> values;
  const auto lines = split(text, '\n');  // a comment, the columns, the rows
  if (!features.identity().starts_with(kSet) ||
      lines[1] != fmt::format("{}", fmt::join(features.column_names(), ","))) {
    return values;
  }
  for (std::size_t i = 2; i < lines.size(); ++i) {
    for (const std::string_view value : split(lines[i], ',')) {
      const auto number = parse_number<double>(value);
      require(number.has_value(), "the table of other traffic has numbers");
      values.push_back(static_cast<float>(*number));
    }
  }
  require(values.size() % features.width() == 0,
          "the table of other traffic has whole rows");
  return values;
}

}  // namespace flowtell
