// SPDX-License-Identifier: Apache-2.0
//
// Writes a capture as little-endian pcap with nanoseconds.
//
// The file grows by whole records and is a valid capture after every write: a
// kill loses only what was not flushed, and on a full disk a partial last
// record is cut off again. Flushed data is on disk some seconds later
// (base/background_sync.h). An existing file is never overwritten, because a
// recording cannot be repeated. Used by one thread at a time.
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
  // Creates a new file and syncs it and its folder. Fails if the file exists or
  // cannot be created.
  static Result<PcapWriter> create(const std::string& path, LinkType link);

  // Adds the captured bytes of a frame. Fails if the file cannot be written; it
  // then keeps the whole records written so far, and no more may be added. A
  // time outside 1970 to 2106 is clamped to that range. REQUIRES: the frame has
  // the writer's link type.
  Result<void> add(const Frame& frame);

  // Writes all added frames to the system.
  Result<void> flush();
  // Flushes and waits until the data is on disk. Call it last.
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
  // Cuts off a partial last record after a failed write; returns the number of
  // frames in the file.
  std::uint64_t cut_off_broken();

  std::string path_;
  LinkType link_;
  FileHandle file_;
  std::unique_ptr<BackgroundSync> sync_;  // destroyed before file_
  ByteWriter pending_;                    // not yet written
  std::vector<std::size_t> ends_;         // end of each record in pending_
  std::uint64_t written_ = 0;             // bytes in the file
  std::uint64_t frames_ = 0;
};

}  // namespace flowtell
