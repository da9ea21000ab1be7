// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "base/time.h"
#include "gateway/gateway_text.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderStart = "gateway-";
constexpr std::string_view kJournal = "journal";
constexpr int kVersion = 2;  // version 1 lacks process and namespace

std::string file_in(const std::string& folder) {
  return fmt::format("{}/{}", folder, kJournal);
}

tl::unexpected<Error> cannot(std::string_view doing, const std::string& path,
                             const Error& reason) {
  return fail(reason.kind, "cannot {} {}: {}", doing, path, reason.message);
}

// With the reason of a failed system call.
tl::unexpected<Error> cannot(std::string_view doing, const std::string& path,
                             int error) {
  return cannot(doing, path,
                Error{kind_of_errno(error, ErrorKind::kNotWritable),
                      system_reason(error)});
}

// Whether a gateway puts files of this name into its folder.
bool is_own(const std::string& name) {
  return name == kJournal || name == kDnsmasqConfig || name == kLeases ||
         name == kDnsmasqProcess || name.ends_with(".partial");
}

// The sorted names in a folder; empty if it cannot be read.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  fs::directory_iterator at(folder, problem);
  for (; !problem && at != fs::directory_iterator(); at.increment(problem)) {
    names.push_back(at->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// Root must not remove other users' files, so this removes only the gateway's
// own files, and the folder once it is empty.
Result<void> remove_folder(const std::string& folder) {
  const auto names = names_in(folder);
  const auto other = std::ranges::find_if_not(names, is_own);
  if (other != names.end()) {
    return fail(ErrorKind::kNotWritable,
                "{} holds {}, which is not the gateway's; move it away, then "
                "try again",
                folder, *other);
  }
  std::error_code problem;
  for (const std::string& name : names) {
    fs::remove(fmt::format("{}/{}", folder, name), problem);
    if (problem) break;
  }
  if (!problem) fs::remove(folder, problem);
  if (problem) return cannot("remove", folder, problem.value());
  return {};
}

// The folder is private: it lists the devices on the network.
Result<void> make_folder(const std::string& folder) {
  if (auto removed = remove_folder(folder); !removed) return removed;
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (!problem) {
    fs::permissions(folder, fs::perms::owner_all, problem);
  }
  if (problem) return cannot("make", folder, problem.value());
  return {};
}

std::string now_text() {
  return utc_text(
      std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()));
}

}  // namespace

std::string Journal::folder(const std::string& state, std::string_view lan) {
  return fmt::format("{}/{}{}", state, kFolderStart, lan);
}

std::vector<std::string> Journal::recorded(const std::string& state) {
  std::vector<std::string> lans;
  std::error_code ignored;
  for (const std::string& name : names_in(state)) {
    const std::string path = fmt::format("{}/{}", state, name);
    if (!name.starts_with(kFolderStart) || !fs::is_directory(path, ignored)) {
      continue;
    }
    // A gateway killed at its start has no journal yet.
    if (fs::exists(file_in(path), ignored) ||
        std::ranges::all_of(names_in(path), is_own)) {
      lans.push_back(name.substr(kFolderStart.size()));
    }
  }
  return lans;
}

Result<Journal> Journal::create(const std::string& state,
                                const GatewayOptions& options) {
  Journal journal(folder(state, options.lan));
  auto made = make_folder(journal.folder_);
  if (!made) return fail(std::move(made).error());
  journal.options_ = options;
  journal.since_ = now_text();
  auto written = journal.append({{"gateway", kVersion},
                                 {"since", journal.since_},
                                 {"boot", journal.origin_.boot},
                                 {"network", journal.origin_.network},
                                 {"options", options_json(options)}});
  if (!written) {
    static_cast<void>(journal.remove());  // nothing was applied
    return fail(std::move(written).error());
  }
  return journal;
}

