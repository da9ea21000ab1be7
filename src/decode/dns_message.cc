// SPDX-License-Identifier: Apache-2.0
#include "decode/dns_message.h"

#include <algorithm>
#include <optional>

namespace flowtell {
namespace {

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kAaaa = 28;
constexpr std::uint16_t kSvcb = 64;
constexpr std::uint16_t kHttps = 65;
constexpr std::uint16_t kInternet = 1;
// Multicast DNS uses the top bit for cache flush (RFC 6762, section 10.2).
constexpr std::uint16_t kClassBits = 0x7fff;

bool is_service(std::uint16_t type) { return type == kSvcb || type == kHttps; }

constexpr std::uint8_t kPointer = 0xc0;  // from here on (RFC 1035, 4.1.4)
constexpr int kMaxJumps = 16;

// Reads the labels of a name, following compression pointers.
class LabelReader {
 public:
  // `at` reads the message, positioned at the name.
  LabelReader(Bytes message, const ByteReader& at)
      : message_(message), at_(at), earliest_(at.position()) {}

  // The next label; empty at the end, and where the name is invalid.
  std::string_view next() {
    for (;;) {
      const std::uint8_t length = at_.u8();
      if (length < kPointer) {
        if (length > HostName::kMaxLabelLength) invalidate();  // no such type
        return as_text(at_.take(length));
      }
      const std::size_t target = (length & 0x3fu) << 8 | at_.u8();
      if (jumps_ == 0) after_ = at_;
      // Each pointer must lead further back than the last, so this ends.
      if (!at_.ok() || target >= earliest_ || ++jumps_ > kMaxJumps) {
        invalidate();
        return {};
      }
      earliest_ = target;
      at_ = ByteReader(message_);
      at_.skip(target);
    }
  }

  // Whether everything read so far was valid.
  bool ok() const { return at_.ok(); }
  // The reader after the name. REQUIRES: the name was read to its end.
  const ByteReader& after() const { return after_ ? *after_ : at_; }

 private:
  void invalidate() { at_.skip(at_.left() + 1); }

  Bytes message_;
  ByteReader at_;
  std::optional<ByteReader> after_;  // after the first pointer
  std::size_t earliest_;
  int jumps_ = 0;
};

void skip_name(ByteReader& reader) {
  while (const std::uint8_t length = reader.u8()) {
    if (length >= kPointer) return reader.skip(1);
    reader.skip(length <= HostName::kMaxLabelLength ? length
                                                    : reader.left() + 1);
  }
}

// Removes `label` from the front of `name`. False if it is not there.
bool consume_label(std::string_view& name, std::string_view label) {
  if (name.size() < label.size()) return false;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] == '.' || HostName::normalised(label[i]) != name[i]) {
      return false;
    }
  }
  name.remove_prefix(label.size());
  if (name.empty()) return true;
  if (name.front() != '.') return false;
  name.remove_prefix(1);
  return true;
}

// Joins labels to a name with dots.
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
    // A dot within a label would read as two labels.
    is_valid_ = is_valid_ && label.find('.') == std::string_view::npos;
  }

  bool is_too_long() const { return is_too_long_; }
  HostName name() const {
    if (!is_valid_ || is_too_long_) return {};
    return HostName::from({text_.data(), size_}).value_or(HostName());
  }

 private:
  std::array<char, HostName::kMaxLength> text_{};
  std::size_t size_ = 0;
  bool is_valid_ = true;
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
  if (questions > kMaxRecords) return;
  for (unsigned i = 0; i < questions; ++i) read_question();
  if (kind == DnsKind::kUnicast && question_.empty()) return;
  if (!answers) return;
  if (kind == DnsKind::kUnicast && is_service(question_type_)) {
    records += others;
  }
  first_record_ = reader_;
  records_ = records_left_ = std::min(records, kMaxRecords);
}

void DnsReader::read_question() {
  target_at_ = reader_.position();
  question_ = target_ = read_name(reader_);
  question_type_ = reader_.u16();
  reader_.skip(2);  // class
}

bool DnsReader::next(DnsAnswer& answer) noexcept {
  if (next_hint(answer)) return true;
  do {
    Record record{reader_};
    while (read_record(record)) {
      if ((record.record_class & kClassBits) != kInternet) continue;
      if (record.type == kCname) note_alias(record, record.data_at);
      if (is_service(record.type)) {
        start_service(record);
        if (next_hint(answer)) return true;
        continue;
      }
      const bool is_v4 = record.type == kA && record.data.size() == 4;
      const bool is_v6 = record.type == kAaaa && record.data.size() == 16;
      if (!is_v4 && !is_v6) continue;
      answer.name = name_for(record);
      if (answer.name.empty()) continue;
      answer.address =
          is_v4 ? Address::v4(record.data) : Address::v6(record.data);
      answer.seconds = std::min(ttl_, record.ttl);
      return true;
    }
  } while (follow_alias());
  return false;
}

