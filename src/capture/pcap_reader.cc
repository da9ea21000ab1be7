// SPDX-License-Identifier: Apache-2.0
#include "capture/file_formats.h"

#include "base/text.h"

namespace flowtell {
namespace {

constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;

struct PcapForm {
  ByteOrder order;
  std::uint32_t nanoseconds_per_tick;
};

std::optional<PcapForm> form_of(Bytes front) {
  if (front.size() < 4) return std::nullopt;
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const auto magic = load<std::uint32_t>(front.data(), order);
    if (magic == kMicrosecondMagic) return PcapForm{order, 1000};
    if (magic == kNanosecondMagic) return PcapForm{order, 1};
  }
  return std::nullopt;
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
      if (claimed > kRecordHeader + kMaxFrameSize) {
        end_at_impossible(claimed - kRecordHeader);
        break;
      }
      const auto size = static_cast<std::size_t>(claimed);
      if (size <= stream_.window().size()) {
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
    if (window.size() < kRecordHeader) return kRecordHeader;
    return std::uint64_t{kRecordHeader} +
           load<std::uint32_t>(&window[8], form_.order);
  }

  // REQUIRES: `size` bytes, header included, are buffered.
  void take_record(std::size_t size, Frame& frame) {
    const Bytes record = stream_.window().first(size);
    const auto field = [&](std::size_t at) {
      return load<std::uint32_t>(record.data() + at, form_.order);
    };
    const std::int64_t seconds = field(0);
    const std::int64_t fraction = field(4);
    frame.wire_length = field(12);
    frame.bytes = record.subspan(kRecordHeader);
    frame.link = link_;
    frame.owner = nullptr;
    frame.time = Timestamp{Duration{seconds * kNanosecondsPerSecond +
                                    fraction * form_.nanoseconds_per_tick}};
    stream_.consume(size);
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
                  left < kRecordHeader
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
  return std::make_unique<PcapReader>(std::move(stream), *form, link);
}

}  // namespace flowtell
