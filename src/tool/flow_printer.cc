// SPDX-License-Identifier: Apache-2.0
#include "tool/flow_printer.h"

#include <functional>
#include <thread>

#include "base/pipe.h"
#include "flow/flow_batch.h"
#include "report/ledger_text.h"
#include "report/stats_text.h"
#include "tool/apart.h"
#include "tool/each_capture.h"

namespace flowtell {
namespace {

constexpr std::size_t kFlushAt = 1 << 16;   // bytes
constexpr std::size_t kBatchesWaiting = 4;  // between the two threads

// One run over all captures. One thread does it all; or one meters, a second
// measures, judges and writes, and where a capture is packed a third unpacks.
class Printer {
 public:
  Printer(const FlowPrinting& how, std::unique_ptr<FlowWriter> writer,
          const FeatureList& features,
          std::optional<NamingClassifier> classifier, Output& output,
          const std::optional<AnonymiserKey>& key)
      : how_(how),
        has_teller_(how.run.threads > 1),
        writer_(std::move(writer)),
        lines_(*writer_, text_),
        reporter_(features, classifier, {&lines_}),
        output_(output) {
    writer_->begin_output(text_);
    reporter_.time_with(telling_clock());
    if (!key) return;
    reporter_.anonymise(*key);
    anonymiser_.emplace(*key);
  }

  // Whether all of them were whole.
  Result<bool> print_all(const std::vector<std::string>& captures) {
    return for_each_capture(
        captures,
        has_teller_ ? UnpackOn::kThreadOfItsOwn : UnpackOn::kCallersThread,
        [this](const std::string& path, FrameSource& source) {
          return print(path, source);
        });
  }

  const MeterReport& report() const { return report_; }

  RunStats stats() const {
    RunStats stats = stats_;
    stats.threads = has_teller_ ? 2 : 1;
    stats.stages = metering_;
    stats.stages += telling_;
    return stats;
  }

 private:
  Result<void> print(const std::string& path, FrameSource& source) {
    writer_->begin_capture(text_,
                           anonymiser_ ? anonymiser_->capture(path) : path);
    auto done = has_teller_ ? print_by_two(source) : print_by_one(source);
    return done ? flush(0) : done;
  }

  Result<void> print_by_one(FrameSource& source) {
    FlowMeter meter(how_.flow, reporter_);
    reporter_.begin_capture(meter.origin());
    Result<void> reported;
    meter_capture(source, meter, [&] {
      reported = flush(kFlushAt);
      return reported.has_value();
    });
    return reported;
  }

  Result<void> print_by_two(FrameSource& source) {
    Pipe<FlowBatch> pipe(kBatchesWaiting);
    Result<void> reported;
    std::jthread teller([&] { reported = tell(pipe); });
    const PipeCloser closer(pipe);  // before the thread is waited for
    bool is_heard = true;
    BatchingSink sink(
        [&](FlowBatch batch) { is_heard = pipe.push(std::move(batch)); });
    FlowMeter meter(how_.flow, sink);
    sink.begin_capture(meter.origin());
    meter_capture(source, meter, [&] { return is_heard; });
    sink.finish();
    pipe.close();
    teller.join();
    return reported;
  }

  // The second thread's work, until the first is done or nothing more can be
  // written.
  Result<void> tell(Pipe<FlowBatch>& pipe) {
    const InStage in(telling_clock(), Stage::kOther);
    std::optional<Timestamp> origin;
    reporter_.begin_capture(origin);
    while (const auto batch = pipe.pop()) {
      origin = batch->origin;
      batch->replay(reporter_);
      if (auto done = flush(kFlushAt); !done) {
        pipe.close();
        return done;
      }
    }
    return {};
  }

  void meter_capture(FrameSource& source, FlowMeter& meter,
                     const std::function<bool()>& go_on) {
    meter.time_with(how_.run.stats ? &metering_ : nullptr);
    meter_all(source, meter, go_on);
    report_ += meter.report();
    stats_.note(meter.table());
  }

  // Each thread has its own.
  StageClock* telling_clock() {
    if (!how_.run.stats) return nullptr;
    return has_teller_ ? &telling_ : &metering_;
  }

  Result<void> flush(std::size_t at_least) {
    if (text_.size() < at_least) return {};
    const InStage in(telling_clock(), Stage::kWrite);
    auto done = output_.write(text_);
    text_.clear();
    return done;
  }

  FlowPrinting how_;
  bool has_teller_;
  StageClock metering_;
  StageClock telling_;
  std::unique_ptr<FlowWriter> writer_;
  std::string text_;
  LineListener lines_;
  FlowReporter reporter_;
  std::optional<Anonymiser> anonymiser_;  // of captures
  Output& output_;
  MeterReport report_;
  RunStats stats_;
};

void remark_on(const MeterReport& report, bool with_ledger) {
  if (report.flows == 0) remark("flowtell: " + no_flow_text(report) + '\n');
  if (with_ledger || report.flows == 0) remark(ledger_text(report));
}

}  // namespace

Result<ExitCode> print_flows(const std::vector<std::string>& paths,
                             const FlowPrinting& how,
                             std::optional<NamingClassifier> classifier) {
  auto writer_options = how.writer.resolve();
  if (!writer_options) return fail(std::move(writer_options).error());
  auto features = FeatureList::parse(how.writer.features);
  if (!features) return fail(std::move(features).error());
  auto key = how.writer.anonymise.resolve();
  if (!key) return fail(std::move(key).error());
  auto captures = find_captures(paths);
  if (!captures) return fail(std::move(captures).error());
  writer_options->with_verdicts = classifier.has_value();
  writer_options->mark_captures = captures->size() > 1;
  std::vector<std::string> read = *captures;
  read.push_back(how.writer.anonymise.key_file);
  if (auto apart = check_apart({how.writer.output}, read); !apart) {
    return fail(std::move(apart).error());
  }
  auto output = Output::open(how.writer.output);
  if (!output) return fail(std::move(output).error());

  Printer printer(how, make_flow_writer(std::move(*writer_options)), *features,
                  classifier, *output, *key);
  const auto is_whole = printer.print_all(*captures);
  if (!is_whole) return fail(is_whole.error());
  if (auto done = output->finish(); !done) return fail(std::move(done).error());
  remark_on(printer.report(), how.writer.ledger);
  if (how.run.stats) remark(stats_text(printer.stats(), printer.report()));
  return *is_whole ? ExitCode::kDone : ExitCode::kDamaged;
}

}  // namespace flowtell
