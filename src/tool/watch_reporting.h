// SPDX-License-Identifier: Apache-2.0
//
// The output of a watch: lines to a file or pipe, or a screen on a terminal,
// and a summary at the end.
//
// Each thread of the watch has a ShardOutput that turns flows into lines. They
// share the spool and the sinks of all threads: tally, metrics and screen. A
// slow reader never delays capture; only a replay waits for its reader.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "classify/classifier.h"
#include "classify/flow_reporter.h"
#include "evaluate/drift.h"
#include "gateway/leases.h"
#include "live/line_spool.h"
#include "live/live_waiter.h"
#include "report/app_tally.h"
#include "report/flow_writer.h"
#include "report/live_screen.h"
#include "report/metrics.h"
#include "tool/console.h"
#include "tool/options.h"
#include "tool/site_adapter.h"
#include "tool/terminal.h"

namespace flowtell {

class WatchReporting {
 public:
  // How often the screen is redrawn.
  static constexpr Duration kDrawEvery = std::chrono::milliseconds(200);

  struct Options {
    std::string title;       // the interface, or the capture replayed
    std::string lease_file;  // of the gateway on the interface, if any
    bool on_screen = false;
    bool with_early = false;
    bool waits_for_reader = false;
    int threads = 1;
    bool with_metrics = false;
    std::optional<AnonymiserKey> key;  // if set, pseudonyms are reported
    SiteAdapter* adapter = nullptr;    // gets all flows; without a key only
    std::string candidate;             // its file
  };

  // Opens the output without writing to it, and what --service needs.
  static Result<std::unique_ptr<WatchReporting>> make(
      const WriterArguments& writer, Classifier classifier, Options options);
  ~WatchReporting();

  // Takes the screen, or begins to write lines.
  void begin();
  // Reports what arrived since the last call. Calls `status` only if the screen
  // is redrawn.
  Result<void> refresh(const std::function<LiveStatus()>& status);
  // Whether the user asked at the keyboard to end the watch.
  bool is_over() const { return screen_.is_over(); }
  // Shows a message: on the screen, and again after the screen is restored.
  void notice(const std::string& text);
  // Reports the candidates that the adapter has finished.
  void report_candidates();
  // The same, after the one that it may be working on.
  void finish_candidates();
  // The descriptor to poll until lines can be written; -1 if none are pending.
  int writable() const { return spool_.pending_descriptor(); }
  // Restores the screen and writes the pending lines, giving the reader a few
  // seconds. A replay waits for its reader until it is stopped. Call before
  // printing anything else.
  Result<void> end(LiveWaiter& waiter, bool is_stopped);

  // Replaces the classifier and discards the devices' history. REQUIRES: no
  // other thread is reporting flows.
  void set_classifier(Classifier classifier);
  const Classifier& classifier() const { return classifier_; }

  // One per thread. Each is called by its own thread only.
  FlowReporter& reporter(std::size_t thread);
  std::vector<FlowSink*> sinks();
  const AppTally& tally() const { return tally_; }
  // The metrics so far. REQUIRES: with_metrics.
  std::string metrics_text(MetricsStatus status);
  std::uint64_t dropped_lines() const { return spool_.dropped(); }

 private:
  class ShardOutput;

  WatchReporting(const FlowWriterOptions& writer, FeatureList features,
                 std::unique_ptr<const ServiceNames> services, Output output,
                 Classifier classifier, Options options);
  Result<void> write_lines();
  void measure_drift();
  void note(const std::string& text);

  Options options_;
  Classifier classifier_;
  std::deque<ClassifierSession> sessions_;  // one per thread, at fixed places
  FeatureList features_;
  std::unique_ptr<const ServiceNames> services_;  // of all threads; or null
  Output output_;
  LineSpool spool_;
  bool reported_dropped_ = false;
  DeviceNames device_names_;
  // Guards screen_, tally_, metrics_, drift_ and the adapter.
  std::mutex mutex_;
  LiveScreen screen_;
  AppTally tally_;
  FlowMetrics metrics_;
  // With metrics, and if the model keeps its training table.
  std::optional<DriftMeter> drift_;
  // The sinks among these in use.
  std::vector<FlowReportSink*> shared_sinks_{&tally_};
  std::vector<std::unique_ptr<ShardOutput>> shards_;
  std::optional<Terminal> terminal_;
  Duration next_draw_{};  // by monotonic_now
  struct Notice {
    std::string text;
    bool is_warning = true;
  };
  std::deque<Notice> notices_;
};

}  // namespace flowtell
