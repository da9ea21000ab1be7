// SPDX-License-Identifier: Apache-2.0
#include "decode/anonymiser.h"
#include "model/model.h"
#include "model/model_file.h"
#include "report/model_report.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/options.h"
#include "tool/report_outputs.h"

namespace flowtell {
namespace {

class ModelCommand : public Command {
 public:
  explicit ModelCommand(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("model", "Show the contents of a model file");
    command.add_option("MODEL", model_, "A model made by 'flowtell train'")
        ->type_name("")
        ->required();
    outputs_.define_json(command,
                         "Also write all of it as JSON; - for standard output, "
                         "instead of the text");
    anonymise_.define(command);
    command.footer(
        "Examples:\n"
        "  flowtell model apps.model\n"
        "  flowtell model apps.model --json - | jq .captures");
  }

  Result<ExitCode> run() override {
    auto opened = outputs_.open({model_, anonymise_.key_file});
    if (!opened) return fail(std::move(opened).error());
    auto key = anonymise_.resolve();
    if (!key) return fail(std::move(key).error());
    auto model = load_model(model_);
    if (!model) return fail(std::move(model).error());
    if (*key) {
      Anonymiser anonymiser(**key);
      anonymise(*model, anonymiser);
    }
    auto written = outputs_.write([&] { return model_text(*model); },
                                  [&] { return model_json(*model); });
    if (!written) return fail(std::move(written).error());
    return ExitCode::kDone;
  }

 private:
  std::string model_;
  ReportOutputs outputs_;
  AnonymiseArguments anonymise_;
};

}  // namespace

std::unique_ptr<Command> make_model_command(CLI::App& program) {
  return std::make_unique<ModelCommand>(program);
}

}  // namespace flowtell
