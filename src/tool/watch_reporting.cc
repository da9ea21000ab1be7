// SPDX-License-Identifier: Apache-2.0
#include "tool/watch_reporting.h"

#include <unistd.h>

#include <filesystem>

#include "model/model_file.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxNotices = 20;

// How long a reader is given for the lines that wait when all is over.
constexpr Duration kPatience = std::chrono::seconds(5);

// Lines are handed on when there are so many bytes, in the middle of a burst
// too: one of a hundred thousand flows must not wait for its end.
constexpr std::size_t kManyLines = std::size_t{64} << 10;

}  // namespace

// Where one thread's flows are judged and become lines.
class WatchReporting::Desk : public FlowListener {
 public:
  Desk(WatchReporting& house, const FlowWriterOptions& writer,
       NamingClassifier classifier)
      : house_(house),
        writer_(make_flow_writer(writer)),
        reporter_(house.features_, classifier, {this}) {
    if (const auto& key = house.options_.key) reporter_.anonymise(*key);
  }

  // The heads of lines are said by one for all.
  void begin(bool is_first) {
    std::string head;
    if (!house_.output_.goes_on()) writer_->begin_output(head);
    writer_->begin_capture(head, house_.options_.title);
    if (is_first) house_.spool_.add(head);
  }

  void take(const FlowReport& report) override {
    {
      const std::lock_guard lock(house_.mutex_);
      house_.tally_.take(report);
      if (house_.options_.with_metrics) house_.metrics_.take(report);
      if (house_.options_.on_screen) house_.screen_.take(report);
    }
    if (!report.is_early) {
      last_ = std::max(last_.value_or(report.flow.last), report.flow.last);
    }
    if (house_.options_.on_screen) return;
    writer_->write(text_, report);
    if (report.is_early || text_.size() >= kManyLines) hand_on();
  }

  void end_burst() override {
    note_delay();
    if (house_.options_.on_screen) return;
    writer_->end_burst(text_);
    hand_on();
  }

  FlowReporter& reporter() { return reporter_; }

 private:
  // Of a capture that is played, times are of another day.
  void note_delay() {
    if (!house_.options_.with_metrics || house_.options_.waits_for_reader) {
      return;
    }
    if (!last_) return;
    const Duration since = system_now() - *last_;
    last_.reset();
    const std::lock_guard lock(house_.mutex_);
    house_.metrics_.note_delay(since - house_.model_->model().burst_gap);
  }

  void hand_on() {
    house_.spool_.add(text_);
    const bool are_many = text_.size() >= kManyLines;
    text_.clear();
    // Alone there is nobody else to write meanwhile. A failure shows again.
    if (are_many && house_.options_.threads == 1) {
      static_cast<void>(house_.write_lines());
    }
  }

  WatchReporting& house_;
  std::unique_ptr<FlowWriter> writer_;
  std::string text_;
  std::optional<Timestamp> last_;  // packet of the burst at hand
  FlowReporter reporter_;
};

Result<std::unique_ptr<ModelInUse>> ModelInUse::load(const std::string& path,
                                                     EvidenceKinds kinds,
                                                     const UnknownRule& rule,
                                                     int threads) {
  auto model = load_model(path);
  if (!model) return fail(std::move(model).error());
  std::unique_ptr<ModelInUse> in_use(new ModelInUse(std::move(*model)));
  for (int i = 0; i < threads; ++i) {
    auto classifier = ClassifierSession::make(in_use->model_, kinds, rule);
    if (!classifier) {
      return fail(fmt::format("cannot use {}", path),
                  std::move(classifier).error());
    }
    in_use->sessions_.push_back(std::move(*classifier));
  }
  return in_use;
}

