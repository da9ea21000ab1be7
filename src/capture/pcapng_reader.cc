// SPDX-License-Identifier: Apache-2.0
#include "capture/file_formats.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/text.h"
#include "capture/tick_clock.h"

namespace flowtell {
namespace {

enum class BlockType : std::uint32_t {
  kInterface = 1,
  kOldPacket = 2,
  kSimplePacket = 3,
  kEnhancedPacket = 6,
  kCustom = 0x0bad,
  kProcess = 0x80000001,  // Apple's
  kSection = 0x0a0d0d0a,  // reads the same in both byte orders
};

constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::size_t kBlockHead = 8;     // type and length
constexpr std::size_t kBlockFrame = 12;   // … and the repeated length
constexpr std::size_t kSectionHead = 12;  // … and the byte-order magic
constexpr std::size_t kMaxInterfaces = 1 << 16;
constexpr std::size_t kMaxBlockSize = 1 << 24;  // for block types that are read
constexpr std::size_t kMaxOwners = 1 << 12;
constexpr std::size_t kMaxProcesses = 1 << 16;  // of a section

constexpr std::uint16_t kComment = 1;  // an option of any block

struct Interface {
  LinkType link;
  std::uint32_t snap_length;  // 0: no limit
  TickClock clock;
};

bool holds_packet(BlockType type) {
  return type == BlockType::kEnhancedPacket ||
         type == BlockType::kSimplePacket || type == BlockType::kOldPacket;
}

bool is_read(BlockType type) {
  return holds_packet(type) || type == BlockType::kInterface ||
         type == BlockType::kSection;
}

// Calls `use` with the code, the length and a reader of each option's value.
template <typename Use>
void for_each_option(ByteReader options, Use&& use) {
  constexpr std::uint16_t kEnd = 0;
  while (options.left() >= 4) {
    const std::uint16_t code = options.u16();
    const std::uint16_t length = options.u16();
    if (code == kEnd) break;
    use(code, length, options);
    options.skip((std::uint64_t{length} + 3) & ~std::uint64_t{3});
  }
}

std::string_view first_comment(ByteReader options) {
  std::string_view first;
  for_each_option(
      options, [&](std::uint16_t code, std::uint16_t length, ByteReader value) {
        if (code == kComment && first.empty())
          first = as_text(value.take(length));
      });
  return first;
}

// The clock described by an interface's options.
TickClock clock_from(ByteReader options) {
  constexpr std::uint16_t kResolution = 9;
  constexpr std::uint16_t kOffset = 14;
  std::uint8_t resolution = TickClock::kMicroseconds;
  std::int64_t offset = 0;
  for_each_option(
      options, [&](std::uint16_t code, std::uint16_t length, ByteReader value) {
        if (code == kResolution && length >= 1) resolution = value.u8();
        if (code == kOffset && length >= 8) {
          offset = static_cast<std::int64_t>(value.u64());
        }
      });
  return TickClock(resolution, offset);
}

// The owners that a file's blocks describe. A section has its own numbers.
class SectionOwners {
 public:
  void begin_section() {
    by_uid_.clear();
    processes_.clear();
  }

  // A custom block. PCAPdroid's of type 1 maps a UID to a package and a name
  // (https://emanuele-f.github.io/PCAPdroid/advanced_features). False if such a
  // block is too short.
  bool take_custom(ByteReader body) {
    constexpr std::uint32_t kPcapdroid = 62652;  // enterprise number
    constexpr std::uint16_t kVersion = 1;
    constexpr std::uint8_t kUidMap = 1;
    if (body.u32() != kPcapdroid || body.u16() != kVersion) return true;
    if (body.u8() != kUidMap) return true;
    body.skip(1);
    const auto uid = static_cast<std::int32_t>(body.u32());
    const std::uint8_t package_length = body.u8();
    const std::uint8_t name_length = body.u8();
    const std::string_view package = as_text(body.take(package_length));
    const std::string_view name = as_text(body.take(name_length));
    if (!body.ok()) return false;
    const FrameOwner*& known = by_uid_[uid];
    if (known == nullptr || known->app.empty()) {
      known =
          keep({std::string(package.empty() ? name : package), app_id_of(uid)});
    }
    if (by_uid_.size() > kMaxOwners) by_uid_.erase(uid);
    return true;
  }

  // Apple's block of a process, numbered from 0 in its section.
  void take_process(ByteReader body) {
    constexpr std::uint16_t kName = 2;
    body.skip(4);  // process identifier
    std::string_view name;
    for_each_option(
        body, [&](std::uint16_t code, std::uint16_t length, ByteReader value) {
          if (code == kName) name = as_text(value.take(length));
        });
    if (processes_.size() == kMaxProcesses) return;
    processes_.push_back(
        name.empty() ? nullptr : keep({std::string(name), FrameOwner::kNoUid}));
  }

