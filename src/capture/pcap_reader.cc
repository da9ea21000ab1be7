// SPDX-License-Identifier: Apache-2.0
#include "capture/file_formats.h"

#include <algorithm>

#include "base/text.h"

namespace flowtell {
namespace {

constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;
constexpr std::uint32_t kMicrosecond = 1000;  // in nanoseconds
constexpr std::uint32_t kMicrosecondsPerSecond = 1'000'000;
constexpr std::size_t kUnitSample = std::size_t{64} << 10;  // bytes

// Modified pcap's records go on with the interface's index, the EtherType, the
// kind of packet and padding; those of one release also with the processor.
constexpr std::size_t kModifiedHeader = 24;
constexpr std::size_t kLongModifiedHeader = 28;

struct PcapForm {
  ByteOrder order;
  std::uint32_t nanoseconds_per_tick;
  std::size_t record_header = kRecordHeader;
};

std::optional<PcapForm> form_of(Bytes front) {
  if (front.size() < 4) return std::nullopt;
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const auto magic = load<std::uint32_t>(front.data(), order);
    if (magic == kMicrosecondMagic) return PcapForm{order, 1000};
    if (magic == kNanosecondMagic) return PcapForm{order, 1};
    if (magic == kModifiedMagic) {
      return PcapForm{order, 1000, kModifiedHeader};
    }
  }
  return std::nullopt;
}

// Whether a record may start at `at`: lengths within bounds, and a fraction
// below a second.
bool may_start_record(Bytes bytes, std::size_t at, ByteOrder order) {
  if (at + kRecordHeader > bytes.size()) return false;
  const auto field = [&](std::size_t index) {
    return load<std::uint32_t>(&bytes[at + 4 * index], order);
  };
  return field(1) < 1'000'000 && field(2) <= kMaxFrameSize &&
         field(2) <= field(3) && field(3) <= kMaxFrameSize;
}

// The length of a modified file's record headers: the one that leads from the
// first record to the next, or to the end.
std::size_t modified_header(ByteStream& stream, ByteOrder order) {
  if (!stream.fill(kRecordHeader)) return kModifiedHeader;
  const auto captured = load<std::uint32_t>(&stream.window()[8], order);
  if (captured > kMaxFrameSize) return kModifiedHeader;
  const std::size_t next = kLongModifiedHeader + captured;
  const bool goes_on = stream.fill(next + kRecordHeader);
  const auto leads_on = [&](std::size_t header) {
    const Bytes window = stream.window();
    return (!goes_on && window.size() == header + captured) ||
           may_start_record(window, header + captured, order);
  };
  return leads_on(kLongModifiedHeader) && !leads_on(kModifiedHeader)
             ? kLongModifiedHeader
             : kModifiedHeader;
}

class PcapReader : public FrameSource {
 public:
  PcapReader(ByteStream stream, PcapForm form, LinkType link)
      : FrameSource(CaptureFormat::kPcap),
        stream_(std::move(stream)),
        form_(form),
        link_(link) {}

  std::size_t read(std::span<Frame> batch) override {
    std::size_t count = 0;
    while (count < batch.size() && !ended_) {
      const std::uint64_t claimed = next_record_size();
      if (claimed > form_.record_header + kMaxFrameSize) {
        end_at_impossible(claimed - form_.record_header);
        break;
      }
      const auto size = static_cast<std::size_t>(claimed);
      if (size <= stream_.window().size()) {
        if (is_unit_in_doubt()) {
          if (count > 0) break;
          find_unit();
        }
        if (is_zero_record(size)) {
          end_at_zeros();
          break;
        }
        take_record(size, batch[count++]);
      } else if (count > 0) {
        break;  // refilling would move the frames already in the batch
      } else if (!stream_.fill(size)) {
        end_at_cut(size);
      }
    }
    return count;
  }

 private:
  // Number of bytes to buffer before the next step: the record's header first,
  // then the whole record.
  std::uint64_t next_record_size() const {
    const Bytes window = stream_.window();
    if (window.size() < form_.record_header) return form_.record_header;
    return std::uint64_t{form_.record_header} +
           load<std::uint32_t>(&window[8], form_.order);
  }

  // REQUIRES: `size` bytes, header included, are buffered.
  void take_record(std::size_t size, Frame& frame) {
    const Bytes record = stream_.window().first(size);
    frame.time = time_of(field(record, 0), field(record, 4));
    frame.wire_length = field(record, 12);
    frame.bytes = record.subspan(form_.record_header);
    frame.link = link_;
    frame.interface = 0;
    frame.owner = nullptr;
    frame.number = frames_++;
    frame.comment = {};
    stream_.consume(size);
  }

