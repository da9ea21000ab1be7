// SPDX-License-Identifier: Apache-2.0
//
// Records rounds of apps from an interface into a folder of recordings: what
// `capture` and `record` share, from their options to the message about each
// round. Privileges are dropped before the first frame is read.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/live_interface.h"
#include "live/live_loop.h"
#include "live/recorder.h"
#include "live/session_folder.h"
#include "tool/options.h"
#include "tool/privilege_arguments.h"

namespace flowtell {

struct RecordingArguments {
  void define_interface(CLI::App& command);
  void define_folder(CLI::App& command);
  // --device, --snap, --anonymise, --privileges, --notes
  void define_rest(CLI::App& command);

  std::string interface;
  std::string folder;
  std::string device;
  std::string snap{"names"};
  std::string notes;
  AnonymiseArguments anonymise;
  PrivilegeArguments privileges;
};

// The length of a round, from minutes.
Duration minutes_long(double minutes);

// Prints to standard error if that is a terminal, not into a log file.
void show_on_terminal(std::string_view text);

class RecordingSession {
 public:
  // Opens the interface, makes the folders of the apps and drops privileges.
  static Result<std::unique_ptr<RecordingSession>> open(
      const RecordingArguments& arguments,
      const std::vector<std::string>& apps);

  struct Round {
    std::string app;
    std::string title;               // "round 1 of 3"
    std::optional<Duration> length;  // empty: until it is ended
    int input = -1;                  // see Recorder::Options
    std::function<bool()> ends = [] { return false; };
  };
  struct Recorded {
    LiveEnd end = LiveEnd::kFinished;
    RecordingCount count;
  };
  // Records a round and reports it. REQUIRES: the app was among those opened.
  Result<Recorded> record(const Round& round);

  // Runs a handler on the interface between rounds.
  Result<LiveEnd> run(LiveHandler& handler) {
    return run_live(*source_, *waiter_, handler);
  }

  // Warns of lost frames, and says how to read what was anonymised.
  void report_end();

 private:
  RecordingSession() = default;
  Result<InterfaceOptions> interface_options();
  Result<void> check_link() const;
  Result<void> drop_privileges();
  Recorder::Options recorder_options(const Round& round) const;
  void report(const RecordingCount& count, const std::string& path) const;

  RecordingArguments arguments_;
  std::optional<AnonymiserKey> key_;
  std::optional<std::uint32_t> snap_bytes_;       // empty for "names"
  std::map<std::string, SessionFolder> folders_;  // by app
  std::unique_ptr<LiveInterface> source_;
  std::optional<LiveWaiter> waiter_;
};

}  // namespace flowtell
