// SPDX-License-Identifier: Apache-2.0
#include "tool/flow_printer.h"

#include <array>
#include <filesystem>

#include "capture/capture_file.h"
#include "report/ledger_text.h"

namespace flowtell {
namespace {

constexpr std::size_t kFlushAt = 1 << 16;  // bytes

// One run over all captures.
class Printer {
 public:
  Printer(const FlowOptions& options, std::unique_ptr<FlowWriter> writer,
          const FeatureList& features, std::optional<NamingJudge> judge,
          Output& output)
      : options_(options),
        writer_(std::move(writer)),
        lines_(*writer_, text_),
        reporter_(features, judge, {&lines_}),
        output_(output) {
    writer_->begin_output(text_);
  }

  Result<void> print(const std::string& path) {
    auto source = open_capture(path);
    if (!source) return fail(std::move(source).error());
    writer_->begin_capture(text_, path);
    FlowMeter meter(options_, reporter_);
    reporter_.begin_capture(meter);
    std::array<Frame, 64> batch;
    while (const std::size_t count = (*source)->read(batch)) {
      for (const Frame& frame : std::span(batch).first(count)) meter.add(frame);
      if (auto done = flush(kFlushAt); !done) return done;
    }
    meter.finish();
    if (const auto& damage = (*source)->damage()) {
      warn_of_damage(path, *damage);
      any_damage_ = true;
    }
    report_ += meter.report();
    return flush(0);
  }

  const MeterReport& report() const { return report_; }
  bool any_damage() const { return any_damage_; }

 private:
  Result<void> flush(std::size_t at_least) {
    if (text_.size() < at_least) return {};
    auto done = output_.write(text_);
    text_.clear();
    return done;
  }

  FlowOptions options_;
  std::unique_ptr<FlowWriter> writer_;
  std::string text_;
  LineListener lines_;
  FlowReporter reporter_;
  Output& output_;
  MeterReport report_;
  bool any_damage_ = false;
};

void remark_on(const MeterReport& report, bool with_ledger) {
  if (report.flows == 0) remark("flowtell: " + no_flow_text(report) + '\n');
  if (with_ledger || report.flows == 0) remark(ledger_text(report));
}

}  // namespace

Result<ExitCode> print_flows(const std::vector<std::string>& paths,
                             const FlowOptions& options,
                             const WriterArguments& arguments,
                             std::optional<NamingJudge> judge) {
  auto writer_options = arguments.resolve();
  if (!writer_options) return fail(std::move(writer_options).error());
  auto features = FeatureList::parse(arguments.features);
  if (!features) return fail(std::move(features).error());
  auto captures = find_captures(paths);
  if (!captures) return fail(std::move(captures).error());
  writer_options->with_verdicts = judge.has_value();
  writer_options->mark_captures = captures->size() > 1;
  if (auto apart = check_apart(arguments.output, *captures); !apart) {
    return fail(std::move(apart).error());
  }
  auto output = Output::open(arguments.output);
  if (!output) return fail(std::move(output).error());

  Printer printer(options, make_flow_writer(std::move(*writer_options)),
                  *features, judge, *output);
  for (const std::string& path : *captures) {
    if (auto done = printer.print(path); !done) {
      return fail(std::move(done).error());
    }
  }
  if (auto done = output->finish(); !done) return fail(std::move(done).error());
  remark_on(printer.report(), arguments.ledger);
  return printer.any_damage() ? ExitCode::kDamaged : ExitCode::kDone;
}

Result<void> check_apart(const std::string& output,
                         const std::vector<std::string>& captures) {
  for (const std::string& capture : captures) {
    std::error_code absent;
    if (!std::filesystem::equivalent(output, capture, absent) || absent) {
      continue;
    }
    if (!std::filesystem::is_regular_file(capture, absent)) continue;
    return fail(ErrorKind::kUsage,
                "{} would be replaced, and is read; choose another file to "
                "write",
                output);
  }
  return {};
}

void warn_of_damage(const std::string& path, const Damage& damage) {
  warn(fmt::format("{} is damaged at byte {}: {}; what could be read was used",
                   path == kStandardInput ? "standard input" : path, damage.at,
                   damage.what));
}

}  // namespace flowtell
