// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "capture/capture_file.h"
#include "capture/live_interface.h"
#include "capture/pipe_source.h"
#include "capture/replay_source.h"
#include "classify/classifier.h"
#include "gateway/gateway_plan.h"
#include "live/watch.h"
#include "report/ledger_text.h"
#include "tool/adapting_arguments.h"
#include "tool/command.h"
#include "tool/each_capture.h"
#include "tool/metrics_arguments.h"
#include "tool/output_check.h"
#include "tool/privilege_arguments.h"
#include "tool/watch_reporting.h"

namespace flowtell {
namespace {

// The default of --early on a screen, in packets.
constexpr std::uint32_t kEarlyPacketsOnScreen = 16;

// A flow whose burst goes on gets an early verdict so long after its end.
constexpr Duration kEarlySilence = std::chrono::seconds(1);

// The maximum age of metrics.
constexpr Duration kPublishInterval = std::chrono::seconds(1);

class WatchCommand : public Command {
 public:
  explicit WatchCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "watch", "Name the app of every flow as it happens");
    command.add_option("MODEL", model_, "A model made by 'flowtell train'")
        ->type_name("")
        ->required();
    auto* pipe = command
                     .add_option("PIPE", pipe_,
                                 "- for a capture that arrives on standard "
                                 "input, or a named pipe")
                     ->type_name("");
    define_source(command, pipe);
    early_option_ = command
                        .add_option("--early", early_,
                                    "Also report an early verdict after N "
                                    "packets of a flow (on the screen: 16); 0 "
                                    "for no early verdicts at all")
                        ->type_name("N")
                        ->check(in_range(0, 1'000'000));
    command
        .add_option("--write", write_,
                    "Write the packets to this new pcap file")
        ->type_name("FILE");
    command
        .add_option("--threads", threads_,
                    "Threads that meter and classify flows, each for its own "
                    "devices; with 2 or more, another thread reads")
        ->type_name("N")
        ->check(in_range(1, 64))
        ->capture_default_str();
    adapting_.define(command);
    privileges_.define(command);
    unknown_.define(command);
    define_evidence(command, evidence_);
    meter_.define(command);
    writer_.define(command);
    writer_.define_verdicts(command);
    metrics_.define(command);
    format_option_ = command.get_option("--format");
    command.get_option("--output")
        ->description(
            "The file to append lines to, instead of standard output");
    command.footer(
        "A flow is classified when its burst ends: after a second without "
        "packets of its\n"
        "device, or after 30 seconds. A flow that is over before gets a "
        "verdict "
        "marked\n"
        "early within 1.1 s of its end. A terminal shows a live screen; with "
        "--format, -o or a pipe, "
        "the output is\n"
        "lines as of 'flowtell classify', with times from the first frame.\n"
        "SIGHUP reloads the model; Ctrl-C, or q on the screen, ends the watch "
        "with a summary;\n"
        "? shows the screen's other keys.\n"
        "\n"
        "Examples:\n"
        "  sudo flowtell watch apps.model -i wlan0\n"
        "  sudo flowtell watch apps.model -i wlan0 --format jsonl -o day.jsonl "
        "--early 20\n"
        "  flowtell watch apps.model --replay phone.pcap --speed 10\n"
        "  ssh root@router tcpdump -i br-lan -U -w - | flowtell watch "
        "apps.model -");
  }

  Result<ExitCode> run() override {
    static_cast<void>(std::signal(
        SIGPIPE, SIG_IGN));  // a closed reader is reported as an error
    auto rule = unknown_.resolve();
    if (!rule) return fail("--unknown", std::move(rule).error());
    rule_ = *rule;
    auto kinds = EvidenceKinds::parse(evidence_);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    kinds_ = *kinds;
    // Before the model is loaded, which the helper does not need.
    auto binder = start_binder();
    if (!binder) return fail(std::move(binder).error());
    auto classifier = load_classifier(model_, kinds_, rule_);
    if (!classifier) return fail(std::move(classifier).error());
    auto adapter = start_adapter(*classifier);
    if (!adapter) return fail(std::move(adapter).error());
    adapter_ = adapter->get();
    // Before the source is opened, so that a port in use fails early.
    auto metrics = metrics_.open();
    if (!metrics) return fail(std::move(metrics).error());
    auto source = open_source(*binder);
    if (!source) return fail(std::move(source).error());
    auto options = watch_options(*classifier);
    if (!options) return fail(std::move(options).error());
    auto reporting = make_reporting(std::move(*classifier), *options);
    if (!reporting) return fail(std::move(reporting).error());
    // After everything that may fail, so that no empty capture remains.
    auto writer = open_writer(**source);
    if (!writer) return fail(std::move(writer).error());
    options->writer = *writer ? &**writer : nullptr;
    // Last, so that Ctrl-C ends the program while the steps above block.
    auto waiter = LiveWaiter::make();
    if (!waiter) return fail(std::move(waiter).error());
    // From here on, only models are opened, for reading.
    const PrivilegeLimits remaining{
        privileges_.account(),
        {{model_}, ""},
        metrics->server ? Connections::kAccept : Connections::kNone};
    auto dropped_privileges = privileges_.drop(remaining, listens());
    if (!dropped_privileges) return fail(std::move(dropped_privileges).error());
    return watch(**source, *waiter, **reporting, std::move(*metrics),
                 std::move(*options));
  }

