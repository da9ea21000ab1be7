// SPDX-License-Identifier: Apache-2.0
//
// Writes a capture as pcap with nanoseconds, little-endian.
//
// The file grows by whole records and is a valid capture after every write, so
// a kill loses what has not been flushed and nothing else; a disk that is full
// gets the last record cut off again. What was flushed is on the disk some
// seconds later (base/background_sync.h). A file that is there already is never
// written over: a recording cannot be made again. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/background_sync.h"
#include "base/byte_writer.h"
#include "base/file.h"
#include "base/result.h"
#include "capture/frame_source.h"

namespace flowtell {

class PcapWriter {
 public:
  // Makes a new file, which is on the disk with its name. Fails where one
  // stands, or none can be made.
  static Result<PcapWriter> create(const std::string& path, LinkType link);

  // Adds a frame, of which `bytes` are kept. A failure says that the file
  // could not be written; it then holds what was added before, as far as it
  // went, and no more may be added. A time outside 1970 to 2106 is written as
  // the nearest inside. REQUIRES: the frame is of the writer's link type.
  Result<void> add(const Frame& frame);

  // Hands what was added to the system.
  Result<void> flush();
  // The same, and waits until it is on the disk. To be called last.
  Result<void> finish();

  const std::string& path() const { return path_; }
  LinkType link() const { return link_; }
  std::uint64_t frames() const { return frames_; }

 private:
  PcapWriter(std::string path, LinkType link, FileHandle file)
      : path_(std::move(path)),
        link_(link),
        file_(std::move(file)),
        sync_(std::make_unique<BackgroundSync>(file_.get())) {}
  Result<void> write_header();
  Result<void> check_synced(const Result<void>& synced) const;
  // Keeps of what was waiting the records that are whole in the file; returns
  // how many frames these are with those before.
  std::uint64_t cut_off_broken();

  std::string path_;
  LinkType link_;
  FileHandle file_;
  std::unique_ptr<BackgroundSync> sync_;  // of the file; gone before it
  ByteWriter waiting_;                    // what is not yet written
  std::vector<std::size_t> ends_;         // in it, of each record
  std::uint64_t written_ = 0;             // bytes of the file before it
  std::uint64_t frames_ = 0;
};

}  // namespace flowtell
