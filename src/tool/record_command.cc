// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string_view>

#include "base/text.h"
#include "report/quantity.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/options.h"
#include "tool/recording_session.h"

namespace flowtell {
namespace {

enum class Answer { kNone, kGo, kSkip, kQuit };

// Lines from the person who records. At the end of input the recording ends.
class Answers {
 public:
  // What was entered since the last call. REQUIRES: standard input is readable.
  Answer take() {
    std::array<char, 256> text;
    const ssize_t count = ::read(STDIN_FILENO, text.data(), text.size());
    if (count <= 0) return Answer::kQuit;
    line_.append(text.data(), static_cast<std::size_t>(count));
    const std::size_t end = line_.rfind('\n');
    if (end == std::string::npos) return Answer::kNone;
    const char first = line_.front();
    line_.erase(0, end + 1);
    if (first == 's' || first == 'S') return Answer::kSkip;
    if (first == 'q' || first == 'Q') return Answer::kQuit;
    return Answer::kGo;
  }

 private:
  std::string line_;
};

// Waits for an answer, and shows what arrives meanwhile.
class PromptHandler : public LiveHandler {
 public:
  explicit PromptHandler(Answers& answers)
      : answers_(answers), started_(monotonic_now()) {}

  Result<void> take(std::span<const Frame> frames) override {
    packets_ += frames.size();
    return {};
  }
  void note_silence(Duration) override {}

  Result<WaitRequest> poll() override {
    const Duration now = monotonic_now() - started_;
    if (now >= next_tick_) {
      show_on_terminal(fmt::format("\r  {} packets arrive a second \x1b[K",
                                   grouped_text(packets_ - shown_)));
      shown_ = packets_;
      next_tick_ = now + kTick;
    }
    if (is_readable_now(STDIN_FILENO)) answer_ = answers_.take();
    WaitRequest request;
    request.is_done = answer_ != Answer::kNone;
    request.time = next_tick_ - now;
    request.progress = STDIN_FILENO;
    return request;
  }
  Result<void> reload() override { return {}; }
  void notice(const std::string& text) override { warn(text); }

  Answer answer() const { return answer_; }

 private:
  static constexpr Duration kTick = std::chrono::seconds(1);

  Answers& answers_;
  Duration started_;
  Duration next_tick_ = kTick;
  std::uint64_t packets_ = 0;
  std::uint64_t shown_ = 0;
  Answer answer_ = Answer::kNone;
};

class RecordCommand : public Command {
 public:
  explicit RecordCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "record", "Record several apps in turns, with instructions");
    arguments_.define_interface(command);
    command
        .add_option("--apps", apps_,
                    "The apps to record, separated by commas; 'background' "
                    "for an idle phone")
        ->type_name("NAME,...")
        ->delimiter(',')
        ->required();
    arguments_.define_folder(command);
    command.add_option("--minutes", minutes_, "Length of a recording")
        ->type_name("M")
        ->check(in_range(0.001, 1e5))
        ->check(not_nan())
        ->capture_default_str();
    command
        .add_option("--rounds", rounds_,
                    "Recordings of each app; every round records each app "
                    "once, in another order")
        ->type_name("N")
        ->check(in_range(1, 1000))
        ->capture_default_str();
    arguments_.define_rest(command);
    command.footer(
        "Follow the instructions: Enter starts a recording, and ends it early; "
        "s skips an\n"
        "app, q ends. What was recorded is kept, as by 'flowtell capture'.\n"
        "\n"
        "Examples:\n"
        "  sudo flowtell record -i wlan0 --apps news,video,maps -o apps/\n"
        "      five recordings of two minutes of each app\n"
        "  sudo flowtell record -i wlan0 --apps news,background -o apps/ "
        "--rounds 3 --minutes 1");
  }

  Result<ExitCode> run() override {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    if (auto done = check_apps(); !done) return fail(std::move(done).error());
    auto session = RecordingSession::open(arguments_, apps_);
    if (!session) return fail(std::move(session).error());
    auto recorded = record_rounds(**session);
    if (!recorded) return fail(std::move(recorded).error());
    (*session)->report_end();
    print_note(next_steps(*recorded));
    return ExitCode::kDone;
  }

 private:
  Result<void> check_apps() const {
    std::vector<std::string> sorted = apps_;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (twice != sorted.end()) {
      return fail(ErrorKind::kUsage,
                  "--apps: '{}' is named twice; name it once", *twice);
    }
    return {};
  }

  // Returns the number of recordings with packets.
  Result<std::size_t> record_rounds(RecordingSession& session) {
    std::size_t recorded = 0;
    for (std::size_t round = 0; round < rounds_; ++round) {
      for (std::size_t i = 0; i < apps_.size(); ++i) {
        // Each round begins with the next app, so that no app is always first.
        const std::string& app = apps_[(round + i) % apps_.size()];
        auto answer = prompt(session, round, i, app);
        if (!answer) return fail(std::move(answer).error());
        if (*answer == Answer::kQuit) return recorded;
        if (*answer == Answer::kSkip) continue;
        auto done = record(session, round, app);
        if (!done) return fail(std::move(done).error());
        if (done->count.packets > 0) ++recorded;
        if (done->end == LiveEnd::kStopped || is_ended_) return recorded;
      }
    }
    return recorded;
  }

  Result<Answer> prompt(RecordingSession& session, std::size_t round,
                        std::size_t i, const std::string& app) {
    print_note(fmt::format(
        "\nRound {} of {}, app {} of {}: {}, then press Enter (s: skip, q: "
        "end).\n",
        round + 1, rounds_, i + 1, apps_.size(),
        app == "background"
            ? std::string("leave the phone alone")
            : fmt::format("open '{}' on the phone and use it", app)));
    PromptHandler handler(answers_);
    const auto ended = session.run(handler);
    show_on_terminal("\r\x1b[K");
    if (!ended) return fail(ended.error());
    return *ended == LiveEnd::kStopped ? Answer::kQuit : handler.answer();
  }

  Result<RecordingSession::Recorded> record(RecordingSession& session,
                                            std::size_t round,
                                            const std::string& app) {
    RecordingSession::Round next;
    next.app = app;
    next.title = fmt::format("round {} of {}", round + 1, rounds_);
    next.length = minutes_long(minutes_);
    next.input = STDIN_FILENO;
    next.ends = [this] {
      const Answer answer = answers_.take();
      is_ended_ = answer == Answer::kQuit;
      return answer != Answer::kNone;
    };
    return session.record(next);
  }

  std::string next_steps(std::size_t recorded) const {
    const std::string& folder = arguments_.folder;
    std::string text = fmt::format("\n{} with packets in {}.",
                                   counted(recorded, "recording"), folder);
    if (recorded == 0) return text + '\n';
    return text + fmt::format(
                      " Next:\n  flowtell audit {0}\n  flowtell train {0} -o "
                      "apps.model\n  sudo flowtell watch apps.model -i {1}\n",
                      folder, arguments_.interface);
  }

  RecordingArguments arguments_;
  std::vector<std::string> apps_;
  double minutes_ = 2;
  std::size_t rounds_ = 5;
  Answers answers_;
  bool is_ended_ = false;
};

}  // namespace

std::unique_ptr<Command> make_record_command(CLI::App& program) {
  return std::make_unique<RecordCommand>(program);
}

}  // namespace flowtell
