// SPDX-License-Identifier: Apache-2.0
#include "tool/options.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"

namespace flowtell {
namespace {

template <std::size_t n>
CLI::IsMember one_of(const std::array<std::string_view, n>& names) {
  return CLI::IsMember(std::vector<std::string>(names.begin(), names.end()));
}

std::string feature_set_names() {
  std::vector<std::string> names;
  for (const FeatureSet& set : feature_sets()) names.emplace_back(set.name);
  return listed(names);
}

}  // namespace

CLI::Validator not_nan() {
  return {[](std::string& text) {
            const auto number = parse_number<double>(text);
            return number && std::isnan(*number) ? text + " is not a number"
                                                 : std::string();
          },
          ""};
}

namespace {

// Parses a decimal number strictly: CLI11 would accept "-1" and "010".
std::string read_count(std::string& text) {
  const auto count = parse_number<std::uint64_t>(text);
  if (!count) return text + " is not a whole number from 0 to 2^64 - 1";
  text = fmt::to_string(*count);
  return {};
}

}  // namespace

void define_features(CLI::App& command, std::string& sets) {
  command
      .add_option("--features", sets,
                  fmt::format("Feature sets, separated by commas: {}",
                              feature_set_names()))
      ->type_name("SET,...");
}

void MeterArguments::define(CLI::App& command) {
  command
      .add_option("--lan", lan,
                  "The networks of devices, instead of the private ranges")
      ->type_name("NET,...")
      ->default_str("");
  command
      .add_option("--max-flows", max_flows,
                  "Maximum number of open flows; beyond it, bursts end early "
                  "and are counted")
      ->type_name("N")
      ->check(in_range(std::size_t{1}, kMaxFlows))
      ->capture_default_str();
  command.add_flag("--outer", outer,
                   "Meter tunnels (GRE, VXLAN, GTP-U ...) themselves instead "
                   "of the flows inside them");
}

void MeterArguments::define_flow(CLI::App& command) {
  command
      .add_option("--flow-key", flow_key,
                  "What the packets of a flow have in common, within a burst "
                  "of a device")
      ->type_name("KEY")
      ->check(one_of(kFlowKeyNames))
      ->capture_default_str();
  command
      .add_option("--burst-gap", burst_gap,
                  "A longer pause of a device ends its burst")
      ->type_name("SECONDS")
      ->check(in_range(0.000'001,
                       std::chrono::duration<double>(kMaxBurstGap).count()))
      ->check(not_nan())
      ->capture_default_str();
  command
      .add_option("--burst-limit", burst_limit,
                  "A packet later than this after a burst's first one begins a "
                  "new burst; 0 for no limit")
      ->type_name("SECONDS")
      ->check(
          in_range(0.0, std::chrono::duration<double>(kMaxBurstGap).count()))
      ->check(not_nan())
      ->capture_default_str();
}

Result<FlowOptions> MeterArguments::resolve() const {
  FlowOptions options;
  auto parsed = Lan::parse(lan);
  if (!parsed) return fail("--lan", std::move(parsed).error());
  options.lan = *parsed;
  options.max_flows = max_flows;
  options.tunnels = outer ? TunnelView::kOuter : TunnelView::kInner;
  options.key = named_value<FlowKey>(kFlowKeyNames, flow_key);
  options.burst_gap = Duration(std::llround(burst_gap * 1e9));
  options.burst_limit = Duration(std::llround(burst_limit * 1e9));
  return options;
}

void define_separate(CLI::App& command, Joining& joining) {
  command.add_flag_callback(
      "--separate", [&joining] { joining = Joining::kSeparate; },
      "Read each file alone, even if it continues another (tcpdump -C, -G)");
}

void AnonymiseArguments::define(CLI::App& command) {
  command
      .add_option("--anonymise", key_file,
                  "Replace addresses, names and captures by pseudonyms, made "
                  "with the key in this file: 32 bytes or 64 hexadecimal "
                  "digits (on the command line, all users could see it)")
      ->type_name("KEYFILE");
}

Result<std::optional<AnonymiserKey>> AnonymiseArguments::resolve() const {
  if (key_file.empty()) return std::nullopt;
  auto content = read_file(key_file);
  if (!content) return fail("--anonymise", std::move(content).error());
  auto key = AnonymiserKey::parse(*content);
  if (!key) {
    return fail(fmt::format("--anonymise: {} holds no key", key_file),
                std::move(key).error());
  }
  return *key;
}

void WriterArguments::define(CLI::App& command) {
  format_option_ =
      command
          .add_option("--format", format,
                      "The output format; by default that of FILE, if its name "
                      "ends in .csv or .jsonl")
          ->type_name("FORM")
          ->check(one_of(kFlowFormatNames))
          ->capture_default_str();
  command
      .add_option("-o,--output", output,
                  "The file to write instead of standard output; it appears "
                  "when it is complete")
      ->type_name("FILE");
  define_features(command, features);
  command.add_flag("--names", names,
                   "CSV and JSON lines: the server name of each flow, in "
                   "columns name and name_source");
  command.add_flag("--hello", hello,
                   "CSV and JSON lines: columns ja4, alpn and quic_version");
  command.add_flag("--service", service,
                   "The service that nDPI (libndpi) recognises, such as "
                   "YouTube or DNS, in a column service; text: a last word");
  command.add_flag("--bursts", bursts,
                   "Text: end the flows of each burst with a blank line");
  command.add_flag("--ledger", ledger,
                   "Print the ledger of all frames on standard error");
  anonymise.define(command);
}

void WriterArguments::define_verdicts(CLI::App& command) {
  command.add_flag("--ambiguity", ambiguity,
                   "CSV and JSON lines: the apps that share an ambiguous flow, "
                   "in a column shared_by");
  command.add_flag("--probabilities", probabilities,
                   "CSV and JSON lines: the probability of each app; in CSV a "
                   "column probability_APP each");
}

void WriterArguments::define_owners(CLI::App& command) {
  command.add_flag("--owners", owners,
                   "CSV and JSON lines: the app named by the capture, in "
                   "columns owner and owner_uid");
}

FlowFormat WriterArguments::chosen_format() const {
  const bool is_given =
      format_option_ != nullptr && format_option_->count() > 0;
  if (!is_given && output.ends_with(".csv")) return FlowFormat::kCsv;
  if (!is_given && output.ends_with(".jsonl")) return FlowFormat::kJsonLines;
  return named_value<FlowFormat>(kFlowFormatNames, format);
}

Result<FlowWriterOptions> WriterArguments::resolve() const {
  auto list = FeatureList::parse(features);
  if (!list) return fail("--features", std::move(list).error());
  FlowWriterOptions options;
  options.format = chosen_format();
  options.feature_columns = list->column_names();
  options.with_names = names;
  options.with_hello = hello;
  options.with_owners = owners;
  options.with_service = service;
  options.with_ambiguity = ambiguity;
  options.mark_bursts = bursts;
  if (options.format != FlowFormat::kText) return options;
  if (!features.empty()) {
    return fail(ErrorKind::kUsage,
                "--features: text lines have no features; add --format csv or "
                "--format jsonl");
  }
  const std::pair<bool, std::string_view> columns[] = {
      {names, "--names: text lines have no names"},
      {hello, "--hello: text lines have no columns for it"},
      {owners, "--owners: text lines have no column for it"},
      {ambiguity, "--ambiguity: text lines have no column for it"},
      {probabilities, "--probabilities: text lines have no columns for it"}};
  for (const auto& [is_wanted, problem] : columns) {
    if (!is_wanted) continue;
    return fail(ErrorKind::kUsage, "{}; add --format csv or --format jsonl",
                problem);
  }
  return options;
}

void WriterArguments::require_names(FlowOptions& options) const {
  options.names = options.names || names || hello || service || ambiguity;
  options.hello = hello;
}

Result<std::unique_ptr<const ServiceNames>> WriterArguments::open_services()
    const {
  if (!service) return nullptr;
  auto opened = ServiceNames::open();
  if (!opened) return fail("--service", std::move(opened).error());
  return std::move(*opened);
}

void RunArguments::define(CLI::App& command) {
  define_threads(command, threads);
  command.add_flag("--stats", stats,
                   "Print the time and memory used on standard error");
}

void LearnerArguments::define(CLI::App& command) {
  define_features(command, feature_sets);
  command.get_option("--features")->capture_default_str();
  define_evidence(command, evidence);
  command
      .add_option("--learner", learner,
                  "The learner of flow shapes: a random forest or, for "
                  "comparison, a support vector machine, which trains only on "
                  "whole flows and takes much longer")
      ->type_name("LEARNER")
      ->check(one_of(kLearnerNames))
      ->capture_default_str();
  trees_option_ =
      command.add_option("--trees", trees, "Number of trees in the forest")
          ->type_name("N")
          ->check(in_range(std::size_t{1}, ForestOptions::kMaxTrees))
          ->capture_default_str();
  command
      .add_option("--balance", balance,
                  "What has equal weight in training: each app, however many "
                  "flows it has, or each flow")
      ->check(CLI::IsMember({"apps", "flows"}))
      ->type_name("WHAT")
      ->capture_default_str();
  command
      .add_option("--others", others,
                  "Captures of anything but these apps, and folders of them: "
                  "examples of what is unknown, besides the program's own")
      ->type_name("CAPTURES")
      ->delimiter(',');
  command.add_flag("--whole-flows", whole_flows,
                   "Train only on whole flows, not also on parts of flows, as "
                   "cut by the end of a burst");
  define_seed(command, seed);
  define_threads(command, threads);
  define_separate(command, joining);
}

Result<FeatureList> LearnerArguments::features() const {
  return chosen_features(feature_sets);
}

Result<void> LearnerArguments::check() const {
  if (learner == kLearnerNames.front() || trees_option_->count() == 0) {
    return {};
  }
  return fail(
      ErrorKind::kUsage,
      "--trees contradicts --learner {}, which has no trees; leave one of "
      "them out",
      learner);
}

ShapeOptions LearnerArguments::forest() const {
  ShapeOptions options;
  options.learner = named_value<Learner>(kLearnerNames, learner);
  options.trees = trees;
  options.balance_apps = balance == "apps";
  options.seed = seed;
  options.threads = threads;
  return options;
}

void UnknownArguments::define(CLI::App& command) {
  command
      .add_option(
          "--unknown", rule,
          "When to answer unknown, with commas between: max-false-unknown=S if "
          "the unknown score is above a limit that a share S of the trained "
          "apps' flows exceeds; max-error=E so that at most a share E of the "
          "named flows is wrong; floor=P if the best app's probability is "
          "below P; margin=M if it leads the second by less; or never")
      ->type_name("RULE")
      ->capture_default_str();
}

Result<FeatureList> chosen_features(const std::string& sets) {
  auto list = FeatureList::parse(sets);
  if (!list) return fail("--features", std::move(list).error());
  if (list->width() == 0) {
    return fail(ErrorKind::kUsage, "--features: name at least one of {}",
                feature_set_names());
  }
  return list;
}

void define_seed(CLI::App& command, std::uint64_t& seed) {
  command
      .add_option(
          "--seed", seed,
          "Seed of the random numbers; the same seed gives the same result")
      ->type_name("N")
      ->transform(CLI::Validator(read_count, ""))
      ->capture_default_str();
}

void define_threads(CLI::App& command, int& threads) {
  threads = hardware_threads();
  command
      .add_option("--threads", threads,
                  "Number of threads; the result is the same for any number")
      ->type_name("N")
      ->check(in_range(1, 1024))
      ->default_str("one per processor");
}

std::optional<Duration> parse_duration(std::string_view text) {
  constexpr double kLongest = 366 * 86'400.0;
  struct Unit {
    char name;
    double seconds;
  };
  constexpr auto kUnits =
      std::to_array<Unit>({{'s', 1}, {'m', 60}, {'h', 3'600}, {'d', 86'400}});
  if (text.empty()) return std::nullopt;
  const auto unit = std::ranges::find(kUnits, text.back(), &Unit::name);
  if (unit == kUnits.end()) return std::nullopt;
  const auto number = parse_number<double>(text.substr(0, text.size() - 1));
  if (!number) return std::nullopt;
  const double seconds = *number * unit->seconds;
  if (!(seconds > 0 && seconds <= kLongest)) return std::nullopt;
  const Duration duration(std::llround(seconds * 1e9));
  return duration > Duration{} ? std::optional(duration) : std::nullopt;
}

void define_evidence(CLI::App& command, std::string& evidence) {
  command
      .add_option("--evidence", evidence,
                  "Kinds of evidence to use: the shape of flows, server names, "
                  "and the device's recent activity")
      ->type_name("KIND,...")
      ->capture_default_str();
}

}  // namespace flowtell
