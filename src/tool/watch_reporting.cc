// SPDX-License-Identifier: Apache-2.0
#include "tool/watch_reporting.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "report/candidate_text.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxNotices = 20;

// The time for a reader to take pending lines at the end.
constexpr Duration kFinishTimeout = std::chrono::seconds(5);

// Of the bursts in the drift metrics.
constexpr Duration kDriftHalfLife = std::chrono::hours(1);

// Lines are flushed at this size even within a burst, so that a burst of a
// hundred thousand flows is not delayed to its end.
constexpr std::size_t kFlushBytes = std::size_t{64} << 10;

}  // namespace

// Classifies the flows of one thread, passes the reports to the sinks that all
// threads share, and formats them as lines.
class WatchReporting::ShardOutput : public FlowReportSink {
 public:
  ShardOutput(WatchReporting& parent, const FlowWriterOptions& writer,
              ClassifierSession& session)
      : parent_(parent),
        writer_(make_flow_writer(writer)),
        session_(session),
        reporter_(parent.features_, Naming{&session, true}, {this}) {
    if (const auto& key = parent.options_.key) reporter_.anonymise(*key);
    if (parent.services_) reporter_.set_services(*parent.services_);
  }

  // The first shard writes the header for all.
  void begin(bool is_first) {
    std::string header;
    if (!parent_.output_.has_earlier_lines()) writer_->begin_output(header);
    writer_->begin_capture(header, parent_.options_.title);
    if (is_first) parent_.spool_.add(header);
  }

  void take(const FlowReport& report) override {
    // One lock per report, for all shared sinks together. They get no
    // end_burst: the bursts of several threads overlap.
    {
      const std::lock_guard lock(parent_.mutex_);
      for (FlowReportSink* sink : parent_.shared_sinks_) sink->take(report);
    }
    if (!report.is_early) {
      first_ = std::min(first_.value_or(report.flow.first), report.flow.first);
      last_ = std::max(last_.value_or(report.flow.last), report.flow.last);
      has_new_flows_ = true;
      if (parent_.options_.adapter != nullptr) {
        recent_.push_back(RecentFlow::of(report.flow));
      }
    }
    if (parent_.options_.on_screen) return;
    writer_->write(text_, report);
    if (report.is_early || text_.size() >= kFlushBytes) flush();
  }

  void end_burst() override {
    note_delay();
    note_burst();
    if (parent_.options_.on_screen) return;
    writer_->end_burst(text_);
    flush();
  }

  FlowReporter& reporter() { return reporter_; }

 private:
  // Skipped for a replay, whose timestamps are from the past.
  void note_delay() {
    if (!parent_.options_.with_metrics || parent_.options_.waits_for_reader) {
      return;
    }
    if (!last_) return;
    const Model& model = parent_.classifier_.model();
    Timestamp end = *last_ + model.burst_gap;
    if (model.burst_limit > Duration{}) {
      end = std::min(end, *first_ + model.burst_limit);
    }
    const Duration delay = system_now() - end;
    first_.reset();
    last_.reset();
    const std::lock_guard lock(parent_.mutex_);
    parent_.metrics_.note_delay(delay);
  }

  // Passes the flows of the burst to the drift metrics and to the adapter.
  void note_burst() {
    SiteAdapter* const adapter = parent_.options_.adapter;
    if (!std::exchange(has_new_flows_, false)) return;
    if (!parent_.drift_ && adapter == nullptr) return;
    const auto evidence = session_.evidence();
    const std::lock_guard lock(parent_.mutex_);
    if (parent_.drift_) parent_.drift_->add(evidence);
    if (adapter != nullptr) adapter->add_burst(recent_, evidence.features);
  }

  void flush() {
    parent_.spool_.add(text_);
    const bool is_large = text_.size() >= kFlushBytes;
    text_.clear();
    // With one thread, no other thread writes in between. A failure recurs at
    // the next write.
    if (is_large && parent_.options_.threads == 1) {
      static_cast<void>(parent_.write_lines());
    }
  }

  WatchReporting& parent_;
  std::unique_ptr<FlowWriter> writer_;
  ClassifierSession& session_;
  std::string text_;
  std::optional<Timestamp> first_;  // first packet of the current burst
  std::optional<Timestamp> last_;   // its last
  bool has_new_flows_ = false;      // since the last burst
  std::vector<RecentFlow> recent_;  // likewise, for the adapter
  FlowReporter reporter_;
};

Result<std::unique_ptr<WatchReporting>> WatchReporting::make(
    const WriterArguments& arguments, Classifier classifier, Options options) {
  auto writer = arguments.resolve();
  if (!writer) return fail(std::move(writer).error());
  auto features = FeatureList::parse(arguments.features);
  if (!features) return fail(std::move(features).error());
  auto services = arguments.open_services();
  if (!services) return fail(std::move(services).error());
  auto output = Output::open_append(arguments.output);
  if (!output) return fail(std::move(output).error());
  writer->with_verdicts = true;
  writer->with_early = options.with_early;
  if (arguments.probabilities) {
    writer->probability_apps = classifier.model().apps;
  }
  return std::unique_ptr<WatchReporting>(new WatchReporting(
      *writer, std::move(*features), std::move(*services), std::move(*output),
      std::move(classifier), std::move(options)));
}

