// SPDX-License-Identifier: Apache-2.0
#include "decode/dns_message.h"

#include <algorithm>

namespace flowtell {
namespace {

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kAaaa = 28;
constexpr std::uint16_t kInternet = 1;
// Multicast DNS: "flush what you knew of this" (RFC 6762, section 10.2).
constexpr std::uint16_t kClassBits = 0x7fff;

constexpr std::uint16_t kHeader = 12;  // bytes before the first question
constexpr std::uint8_t kLongestLabel = 63;
constexpr std::uint8_t kPointer = 0xc0;  // from here on (RFC 1035, 4.1.4)
constexpr int kMostJumps = 16;

// Labels become a name, parted by dots.
class NameText {
 public:
  void append(std::string_view label) {
    const std::size_t dot = size_ == 0 ? 0 : 1;
    is_too_long_ = is_too_long_ || size_ + dot + label.size() > text_.size();
    if (is_too_long_) return;
    if (dot == 1) text_[size_++] = '.';
    std::copy(label.begin(), label.end(),
              text_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += label.size();
    // A dot within a label would make it look like two.
    is_fine_ = is_fine_ && label.find('.') == std::string_view::npos;
  }

  bool is_too_long() const { return is_too_long_; }
  HostName name() const {
    if (!is_fine_ || is_too_long_) return {};
    return HostName::from({text_.data(), size_}).value_or(HostName());
  }

 private:
  std::array<char, HostName::kLongest> text_{};
  std::size_t size_ = 0;
  bool is_fine_ = true;
  bool is_too_long_ = false;
};

}  // namespace

DnsReader::DnsReader(Bytes message, DnsKind kind) noexcept
    : message_(message), kind_(kind), first_record_(message), reader_(message) {
  reader_.skip(2);
  const std::uint16_t flags = reader_.u16();
  const std::uint16_t questions = reader_.u16();
  unsigned records = reader_.u16();
  const unsigned others = reader_.u16() + reader_.u16();
  constexpr std::uint16_t kResponse = 0x8000;
  constexpr std::uint16_t kOtherOperation = 0x7800;
  constexpr std::uint16_t kFailure = 0x000f;
  if (!reader_.ok() || (flags & kOtherOperation) != 0) return;
  const bool answers = (flags & kResponse) != 0 && (flags & kFailure) == 0;
  if (kind == DnsKind::kMulticast) records += others;
  if (kind == DnsKind::kUnicast && questions != 1) return;
  if (questions > kMostRecords) return;
  for (unsigned i = 0; i < questions; ++i) read_question();
  if (kind == DnsKind::kUnicast && asked_.empty()) return;
  if (!answers) return;
  first_record_ = reader_;
  records_ = left_ = std::min(records, kMostRecords);
}

void DnsReader::read_question() {
  const std::size_t before = name_bytes_;
  asked_ = wanted_ = read_name(reader_);
  question_bytes_ = before - name_bytes_;
  reader_.skip(4);  // type and class
}

bool DnsReader::next(DnsAnswer& answer) noexcept {
  do {
    Record record;
    while (read_record(record)) {
      if ((record.class_of & kClassBits) != kInternet || record.owner.empty()) {
        continue;
      }
      const bool is_asked = kind_ == DnsKind::kUnicast;
      if (is_asked && !(record.owner == wanted_)) continue;
      if (record.type == kCname) note_alias(record);
      const bool is_v4 = record.type == kA && record.data.size() == 4;
      const bool is_v6 = record.type == kAaaa && record.data.size() == 16;
      if (!is_v4 && !is_v6) continue;
      answer.name = is_asked ? asked_ : record.owner;
      answer.address =
          is_v4 ? Address::v4(record.data) : Address::v6(record.data);
      answer.seconds = std::min(seconds_, record.seconds);
      return true;
    }
  } while (follow_alias());
  return false;
}

bool DnsReader::read_record(Record& record) {
  if (left_ == 0) return false;
  --left_;
  record.owner = read_name(reader_);
  record.type = reader_.u16();
  record.class_of = reader_.u16();
  record.seconds = reader_.u32();
  // A set top bit means 0 (RFC 2181, section 8).
  if (record.seconds > INT32_MAX) record.seconds = 0;
  const std::uint16_t size = reader_.u16();
  record.data_at = reader_.position();
  record.data = reader_.take(size);
  if (!reader_.ok()) left_ = 0;
  return reader_.ok();
}

void DnsReader::note_alias(const Record& record) {
  if (kind_ != DnsKind::kUnicast || !alias_.empty()) return;
  ByteReader reader(message_);
  reader.skip(record.data_at);
  alias_ = read_name(reader);
  alias_seconds_ = record.seconds;
}

// Once more through the records, which may stand in any order, with the alias
// as the name that is wanted.
bool DnsReader::follow_alias() {
  if (alias_.empty() || ++rounds_ > kMostAliases) return false;
  wanted_ = alias_;
  alias_ = {};
  seconds_ = std::min(seconds_, alias_seconds_);
  reader_ = first_record_;
  left_ = records_;
  return true;
}

// Nearly every answer's owner is a pointer to the name in the question.
bool DnsReader::points_to_question(ByteReader reader) const {
  constexpr std::uint16_t kToQuestion = 0xc000 | kHeader;
  return kind_ == DnsKind::kUnicast && !asked_.empty() &&
         reader.u16() == kToQuestion;
}

HostName DnsReader::read_name(ByteReader& reader) {
  if (points_to_question(reader) && question_bytes_ < name_bytes_) {
    reader.skip(2);
    name_bytes_ -= question_bytes_;
    return asked_;
  }
  NameText text;
  ByteReader at = reader;
  std::size_t earliest = at.position();
  int jumps = 0;
  while (const std::uint8_t length = at.u8()) {
    if (length >= kPointer) {
      const std::size_t target = (length & 0x3fu) << 8 | at.u8();
      if (jumps == 0) reader = at;
      // Each pointer goes further back than the one before, so this ends.
      if (!at.ok() || target >= earliest || ++jumps > kMostJumps) return {};
      earliest = target;
      at = ByteReader(message_);
      at.skip(target);
      continue;
    }
    if (length >= name_bytes_) {
      left_ = 0;
      rounds_ = kMostAliases;
      reader.skip(reader.left() + 1);
      return {};
    }
    name_bytes_ -= length;
    if (length > kLongestLabel) at.skip(at.left() + 1);  // no such type
    text.append(as_text(at.take(length)));
    if (text.is_too_long()) at.skip(at.left() + 1);
  }
  if (jumps == 0) reader = at;
  return at.ok() ? text.name() : HostName();
}

}  // namespace flowtell