 private:
  void define_source(CLI::App& command, CLI::Option* pipe) {
    auto* interface = command
                          .add_option("-i,--interface", interface_,
                                      "The interface to listen on")
                          ->type_name("IFACE")
                          ->excludes(pipe);
    auto* replay =
        command
            .add_option("--replay", replay_, "Replay a capture in real time")
            ->type_name("CAPTURE")
            ->excludes(interface)
            ->excludes(pipe);
    command
        .add_option("--speed", speed_,
                    "Replay speed, relative to the recording")
        ->type_name("X")
        ->check(in_range(0.001, 1e6))
        ->check(not_nan())
        ->capture_default_str()
        ->needs(replay);
    command
        .add_option("--snap", listening_.snap,
                    "Bytes to read and keep of each frame")
        ->type_name("N")
        ->check(in_range(std::uint32_t{64}, kMaxFrameSize))
        ->capture_default_str()
        ->excludes(replay)
        ->excludes(pipe);
    command
        .add_option("--buffer", buffer_,
                    "Size of the kernel's frame buffer, in mebibytes")
        ->type_name("N")
        ->check(in_range(1u, 1024u))
        ->capture_default_str()
        ->excludes(replay)
        ->excludes(pipe);
  }

  // Null without --adapt-every.
  Result<std::unique_ptr<SiteAdapter>> start_adapter(
      const Classifier& classifier) const {
    if (!adapting_.is_enabled()) return std::unique_ptr<SiteAdapter>();
    const AdaptingArguments::Use use = {
        .model = model_,
        .title = name(),
        .verdicts = {kinds_, rule_},
        .privileges = privileges_,
        .is_anonymised = !writer_.anonymise.key_file.empty(),
        .is_replay = !replay_.empty()};
    auto checked = adapting_.check(use, classifier.model());
    if (checked) {
      checked = check_outputs({adapting_.path(model_), writer_.output, write_},
                              {model_, replay_, metrics_.token_file});
    }
    if (!checked) return fail(std::move(checked).error());
    return adapting_.start(use, classifier);
  }

  std::string name() const {
    if (!pipe_.empty()) {
      return pipe_ == kStandardInput ? "standard input" : pipe_;
    }
    return replay_.empty() ? interface_ : replay_;
  }

  // Whether frames come from an interface, which needs rights and may lose
  // some.
  bool listens() const { return replay_.empty() && pipe_.empty(); }

  bool is_on_screen() const {
    return ::isatty(STDOUT_FILENO) == 1 && writer_.output.empty() &&
           format_option_->count() == 0;
  }

  Result<std::shared_ptr<InterfaceBinder>> start_binder() const {
    if (interface_.empty()) return std::shared_ptr<InterfaceBinder>();
    return privileges_.start_binder(interface_);
  }

  Result<std::unique_ptr<LiveSource>> open_pipe() {
    int descriptor = STDIN_FILENO;
    if (pipe_ != kStandardInput) {
      std::error_code problem;
      if (std::filesystem::is_regular_file(pipe_, problem)) {
        return fail(ErrorKind::kUsage,
                    "{0} is a file, whose packets do not arrive any more; use "
                    "--replay {0}, or 'flowtell classify {1} {0}'",
                    pipe_, model_);
      }
      auto opened = open_for_reading(pipe_);
      if (!opened) return fail(std::move(opened).error());
      opened_pipe_ = std::move(*opened);
      descriptor = opened_pipe_.get();
    }
    return PipeSource::open(descriptor, name(), monotonic_now);
  }

