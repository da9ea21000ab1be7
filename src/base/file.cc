// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/output_place.h"
#include "base/partial_file.h"

namespace flowtell {
namespace {

bool is_special(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

tl::unexpected<Error> cannot_write(const std::string& path, const Error& reason,
                                   std::string_view remedy) {
  return fail(reason.kind, "cannot write {}: {}; {}", path, reason.message,
              remedy);
}

// The reason of a failed system call that writes.
Error write_error(int error) {
  return {kind_of_errno(error, ErrorKind::kNotWritable), system_reason(error)};
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
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kNotReadable),
                "cannot open {}: {}; check that it exists and is readable",
                path, system_reason(error));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return fail(ErrorKind::kNotReadable,
                "{} is a folder where a file is expected; name its files",
                path);
  }
  return file;
}

Result<OutputFile> OutputFile::create(const std::string& path) {
  // Links are resolved first: the rename replaces their target, not them.
  const auto resolved = output_place(path);
  if (!resolved) return fail(resolved.error());
  const std::string target = resolved->value_or(path);
  if (is_special(target)) {
    const int link_flag = *resolved ? O_NOFOLLOW : 0;
    FileHandle handle(::open(target.c_str(), O_WRONLY | O_CLOEXEC | link_flag));
    if (handle.get() < 0) {
      return cannot_write(path, write_error(errno), "choose another path");
    }
    return OutputFile(path, "", std::move(handle));
  }
  auto partial = make_partial(target);
  if (!partial) {
    return cannot_write(path, partial.error(),
                        "check that its folder exists and is writable");
  }
  // The new file gets the permissions of the file it replaces.
  struct stat old {};
  if (::stat(target.c_str(), &old) == 0) {
    ::fchmod(partial->handle.get(), old.st_mode & 0777);
  }
  return OutputFile(target, std::move(partial->path),
                    std::move(partial->handle));
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_path_(std::exchange(other.partial_path_, {})),
      handle_(std::move(other.handle_)) {}

OutputFile::~OutputFile() {
  if (!partial_path_.empty()) ::unlink(partial_path_.c_str());
}

Result<void> OutputFile::write(std::string_view bytes) {
  if (auto done = write_all(handle_.get(), bytes); !done) {
    return cannot_write(path_, done.error(),
                        partial_path_.empty()
                            ? "choose another path"
                            : "make room or choose another path; nothing "
                              "was replaced");
  }
  return {};
}

Result<void> OutputFile::commit() {
  constexpr std::string_view kRemedy = "nothing was replaced";
  if (partial_path_.empty()) return {};
  if (::fsync(handle_.get()) != 0 && errno != EINVAL) {
    return cannot_write(path_, write_error(errno), kRemedy);
  }
  if (std::rename(partial_path_.c_str(), path_.c_str()) != 0) {
    return cannot_write(path_, write_error(errno), kRemedy);
  }
  partial_path_.clear();
  sync_folder_of(path_);  // to persist the rename
  return {};
}

void sync_folder_of(const std::string& path) {
  const FileHandle folder(
      ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) ::fsync(folder.get());
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  auto file = OutputFile::create(path);
  if (!file) return fail(std::move(file).error());
  if (auto done = file->write(bytes); !done) return done;
  return file->commit();
}

Result<std::size_t> read_some(int descriptor, std::span<std::uint8_t> into) {
  for (;;) {
    const ssize_t got = ::read(descriptor, into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EINTR) continue;
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kNotReadable), "{}",
                system_reason(error));
  }
}

Result<std::string> read_file(const std::string& path,
                              const ReadLimits& limits) {
  auto file = open_for_reading(path);
  if (!file) return fail(std::move(file).error());
  const std::string_view prefix = limits.prefix;
  std::string bytes;
  std::vector<std::uint8_t> chunk(1 << 16);
  for (;;) {
    auto got = read_some(file->get(), chunk);
    if (!got) {
      return fail(fmt::format("cannot read {}", path), std::move(got).error());
    }
    if (*got == 0) return bytes;
    if (*got > limits.max_size - bytes.size()) {
      return fail(ErrorKind::kResource,
                  "{} is larger than {} MiB, the limit for this kind of file; "
                  "check that it is the right one",
                  path, limits.max_size >> 20);
    }
    bytes.append(reinterpret_cast<const char*>(chunk.data()), *got);
    if (bytes.compare(0, prefix.size(), prefix.substr(0, bytes.size())) != 0) {
      return bytes;
    }
  }
}

Result<void> write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail(write_error(errno));
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace flowtell
