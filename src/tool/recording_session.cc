// SPDX-License-Identifier: Apache-2.0
#include "tool/recording_session.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "report/quantity.h"
#include "report/terminal_text.h"
#include "tool/console.h"

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

}  // namespace

Duration minutes_long(double minutes) {
  return Duration(static_cast<std::int64_t>(std::llround(minutes * 60e9)));
}

void show_on_terminal(std::string_view text) {
  if (::isatty(STDERR_FILENO) == 1) print_note(text);
}

void RecordingArguments::define_interface(CLI::App& command) {
  command.add_option("-i,--interface", interface, "The interface to listen on")
      ->type_name("IFACE")
      ->required();
}

void RecordingArguments::define_folder(CLI::App& command) {
  command
      .add_option("-o,--output", folder,
                  "The folder of recordings, which 'flowtell train' reads")
      ->type_name("FOLDER")
      ->required();
}

void RecordingArguments::define_rest(CLI::App& command) {
  command
      .add_option(
          "--device", device,
          "Record only the traffic of this device: its IP or MAC address")
      ->type_name("ADDRESS");
  command
      .add_option("--snap", snap,
                  "Bytes to keep of each frame; 'names' keeps only headers "
                  "and the messages that name servers")
      ->type_name("N|names")
      ->capture_default_str();
  anonymise.define(command);
  command.get_option("--anonymise")
      ->description(
          "Keep only headers, with pseudonyms for all addresses, made with "
          "the key in this file: 32 bytes or 64 hexadecimal digits");
  privileges.define(command);
  command.add_option("--notes", notes, "A note for the manifest")
      ->type_name("TEXT");
}

Result<std::unique_ptr<RecordingSession>> RecordingSession::open(
    const RecordingArguments& arguments, const std::vector<std::string>& apps) {
  std::unique_ptr<RecordingSession> session(new RecordingSession);
  session->arguments_ = arguments;
  auto options = session->interface_options();
  if (!options) return fail(std::move(options).error());
  auto binder = arguments.privileges.start_binder(arguments.interface);
  if (!binder) return fail(std::move(binder).error());
  auto key = arguments.anonymise.resolve();
  if (!key) return fail(std::move(key).error());
  session->key_ = *key;
  if (session->key_ && session->snap_bytes_) {
    return fail(ErrorKind::kUsage,
                "--anonymise contradicts --snap {}: content may identify "
                "people; leave one of them out",
                arguments.snap);
  }
  for (const std::string& app : apps) {
    auto folder = SessionFolder::open(arguments.folder, app);
    if (!folder) return fail(std::move(folder).error());
    session->folders_.emplace(app, std::move(*folder));
  }
  auto source = open_interface(arguments.interface, *options, *binder);
  if (!source) return fail(std::move(source).error());
  session->source_ = std::move(*source);
  if (auto done = session->check_link(); !done) {
    return fail(std::move(done).error());
  }
  if (auto done = session->drop_privileges(); !done) {
    return fail(std::move(done).error());
  }
  return session;
}

// From here on, files are opened and created only in the folder.
Result<void> RecordingSession::drop_privileges() {
  const auto account = arguments_.privileges.account_for(arguments_.folder);
  for (const auto& [app, folder] : folders_) {
    if (auto done = folder.make(account); !done) return done;
  }
  auto waiter = LiveWaiter::make(Hangup::kStops);
  if (!waiter) return fail(std::move(waiter).error());
  waiter_.emplace(std::move(*waiter));
  auto done = arguments_.privileges.drop({account, {{}, arguments_.folder}},
                                         account.has_value());
  if (!done) return done;
  if (!arguments_.privileges.are_kept() && ::geteuid() == 0) {
    print_note(
        "flowtell: the recordings belong to root; recording continues as root, "
        "without its capabilities\n");
  }
  for (const auto& [app, folder] : folders_) {
    done = folder.check_writable();
    if (!done && account) {
      return fail(
          fmt::format("user {0}, under whom recording continues, cannot write "
                      "to the folder; run 'chown -R {0} {1}', or choose "
                      "another folder with -o",
                      account->name, arguments_.folder),
          std::move(done).error());
    }
    if (!done) return done;
  }
  return {};
}

