// SPDX-License-Identifier: Apache-2.0
#include "live/adapter_messages.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "model/model_file.h"
#include "model/model_sections.h"
#include "model/training_table.h"

namespace flowtell {
namespace {

// More than any model and flows take.
constexpr std::uint64_t kMaxMessage = std::uint64_t{2} << 30;

bool send_all(int channel, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(channel, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int channel, std::span<char> into) {
  while (!into.empty()) {
    const ssize_t got = ::recv(channel, into.data(), into.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

std::uint64_t nanoseconds(Timestamp time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

bool send_message(int channel, std::string_view bytes) {
  ByteWriter length;
  length.u64(bytes.size());
  return send_all(channel, length.bytes()) && send_all(channel, bytes);
}

std::optional<std::string> receive_message(int channel) {
  std::string length(sizeof(std::uint64_t), '\0');
  if (!receive_all(channel, length)) return std::nullopt;
  const auto size = ByteReader(as_bytes(length), ByteOrder::kLittle).u64();
  if (size > std::min<std::uint64_t>(kMaxMessage, SIZE_MAX)) {
    return std::nullopt;
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (!receive_all(channel, bytes)) return std::nullopt;
  return bytes;
}

std::string encode_request(const Model* model, const Dataset& recent) {
  ByteWriter out;
  std::string encoded;
  if (model != nullptr) encoded = encode_model(*model).value_or("");
  out.u64(encoded.size());
  out.raw(encoded);
  out.text(recent.captures.front().path);
  write_training_table(out, training_table(recent));
  return out.bytes();
}

Result<CandidateRequest> decode_request(std::string_view bytes,
                                        const Model& model) {
  ByteReader in(as_bytes(bytes), ByteOrder::kLittle);
  CandidateRequest request;
  if (const Bytes encoded = in.take(in.u64()); !encoded.empty()) {
    auto decoded = decode_model(encoded);
    if (!decoded) return fail(std::move(decoded).error());
    request.model = std::move(*decoded);
  }
  const Model& used = request.model ? *request.model : model;
  auto features = used.features();
  if (!features) return fail(std::move(features).error());
  Dataset& recent = request.recent;
  recent.apps = used.apps;
  recent.width = features->width();
  recent.features = std::move(*features);
  recent.flow_key = used.flow_key;
  recent.burst_gap = used.burst_gap;
  CaptureRecord capture;
  capture.path = capture.group = read_text(in);
  recent.captures.push_back(std::move(capture));
  auto done = read_training_table(in, recent);
  if (!done) return fail(std::move(done).error());
  CaptureRecord& record = recent.captures.front();
  record.flows = recent.rows();
  for (const RowFacts& facts : recent.facts) {
    record.first = std::min(record.first.value_or(facts.first), facts.first);
    record.last = std::max(record.last.value_or(facts.last), facts.last);
  }
  return request;
}

std::string encode_reply(const Result<CandidateSummary>& reply) {
  ByteWriter out;
  out.u8(reply ? 1 : 0);
  if (!reply) {
    out.text(reply.error().message);
    return out.bytes();
  }
  out.u64(nanoseconds(reply->made));
  out.u64(reply->flows);
  out.u64(reply->changed);
  out.u32(static_cast<std::uint32_t>(reply->apps.size()));
  for (const AppSessions& app : reply->apps) {
    out.text(app.app);
    out.u64(app.sessions);
  }
  out.u32(static_cast<std::uint32_t>(reply->changes.size()));
  for (const VerdictChange& change : reply->changes) {
    out.text(change.from);
    out.text(change.to);
    out.u64(change.flows);
  }
  return out.bytes();
}

Result<CandidateSummary> decode_reply(std::string_view bytes) {
  ByteReader in(as_bytes(bytes), ByteOrder::kLittle);
  if (in.u8() == 0) {
    const std::string message = read_text(in);
    return fail(ErrorKind::kNoData, "{}", message);
  }
  CandidateSummary summary;
  summary.made = Timestamp{Duration{static_cast<std::int64_t>(in.u64())}};
  summary.flows = in.u64();
  summary.changed = in.u64();
  summary.apps.resize(read_length(in, sizeof(std::uint64_t)));
  for (AppSessions& app : summary.apps) {
    app.app = read_text(in);
    app.sessions = in.u64();
  }
  summary.changes.resize(read_length(in, sizeof(std::uint64_t)));
  for (VerdictChange& change : summary.changes) {
    change.from = read_text(in);
    change.to = read_text(in);
    change.flows = in.u64();
  }
  if (!in.ok()) return fail(ErrorKind::kSystem, "the reply is cut short");
  return summary;
}

}  // namespace flowtell
