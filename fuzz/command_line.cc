// SPDX-License-Identifier: Apache-2.0
//
// Words of a command line, parted by line breaks: taken apart, never run. Each
// word is also given to all that read a value of an option; what they take,
// they write as something that they take again.
#include <string>
#include <vector>

#include "base/text.h"
#include "classify/unknown_rule.h"
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
          "a value is written as it is read");
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
    // An argument of a program ends at its first zero.
    words.emplace_back(word.substr(0, word.find('\0')));
    check_values(word);
  }
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  const auto reported =
      program.parse(static_cast<int>(arguments.size()), arguments.data());
  require(!reported || *reported == ExitCode::kDone ||
              *reported == ExitCode::kUsage,
          "a command line is taken, answered or refused");
  return 0;
}
