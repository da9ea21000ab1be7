// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace flowtell {
namespace {

constexpr mode_t kNewFileMode = 0666;  // less the user's umask

bool is_special(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

tl::unexpected<Error> cannot_write(const std::string& path,
                                   std::string_view remedy) {
  return fail(ErrorKind::kOutput, "cannot write {}: {}; {}", path,
              system_reason(), remedy);
}

// Follows a link to the file it stands for, so that renaming over it replaces
// the file and keeps the link.
std::string final_path(const std::string& path) {
  std::error_code ignored;
  const auto real = std::filesystem::canonical(path, ignored);
  return ignored ? path : real.string();
}

}  // namespace

FileHandle::FileHandle(FileHandle&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<FileHandle> open_for_reading(const std::string& path) {
  FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return fail(ErrorKind::kInput, "cannot open {}: {}", path, system_reason());
  }
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return fail(ErrorKind::kInput,
                "{} is a folder where a file is expected; name its files",
                path);
  }
  return file;
}

Result<OutputFile> OutputFile::create(const std::string& path) {
  if (is_special(path)) {
    FileHandle handle(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (handle.get() < 0) return cannot_write(path, "choose another place");
    return OutputFile(path, "", std::move(handle));
  }
  const std::string target = final_path(path);
  // One writer a process and path at a time is enough for a unique name.
  std::string aside = fmt::format("{}.{}.partial", target, ::getpid());
  FileHandle handle(::open(
      aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kNewFileMode));
  if (handle.get() < 0) {
    return cannot_write(path, "is its folder there, and may you write to it?");
  }
  // What replaces a file is as private as that was.
  struct stat old {};
  if (::stat(target.c_str(), &old) == 0) {
    ::fchmod(handle.get(), old.st_mode & 0777);
  }
  return OutputFile(target, std::move(aside), std::move(handle));
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      aside_(std::exchange(other.aside_, {})),
      handle_(std::move(other.handle_)) {}

OutputFile::~OutputFile() {
  if (!aside_.empty()) ::unlink(aside_.c_str());
}

Result<void> OutputFile::write(std::string_view bytes) {
  if (auto done = write_all(handle_.get(), bytes); !done) {
    return fail(ErrorKind::kOutput, "cannot write {}: {}; {}", path_,
                done.error().message,
                aside_.empty() ? "choose another place"
                               : "make room or choose another place; what "
                                 "stood there before is untouched");
  }
  return {};
}

Result<void> OutputFile::commit() {
  constexpr std::string_view kRemedy = "what stood there before is untouched";
  if (aside_.empty()) return {};
  if (::fsync(handle_.get()) != 0 && errno != EINVAL) {
    return cannot_write(path_, kRemedy);
  }
  if (std::rename(aside_.c_str(), path_.c_str()) != 0) {
    return cannot_write(path_, kRemedy);
  }
  aside_.clear();
  // The rename itself is on the disk only once the folder is.
  const FileHandle folder(
      ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) ::fsync(folder.get());
  return {};
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  auto file = OutputFile::create(path);
  if (!file) return fail(std::move(file).error());
  if (auto done = file->write(bytes); !done) return done;
  return file->commit();
}

Result<std::string> read_file(const std::string& path) {
  auto file = open_for_reading(path);
  if (!file) return fail(std::move(file).error());
  std::string bytes;
  std::string chunk(1 << 16, '\0');
  for (;;) {
    const ssize_t got = ::read(file->get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return fail(ErrorKind::kInput, "cannot read {}: {}", path,
                  system_reason());
    }
    if (got == 0) return bytes;
    bytes.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

Result<void> write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      return fail(ErrorKind::kOutput, "{}", system_reason());
    }
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace flowtell
