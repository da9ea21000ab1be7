// SPDX-License-Identifier: Apache-2.0
//
// Options shared by several commands, each defined once. A group of options is
// a struct: `define` adds them to a command, `resolve` checks the values and
// converts them to library types.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "classify/service_names.h"
#include "classify/verdict.h"
#include "decode/anonymiser.h"
#include "features/feature_list.h"
#include "flow/flow_options.h"
#include "learn/cross_validation.h"
#include "model/dataset.h"
#include "model/evidence.h"
#include "report/flow_writer.h"

namespace flowtell {

// Rejects nan, which would pass every range check.
CLI::Validator not_nan();

// "90s", "15m", "12h" or "1.5d"; nothing for other texts, and for times that
// are not above 0 or longer than a year.
std::optional<Duration> parse_duration(std::string_view text);

// Accepts numbers from `min` to `max`; described in help as by CLI::Range,
// whose message differs between the releases of CLI11.
template <typename T>
CLI::Validator in_range(T min, T max) {
  const CLI::Range range(min, max);
  return CLI::Validator(
      [range, min, max](std::string& input) {
        if (range(input).empty()) return std::string();
        return fmt::format("{} is not a number from {} to {}", input, min, max);
      },
      range.get_description());
}

// --lan, --max-flows, --outer: metering options for every flow definition.
// --flow-key, --burst-gap, --burst-limit: the flow definition, which a model
// also fixes.
struct MeterArguments {
  void define(CLI::App& command);
  void define_flow(CLI::App& command);
  Result<FlowOptions> resolve() const;

  std::string lan{Lan::kDefault};
  std::size_t max_flows = FlowOptions{}.max_flows;
  bool outer = false;
  std::string flow_key{kFlowKeyNames.front()};
  double burst_gap = 1;
  double burst_limit = in_seconds(kDefaultBurstLimit);
};

// --separate: whether files that continue each other are one capture.
enum class Joining { kJoin, kSeparate };
void define_separate(CLI::App& command, Joining& joining);

// --anonymise, for commands that print addresses or names.
struct AnonymiseArguments {
  void define(CLI::App& command);
  // Empty if the option is not given.
  Result<std::optional<AnonymiserKey>> resolve() const;

  std::string key_file;
};

// --format, -o, --features, --names, --hello, --service, --bursts, --ledger:
// how flows are written.
// --ambiguity, --probabilities: only for commands with a model.
struct WriterArguments {
  void define(CLI::App& command);
  void define_verdicts(CLI::App& command);
  void define_owners(CLI::App& command);
  Result<FlowWriterOptions> resolve() const;
  // Lets the meter find what the columns need.
  void require_names(FlowOptions& options) const;
  // Null without --service. Opens files.
  Result<std::unique_ptr<const ServiceNames>> open_services() const;

  std::string format{kFlowFormatNames.front()};
  std::string output;
  std::string features;
  bool names = false;
  bool hello = false;
  bool service = false;
  bool owners = false;
  bool ambiguity = false;
  bool probabilities = false;
  bool bursts = false;
  bool ledger = false;
  AnonymiseArguments anonymise;

 private:
  // Of --format, or else by the name of the output.
  FlowFormat chosen_format() const;

  const CLI::Option* format_option_ = nullptr;
};

// --threads, --stats: how a run over captures is done.
struct RunArguments {
  void define(CLI::App& command);

  int threads;
  bool stats = false;
};

// --features, --learner, --trees, --seed, --threads …: how models are trained.
struct LearnerArguments {
  void define(CLI::App& command);
  Result<FeatureList> features() const;
  ShapeOptions forest() const;
  // Fails if options contradict each other.
  Result<void> check() const;

  std::string feature_sets{FeatureList::kDefault};
  std::string evidence{EvidenceKinds::kAll};
  std::string learner{kLearnerNames.front()};
  std::size_t trees = ForestOptions{}.trees;
  std::string balance{"apps"};
  std::vector<std::string> others;  // captures of other traffic
  bool whole_flows = false;
  Joining joining = Joining::kJoin;
  std::uint64_t seed = ForestOptions{}.seed;
  int threads;

 private:
  const CLI::Option* trees_option_ = nullptr;
};

// --unknown
struct UnknownArguments {
  void define(CLI::App& command);
  Result<UnknownRule> resolve() const { return UnknownRule::parse(rule); }

  std::string rule = UnknownRule{}.text();
};

// --features, for commands that need columns. `chosen_features` checks its
// value.
void define_features(CLI::App& command, std::string& sets);
Result<FeatureList> chosen_features(const std::string& sets);

// --seed, --threads
void define_seed(CLI::App& command, std::uint64_t& seed);
void define_threads(CLI::App& command, int& threads);

// --evidence
void define_evidence(CLI::App& command, std::string& evidence);

// The enumerator at the index of `name` in `names`.
// REQUIRES: `names` contains it.
template <typename Enum, std::size_t n>
Enum named_value(const std::array<std::string_view, n>& names,
                 std::string_view name) {
  std::size_t index = 0;
  while (names[index] != name) ++index;
  return static_cast<Enum>(index);
}

}  // namespace flowtell