  std::uint32_t field(Bytes record, std::size_t at) const {
    return load<std::uint32_t>(record.data() + at, form_.order);
  }

  Timestamp time_of(std::int64_t seconds, std::int64_t fraction) {
    if (fraction >= kNanosecondsPerSecond / form_.nanoseconds_per_tick) {
      note_damage(stream_.position(),
                  fmt::format("a time has a fraction of {} {}", fraction,
                              form_.nanoseconds_per_tick == 1 ? "ns" : "us"));
      return kNoTime;
    }
    if (fraction > 0) ++fractions_;
    return Timestamp{Duration{seconds * kNanosecondsPerSecond +
                              fraction * form_.nanoseconds_per_tick}};
  }

  // Whether the next record begins with a fraction that microseconds do not
  // reach, so that the unit of the file is in doubt.
  bool is_unit_in_doubt() const {
    return form_.nanoseconds_per_tick == kMicrosecond && !is_unit_known_ &&
           field(stream_.window(), 4) >= kMicrosecondsPerSecond;
  }

  // Some programs write nanoseconds under the magic number of microseconds.
  // Then nearly all fractions are too large; otherwise the record is damaged.
  // REQUIRES: no frame of the batch borrows from the window.
  void find_unit() {
    is_unit_known_ = true;
    stream_.fill(kUnitSample);
    // A mapped file's window is the whole file; the sample is the same for
    // both.
    Bytes rest = stream_.window();
    rest = rest.first(std::min(rest.size(), kUnitSample));
    std::uint64_t large = 0;
    std::uint64_t small = fractions_;
    while (rest.size() >= kRecordHeader) {
      const std::uint32_t fraction = field(rest, 4);
      if (fraction >= kNanosecondsPerSecond) return;
      large += fraction >= kMicrosecondsPerSecond ? 1 : 0;
      small += fraction > 0 && fraction < kMicrosecondsPerSecond ? 1 : 0;
      const std::size_t size =
          form_.record_header + std::size_t{field(rest, 8)};
      if (size > rest.size()) break;
      rest = rest.subspan(size);
    }
    if (large <= small) return;
    form_.nanoseconds_per_tick = 1;
    clocks_.are_nanoseconds = true;
  }

  // A record of zeros is no frame: space that the recorder reserved, or that
  // the file system never wrote.
  bool is_zero_record(std::size_t size) const {
    if (size != form_.record_header) return false;
    const Bytes window = stream_.window();
    return field(window, 0) == 0 && field(window, 4) == 0 &&
           field(window, 12) == 0;
  }

  void end_at_zeros() {
    ended_ = true;
    note_damage(stream_.position(), "zeros follow where a record should be");
  }

  void end_at_impossible(std::uint64_t length) {
    ended_ = true;
    note_damage(stream_.position(),
                fmt::format("a record claims a frame of {} bytes", length));
  }

  void end_at_cut(std::size_t wanted) {
    ended_ = true;
    const std::size_t left = stream_.window().size();
    if (stream_.problem()) {
      note_damage(stream_.position() + left, stream_.problem()->message);
    } else if (left > 0) {
      note_damage(stream_.position(),
                  left < form_.record_header
                      ? fmt::format("a record's header is cut off after {}",
                                    counted(left, "byte"))
                      : fmt::format("a record of {} bytes is cut off after {}",
                                    wanted, left));
    }
  }

  ByteStream stream_;
  PcapForm form_;
  LinkType link_;
  bool ended_ = false;
  bool is_unit_known_ = false;
  std::uint64_t frames_ = 0;     // returned
  std::uint64_t fractions_ = 0;  // above 0, that were read
};

}  // namespace

bool looks_like_pcap(Bytes front) { return form_of(front).has_value(); }

Result<std::unique_ptr<FrameSource>> read_pcap(ByteStream stream) {
  const auto form = form_of(stream.window());
  require(form.has_value(), "read_pcap needs a pcap header");
  if (!stream.fill(kFileHeader)) {
    return fail(stream.problem() ? stream.problem()->kind : ErrorKind::kCorrupt,
                "its pcap header is cut off after {} of {} bytes; record or "
                "copy it again",
                stream.window().size(), kFileHeader);
  }
  // The upper half of the link type field may hold the length of a frame check
  // sequence. It is ignored: lengths come from IP headers.
  const auto link = static_cast<LinkType>(
      load<std::uint32_t>(&stream.window()[20], form->order) & 0xffff);
  stream.consume(kFileHeader);
  PcapForm found = *form;
  if (found.record_header == kModifiedHeader) {
    found.record_header = modified_header(stream, found.order);
  }
  return std::make_unique<PcapReader>(std::move(stream), found, link);
}

}  // namespace flowtell
