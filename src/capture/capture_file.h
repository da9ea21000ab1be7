// SPDX-License-Identifier: Apache-2.0
//
// Opens a capture by its content, never by its name: pcap or pcapng, plain or
// compressed by gzip or zstd, from a file, a pipe or standard input ("-"). All
// are streamed: memory does not grow with the size of a capture.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/frame_source.h"

namespace flowtell {

class ByteSource;

inline constexpr const char* kStandardInput = "-";

// The thread that decompresses a compressed capture.
enum class UnpackOn { kCallerThread, kOwnThread };

// Fails, naming the path and the remedy, if the content is not a capture.
// Standard input that is a pipe is read as open_live_capture does.
Result<std::unique_ptr<FrameSource>> open_capture(
    const std::string& path, UnpackOn thread = UnpackOn::kCallerThread);

// The same with the frames and their times as they were written, which are
// neither put in order nor corrected.
Result<std::unique_ptr<FrameSource>> open_as_written(
    const std::string& path, UnpackOn thread = UnpackOn::kCallerThread);

// The same for a capture that is being recorded: returns each frame as soon as
// it arrives, in the order written. Messages use `name`.
Result<std::unique_ptr<FrameSource>> open_live_capture(
    std::unique_ptr<ByteSource> bytes, const std::string& name);

// The same for `bytes`, which must outlive the source. Messages use `name`.
Result<std::unique_ptr<FrameSource>> open_capture(Bytes bytes,
                                                  const std::string& name);

// Whether the file starts as a capture does. Fails if it cannot be opened.
Result<bool> looks_like_capture(const std::string& path);

// Whether a folder of this name, found in another, holds no captures of its
// user: hidden folders, and what systems and archives leave behind (__MACOSX).
bool is_litter_folder(std::string_view name);

// The captures in a folder, at any depth and through links, sorted by name.
// Other files and litter are skipped. The result includes entries that cannot
// be opened and files that only have a capture's extension (.pcap, .pcapng,
// .cap, compressed or not), so that opening them reports the error. Fails if
// the folder cannot be listed.
Result<std::vector<std::string>> list_captures(const std::string& folder);

// Expands paths to captures: files and "-" unchanged, folders to the captures
// below them, sorted by name. Fails, naming it, for an absent path or a folder
// without captures.
Result<std::vector<std::string>> find_captures(
    const std::vector<std::string>& paths);

}  // namespace flowtell
