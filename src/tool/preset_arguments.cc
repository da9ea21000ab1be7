// SPDX-License-Identifier: Apache-2.0
#include "tool/preset_arguments.h"

#include "base/text.h"

namespace flowtell {
namespace {

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  names.reserve(kPresets.size());
  for (const Preset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

// Compares values, numbers by value: "1" equals "1.0".
bool is_same(const std::string& given, const std::string& wanted) {
  if (given == wanted) return true;
  const auto number = parse_number<double>(given);
  return number && number == parse_number<double>(wanted);
}

}  // namespace

void PresetArguments::define(CLI::App& command) {
  command_ = &command;
  command
      .add_option(
          "--preset", name_,
          "Use a paper's flow key, limits, features, forest and rule: " +
              listed(preset_names()))
      ->type_name("NAME")
      ->check(CLI::IsMember(preset_names()));
}

Result<const Preset*> PresetArguments::apply() const {
  const Preset* const preset = find_preset(name_);
  if (preset == nullptr) return nullptr;
  for (const auto& [option, value] : preset->settings()) {
    CLI::Option* const given = command_->get_option(option);
    if (given->count() == 0) {
      given->add_result(value);
      given->run_callback();
    } else if (!is_same(given->results().back(), value)) {
      return fail(ErrorKind::kUsage,
                  "{0} {1} contradicts --preset {2}, which sets {0} {3}; leave "
                  "one of them out",
                  option, given->results().back(), name_, value);
    }
  }
  for (const char* const flag : {"--timeline", "--ambiguity", "--leave-app-out",
                                 "--repeats", "--html"}) {
    if (command_->get_option(flag)->count() == 0) continue;
    return fail(ErrorKind::kUsage,
                "{} contradicts --preset {}, which classifies each flow by "
                "itself; leave one of them out",
                flag, name_);
  }
  return preset;
}

}  // namespace flowtell
