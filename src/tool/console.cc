// SPDX-License-Identifier: Apache-2.0
#include "tool/console.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/output_place.h"

namespace flowtell {
namespace {

bool has_partial_last_line(const std::string& path) {
  std::error_code absent;
  if (!std::filesystem::is_regular_file(path, absent)) return false;
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  char last = 0;
  return size > 0 && ::pread(file.get(), &last, 1, size - 1) == 1 &&
         last != '\n';
}

bool is_regular(const FileHandle& file) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

void print_note(std::string_view text) {
  // A failure here cannot be reported.
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

bool is_writable_soon(int descriptor) {
  constexpr int kMilliseconds = 1000;
  pollfd polled{descriptor, POLLOUT, 0};
  return ::poll(&polled, 1, kMilliseconds) > 0;
}

ExitCode print_error(const Error& error) {
  print_note(fmt::format("flowtell: {}\n", error.message));
  return exit_code_of(error.kind);
}

void warn(std::string_view message) {
  print_note(fmt::format("flowtell: warning: {}\n", message));
}

Result<Output> Output::open(const std::string& path) {
  if (path.empty() || path == "-") return Output(std::nullopt);
  auto file = OutputFile::create(path);
  if (!file) return fail(std::move(file).error());
  return Output(std::move(*file));
}

Result<Output> Output::open_append(const std::string& path) {
  Output output(std::nullopt);
  if (path.empty() || path == "-") return output;
  output.append_path_ = path;
  const auto resolved = output_place(path);
  if (!resolved) return fail(resolved.error());
  // Links are not followed, since one could redirect root's output to any file;
  // links below /dev are safe.
  const bool is_of_system = path.starts_with("/dev/");
  const std::string target = is_of_system ? resolved->value_or(path) : path;
  const int follow = is_of_system && !*resolved ? 0 : O_NOFOLLOW;
  output.append_file_ = FileHandle(
      ::open(target.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | follow,
             0666));
  const int error = errno;
  if (output.append_file_.get() < 0 && error == ELOOP) {
    return fail(ErrorKind::kNotWritable,
                "cannot write {}: it is a link, and links are not followed; "
                "name its target",
                path);
  }
  if (output.append_file_.get() < 0) {
    return fail(kind_of_errno(error, ErrorKind::kNotWritable),
                "cannot write {}: {}; check that its folder exists and is "
                "writable",
                path, system_reason(error));
  }
  // End a last line that a full disk or a crash truncated.
  if (has_partial_last_line(path)) {
    if (auto done = output.write("\n"); !done) return fail(done.error());
  }
  if (is_regular(output.append_file_)) {
    sync_folder_of(target);
    output.sync_ = std::make_unique<BackgroundSync>(output.append_file_.get());
  }
  return output;
}

bool Output::has_earlier_lines() const {
  return append_file_.get() >= 0 &&
         ::lseek(append_file_.get(), 0, SEEK_END) > 0;
}

Result<void> Output::write(std::string_view text) {
  if (file_) return file_->write(text);
  auto done = write_all(descriptor(), text);
  if (!done) return fail(explain(std::move(done).error()));
  return done;
}

int Output::descriptor() const {
  return append_file_.get() >= 0 ? append_file_.get() : STDOUT_FILENO;
}

Error Output::explain(Error error) const {
  error.message =
      append_file_.get() >= 0
          ? fmt::format(
                "cannot continue writing {}: {}; free disk space and start "
                "again",
                append_path_, error.message)
          : fmt::format("cannot write standard output: {}", error.message);
  return error;
}

Result<void> Output::note_written() {
  return sync_ ? sync_->note_written() : Result<void>();
}

Result<void> Output::finish() {
  if (file_) return file_->commit();
  return sync_ ? sync_->finish() : Result<void>();
}

Result<void> write_output(const std::string& path, std::string_view text) {
  auto output = Output::open(path);
  if (!output) return fail(std::move(output).error());
  if (auto done = output->write(text); !done) return done;
  return output->finish();
}

Progress::Progress(std::string label)
    : label_(std::move(label)), is_shown_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (last_percent_ >= 0) print_note("\r\x1b[K");
}

void Progress::operator()(std::size_t done, std::size_t total) {
  constexpr int kBarWidth = 30;
  if (!is_shown_ || total == 0) return;
  const std::lock_guard lock(mutex_);
  const int percent = static_cast<int>(100 * done / total);
  if (percent <= last_percent_) return;
  last_percent_ = percent;
  const auto filled = static_cast<std::size_t>(percent * kBarWidth / 100);
  std::string bar(filled, '#');
  bar.resize(kBarWidth, '.');
  print_note(fmt::format("\r{} [{}] {:3} %", label_, bar, percent));
}

void StepProgress::operator()(std::string_view step, std::size_t done,
                              std::size_t total) {
  const std::lock_guard lock(mutex_);
  if (!bar_ || step != step_) {
    step_ = step;
    bar_.reset();  // erases the bar of the step before
    bar_.emplace(step_);
  }
  (*bar_)(done, total);
}

}  // namespace flowtell