Result<Journal> Journal::open(const std::string& state, std::string_view lan) {
  Journal journal(folder(state, lan));
  const std::string path = file_in(journal.folder_);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return journal;
  auto text = read_file(path);
  if (!text) return fail(std::move(text).error());
  if (auto parsed = journal.parse(*text); !parsed) {
    return fail(parsed.error().kind,
                "{}: {}; another program or version wrote it: undo by hand "
                "what it lists, or restart the system, then remove its folder",
                path, parsed.error().message);
  }
  return journal;
}

Result<void> Journal::parse(std::string_view text) {
  while (size_ < text.size()) {
    const std::size_t end = text.find('\n', size_);
    if (end == std::string_view::npos) break;  // truncated: never applied
    const Json line =
        Json::parse(text.substr(size_, end - size_), nullptr, false);
    if (size_ == 0) {
      if (auto parsed = parse_header(line); !parsed) return parsed;
    } else if (line.is_object() && line.contains("complete")) {
      changes_.push_back(nullptr);
      offsets_.push_back(size_);
    } else {
      auto change = change_from_json(line);
      if (!change) return fail(std::move(change).error());
      changes_.push_back(std::move(*change));
      offsets_.push_back(size_);
    }
    size_ = end + 1;
  }
  return {};
}

Result<void> Journal::parse_header(const Json& line) {
  const bool is_journal = line.is_object() && line.contains("gateway");
  const bool is_of_version = is_journal && line["gateway"] == kVersion;
  if (!is_of_version || !line.contains("options")) {
    return fail(is_journal && !is_of_version ? ErrorKind::kWrongVersion
                                             : ErrorKind::kCorrupt,
                "it is not a journal of this version");
  }
  auto options = options_from_json(line["options"]);
  if (!options) return fail(std::move(options).error());
  options_ = *std::move(options);
  since_ = text_at(line, "since");
  origin_ = {text_at(line, "boot"), text_at(line, "network")};
  return {};
}

bool Journal::is_from_earlier_boot() const {
  return origin_.boot != identity_of_system().boot;
}

bool Journal::is_from_this_network() const {
  return is_from_earlier_boot() || origin_ == identity_of_system();
}

Result<void> Journal::require_this_network() const {
  if (is_from_this_network()) return {};
  return fail(ErrorKind::kSystem,
              "the gateway on {} belongs to another network namespace; run "
              "this there, as in 'ip netns exec NAME flowtell gateway ...', "
              "or, if that namespace is gone, end dnsmasq and remove {}",
              options_.lan, folder_);
}

bool Journal::is_complete() const {
  return std::ranges::any_of(
      changes_, [](const ChangePtr& change) { return change == nullptr; });
}

Result<void> Journal::push(ChangePtr change) {
  const std::size_t begin = size_;
  auto written = append(change->json());
  if (!written) return written;
  changes_.push_back(std::move(change));
  offsets_.push_back(begin);
  return {};
}

Result<void> Journal::push_complete() {
  const std::size_t begin = size_;
  auto written = append({{"complete", true}});
  if (!written) return written;
  changes_.push_back(nullptr);
  offsets_.push_back(begin);
  return {};
}

// Overwrites a truncated line after the last complete one.
Result<void> Journal::append(const Json& line) {
  const std::string path = file_in(folder_);
  const FileHandle file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0 || ::ftruncate(file.get(), static_cast<off_t>(size_)) ||
      ::lseek(file.get(), 0, SEEK_END) < 0) {
    return cannot("write", path, errno);
  }
  const std::string text = json_text(line) + '\n';
  auto written = write_all(file.get(), text);
  if (!written) return cannot("write", path, written.error());
  if (::fsync(file.get()) != 0) return cannot("write", path, errno);
  size_ += text.size();
  return {};
}

Result<void> Journal::pop() {
  const std::string path = file_in(folder_);
  const FileHandle file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 ||
      ::ftruncate(file.get(), static_cast<off_t>(offsets_.back())) != 0 ||
      ::fsync(file.get()) != 0) {
    return cannot("write", path, errno);
  }
  size_ = offsets_.back();
  offsets_.pop_back();
  changes_.pop_back();
  return {};
}

Result<void> Journal::remove() { return remove_folder(folder_); }

}  // namespace flowtell
