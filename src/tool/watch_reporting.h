// SPDX-License-Identifier: Apache-2.0
//
// What a watch says, and to whom: lines into a file or a pipe, or a screen on a
// terminal; and at the end a summary.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/model.h"
#include "report/app_tally.h"
#include "report/live_screen.h"
#include "serve/device_names.h"
#include "tool/console.h"
#include "tool/options.h"
#include "tool/terminal.h"

namespace flowtell {

// A model and the judge made of it, exchanged as one.
class ModelInUse {
 public:
  static Result<std::unique_ptr<ModelInUse>> load(const std::string& path,
                                                  EvidenceKinds kinds,
                                                  const UnknownRule& rule);

  const Model& model() const { return model_; }
  NamingJudge naming() { return {&*judge_, &model_.apps, &model_}; }

 private:
  explicit ModelInUse(Model model) : model_(std::move(model)) {}
  Model model_;
  std::optional<Judge> judge_;
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
  };

  // Opens the output, but does not write yet.
  static Result<std::unique_ptr<WatchReporting>> make(
      const WriterArguments& writer, std::unique_ptr<ModelInUse> model,
      Options options);

  // From here on the screen is ours, or lines are written.
  void begin();
  // Tells what came since the last call. The status is asked for only when the
  // screen is to be drawn.
  Result<void> refresh(const std::function<LiveStatus()>& status);
  // Says something besides: on the screen, and once more when that is gone.
  void notice(const std::string& text);
  // Gives the screen back. To be called before anything else is said.
  void end();

  void use(std::unique_ptr<ModelInUse> model);
  const Model& model() const { return model_->model(); }

  FlowReporter& reporter() { return reporter_; }
  const AppTally& tally() const { return tally_; }

 private:
  WatchReporting(FlowWriterOptions writer, FeatureList features, Output output,
                 std::unique_ptr<ModelInUse> model, Options options);
  Result<void> write_lines();

  Options options_;
  std::unique_ptr<ModelInUse> model_;
  FeatureList features_;
  std::unique_ptr<FlowWriter> writer_;
  Output output_;
  std::string text_;
  LineListener lines_;
  DeviceNames device_names_;
  LiveScreen screen_;
  AppTally tally_;
  FlowReporter reporter_;
  std::optional<Terminal> terminal_;
  Duration next_draw_{};  // by monotonic_now
  std::deque<std::string> notices_;
};

}  // namespace flowtell
