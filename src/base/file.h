// SPDX-License-Identifier: Apache-2.0
//
// Files as this project uses them: written so that a crash or a full disk
// leaves either the old file or the new one, whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace flowtell {

// An open file descriptor, closed at the end.
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

// Opens a file for reading. Fails, naming the path, when it is absent, may not
// be read or is a folder.
Result<FileHandle> open_for_reading(const std::string& path);

// A file being written beside its final place (base/partial_file.h): `path`
// itself changes only in `commit`, by an atomic rename after the data is on the
// disk. Without a commit nothing is left behind; what a kill leaves, the next
// output of the same path takes away. A path that is no regular file (a
// terminal, a pipe, /dev/null) is written directly. Links are followed as far
// as base/output_place.h allows.
class OutputFile {
 public:
  static Result<OutputFile> create(const std::string& path);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) = delete;
  ~OutputFile();

  Result<void> write(std::string_view bytes);
  Result<void> commit();

 private:
  OutputFile(std::string path, std::string aside, FileHandle handle)
      : path_(std::move(path)),
        aside_(std::move(aside)),
        handle_(std::move(handle)) {}

  std::string path_;
  std::string aside_;  // empty once renamed, or when written directly
  FileHandle handle_;
};

// Waits until a name that was made or changed is on the disk: it is in its
// folder. A folder that may be written and not read is left to the system.
void sync_folder_of(const std::string& path);

// Writes all of a file at once, in OutputFile's way.
Result<void> write_file(const std::string& path, std::string_view bytes);

// Reads what there is, at most as much as `into` holds; 0 at the end. Fails
// with the system's reason alone.
Result<std::size_t> read_some(int descriptor, std::span<std::uint8_t> into);

// How far a file is read that may be none of ours, and have no end (/dev/zero).
struct ReadLimits {
  // More than any file that is read whole should hold, models aside.
  std::size_t most = std::size_t{64} << 20;
  // What begins otherwise is read no further than to where that shows.
  std::string_view begins_with = {};
};

// All bytes of a small file. Fails, naming it, where it holds more than it may.
Result<std::string> read_file(const std::string& path,
                              const ReadLimits& limits = {});

// Writes all the bytes to a descriptor, over as many calls as it takes. Fails
// with the system's reason alone.
Result<void> write_all(int descriptor, std::string_view bytes);

}  // namespace flowtell