  // By the options of a packet: PCAPdroid's comment "u-10123"; Apple's process,
  // or rather the effective one, on whose behalf a service sent the packet.
  const FrameOwner* find(ByteReader options) {
    constexpr std::uint16_t kProcess = 0x8001;
    constexpr std::uint16_t kEffectiveProcess = 0x8003;
    const FrameOwner* by_uid = nullptr;
    const FrameOwner* process = nullptr;
    const FrameOwner* effective = nullptr;
    for_each_option(options, [&](std::uint16_t code, std::uint16_t length,
                                 ByteReader value) {
      if (code == kComment) {
        by_uid = by_comment(as_text(value.take(length)), by_uid);
      } else if (code == kProcess && length == 4) {
        process = process_at(value.u32());
      } else if (code == kEffectiveProcess && length == 4) {
        effective = process_at(value.u32());
      }
    });
    if (by_uid != nullptr) return by_uid;
    return effective != nullptr ? effective : process;
  }

 private:
  const FrameOwner* by_comment(std::string_view comment,
                               const FrameOwner* otherwise) {
    if (!comment.starts_with("u-")) return otherwise;
    const auto uid = parse_number<std::int32_t>(comment.substr(2));
    if (!uid || *uid < 0) return otherwise;  // -1: unknown
    const auto at = by_uid_.find(*uid);
    if (at != by_uid_.end()) return at->second;
    if (by_uid_.size() >= kMaxOwners) return otherwise;
    return by_uid_[*uid] = keep({"", app_id_of(*uid)});
  }

  const FrameOwner* process_at(std::uint32_t number) const {
    return number < processes_.size() ? processes_[number] : nullptr;
  }

  // Null beyond kMaxOwners.
  const FrameOwner* keep(FrameOwner owner) {
    if (owners_.size() >= kMaxOwners && !owners_.contains(owner)) {
      return nullptr;
    }
    return &*owners_.insert(std::move(owner)).first;
  }

  std::set<FrameOwner> owners_;  // of the whole file; frames point to them
  std::map<std::int32_t, const FrameOwner*> by_uid_;
  std::vector<const FrameOwner*> processes_;
};

class PcapngReader : public FrameSource {
 public:
  explicit PcapngReader(ByteStream stream)
      : FrameSource(CaptureFormat::kPcapng), stream_(std::move(stream)) {}

  std::size_t read(std::span<Frame> batch) override {
    std::size_t count = 0;
    while (count < batch.size() && !ended_) {
      const std::size_t wanted = next_block_size();
      if (ended_) break;
      if (wanted <= stream_.window().size()) {
        if (take_block(wanted, batch[count])) ++count;
      } else if (count > 0) {
        break;  // refilling would move the frames already in the batch
      } else if (wanted > kMaxBlockSize) {
        skip_block(wanted);
      } else if (!stream_.fill(wanted)) {
        end_at_cut(wanted);
      }
    }
    return count;
  }

 private:
  // Number of bytes to buffer before the next step: a block's head first, then
  // the whole block. Ends the reading at an invalid length.
  std::size_t next_block_size() {
    const Bytes window = stream_.window();
    if (window.size() < kSectionHead) return kSectionHead;
    const auto type =
        static_cast<BlockType>(load<std::uint32_t>(&window[0], order_));
    if (type == BlockType::kSection && !choose_order(window)) return 0;
    const auto size = load<std::uint32_t>(&window[4], order_);
    if (size < kBlockFrame || size % 4 != 0 ||
        (is_read(type) && size > kMaxBlockSize)) {
      end(fmt::format("a block claims a length of {} bytes", size));
      return 0;
    }
    return size;
  }

  // A section's byte order applies from its own length on.
  bool choose_order(Bytes window) {
    const auto magic = load<std::uint32_t>(&window[8], ByteOrder::kLittle);
    if (magic == kByteOrderMagic) {
      order_ = ByteOrder::kLittle;
    } else if (swap_bytes(magic) == kByteOrderMagic) {
      order_ = ByteOrder::kBig;
    } else {
      end("a section header has no byte-order magic");
      return false;
    }
    return true;
  }

  // Skips an unused block that is too long to buffer.
  void skip_block(std::size_t size) {
    if (stream_.skip(size)) return;
    end(fmt::format("a block of {} bytes is cut off", size));
  }