Result<std::unique_ptr<WatchReporting>> WatchReporting::make(
    const WriterArguments& arguments, std::unique_ptr<ModelInUse> model,
    Options options) {
  auto writer = arguments.resolve();
  if (!writer) return fail(std::move(writer).error());
  auto features = FeatureList::parse(arguments.features);
  if (!features) return fail(std::move(features).error());
  auto output = Output::open_growing(arguments.output);
  if (!output) return fail(std::move(output).error());
  writer->with_verdicts = true;
  writer->with_early = options.with_early;
  return std::unique_ptr<WatchReporting>(
      new WatchReporting(*writer, std::move(*features), std::move(*output),
                         std::move(model), std::move(options)));
}

WatchReporting::WatchReporting(const FlowWriterOptions& writer,
                               FeatureList features, Output output,
                               std::unique_ptr<ModelInUse> model,
                               Options options)
    : options_(std::move(options)),
      model_(std::move(model)),
      features_(std::move(features)),
      output_(std::move(output)),
      spool_(output_.descriptor(), options_.waits_for_reader
                                       ? std::string().max_size()
                                       : LineSpool::kRoom),
      device_names_(options_.lease_file),
      screen_(
          std::filesystem::path(options_.title).filename().string(),
          [this](const Address& device) { return device_names_.of(device); }) {
  if (options_.on_screen) terminal_.emplace();
  for (int i = 0; i < options_.threads; ++i) {
    desks_.push_back(std::make_unique<Desk>(
        *this, writer, model_->naming(static_cast<std::size_t>(i))));
  }
}

WatchReporting::~WatchReporting() = default;

void WatchReporting::begin() {
  if (options_.on_screen) {
    terminal_->take();
    return;
  }
  for (const auto& desk : desks_) desk->begin(desk == desks_.front());
}

Result<void> WatchReporting::refresh(
    const std::function<LiveStatus()>& status) {
  if (!options_.on_screen) return write_lines();
  const Duration now = monotonic_now();
  if (now < next_draw_) return {};
  next_draw_ = now + kDrawEvery;
  const LiveStatus seen = status();
  const std::lock_guard lock(mutex_);
  return terminal_->show(screen_.draw(seen, terminal_->size()));
}

std::string WatchReporting::metrics_text(MetricsStatus status) {
  status.lost_lines = spool_.dropped();
  const std::lock_guard lock(mutex_);
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
  notices_.push_back(text);
  if (notices_.size() > kMaxNotices) notices_.pop_front();
}

Result<void> WatchReporting::end(LiveWaiter& waiter, bool is_stopped) {
  terminal_.reset();
  if (!notices_.empty() && is_read(STDERR_FILENO)) {
    for (const std::string& text : notices_) warn(text);
  }
  notices_.clear();
  Result<void> done;
  while (options_.waits_for_reader && !is_stopped && writable() >= 0 && done) {
    is_stopped = waiter.wait(-1, std::nullopt, writable()) == LiveEvent::kStop;
    done = spool_.write_some();
  }
  if (done) done = spool_.finish(kPatience);
  if (done) done = output_.finish();
  if (!done) return fail(output_.explained(std::move(done).error()));
  return done;
}

Result<void> WatchReporting::write_lines() {
  const std::uint64_t before = spool_.bytes_written();
  auto done = spool_.write_some();
  if (done && spool_.bytes_written() > before) done = output_.note_written();
  if (!done) return fail(output_.explained(std::move(done).error()));
  if (spool_.dropped() > 0 && !told_of_dropped_) {
    told_of_dropped_ = true;
    notice(
        "the reader of the flows is too slow, and some are not written; the "
        "end "
        "says how many");
  }
  return done;
}

// REQUIRES: no thread is at its desk.
void WatchReporting::use(std::unique_ptr<ModelInUse> model) {
  for (std::size_t i = 0; i < desks_.size(); ++i) {
    desks_[i]->reporter().use(model->naming(i));
  }
  model_ = std::move(model);
}

FlowReporter& WatchReporting::reporter(std::size_t thread) {
  return desks_[thread]->reporter();
}

std::vector<FlowSink*> WatchReporting::sinks() {
  std::vector<FlowSink*> sinks;
  for (const auto& desk : desks_) sinks.push_back(&desk->reporter());
  return sinks;
}

}  // namespace flowtell
