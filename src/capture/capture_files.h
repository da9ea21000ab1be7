// SPDX-License-Identifier: Apache-2.0
//
// Captures that a recorder split into several files: tcpdump -C, -W and -G,
// dumpcap -b. Read as one capture, their flows, bursts and devices stay whole.
//
// Names only suggest which files belong together; content decides: a file
// continues another if it has the same link type and begins where the other
// ends, up to a few seconds later.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/capture_file.h"

namespace flowtell {

// The files of one capture, in the order of their times; at least one.
using CaptureFiles = std::vector<std::string>;

// Which files may belong together.
enum class Candidates {
  kByName,  // those named as recorders name the files of a rotation
  kAll,
};

// Joins files that continue each other; captures stay in the order of their
// first files. Files that may belong together are read once for this.
std::vector<CaptureFiles> join_files(std::span<const std::string> paths,
                                     Candidates candidates);

// Each file as a capture of its own.
std::vector<CaptureFiles> separate_files(std::span<const std::string> paths);

// "a.pcap0 and a.pcap1 are read as one capture, because each begins where the
// one before ends"; about the first of several such captures, with their
// number. "" if no capture has several files.
std::string joined_text(std::span<const CaptureFiles> captures);

// Opens the first file; the others are opened as they are reached, and damage
// names them. Frames are numbered through all files.
Result<std::unique_ptr<FrameSource>> open_capture(
    const CaptureFiles& files, UnpackOn thread = UnpackOn::kCallerThread);

// The same with the frames as they were written (capture_file.h).
Result<std::unique_ptr<FrameSource>> open_as_written(const CaptureFiles& files);

}  // namespace flowtell