  Result<std::unique_ptr<LiveSource>> open_source(
      const std::shared_ptr<InterfaceBinder>& binder) {
    if (interface_.empty() && replay_.empty() && pipe_.empty()) {
      return fail(ErrorKind::kUsage,
                  "there is nothing to watch; name an interface with -i, a "
                  "capture with --replay, or - for standard input");
    }
    auto distinct = check_outputs(
        {writer_.output, write_},
        {model_, replay_, writer_.anonymise.key_file, metrics_.token_file});
    if (!distinct) return fail(std::move(distinct).error());
    if (!pipe_.empty()) return open_pipe();
    if (replay_.empty()) {
      InterfaceOptions listening = listening_;
      listening.buffer_bytes = buffer_ << 20;
      return open_interface(interface_, listening, binder);
    }
    if (replay_ == kStandardInput) {
      return fail(ErrorKind::kUsage,
                  "standard input cannot be replayed; name a file, or use "
                  "'flowtell watch {} -'",
                  model_);
    }
    auto capture = open_capture(replay_);
    if (!capture) return fail(std::move(capture).error());
    return std::make_unique<ReplaySource>(std::move(*capture), speed_,
                                          monotonic_now);
  }

  Result<std::unique_ptr<WatchReporting>> make_reporting(
      Classifier classifier, const Watch::Options& options) const {
    auto key = writer_.anonymise.resolve();
    if (!key) return fail(std::move(key).error());
    if (*key && !write_.empty()) {
      return fail(ErrorKind::kUsage,
                  "--anonymise contradicts --write, which keeps packets as "
                  "they are; leave one of them out, or record with 'flowtell "
                  "capture --anonymise'");
    }
    std::string title = name();
    std::string lease_file = lease_path(GatewayPaths{}, interface_);
    if (*key) {
      // A lease names a device by its own address.
      lease_file.clear();
      if (!listens()) title = Anonymiser(**key).capture(title);
    }
    return WatchReporting::make(
        writer_, std::move(classifier),
        {title, lease_file, is_on_screen(),
         options.flows.early_silence > Duration{}, !listens(), threads_,
         metrics_.is_enabled(), *key, adapter_, adapting_.path(model_)});
  }

  Result<std::optional<PcapWriter>> open_writer(LiveSource& source) const {
    if (write_.empty()) return std::nullopt;
    auto writer = PcapWriter::create(write_, source.link());
    if (!writer) return fail(std::move(writer).error());
    return std::optional(std::move(*writer));
  }

  Result<Watch::Options> watch_options(const Classifier& classifier) const {
    Watch::Options options;
    auto flows = meter_.resolve();
    if (!flows) return fail(std::move(flows).error());
    options.flows = classifier.flow_options(*flows);
    options.flows.early_packets = early_;
    if (early_option_->count() == 0 || early_ > 0) {
      options.flows.early_silence = kEarlySilence;
    }
    if (metrics_.is_enabled() || adapter_ != nullptr) {
      options.tick_every = kPublishInterval;
    }
    options.flows.names = kinds_.name;
    writer_.require_names(options.flows);
    if (is_on_screen()) {
      options.tick_every = WatchReporting::kDrawEvery;
      if (early_option_->count() == 0) {
        options.flows.early_packets = kEarlyPacketsOnScreen;
      }
    }
    return options;
  }

  Result<ExitCode> watch(LiveSource& source, LiveWaiter& waiter,
                         WatchReporting& reporting, MetricsExport metrics,
                         Watch::Options options) {
    std::optional<Watch> watch;
    const Duration started = monotonic_now();
    const auto status = [&] {
      return status_of(*watch, source, monotonic_now() - started);
    };
    Duration next_publishing{};
    const auto publish = [&] {
      const Duration now = monotonic_now();
      if (!metrics.server || now < next_publishing) return;
      next_publishing = now + kPublishInterval;
      metrics.status.live = status();
      metrics.status.ledger = watch->sharded_meter().progress().ledger;
      metrics.status.memory = metrics.memory.resident();
      metrics.server->publish(reporting.metrics_text(metrics.status));
    };
    options.tick = [&] {
      if (adapter_ != nullptr) reporting.report_candidates();
      publish();
      return reporting.refresh(status);
    };
    options.writable = [&] { return reporting.writable(); };
    options.is_over = [&] { return reporting.is_over(); };
    options.waits_for_reader = !listens();
    options.reload = [&] { return reload(reporting); };
    options.notice = [&](const std::string& text) { reporting.notice(text); };
    watch.emplace(std::move(options), reporting.sinks());
    for (std::size_t i = 0; i < watch->sharded_meter().size(); ++i) {
      reporting.reporter(i).begin_capture(watch->sharded_meter().origin(i));
    }
    reporting.begin();
    publish();
    if (metrics.server) metrics.server->start();
    auto ended = run_live(source, waiter, *watch);
    const auto finished = watch->finish();
    const bool is_stopped =
        !ended || *ended == LiveEnd::kStopped || reporting.is_over();
    if (adapter_ != nullptr && !is_stopped) reporting.finish_candidates();
    const auto written = reporting.end(waiter, is_stopped);
    summarise(*watch, source, reporting);
    if (!ended) return fail(std::move(ended).error());
    if (!finished) return fail(finished.error());
    if (!written) return fail(written.error());
    if (watch->has_lost_writer()) return ExitCode::kFailed;
    return source.damage() ? ExitCode::kDamaged : ExitCode::kDone;
  }

