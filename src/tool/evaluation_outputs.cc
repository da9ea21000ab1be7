// SPDX-License-Identifier: Apache-2.0
#include "tool/evaluation_outputs.h"

#include "tool/apart.h"

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

void EvaluationOutputs::define(CLI::App& command) {
  command
      .add_option("--json", json_path_,
                  "Also write all figures as JSON; - for standard output, "
                  "instead of the table")
      ->type_name("FILE");
  command
      .add_option("--html", page_path_,
                  "Also write a page with tables and charts, for any browser; "
                  "implies --timeline")
      ->type_name("FILE");
}

Result<void> EvaluationOutputs::open(const std::vector<std::string>& read) {
  if (json_path_ == "-" && page_path_ == "-") {
    return fail(ErrorKind::kUsage,
                "--json and --html cannot both go to standard output; name a "
                "file for one");
  }
  if (auto apart = check_apart({json_path_, page_path_}, read); !apart) {
    return apart;
  }
  auto opened = open_if_named(json_path_, json_);
  return opened ? open_if_named(page_path_, page_) : opened;
}

Result<void> EvaluationOutputs::write(const Evaluation& evaluation,
                                      const EvaluationSetting& setting) {
  if (json_path_ != "-" && page_path_ != "-") {
    auto told = write_output("", evaluation_text(evaluation, setting));
    if (!told) return told;
  }
  if (!json_) return {};
  return write_all_of(*json_, evaluation_json(evaluation, setting));
}

Result<void> EvaluationOutputs::write_page(const EvaluationPage& page) {
  return write_all_of(*page_, evaluation_html(page));
}

}  // namespace flowtell
