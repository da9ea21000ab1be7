// SPDX-License-Identifier: Apache-2.0
//
// File reading and atomic writing: after a crash or on a full disk, the old
// file or the new one exists whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace flowtell {

// An owned file descriptor, closed on destruction.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept;
  FileHandle& operator=(FileHandle&& other) noexcept;
  ~FileHandle();

  int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

// Opens a file for reading. Fails, naming the path, if it is absent, not
// readable or a folder.
Result<FileHandle> open_for_reading(const std::string& path);

// Writes a file next to its final path (base/partial_file.h). `path` itself
// changes only in `commit`, by an atomic rename after the data is on disk.
// Without a commit the partial file is removed; one left by a kill is removed
// by the next output to the same path. A path that is not a regular file (a
// terminal, a pipe, /dev/null) is written directly. Links are followed only as
// base/output_place.h allows.
class OutputFile {
 public:
  static Result<OutputFile> create(const std::string& path);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) = delete;
  ~OutputFile();

  Result<void> write(std::string_view bytes);
  Result<void> commit();

 private:
  OutputFile(std::string path, std::string partial_path, FileHandle handle)
      : path_(std::move(path)),
        partial_path_(std::move(partial_path)),
        handle_(std::move(handle)) {}

  std::string path_;
  std::string partial_path_;  // empty after the rename and for direct writes
  FileHandle handle_;
};

// Syncs the folder of `path`, so that a created or renamed entry is on disk.
// Does nothing for a folder that is writable but not readable.
void sync_folder_of(const std::string& path);

// Writes a whole file at once, atomically, as OutputFile does.
Result<void> write_file(const std::string& path, std::string_view bytes);

// Reads the available bytes, at most into.size(); 0 at the end. Fails with
// the system's reason alone.
Result<std::size_t> read_some(int descriptor, std::span<std::uint8_t> into);

// Limits for reading a file that may be of any kind, or endless (/dev/zero).
struct ReadLimits {
  // Size limit in bytes. The default suits every file but models.
  std::size_t max_size = std::size_t{64} << 20;
  // A file that starts differently is read only until the first mismatch.
  std::string_view prefix = {};
};

// All bytes of a small file. Fails, naming it, if it exceeds the limit.
Result<std::string> read_file(const std::string& path,
                              const ReadLimits& limits = {});

// Writes all bytes to a descriptor, with repeated calls if needed. Fails with
// the system's reason alone.
Result<void> write_all(int descriptor, std::string_view bytes);

}  // namespace flowtell