bool DnsReader::read_record(Record& record) {
  if (records_left_ == 0) return false;
  --records_left_;
  record.owner = reader_;
  skip_name(reader_);
  record.type = reader_.u16();
  record.record_class = reader_.u16();
  record.ttl = reader_.u32();
  // A set top bit means 0 (RFC 2181, section 8).
  if (record.ttl > INT32_MAX) record.ttl = 0;
  const std::uint16_t size = reader_.u16();
  record.data_at = reader_.position();
  record.data = reader_.take(size);
  if (!reader_.ok()) records_left_ = 0;
  return reader_.ok();
}

std::string_view DnsReader::name_for(const Record& record) {
  if (kind_ == DnsKind::kUnicast) {
    return is_target(record.owner) ? question_.text() : std::string_view();
  }
  ByteReader reader = record.owner;
  owner_name_ = read_name(reader);
  return owner_name_.text();
}

void DnsReader::note_alias(const Record& record, std::size_t target_at) {
  if (kind_ != DnsKind::kUnicast || !alias_.empty()) return;
  if (!is_target(record.owner)) return;
  ByteReader reader(message_);
  reader.skip(target_at);
  alias_ = read_name(reader);
  alias_at_ = target_at;
  alias_ttl_ = record.ttl;
}

// Priority, target, parameters (RFC 9460, 2.2). The target "." is the owner.
void DnsReader::start_service(const Record& record) {
  constexpr std::size_t kPriority = 2;
  if (kind_ != DnsKind::kUnicast || !is_target(record.owner)) return;
  note_alias(record, record.data_at + kPriority);
  if (alias_ == target_) alias_ = {};
  parameters_ = ByteReader(record.data);
  parameters_.skip(kPriority);
  skip_name(parameters_);
  hint_ttl_ = std::min(ttl_, record.ttl);
}

// The next address in ipv4hint or ipv6hint of the record being read.
bool DnsReader::next_hint(DnsAnswer& answer) {
  constexpr std::uint16_t kIpv4Hint = 4;
  constexpr std::uint16_t kIpv6Hint = 6;
  while (hints_.left() < std::max<std::size_t>(hint_size_, 1)) {
    if (parameters_.left() == 0) return false;
    const std::uint16_t key = parameters_.u16();
    const Bytes value = parameters_.take(parameters_.u16());
    hint_size_ = key == kIpv4Hint ? 4 : 16;
    hints_ = ByteReader(key == kIpv4Hint || key == kIpv6Hint ? value : Bytes());
    if (!parameters_.ok()) parameters_ = ByteReader(Bytes());
  }
  if (hints_left_ == 0) return false;
  --hints_left_;
  const Bytes address = hints_.take(hint_size_);
  answer.name = question_.text();
  answer.address =
      hint_size_ == 4 ? Address::v4(address) : Address::v6(address);
  answer.seconds = hint_ttl_;
  return true;
}

// Starts another round over the records, which may come in any order, with the
// alias as the target.
bool DnsReader::follow_alias() {
  if (alias_.empty() || ++rounds_ > kMaxAliases) return false;
  target_ = alias_;
  target_at_ = alias_at_;
  alias_ = {};
  ttl_ = std::min(ttl_, alias_ttl_);
  reader_ = first_record_;
  records_left_ = records_;
  return true;
}

HostName DnsReader::read_name(ByteReader& reader) {
  LabelReader labels(message_, reader);
  NameText text;
  for (;;) {
    const std::string_view label = labels.next();
    if (label.empty()) break;
    text.append(label);
    if (text.is_too_long() || !use_budget(label.size())) {
      reader.skip(reader.left() + 1);
      return {};
    }
  }
  reader = labels.after();
  return labels.ok() ? text.name() : HostName();
}

// Compares label by label: most other names differ in their first bytes.
bool DnsReader::is_target(const ByteReader& owner) {
  if (points_to_target(owner)) return true;
  LabelReader labels(message_, owner);
  std::string_view rest = target_.text();
  for (;;) {
    const std::string_view label = labels.next();
    if (label.empty()) return labels.ok() && rest.empty();
    if (!use_budget(label.size()) || !consume_label(rest, label)) return false;
  }
}

// The common case: the owner points to the question or to the last alias.
bool DnsReader::points_to_target(ByteReader owner) const {
  const std::size_t at = owner.position();
  const std::uint16_t pointer = owner.u16();
  return pointer >= kPointer << 8 && (pointer & 0x3fff) == target_at_ &&
         target_at_ < at;
}

// False, and ends the reading, when the budget is exceeded.
bool DnsReader::use_budget(std::size_t name_bytes) {
  if (name_bytes < name_budget_) {
    name_budget_ -= name_bytes;
    return true;
  }
  records_left_ = 0;
  rounds_ = kMaxAliases;
  return false;
}

}  // namespace flowtell