  // Processes the buffered block; true if it produced a frame.
  bool take_block(std::size_t size, Frame& frame) {
    const Bytes block = stream_.window().first(size);
    if (load<std::uint32_t>(&block[size - 4], order_) != size) {
      end(fmt::format("a block of {} bytes does not end with its length",
                      size));
      return false;
    }
    const auto type =
        static_cast<BlockType>(load<std::uint32_t>(&block[0], order_));
    const ByteReader body(block.subspan(kBlockHead, size - kBlockFrame),
                          order_);
    bool has_frame = false;
    if (type == BlockType::kSection) {
      sections_before_ += interfaces_.size();
      interfaces_.clear();
      owners_.begin_section();
    }
    if (type == BlockType::kInterface) take_interface(body);
    if (type == BlockType::kProcess) owners_.take_process(body);
    if (type == BlockType::kCustom && !owners_.take_custom(body)) {
      note_damage(stream_.position(), "a PCAPdroid block is too short");
    }
    if (holds_packet(type)) {
      has_frame = take_packet(type, body, frame);
      if (!has_frame) {
        note_damage(stream_.position(), "a packet block is invalid");
      }
    }
    stream_.consume(size);
    return has_frame;
  }

  void take_interface(ByteReader body) {
    const auto link = static_cast<LinkType>(body.u16());
    body.skip(2);
    const std::uint32_t snap_length = body.u32();
    if (!body.ok()) {
      note_damage(stream_.position(), "an interface description is too short");
    }
    if (interfaces_.size() == kMaxInterfaces) {
      end("a section describes too many interfaces");
      return;
    }
    interfaces_.push_back({link, snap_length, clock_from(body)});
  }

  bool take_packet(BlockType type, ByteReader body, Frame& frame) {
    if (type == BlockType::kSimplePacket) return take_simple(body, frame);
    std::uint32_t interface = 0;
    if (type == BlockType::kEnhancedPacket) {
      interface = body.u32();
    } else {
      interface = body.u16();
      body.skip(2);  // drop count of the recorder
    }
    const std::uint64_t high = body.u32();
    const std::uint64_t ticks = (high << 32) | body.u32();
    const std::uint32_t captured = body.u32();
    frame.wire_length = body.u32();
    if (interface >= interfaces_.size()) return false;
    frame.time = interfaces_[interface].clock.time(ticks);
    return finish(interface, body, captured, frame);
  }

  // A simple packet has no time.
  bool take_simple(ByteReader body, Frame& frame) {
    if (interfaces_.empty()) return false;
    const Interface& interface = interfaces_.front();
    frame.wire_length = body.u32();
    std::uint32_t captured = frame.wire_length;
    if (interface.snap_length > 0) {
      captured = std::min(captured, interface.snap_length);
    }
    frame.time = kNoTime;
    return finish(0, body, captured, frame);
  }

  // REQUIRES: there is such an interface.
  bool finish(std::size_t interface, ByteReader body, std::uint32_t captured,
              Frame& frame) {
    frame.bytes = body.take(captured);
    if (!body.ok() || captured > kMaxFrameSize) return false;
    frame.link = interfaces_[interface].link;
    frame.interface = static_cast<std::uint16_t>(
        std::min<std::size_t>(sections_before_ + interface, UINT16_MAX));
    // A simple packet ends with its padding, where no option fits.
    body.skip((4 - captured % 4) % 4);
    frame.number = frames_++;
    const bool has_options = body.left() >= 4;
    frame.owner = has_options ? owners_.find(body) : nullptr;
    frame.comment = has_options ? first_comment(body) : std::string_view();
    return true;
  }

  void end(std::string damage) {
    ended_ = true;
    note_damage(stream_.position(), std::move(damage));
  }

  void end_at_cut(std::size_t wanted) {
    const std::size_t left = stream_.window().size();
    ended_ = true;
    if (stream_.problem()) {
      note_damage(stream_.position() + left, stream_.problem()->message);
    } else if (left > 0) {
      end(left < kSectionHead
              ? fmt::format("a block's head is cut off after {}",
                            counted(left, "byte"))
              : fmt::format("a block of {} bytes is cut off after {}", wanted,
                            left));
    }
  }

  ByteStream stream_;
  ByteOrder order_ = ByteOrder::kLittle;
  std::vector<Interface> interfaces_;  // of the current section
  SectionOwners owners_;
  std::size_t sections_before_ = 0;  // interfaces of earlier sections
  std::uint64_t frames_ = 0;         // returned
  bool ended_ = false;
};

}  // namespace

bool looks_like_pcapng(Bytes front) {
  return front.size() >= 4 &&
         load<std::uint32_t>(front.data(), ByteOrder::kLittle) ==
             static_cast<std::uint32_t>(BlockType::kSection);
}

std::unique_ptr<FrameSource> read_pcapng(ByteStream stream) {
  return std::make_unique<PcapngReader>(std::move(stream));
}

}  // namespace flowtell
