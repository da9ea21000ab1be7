// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <optional>

#include "tool/command.h"
#include "tool/options.h"
#include "tool/recording_session.h"

namespace flowtell {
namespace {

class CaptureCommand : public Command {
 public:
  explicit CaptureCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "capture", "Record a labelled session of one app");
    arguments_.define_interface(command);
    command
        .add_option("--app", app_,
                    "The app in use; 'background' for an idle phone")
        ->type_name("NAME")
        ->required();
    arguments_.define_folder(command);
    command
        .add_option("--minutes", minutes_,
                    "Length of a round; without it, until Ctrl-C")
        ->type_name("M")
        ->check(in_range(0.001, 1e5))
        ->check(not_nan());
    command
        .add_option("--rounds", rounds_,
                    "Captures to record, one after the other")
        ->type_name("N")
        ->check(in_range(1, 100'000))
        ->capture_default_str();
    arguments_.define_rest(command);
    command.footer(
        "Each round becomes FOLDER/NAME/TIME.pcap and a line of "
        "FOLDER/manifest.csv.\n"
        "Ctrl-C ends a session; what was recorded is kept.\n"
        "\n"
        "Examples:\n"
        "  sudo flowtell capture -i wlan0 --app news -o apps/\n"
        "      use the news app on the phone, then press Ctrl-C\n"
        "  sudo flowtell capture -i wlan0 --app video -o apps/ --rounds 5 "
        "--minutes 2\n"
        "  sudo flowtell capture -i wlan0 --app background -o apps/ --minutes "
        "30\n"
        "      background traffic, to distinguish apps from it");
  }

  Result<ExitCode> run() override {
    static_cast<void>(
        std::signal(SIGPIPE, SIG_IGN));  // the reader of the count may exit
    if (rounds_ > 1 && !minutes_) {
      return fail(ErrorKind::kUsage,
                  "--rounds {} needs the length of a round; add --minutes",
                  rounds_);
    }
    auto session = RecordingSession::open(arguments_, {app_});
    if (!session) return fail(std::move(session).error());
    RecordingSession::Round round;
    round.app = app_;
    if (minutes_) round.length = minutes_long(*minutes_);
    for (int number = 1; number <= rounds_; ++number) {
      round.title = fmt::format("round {} of {}", number, rounds_);
      auto recorded = (*session)->record(round);
      if (!recorded) return fail(std::move(recorded).error());
      if (recorded->end == LiveEnd::kStopped) break;
    }
    (*session)->report_end();
    return ExitCode::kDone;
  }

 private:
  RecordingArguments arguments_;
  std::string app_;
  std::optional<double> minutes_;
  int rounds_ = 1;
};

}  // namespace

std::unique_ptr<Command> make_capture_command(CLI::App& program) {
  return std::make_unique<CaptureCommand>(program);
}

}  // namespace flowtell
