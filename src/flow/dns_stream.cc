// SPDX-License-Identifier: Apache-2.0
#include "flow/dns_stream.h"

#include <vector>

namespace flowtell {
namespace {

constexpr std::size_t kLength = 2;

}  // namespace

void DnsStream::put(std::uint32_t sequence, Bytes captured,
                    std::uint32_t length) {
  if (!is_started_) restart_at(sequence);
  drop_read();
  // Sequence numbers wrap around (RFC 9293, 3.4).
  const auto offset = static_cast<std::int32_t>(sequence - base_);
  if (offset < 0) {
    const std::size_t old = std::size_t{0} - static_cast<std::size_t>(offset);
    if (old >= captured.size()) return;
    captured = captured.subspan(old);
    sequence = base_;
    length -= static_cast<std::uint32_t>(old);
  } else if (static_cast<std::size_t>(offset) >= PieceBuffer::kMax) {
    // Too much was lost to wait for it.
    restart_at(sequence);
  }
  is_cut_ = is_cut_ || captured.size() < length;
  pieces_.put(sequence - base_, captured);
}

bool DnsStream::next(Bytes& message) {
  const Bytes front = pieces_.front().subspan(read_);
  if (front.size() < kLength) return false;
  const std::size_t size = load<std::uint16_t>(front.data(), ByteOrder::kBig);
  const Bytes rest = front.subspan(kLength);
  if (rest.size() >= size) {
    message = rest.first(size);
    read_ += kLength + size;
    return true;
  }
  const bool is_full = pieces_.front().size() == PieceBuffer::kMax;
  if (!is_cut_ && is_full && read_ > 0) {
    // Makes room for the rest of the message.
    const std::vector<std::uint8_t> unread(front.begin(), front.end());
    restart_at(base_ + static_cast<std::uint32_t>(read_));
    pieces_.put(0, unread);
    return false;
  }
  if (!is_cut_ && !is_full) return false;
  // No more of this message will come; its bytes outlive the restart.
  message = rest;
  restart_at(base_ + static_cast<std::uint32_t>(read_ + kLength + size));
  return true;
}

void DnsStream::restart_at(std::uint32_t sequence) {
  is_started_ = true;
  is_cut_ = false;
  base_ = sequence;
  read_ = 0;
  pieces_.clear();
}

void DnsStream::drop_read() {
  if (read_ == 0 || pieces_.front().size() > read_) return;
  if (!pieces_.is_contiguous()) return;
  restart_at(base_ + static_cast<std::uint32_t>(read_));
}

}  // namespace flowtell
