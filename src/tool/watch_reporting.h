// SPDX-License-Identifier: Apache-2.0
//
// What a watch says, and to whom: lines into a file or a pipe, or a screen on a
// terminal; and at the end a summary.
//
// Each thread of the watch has a desk, where flows become lines; desks share
// the spool, the tally and the screen. Nobody waits for the reader of the
// lines, but where a capture is played, which can wait itself.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/device_names.h"
#include "live/line_spool.h"
#include "live/live_waiter.h"
#include "model/model.h"
#include "report/app_tally.h"
#include "report/live_screen.h"
#include "report/metrics.h"
#include "tool/console.h"
#include "tool/options.h"
#include "tool/terminal.h"

namespace flowtell {

// A model and the judges made of it, one a thread, exchanged as one.
class ModelInUse {
 public:
  static Result<std::unique_ptr<ModelInUse>> load(const std::string& path,
                                                  EvidenceKinds kinds,
                                                  const UnknownRule& rule,
                                                  int threads);

  const Model& model() const { return model_; }
  NamingClassifier naming(std::size_t thread) {
    return {&sessions_[thread], &model_.apps, &model_};
  }

 private:
  explicit ModelInUse(Model model) : model_(std::move(model)) {}
  Model model_;
  std::vector<ClassifierSession> sessions_;
};

class WatchReporting {
 public:
  // How often a screen is drawn anew.
  static constexpr Duration kDrawEvery = std::chrono::milliseconds(200);

  struct Options {
    std::string title;       // the interface or the capture that is played
    std::string lease_file;  // of the gateway on it, if there is one
    bool on_screen = false;
    bool with_early = false;
    bool waits_for_reader = false;
    int threads = 1;
    bool with_metrics = false;
    std::optional<AnonymiserKey> key;  // stand-ins are told, if there is one
  };

  // Opens the output, but does not write yet.
  static Result<std::unique_ptr<WatchReporting>> make(
      const WriterArguments& writer, std::unique_ptr<ModelInUse> model,
      Options options);
  ~WatchReporting();

  // From here on the screen is ours, or lines are written.
  void begin();
  // Tells what came since the last call. The status is asked for only when the
  // screen is to be drawn.
  Result<void> refresh(const std::function<LiveStatus()>& status);
  // Says something besides: on the screen, and once more when that is gone.
  void notice(const std::string& text);
  // What to wait for until lines can be written; -1 while none wait.
  int writable() const { return spool_.waits_for(); }
  // Writes the lines that wait, as far as the reader takes them within some
  // seconds, and gives the screen back. A capture that is played waits for its
  // reader, unless a person stops it or has. To be called before anything else
  // is said.
  Result<void> end(LiveWaiter& waiter, bool is_stopped);

  void use(std::unique_ptr<ModelInUse> model);
  const Model& model() const { return model_->model(); }

  // One a thread. Each is called by its own thread only.
  FlowReporter& reporter(std::size_t thread);
  std::vector<FlowSink*> sinks();
  const AppTally& tally() const { return tally_; }
  // What was counted so far, beside what is said. REQUIRES: with_metrics.
  std::string metrics_text(MetricsStatus status);
  std::uint64_t dropped_lines() const { return spool_.dropped(); }

 private:
  class Desk;

  WatchReporting(const FlowWriterOptions& writer, FeatureList features,
                 Output output, std::unique_ptr<ModelInUse> model,
                 Options options);
  Result<void> write_lines();

  Options options_;
  std::unique_ptr<ModelInUse> model_;
  FeatureList features_;
  Output output_;
  LineSpool spool_;
  bool told_of_dropped_ = false;
  DeviceNames device_names_;
  std::mutex mutex_;  // for what desks share:
  LiveScreen screen_;
  AppTally tally_;
  FlowMetrics metrics_;
  std::vector<std::unique_ptr<Desk>> desks_;
  std::optional<Terminal> terminal_;
  Duration next_draw_{};  // by monotonic_now
  std::deque<std::string> notices_;
};

}  // namespace flowtell
