// SPDX-License-Identifier: Apache-2.0
#include "tool/report_outputs.h"

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

Result<void> ReportOutputs::open(const std::vector<std::string>& inputs) {
  if (json_path_ == "-" && page_path_ == "-") {
    return fail(ErrorKind::kUsage,
                "--json and --html cannot both go to standard output; name a "
                "file for one");
  }
  if (auto distinct = check_outputs({json_path_, page_path_}, inputs);
      !distinct) {
    return distinct;
  }
  auto opened = open_if_named(json_path_, json_);
  return opened ? open_if_named(page_path_, page_) : opened;
}

Result<void> ReportOutputs::write(const Text& text, const Text& json) {
  if (json_path_ != "-" && page_path_ != "-") {
    if (auto written = write_output("", text()); !written) return written;
  }
  return json_ ? write_all_of(*json_, json()) : Result<void>();
}

Result<void> ReportOutputs::write_page(std::string_view html) {
  return write_all_of(*page_, html);
}

}  // namespace flowtell
