// SPDX-License-Identifier: Apache-2.0
//
// Words of a command line, separated by line breaks: parsed, never run. Each
// word is also given to all parsers of option values. An accepted value is
// written as text that parses to the same value.
#include <string>
#include <vector>

#include "base/text.h"
#include "classify/verdict.h"
#include "features/feature_list.h"
#include "flow/lan.h"
#include "gateway/ipv4.h"
#include "target.h"
#include "tool/program.h"

namespace {

using namespace flowtell;

template <typename Value>
void check_value(std::string_view word) {
  const auto value = Value::parse(word);
  if (!value) return;
  const auto again = Value::parse(value->text());
  require(again && again->text() == value->text(),
          "a written value parses to itself");
}

void check_values(std::string_view word) {
  check_value<Address>(word);
  check_value<Ipv4>(word);
  check_value<Ipv4Prefix>(word);
  check_value<Ipv4Range>(word);
  check_value<EvidenceKinds>(word);
  check_value<UnknownRule>(word);
  static_cast<void>(Lan::parse(word));
  static_cast<void>(FeatureList::parse(word));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Program program;
  std::vector<std::string> words = {"flowtell"};
  for (const std::string_view word : split(as_text({data, size}), '\n')) {
    // A program's argument ends at its first zero byte.
    words.emplace_back(word.substr(0, word.find('\0')));
    check_values(word);
  }
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  const auto exit_code =
      program.parse(static_cast<int>(arguments.size()), arguments.data());
  require(!exit_code || *exit_code == ExitCode::kDone ||
              *exit_code == ExitCode::kUsage,
          "a command line is accepted, answered or rejected");
  return 0;
}
