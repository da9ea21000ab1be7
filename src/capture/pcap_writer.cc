// SPDX-License-Identifier: Apache-2.0
#include "capture/pcap_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/output_place.h"
#include "base/text.h"
#include "capture/file_formats.h"

namespace flowtell {
namespace {

constexpr Duration kLatestWritten = std::chrono::seconds(UINT32_MAX);
constexpr std::size_t kFlushAt = 1 << 16;  // bytes

}  // namespace

Result<PcapWriter> PcapWriter::create(const std::string& path, LinkType link) {
  if (auto done = check_links(path); !done) {
    return fail(std::move(done).error());
  }
  FileHandle file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  const int error = errno;
  if (file.get() < 0 && error == EEXIST) {
    return fail(ErrorKind::kNotWritable,
                "{} already exists, and a recording is never overwritten; "
                "choose another name",
                path);
  }
  if (file.get() < 0) {
    return fail(kind_of_errno(error, ErrorKind::kNotWritable),
                "cannot write {}: {}; check that its folder exists and is "
                "writable",
                path, system_reason(error));
  }
  PcapWriter writer(path, link, std::move(file));
  if (auto done = writer.write_header(); !done) {
    ::unlink(path.c_str());
    return fail(done.error().kind,
                "cannot write {}: {}; make room or choose another path", path,
                done.error().message);
  }
  sync_folder_of(path);
  return writer;
}

Result<void> PcapWriter::write_header() {
  ByteWriter header;
  header.u32(kNanosecondMagic);
  header.u16(2);  // format version 2.4
  header.u16(4);
  header.u64(0);  // time zone UTC, accuracy unspecified
  header.u32(kMaxFrameSize);
  header.u32(static_cast<std::uint32_t>(link_));
  written_ = header.bytes().size();
  auto done = write_all(file_.get(), header.bytes());
  return done ? sync_->finish() : done;
}

Result<void> PcapWriter::add(const Frame& frame) {
  require(frame.link == link_, "a capture has one link type");
  const std::int64_t time =
      std::clamp(frame.time.time_since_epoch(), Duration{}, kLatestWritten)
          .count();
  pending_.u32(static_cast<std::uint32_t>(time / kNanosecondsPerSecond));
  pending_.u32(static_cast<std::uint32_t>(time % kNanosecondsPerSecond));
  pending_.u32(static_cast<std::uint32_t>(frame.bytes.size()));
  pending_.u32(frame.wire_length);
  pending_.raw(
      {reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size()});
  ends_.push_back(pending_.bytes().size());
  ++frames_;
  return pending_.bytes().size() < kFlushAt ? Result<void>() : flush();
}

Result<void> PcapWriter::flush() {
  if (auto done = write_all(file_.get(), pending_.bytes()); !done) {
    const std::uint64_t kept = cut_off_broken();
    pending_.clear();
    ends_.clear();
    static_cast<void>(sync_->note_written());
    return fail(done.error().kind,
                "cannot continue writing {}: {}; {} before that are kept: make "
                "room and record the rest",
                path_, done.error().message, counted(kept, "frame"));
  }
  if (pending_.bytes().empty()) return {};
  written_ += pending_.bytes().size();
  pending_.clear();
  ends_.clear();
  return check_synced(sync_->note_written());
}

Result<void> PcapWriter::finish() {
  auto flushed = flush();
  const auto synced = check_synced(sync_->finish());
  return flushed ? synced : flushed;
}

Result<void> PcapWriter::check_synced(const Result<void>& synced) const {
  if (synced) return {};
  return fail(synced.error().kind,
              "cannot sync {} to disk: {}; the last frames may be lost: check "
              "the disk and record again",
              path_, synced.error().message);
}

std::uint64_t PcapWriter::cut_off_broken() {
  const off_t size = ::lseek(file_.get(), 0, SEEK_END);
  const auto arrived = static_cast<std::uint64_t>(size) - written_;
  const auto broken = std::upper_bound(ends_.begin(), ends_.end(), arrived);
  const std::uint64_t whole = broken == ends_.begin() ? 0 : *(broken - 1);
  // If this fails too, a reader uses the whole records and reports the damage.
  static_cast<void>(
      ::ftruncate(file_.get(), static_cast<off_t>(written_ + whole)));
  return frames_ - static_cast<std::uint64_t>(ends_.end() - broken);
}

}  // namespace flowtell
