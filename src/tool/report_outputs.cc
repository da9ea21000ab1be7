// SPDX-License-Identifier: Apache-2.0
#include "tool/report_outputs.h"

#include <utility>

#include "tool/output_check.h"

namespace flowtell {
namespace {

Result<void> open_if_named(const std::string& path,
                           std::optional<Output>& output) {
  if (path.empty()) return {};
  auto opened = Output::open(path);
  if (!opened) return fail(std::move(opened).error());
  output.emplace(std::move(*opened));
  return {};
}

Result<void> write_all_of(Output& output, std::string_view text) {
  auto done = output.write(text);
  return done ? output.finish() : done;
}

}  // namespace

void ReportOutputs::define_json(CLI::App& command, const std::string& help) {
  command.add_option("--json", json_path_, help)->type_name("FILE");
}

void ReportOutputs::define_html(CLI::App& command, const std::string& help) {
  command.add_option("--html", page_path_, help)->type_name("FILE");
}

void ReportOutputs::define_predictions(CLI::App& command) {
  command
      .add_option("--predictions", predictions_path_,
                  "Also write each prediction on a flow held out from training "
                  "as CSV; - for standard output, instead of the table")
      ->type_name("FILE");
}

Result<void> ReportOutputs::open(const std::vector<std::string>& inputs) {
  const std::pair<std::string_view, const std::string*> all[] = {
      {"--json", &json_path_},
      {"--html", &page_path_},
      {"--predictions", &predictions_path_}};
  std::vector<std::string> paths;
  std::string_view on_standard_output;
  for (const auto& [option, path] : all) {
    paths.push_back(*path);
    if (*path != "-") continue;
    if (!on_standard_output.empty()) {
      return fail(ErrorKind::kUsage,
                  "{} and {} cannot both go to standard output; name a file "
                  "for one",
                  on_standard_output, option);
    }
    on_standard_output = option;
  }
  has_text_ = on_standard_output.empty();
  if (auto distinct = check_outputs(paths, inputs); !distinct) return distinct;
  auto opened = open_if_named(json_path_, json_);
  if (opened) opened = open_if_named(page_path_, page_);
  return opened ? open_if_named(predictions_path_, predictions_) : opened;
}

Result<void> ReportOutputs::write(const Text& text, const Text& json) {
  if (has_text_) {
    if (auto written = write_output("", text()); !written) return written;
  }
  return json_ ? write_all_of(*json_, json()) : Result<void>();
}

Result<void> ReportOutputs::write_page(std::string_view html) {
  return write_all_of(*page_, html);
}

Result<void> ReportOutputs::write_predictions(std::string_view csv) {
  return write_all_of(*predictions_, csv);
}

}  // namespace flowtell
