// SPDX-License-Identifier: Apache-2.0
//
// Opens a capture by what it holds, never by what it is called: pcap or
// pcapng, plain or packed by gzip or zstd, from a file, a pipe or standard
// input ("-"). All are streamed: memory does not grow with a capture.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/frame_source.h"

namespace flowtell {

inline constexpr const char* kStandardInput = "-";

// On which thread a capture is unpacked, if it is packed.
enum class UnpackOn { kCallersThread, kThreadOfItsOwn };

// Fails, naming the path and the remedy, when there is no capture in it.
Result<std::unique_ptr<FrameSource>> open_capture(
    const std::string& path, UnpackOn thread = UnpackOn::kCallersThread);

// The same for bytes that the caller keeps alive; `name` is for messages.
Result<std::unique_ptr<FrameSource>> open_capture(Bytes bytes,
                                                  const std::string& name);

// Whether the file begins as a capture does. Fails where it cannot be opened.
Result<bool> looks_capture(const std::string& path);

// The captures below a folder, at any depth and behind links, in the order of
// their names; files of other kinds are passed over. Among them is what cannot
// be opened, and what is called a capture (.pcap, .pcapng, .cap, packed or not)
// and is none, so that whoever opens it tells. Fails where the folder cannot be
// listed.
Result<std::vector<std::string>> captures_below(const std::string& folder);

// The captures that paths stand for: files and "-" as they are, of folders all
// captures below them in the order of their names. Fails, naming it, for a path
// that is absent or a folder that holds none.
Result<std::vector<std::string>> find_captures(
    const std::vector<std::string>& paths);

}  // namespace flowtell
