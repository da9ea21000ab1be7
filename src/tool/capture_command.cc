// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <optional>

#include "base/text.h"
#include "capture/live_interface.h"
#include "live/recorder.h"
#include "live/session_folder.h"
#include "report/quantity.h"
#include "report/terminal_text.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/options.h"
#include "tool/privilege_arguments.h"

namespace flowtell {
namespace {

constexpr std::string_view kNamesSnap = "names";
// Longer than any uncut frame of an interface.
constexpr std::uint32_t kMaxInterfaceSnap = 65'535;
constexpr std::uint32_t kMinSnap = 64;
constexpr std::size_t kCountColumns = 79;

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

bool is_mac(std::string_view text) {
  const auto parts = split(text, ':');
  return parts.size() == 6 &&
         std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return part.size() == 2 &&
                  part.find_first_not_of("0123456789abcdefABCDEF") ==
                      std::string_view::npos;
         });
}

class CaptureCommand : public Command {
 public:
  explicit CaptureCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "capture", "Record a labelled session of one app");
    command
        .add_option("-i,--interface", interface_, "The interface to listen on")
        ->type_name("IFACE")
        ->required();
    command
        .add_option("--app", app_,
                    "The app in use; 'background' for an idle phone")
        ->type_name("NAME")
        ->required();
    command
        .add_option("-o,--output", folder_,
                    "The folder of recordings, which 'flowtell train' reads")
        ->type_name("FOLDER")
        ->required();
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
    command
        .add_option(
            "--device", device_,
            "Record only the traffic of this device: its IP or MAC address")
        ->type_name("ADDRESS");
    command
        .add_option("--snap", snap_,
                    "Bytes to keep of each frame; 'names' keeps only headers "
                    "and the messages that name servers")
        ->type_name("N|names")
        ->capture_default_str();
    anonymise_.define(command);
    command.get_option("--anonymise")
        ->description(
            "Keep only headers, with pseudonyms for all addresses, made with "
            "the key in this file: 32 bytes or 64 hexadecimal digits");
    privileges_.define(command);
    command.add_option("--notes", notes_, "A note for the manifest")
        ->type_name("TEXT");
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
    auto options = interface_options();
    if (!options) return fail(std::move(options).error());
    auto binder = privileges_.start_binder(interface_);
    if (!binder) return fail(std::move(binder).error());
    auto key = anonymise_.resolve();
    if (!key) return fail(std::move(key).error());
    key_ = *key;
    if (key_ && snap_bytes_) {
      return fail(ErrorKind::kUsage,
                  "--anonymise contradicts --snap {}: content may identify "
                  "people; leave one of them out",
                  snap_);
    }
    auto folder = SessionFolder::open(folder_, app_);
    if (!folder) return fail(std::move(folder).error());
    auto source = open_interface(interface_, *options, *binder);
    if (!source) return fail(std::move(source).error());
    if (auto supported = check_link((*source)->link()); !supported) {
      return fail(std::move(supported).error());
    }
    const auto account = privileges_.account();
    auto done = folder->make(account);
    if (!done) return fail(std::move(done).error());
    auto waiter = LiveWaiter::make(Hangup::kStops);
    if (!waiter) return fail(std::move(waiter).error());
    // From here on, files are opened and created only in that folder.
    done = privileges_.drop({account, {{}, folder_}}, true);
    if (done) done = check_writable(*folder, account);
    if (!done) return fail(std::move(done).error());

    bool is_running = true;
    for (int round = 1; round <= rounds_ && is_running; ++round) {
      auto is_complete = record(round, **source, *waiter, *folder);
      if (!is_complete) return fail(std::move(is_complete).error());
      is_running = *is_complete;
    }
    if (const std::uint64_t dropped = (*source)->dropped(); dropped > 0) {
      warn(fmt::format("the kernel dropped {}: the machine was too busy",
                       counted(dropped, "frame")));
    }
    if (key_) {
      print_note(
          fmt::format("flowtell: the networks of devices are anonymised too; "
                      "read the recordings with --lan {}\n",
                      Anonymiser(*key_).networks(Lan::kDefault)));
    }
    return ExitCode::kDone;
  }

 private:
  Result<void> check_link(LinkType link) const {
    if (!key_ || FrameAnonymiser::knows(link)) return {};
    return fail(
        ErrorKind::kUsage,
        "--anonymise: interface {} has an unsupported link type, {}; record "
        "without it, and share the output of 'flowtell flows --anonymise'",
        interface_, link_type_name(link));
  }

  Result<void> check_writable(const SessionFolder& folder,
                              const std::optional<Account>& account) const {
    auto done = folder.check_writable();
    if (done || !account) return done;
    return fail(
        fmt::format(
            "user {0}, under whom recording continues, cannot write to the "
            "folder; run 'chown -R {0} {1}', or choose another folder with -o",
            account->name, folder_),
        std::move(done).error());
  }

  Result<InterfaceOptions> interface_options() {
    InterfaceOptions options;
    if (snap_ != kNamesSnap) {
      snap_bytes_ = parse_number<std::uint32_t>(snap_);
      if (!snap_bytes_ || *snap_bytes_ < kMinSnap ||
          *snap_bytes_ > kMaxFrameSize) {
        return fail(ErrorKind::kUsage,
                    "--snap {} is neither '{}' nor a number of bytes from {} "
                    "to {}",
                    snap_, kNamesSnap, kMinSnap, kMaxFrameSize);
      }
      options.snap = std::min(*snap_bytes_, kMaxInterfaceSnap);
    }
    if (device_.empty()) return options;
    if (Address::parse(device_)) {
      options.filter = "host " + device_;
    } else if (is_mac(device_)) {
      options.filter = "ether host " + device_;
    } else {
      return fail(ErrorKind::kUsage,
                  "--device {} is neither an IP address nor a MAC address "
                  "such as 3c:28:6d:00:00:01",
                  device_);
    }
    return options;
  }

  // Records one round. Returns false if Ctrl-C ended it.
  Result<bool> record(int round, LiveInterface& source, LiveWaiter& waiter,
                      const SessionFolder& folder) const {
    SessionRow row;
    row.started = system_now();
    row.path = folder.path_for(row.started);
    auto writer = PcapWriter::create(folder.full_path(row.path), source.link());
    if (!writer) return fail(std::move(writer).error());

    Recorder recorder(recorder_options(round), *writer);
    auto ended = run_live(source, waiter, recorder);
    auto done = recorder.finish();
    if (!ended) done = fail(ended.error());
    show("\r\x1b[K");
    row.ended = system_now();
    row.app = app_;
    if (const auto device = Address::parse(device_)) {
      row.device = key_ ? Anonymiser(*key_).address(*device).text() : device_;
    }
    if (!key_) row.host = host_name();
    row.notes = notes_;
    if (auto added = folder.add(row); done && !added) done = added;
    if (!done) return fail(std::move(done).error());
    report(recorder.count(), folder.full_path(row.path));
    return *ended == LiveEnd::kFinished;
  }

  Recorder::Options recorder_options(int round) const {
    Recorder::Options options;
    options.snap = snap_bytes_;
    options.key = key_;
    if (minutes_) {
      options.length =
          Duration(static_cast<std::int64_t>(std::llround(*minutes_ * 60e9)));
    }
    options.progress = [this, round, length = options.length](
                           const RecordingCount& count, Duration elapsed) {
      const std::string limit = length ? " of " + clock_text(*length) : "";
      const std::string line = fmt::format(
          "round {} of {}  {}{}  {} packets  {}  {} flows  {}", round, rounds_,
          clock_text(elapsed), limit, grouped_text(count.packets),
          bytes_text(count.bytes), grouped_text(count.flows), app_);
      // A line longer than the terminal is wide could not be erased.
      show("\r" + fitted(line, kCountColumns));
    };
    options.notice = [](const std::string& text) {
      show("\r\x1b[K");
      warn(text);
    };
    return options;
  }

  void report(const RecordingCount& count, const std::string& path) const {
    if (count.packets == 0) {
      warn(
          fmt::format("{} holds no packets; check that the device's traffic "
                      "passes through {}",
                      path, interface_));
      return;
    }
    print_note(fmt::format(
        "flowtell: {}: {}, {}, {}\n", path, counted(count.packets, "packet"),
        bytes_text(count.bytes), counted(count.flows, "flow")));
    if (count.left_out == 0) return;
    print_note(
        fmt::format("flowtell: {}: {} left out because their content may "
                    "reveal addresses\n",
                    path, counted(count.left_out, "packet")));
  }

  // Shows the count only on a terminal, not in a log file.
  static void show(std::string_view text) {
    if (::isatty(STDERR_FILENO) == 1) print_note(text);
  }

  std::string interface_;
  std::string app_;
  std::string folder_;
  std::optional<double> minutes_;
  int rounds_ = 1;
  std::string device_;
  std::string snap_{kNamesSnap};
  std::string notes_;
  AnonymiseArguments anonymise_;
  std::optional<AnonymiserKey> key_;
  PrivilegeArguments privileges_;
  std::optional<std::uint32_t> snap_bytes_;  // from snap_; empty for "names"
};

}  // namespace

std::unique_ptr<Command> make_capture_command(CLI::App& program) {
  return std::make_unique<CaptureCommand>(program);
}

}  // namespace flowtell
