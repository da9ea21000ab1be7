// SPDX-License-Identifier: Apache-2.0
#include "tool/flow_printer.h"

#include <poll.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <thread>

#include "base/pipe.h"
#include "flow/flow_batch.h"
#include "report/flow_writer.h"
#include "report/ledger_text.h"
#include "report/stats_text.h"
#include "tool/capture_annotator.h"
#include "tool/each_capture.h"
#include "tool/output_check.h"

namespace flowtell {
namespace {

constexpr std::size_t kFlushSize = 1 << 16;  // bytes
constexpr std::size_t kMaxBatches = 4;       // between the two threads

// One run over all captures. Either one thread does everything, or one meters
// and a second measures, classifies and writes; then a third thread unpacks
// compressed captures. An annotator needs all on one thread.
class Printer {
 public:
  Printer(const FlowPrinting& how, std::unique_ptr<FlowWriter> writer,
          const FeatureList& features, std::optional<Naming> naming,
          const ServiceNames* services, Output& output,
          const std::optional<AnonymiserKey>& key, CaptureAnnotator* annotator)
      : how_(how),
        has_write_thread_(how.run.threads > 1 && annotator == nullptr),
        writer_(std::move(writer)),
        lines_(*writer_, text_),
        annotator_(annotator),
        reporter_(features, naming, sinks()),
        output_(output) {
    writer_->begin_output(text_);
    reporter_.set_stage_clock(writer_clock());
    if (services != nullptr) reporter_.set_services(*services);
    if (!key) return;
    reporter_.anonymise(*key);
    anonymiser_.emplace(*key);
  }

  // Returns whether all captures were undamaged.
  Result<bool> print_all(const std::vector<CaptureFiles>& captures) {
    return for_each_capture(
        captures,
        has_write_thread_ ? UnpackOn::kOwnThread : UnpackOn::kCallerThread,
        [this](const CaptureFiles& files, FrameSource& source) {
          return print(files, source);
        });
  }

  const MeterReport& report() const { return report_; }

  RunStats stats() const {
    RunStats stats = stats_;
    stats.threads = has_write_thread_ ? 2 : 1;
    stats.stages = metering_;
    stats.stages += writing_;
    return stats;
  }

 private:
  std::vector<FlowReportSink*> sinks() {
    std::vector<FlowReportSink*> sinks = {&lines_};
    if (annotator_ != nullptr) sinks.push_back(annotator_);
    return sinks;
  }

  Result<void> print(const CaptureFiles& files, FrameSource& source) {
    const std::string& path = files.front();
    writer_->begin_capture(text_,
                           anonymiser_ ? anonymiser_->capture(path) : path);
    reads_pipe_ = path == kStandardInput;
    auto done = has_write_thread_ ? print_on_two_threads(source)
                                  : print_on_one_thread(files, source);
    return done ? flush(0) : done;
  }

  Result<void> print_on_one_thread(const CaptureFiles& files,
                                   FrameSource& source) {
    FlowMeter meter(how_.flow, reporter_);
    reporter_.begin_capture(meter.origin());
    Result<void> result;
    const auto go_on = [&] {
      result = flush(is_idle() ? 0 : kFlushSize);
      return result.has_value();
    };
    if (annotator_ == nullptr) {
      meter_capture(source, meter, go_on);
      return result;
    }
    meter.set_stage_clock(writer_clock());
    auto annotated = annotator_->annotate(files, source, meter, go_on);
    note_metered(meter);
    return result ? annotated : result;
  }

  Result<void> print_on_two_threads(FrameSource& source) {
    Pipe<FlowBatch> pipe(kMaxBatches);
    Result<void> result;
    std::jthread thread([&] { result = write_batches(pipe); });
    const PipeCloser closer(pipe);  // closes before the thread is joined
    bool is_accepted = true;
    BatchingSink sink(
        [&](FlowBatch batch) { is_accepted = pipe.push(std::move(batch)); });
    FlowMeter meter(how_.flow, sink);
    sink.begin_capture(meter.origin());
    meter_capture(source, meter, [&] {
      if (is_idle()) sink.pass_on();
      return is_accepted;
    });
    sink.pass_on();
    pipe.close();
    thread.join();
    return result;
  }

