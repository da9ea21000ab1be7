// SPDX-License-Identifier: Apache-2.0
//
// Changes to files, processes and systemd.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "serve/change.h"
#include "serve/gateway_unit.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kPoliteWait = 2s;  // then a process is killed
constexpr auto kLongestWait = 5s;

// Removes a file, if it is there, and what an interrupted write left beside it.
Result<void> remove_file(const std::string& path) {
  std::error_code problem;
  fs::remove(path, problem);
  if (problem) {
    return fail(ErrorKind::kOutput, "cannot remove {}: {}", path,
                problem.message());
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

// The words a process was started with; none for one that has gone.
std::vector<std::string> words_of_process(int process) {
  const auto line = read_file(fmt::format("/proc/{}/cmdline", process));
  std::vector<std::string> words;
  if (!line) return words;
  for (const std::string_view word : split(*line, '\0')) {
    words.emplace_back(word);
  }
  return words;
}

bool is_dnsmasq_of(int process, const std::string& config) {
  const auto words = words_of_process(process);
  return words.size() >= 2 && fs::path(words[0]).filename() == "dnsmasq" &&
         words[1] == "--conf-file=" + config;
}

// Signals that very process, also if its number has gone to another meanwhile.
void signal_dnsmasq(int process, const std::string& config, int signal) {
  const FileHandle handle = hold_process(process);
  if (handle.get() < 0 || !is_dnsmasq_of(process, config)) return;
  signal_process(handle, signal);
}

// Tells a running systemd to look at its units again.
Result<void> reload_systemd() {
  if (!runs_systemd()) return {};
  auto done = run_to_success({"systemctl", "daemon-reload"});
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

std::vector<int> dnsmasq_processes(const std::string& config) {
  std::vector<int> found;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator("/proc", problem)) {
    const auto process = parse_number<int>(entry.path().filename().string());
    if (process && is_dnsmasq_of(*process, config)) found.push_back(*process);
  }
  return found;
}

std::string DnsmasqChange::describe() const {
  return fmt::format("start dnsmasq --conf-file={}", config);
}

// dnsmasq goes on by itself once it has its sockets, and says so by ending the
// process that was started.
Result<void> DnsmasqChange::apply() const {
  auto done = run_to_success({"dnsmasq", "--conf-file=" + config});
  if (done) return {};
  return fail(ErrorKind::kOutput,
              "{}; if its address is in use, another DHCP or DNS server runs "
              "here: 'ss -lunp' tells which",
              done.error().message);
}

// A dnsmasq that has just been started forks, and its parent lives until the
// child is at work. One look at /proc can miss both, the child being too young
// and the parent gone when its turn comes; a second look cannot.
Result<void> DnsmasqChange::undo() const {
  constexpr int kLooks = 2;
  const auto begin = std::chrono::steady_clock::now();
  for (int in_vain = 0; in_vain < kLooks;) {
    const auto processes = dnsmasq_processes(config);
    in_vain = processes.empty() ? in_vain + 1 : 0;
    if (processes.empty()) continue;
    const auto waited = std::chrono::steady_clock::now() - begin;
    if (waited > kLongestWait) {
      return fail(ErrorKind::kOutput, "dnsmasq (process {}) does not end",
                  processes.front());
    }
    for (const int process : processes) {
      signal_dnsmasq(process, config, waited < kPoliteWait ? SIGTERM : SIGKILL);
    }
    std::this_thread::sleep_for(20ms);
  }
  return {};
}

Json DnsmasqChange::json() const {
  return {{"change", "dnsmasq"}, {"config", config}};
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
    return fail(ErrorKind::kOutput, "cannot make the link {}: {}", link,
                problem.message());
  }
  return reload_systemd();
}

Result<void> UnitChange::undo() const {
  auto done = remove_file(wants() + '/' + name);
  if (done) done = remove_file(path());
  // Where no other unit is started at boot, that folder is of our making.
  std::error_code ignored;
  fs::remove(wants(), ignored);
  return done ? reload_systemd() : done;
}

Json UnitChange::json() const {
  return {{"change", "unit"}, {"folder", folder}, {"name", name}};
}

}  // namespace flowtell
