// SPDX-License-Identifier: Apache-2.0
#include "model/model_file.h"
#include "report/anonymised.h"
#include "report/model_report.h"
#include "tool/apart.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/options.h"

namespace flowtell {
namespace {

class ModelCommand : public Command {
 public:
  explicit ModelCommand(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("model", "Tell what is in a model file");
    command.add_option("MODEL", model_, "A model made by 'flowtell train'")
        ->type_name("")
        ->required();
    command
        .add_option("--json", json_,
                    "Write all of it as JSON; - for standard output, instead "
                    "of the text")
        ->type_name("FILE");
    anonymise_.define(command);
    command.footer(
        "Examples:\n"
        "  flowtell model apps.model\n"
        "  flowtell model apps.model --json - | jq .captures");
  }

  Result<ExitCode> run() override {
    auto apart = check_apart({json_}, {model_, anonymise_.key_file});
    if (!apart) return fail(std::move(apart).error());
    auto key = anonymise_.resolve();
    if (!key) return fail(std::move(key).error());
    auto model = load_model(model_);
    if (!model) return fail(std::move(model).error());
    if (*key) {
      Anonymiser anonymiser(**key);
      anonymise(*model, anonymiser);
    }
    if (json_ != "-") {
      auto told = write_output("", model_text(*model));
      if (!told) return fail(std::move(told).error());
    }
    if (!json_.empty()) {
      auto told = write_output(json_, model_json(*model));
      if (!told) return fail(std::move(told).error());
    }
    return ExitCode::kDone;
  }

 private:
  std::string model_;
  std::string json_;
  AnonymiseArguments anonymise_;
};

}  // namespace

std::unique_ptr<Command> make_model_command(CLI::App& program) {
  return std::make_unique<ModelCommand>(program);
}

}  // namespace flowtell
