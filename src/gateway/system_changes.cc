// SPDX-License-Identifier: Apache-2.0
//
// Changes to files, processes and systemd.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/process.h"
#include "gateway/change.h"
#include "gateway/gateway_text.h"
#include "gateway/gateway_unit.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kTermTimeout = 2s;  // then it is killed
constexpr auto kKillTimeout = 5s;
constexpr auto kStartTimeout = 10s;
constexpr auto kPollInterval = 5ms;

// Removes a file, if it exists, and leftovers of an interrupted write.
Result<void> remove_file(const std::string& path) {
  std::error_code problem;
  fs::remove(path, problem);
  if (problem) {
    return fail(kind_of_errno(problem.value(), ErrorKind::kNotWritable),
                "cannot remove {}: {}", path, problem.message());
  }
  const fs::path whole(path);
  for (const auto& entry :
       fs::directory_iterator(whole.parent_path(), problem)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(whole.filename().string() + '.') &&
        name.ends_with(".partial")) {
      fs::remove(entry.path(), problem);
    }
  }
  return {};
}

// The user of a process; empty if it has ended.
std::optional<std::string> user_of(int process) {
  constexpr std::string_view kField = "\nUid:\t";
  const auto status = read_file(fmt::format("/proc/{}/status", process));
  if (!status) return std::nullopt;
  const std::size_t at = status->find(kField);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + kField.size();
  return status->substr(begin, status->find('\t', begin) - begin);
}

// dnsmasq writes its process number just before it drops root, its last step
// that can fail.
bool has_started(const DnsmasqChange& dnsmasq) {
  const int process = dnsmasq.process.number;
  const auto path = fs::path(dnsmasq.config).parent_path() / kDnsmasqProcess;
  const auto written = read_file(path);
  if (!written || *written != fmt::format("{}\n", process)) return false;
  if (!dnsmasq.changes_user || ::getuid() != 0) return true;
  return user_of(process) != user_of(::getpid());
}

// Makes a running systemd read its units again.
Result<void> reload_systemd() {
  if (!runs_systemd()) return {};
  auto done = run_checked({"systemctl", "daemon-reload"});
  if (!done) return fail(std::move(done).error());
  return {};
}

}  // namespace

std::string FileChange::describe() const {
  return fmt::format("write {}\n{}", path, text);
}

Result<void> FileChange::apply() const { return write_file(path, text); }

Result<void> FileChange::undo() const { return remove_file(path); }

Json FileChange::json() const { return {{"change", "file"}, {"path", path}}; }

std::string DnsmasqChange::describe() const {
  return fmt::format("start dnsmasq --conf-file={}", config);
}

Result<void> DnsmasqChange::prepare() {
  auto started = WaitingProgram::start(words());
  if (!started) return fail(std::move(started).error());
  process = started->identity();
  waiting = std::make_unique<WaitingProgram>(*std::move(started));
  return {};
}

Result<void> DnsmasqChange::apply() const {
  const FileHandle held = open_process(process);
  const auto begin = std::chrono::steady_clock::now();
  waiting->begin();
  while (!wait_for_end(held, kPollInterval)) {
    if (has_started(*this)) return {};
    if (std::chrono::steady_clock::now() - begin < kStartTimeout) continue;
    return fail(ErrorKind::kSystem,
                "dnsmasq (process {}) did not start in time", process.number);
  }
  return fail(ErrorKind::kSystem,
              "{}: {}; if its address is in use, another DHCP or DNS server "
              "runs here: 'ss -lunp' shows which",
              fmt::join(words(), " "), failure_text(waiting->outcome()));
}

Result<void> DnsmasqChange::undo() const {
  const FileHandle held = open_process(process);
  const bool has_gone = held.get() < 0 && !is_running(process);
  if (has_gone) return {};
  for (const auto& [signal, timeout] :
       {std::pair(SIGTERM, kTermTimeout), std::pair(SIGKILL, kKillTimeout)}) {
    signal_process(held, signal);
    if (held.get() >= 0 && wait_for_end(held, timeout)) return {};
  }
  return fail(ErrorKind::kSystem, "dnsmasq (process {}) did not end",
              process.number);
}

std::vector<std::string> DnsmasqChange::words() const {
  return {"dnsmasq", "--keep-in-foreground", "--conf-file=" + config};
}

Json DnsmasqChange::json() const {
  return {{"change", "dnsmasq"},
          {"config", config},
          {"process", static_cast<unsigned>(process.number)},
          {"started", process.started}};
}

std::string UnitChange::describe() const {
  return fmt::format("add the systemd unit {} and start it at boot\n{}", path(),
                     text);
}

Result<void> UnitChange::apply() const {
  auto done = write_file(path(), text);
  if (!done) return done;
  const std::string link = wants() + '/' + name;
  std::error_code problem;
  fs::create_directories(wants(), problem);
  if (!problem && !fs::is_symlink(link))
    fs::create_symlink(path(), link, problem);
  if (problem) {
    return fail(kind_of_errno(problem.value(), ErrorKind::kNotWritable),
                "cannot make the link {}: {}", link, problem.message());
  }
  return reload_systemd();
}

Result<void> UnitChange::undo() const {
  auto done = remove_file(wants() + '/' + name);
  if (done) done = remove_file(path());
  // Removes the folder only if it is empty, as before the change.
  std::error_code ignored;
  fs::remove(wants(), ignored);
  return done ? reload_systemd() : done;
}

Json UnitChange::json() const {
  return {{"change", "unit"}, {"folder", folder}, {"name", name}};
}

}  // namespace flowtell