Result<void> RecordingSession::check_link() const {
  const LinkType link = source_->link();
  if (!key_ || FrameAnonymiser::knows(link)) return {};
  return fail(
      ErrorKind::kUsage,
      "--anonymise: interface {} has an unsupported link type, {}; record "
      "without it, and share the output of 'flowtell flows --anonymise'",
      arguments_.interface, link_type_name(link));
}

Result<InterfaceOptions> RecordingSession::interface_options() {
  InterfaceOptions options;
  if (arguments_.snap != kNamesSnap) {
    snap_bytes_ = parse_number<std::uint32_t>(arguments_.snap);
    if (!snap_bytes_ || *snap_bytes_ < kMinSnap ||
        *snap_bytes_ > kMaxFrameSize) {
      return fail(ErrorKind::kUsage,
                  "--snap {} is neither '{}' nor a number of bytes from {} "
                  "to {}",
                  arguments_.snap, kNamesSnap, kMinSnap, kMaxFrameSize);
    }
    options.snap = std::min(*snap_bytes_, kMaxInterfaceSnap);
  }
  if (arguments_.device.empty()) return options;
  if (Address::parse(arguments_.device)) {
    options.filter = "host " + arguments_.device;
  } else if (is_mac(arguments_.device)) {
    options.filter = "ether host " + arguments_.device;
  } else {
    return fail(ErrorKind::kUsage,
                "--device {} is neither an IP address nor a MAC address "
                "such as 3c:28:6d:00:00:01",
                arguments_.device);
  }
  return options;
}

Result<RecordingSession::Recorded> RecordingSession::record(
    const Round& round) {
  const SessionFolder& folder = folders_.at(round.app);
  SessionRow row;
  row.started = system_now();
  row.path = folder.path_for(row.started);
  auto writer = PcapWriter::create(folder.full_path(row.path), source_->link());
  if (!writer) return fail(std::move(writer).error());

  Recorder recorder(recorder_options(round), *writer);
  auto ended = run(recorder);
  auto done = recorder.finish();
  if (!ended) done = fail(ended.error());
  show_on_terminal("\r\x1b[K");
  row.ended = system_now();
  row.app = round.app;
  if (const auto device = Address::parse(arguments_.device)) {
    row.device =
        key_ ? Anonymiser(*key_).address(*device).text() : arguments_.device;
  }
  if (!key_) row.host = host_name();
  row.notes = arguments_.notes;
  if (auto added = folder.add(row); done && !added) done = added;
  if (!done) return fail(std::move(done).error());
  report(recorder.count(), folder.full_path(row.path));
  return Recorded{*ended, recorder.count()};
}

Recorder::Options RecordingSession::recorder_options(const Round& round) const {
  Recorder::Options options;
  options.snap = snap_bytes_;
  options.key = key_;
  options.length = round.length;
  options.input = round.input;
  options.ends = round.ends;
  options.progress = [round](const RecordingCount& count, Duration elapsed) {
    const std::string limit =
        round.length ? " of " + clock_text(*round.length) : "";
    const std::string line = fmt::format(
        "{}  {}{}  {} packets  {}  {} flows  {}", round.title,
        clock_text(elapsed), limit, grouped_text(count.packets),
        bytes_text(count.bytes), grouped_text(count.flows), round.app);
    // A line longer than the terminal is wide could not be erased.
    show_on_terminal("\r" + fitted(line, kCountColumns));
  };
  options.notice = [](const std::string& text) {
    show_on_terminal("\r\x1b[K");
    warn(text);
  };
  return options;
}

void RecordingSession::report(const RecordingCount& count,
                              const std::string& path) const {
  if (count.packets == 0) {
    warn(
        fmt::format("{} holds no packets; check that the device's traffic "
                    "passes through {}",
                    path, arguments_.interface));
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

void RecordingSession::report_end() {
  if (const std::uint64_t dropped = source_->dropped(); dropped > 0) {
    warn(fmt::format("the kernel dropped {}: the machine was too busy",
                     counted(dropped, "frame")));
  }
  if (key_) {
    print_note(
        fmt::format("flowtell: the networks of devices are anonymised too; "
                    "read the recordings with --lan {}\n",
                    Anonymiser(*key_).networks(Lan::kDefault)));
  }
}

}  // namespace flowtell