  // The second thread: runs until the first is done or a write fails.
  Result<void> write_batches(Pipe<FlowBatch>& pipe) {
    const StageScope in(writer_clock(), Stage::kOther);
    std::optional<Timestamp> origin;
    reporter_.begin_capture(origin);
    while (const auto batch = pipe.pop()) {
      origin = batch->origin;
      batch->replay(reporter_);
      const bool is_waiting = reads_pipe_ && pipe.is_empty();
      if (auto done = flush(is_waiting ? 0 : kFlushSize); !done) {
        pipe.close();
        return done;
      }
    }
    return {};
  }

  // Whether standard input has nothing to read at the moment: then all that is
  // known is printed.
  bool is_idle() const {
    if (!reads_pipe_) return false;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, 0) == 0;
  }

  void meter_capture(FrameSource& source, FlowMeter& meter,
                     const std::function<bool()>& go_on) {
    meter.set_stage_clock(how_.run.stats ? &metering_ : nullptr);
    meter_all(source, meter, go_on);
    note_metered(meter);
  }

  void note_metered(const FlowMeter& meter) {
    report_ += meter.report();
    stats_.note(meter.table());
  }

  // The clock of the thread that writes.
  StageClock* writer_clock() {
    if (!how_.run.stats) return nullptr;
    return has_write_thread_ ? &writing_ : &metering_;
  }

  Result<void> flush(std::size_t min_size) {
    if (text_.size() < min_size) return {};
    const StageScope in(writer_clock(), Stage::kWrite);
    auto done = output_.write(text_);
    text_.clear();
    return done;
  }

  FlowPrinting how_;
  bool has_write_thread_;
  bool reads_pipe_ = false;
  StageClock metering_;
  StageClock writing_;
  std::unique_ptr<FlowWriter> writer_;
  std::string text_;
  LineSink lines_;
  CaptureAnnotator* annotator_;
  FlowReporter reporter_;
  std::optional<Anonymiser> anonymiser_;  // of captures
  Output& output_;
  MeterReport report_;
  RunStats stats_;
};

void print_summary(const MeterReport& report, bool with_ledger) {
  for (const std::string& text : warnings_of(report)) warn(text);
  if (report.flows == 0) print_note("flowtell: " + no_flow_text(report) + '\n');
  if (with_ledger || report.flows == 0) print_note(ledger_text(report));
}

}  // namespace

Result<ExitCode> print_flows(const std::vector<std::string>& paths,
                             const FlowPrinting& how,
                             std::optional<Naming> naming) {
  auto writer_options = how.writer.resolve();
  if (!writer_options) return fail(std::move(writer_options).error());
  auto features = FeatureList::parse(how.writer.features);
  if (!features) return fail(std::move(features).error());
  auto key = how.writer.anonymise.resolve();
  if (!key) return fail(std::move(key).error());
  auto services = how.writer.open_services();
  if (!services) return fail(std::move(services).error());
  auto files = find_captures(paths);
  if (!files) return fail(std::move(files).error());
  const auto captures = whole_captures(*files, how.joining);
  writer_options->with_verdicts = naming.has_value();
  if (naming && how.writer.probabilities) {
    writer_options->probability_apps =
        naming->session->classifier().model().apps;
  }
  writer_options->mark_captures = captures.size() > 1;
  std::vector<std::string> read = *files;
  read.push_back(how.writer.anonymise.key_file);
  if (auto distinct = check_outputs({how.writer.output, how.annotated}, read);
      !distinct) {
    return fail(std::move(distinct).error());
  }
  std::unique_ptr<CaptureAnnotator> annotator;
  if (!how.annotated.empty()) {
    auto created = CaptureAnnotator::create(how.annotated, captures);
    if (!created) return fail(std::move(created).error());
    annotator = std::move(*created);
    naming->gives_reasons = true;
  }
  auto output = Output::open(how.writer.output);
  if (!output) return fail(std::move(output).error());

  Printer printer(how, make_flow_writer(std::move(*writer_options)), *features,
                  naming, services->get(), *output, *key, annotator.get());
  const auto is_undamaged = printer.print_all(captures);
  if (!is_undamaged) return fail(is_undamaged.error());
  if (annotator) {
    if (auto done = annotator->finish(); !done) {
      return fail(std::move(done).error());
    }
  }
  if (auto done = output->finish(); !done) return fail(std::move(done).error());
  print_summary(printer.report(), how.writer.ledger);
  if (how.run.stats) print_note(stats_text(printer.stats(), printer.report()));
  return *is_undamaged ? ExitCode::kDone : ExitCode::kDamaged;
}

}  // namespace flowtell