WatchReporting::WatchReporting(const FlowWriterOptions& writer,
                               FeatureList features,
                               std::unique_ptr<const ServiceNames> services,
                               Output output, Classifier classifier,
                               Options options)
    : options_(std::move(options)),
      classifier_(std::move(classifier)),
      features_(std::move(features)),
      services_(std::move(services)),
      output_(std::move(output)),
      spool_(output_.descriptor(), options_.waits_for_reader
                                       ? std::string().max_size()
                                       : LineSpool::kRoom),
      device_names_(options_.lease_file),
      screen_(
          {std::filesystem::path(options_.title).filename().string(),
           [this](const Address& device) { return device_names_.of(device); },
           Terminal::has_colours(), ::isatty(STDIN_FILENO) == 1}) {
  if (options_.with_metrics) shared_sinks_.push_back(&metrics_);
  measure_drift();
  if (options_.on_screen) shared_sinks_.push_back(&screen_);
  if (options_.on_screen) terminal_.emplace();
  for (int i = 0; i < options_.threads; ++i) {
    sessions_.emplace_back(classifier_);
    shards_.push_back(
        std::make_unique<ShardOutput>(*this, writer, sessions_.back()));
  }
}

WatchReporting::~WatchReporting() = default;

// Begins to measure drift from the classifier's model.
void WatchReporting::measure_drift() {
  drift_.reset();
  const auto& model = classifier_.shared_model();
  if (!options_.with_metrics || !model->table) return;
  drift_.emplace(
      std::make_shared<const DriftReference>(DriftReference::of(model)),
      kDriftHalfLife);
}

void WatchReporting::begin() {
  if (options_.on_screen) {
    terminal_->take();
    return;
  }
  for (const auto& shard : shards_) shard->begin(shard == shards_.front());
}

Result<void> WatchReporting::refresh(
    const std::function<LiveStatus()>& status) {
  if (!options_.on_screen) return write_lines();
  const Duration now = monotonic_now();
  if (now < next_draw_) return {};
  next_draw_ = now + kDrawEvery;
  const LiveStatus seen = status();
  const std::lock_guard lock(mutex_);
  screen_.type(terminal_->read_keys());
  return terminal_->show(screen_.draw(seen, terminal_->size()));
}

std::string WatchReporting::metrics_text(MetricsStatus status) {
  status.lost_lines = spool_.dropped();
  const std::lock_guard lock(mutex_);
  if (drift_) status.drift = drift_->measure();
  if (options_.adapter != nullptr) status.candidate = options_.adapter->last();
  return metrics_.text(status);
}

void WatchReporting::notice(const std::string& text) {
  if (!terminal_) {
    warn(text);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    screen_.notice(text);
  }
  notices_.push_back({text});
  if (notices_.size() > kMaxNotices) notices_.pop_front();
}

// As `notice`, but no warning.
void WatchReporting::note(const std::string& text) {
  if (!terminal_) {
    print_note(fmt::format("flowtell: {}\n", text));
    return;
  }
  notice(text);
  notices_.back().is_warning = false;
}

void WatchReporting::report_candidates() {
  std::vector<SiteAdapter::Outcome> outcomes;
  {
    const std::lock_guard lock(mutex_);
    outcomes = options_.adapter->take_results();
  }
  for (const SiteAdapter::Outcome& outcome : outcomes) {
    if (outcome) {
      note(candidate_text(*outcome, options_.candidate));
    } else {
      notice("no candidate model: " + outcome.error().message +
             "; the watch goes on");
    }
  }
}

void WatchReporting::finish_candidates() {
  {
    const std::lock_guard lock(mutex_);
    options_.adapter->finish();
  }
  report_candidates();
}

Result<void> WatchReporting::end(LiveWaiter& waiter, bool is_stopped) {
  terminal_.reset();
  if (!notices_.empty() && is_writable_soon(STDERR_FILENO)) {
    for (const Notice& notice : notices_) {
      if (notice.is_warning) {
        warn(notice.text);
      } else {
        print_note(fmt::format("flowtell: {}\n", notice.text));
      }
    }
  }
  notices_.clear();
  Result<void> done;
  while (options_.waits_for_reader && !is_stopped && writable() >= 0 && done) {
    is_stopped = waiter.wait(-1, std::nullopt, writable()) == LiveEvent::kStop;
    done = spool_.write_some();
  }
  if (done) done = spool_.finish(kFinishTimeout);
  if (done) done = output_.finish();
  if (!done) return fail(output_.explain(std::move(done).error()));
  return done;
}

Result<void> WatchReporting::write_lines() {
  const std::uint64_t before = spool_.bytes_written();
  auto done = spool_.write_some();
  if (done && spool_.bytes_written() > before) done = output_.note_written();
  if (!done) return fail(output_.explain(std::move(done).error()));
  if (spool_.dropped() > 0 && !reported_dropped_) {
    reported_dropped_ = true;
    notice(
        "the reader of the flows is too slow, and lines are dropped; the "
        "summary shows how many");
  }
  return done;
}

void WatchReporting::set_classifier(Classifier classifier) {
  classifier_ = std::move(classifier);
  for (ClassifierSession& session : sessions_) {
    session = ClassifierSession(classifier_);
  }
  measure_drift();
  if (options_.adapter != nullptr)
    options_.adapter->set_classifier(classifier_);
}

FlowReporter& WatchReporting::reporter(std::size_t thread) {
  return shards_[thread]->reporter();
}

std::vector<FlowSink*> WatchReporting::sinks() {
  std::vector<FlowSink*> sinks;
  for (const auto& shard : shards_) sinks.push_back(&shard->reporter());
  return sinks;
}

}  // namespace flowtell