  static LiveStatus status_of(const Watch& watch, LiveSource& source,
                              Duration elapsed) {
    LiveStatus status;
    const ShardedMeter::Progress progress = watch.sharded_meter().progress();
    status.elapsed = elapsed;
    status.now = progress.last.value_or(Timestamp{}) + source.silence();
    status.frames = progress.frames;
    status.bytes = watch.bytes();
    status.dropped = source.dropped();
    status.open_flows = progress.open_flows;
    return status;
  }

  // Reloads the model. An unusable model leaves the current one in use.
  Result<void> reload(WatchReporting& reporting) const {
    auto classifier = load_classifier(model_, kinds_, rule_);
    if (!classifier) {
      reporting.notice(classifier.error().message +
                       "; the current model stays in use");
      return {};
    }
    const Model& old = reporting.classifier().model();
    const Model& fresh = classifier->model();
    if (fresh.flow_key != old.flow_key || fresh.burst_gap != old.burst_gap ||
        fresh.burst_limit != old.burst_limit) {
      reporting.notice(
          fmt::format("{} has another flow key, burst gap or burst limit; the "
                      "current model stays in use; restart to change it",
                      model_));
      return {};
    }
    reporting.set_classifier(std::move(*classifier));
    return {};
  }

  void summarise(const Watch& watch, LiveSource& source,
                 const WatchReporting& reporting) const {
    if (!is_writable_soon(STDERR_FILENO)) return;
    MeterReport report = watch.sharded_meter().report();
    report.clocks = source.clocks();
    report.clock_steps += source.clocks().steps;
    if (const auto& damage = source.damage()) {
      warn_of_damage(name(), *damage);
    }
    if (report.flows == 0)
      print_note("flowtell: " + no_flow_text(report) + '\n');
    print_note(reporting.tally().text());
    for (const std::string& text : warnings_of(report)) warn(text);
    if (writer_.ledger || report.flows == 0) print_note(ledger_text(report));
    const std::string dropped =
        listens() ? fmt::format(", {} dropped by the kernel",
                                counted(source.dropped(), "frame"))
                  : "";
    print_note(fmt::format("flowtell: {}: {}, {}{}\n", name(),
                           counted(report.frames, "frame"),
                           counted(report.flows, "flow"), dropped));
    if (const std::uint64_t lines = reporting.dropped_lines(); lines > 0) {
      print_note(
          fmt::format("flowtell: {} dropped because the reader was too slow\n",
                      counted(lines, "line")));
    }
  }

  std::string model_;
  std::string interface_;
  std::string replay_;
  std::string pipe_;
  FileHandle opened_pipe_;
  double speed_ = 1;
  std::uint32_t early_ = 0;
  int threads_ = 1;
  const CLI::Option* early_option_ = nullptr;
  const CLI::Option* format_option_ = nullptr;
  std::string write_;
  InterfaceOptions listening_;
  std::uint32_t buffer_ = InterfaceOptions{}.buffer_bytes >> 20;
  PrivilegeArguments privileges_;
  UnknownArguments unknown_;
  UnknownRule rule_;
  std::string evidence_{EvidenceKinds::kAll};
  EvidenceKinds kinds_;
  MeterArguments meter_;
  WriterArguments writer_;
  MetricsArguments metrics_;
  AdaptingArguments adapting_;
  SiteAdapter* adapter_ = nullptr;  // while `run` runs
};

}  // namespace

std::unique_ptr<Command> make_watch_command(CLI::App& program) {
  return std::make_unique<WatchCommand>(program);
}

}  // namespace flowtell
