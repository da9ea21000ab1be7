// SPDX-License-Identifier: Apache-2.0
//
// Versions, errors, texts, captures and features of the C interface.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "api/handles.h"
#include "base/threads.h"
#include "capture/capture_file.h"
#include "features/feature_list.h"
#include "model/model.h"

struct flowtell_capture {
  std::unique_ptr<flowtell::FrameSource> source;
  std::array<flowtell::Frame, 64> frames;
  std::array<char, 256> damage;
};

namespace flowtell::api {

int threads_or_all(int threads) {
  return threads > 0 ? threads : hardware_threads();
}

Result<FlowOptions> flow_options(const flowtell_flow_options& given,
                                 FlowOptions options) {
  if (given.flow_key != nullptr) {
    const auto at = std::ranges::find(kFlowKeyNames, given.flow_key);
    if (at == kFlowKeyNames.end()) {
      return fail(ErrorKind::kUsage, "'{}' is not a flow key; give one of {}",
                  given.flow_key, fmt::join(kFlowKeyNames, ", "));
    }
    options.key = static_cast<FlowKey>(at - kFlowKeyNames.begin());
  }
  if (given.burst_gap != 0) {
    options.burst_gap = Duration(given.burst_gap);
    if (options.burst_gap < Duration(1) || options.burst_gap > kMaxBurstGap) {
      return fail(ErrorKind::kUsage,
                  "a burst gap of {} ns is out of range; give 1 ns to {} s",
                  given.burst_gap, in_seconds(kMaxBurstGap));
    }
  }
  if (given.burst_limit != 0) {
    options.burst_limit =
        Duration(std::max<std::int64_t>(given.burst_limit, 0));
    if (options.burst_limit > kMaxBurstGap) {
      return fail(ErrorKind::kUsage,
                  "a burst limit of {} ns is out of range; give at most {} s",
                  given.burst_limit, in_seconds(kMaxBurstGap));
    }
  }
  if (given.early_silence < 0 || Duration(given.early_silence) > kMaxBurstGap) {
    return fail(ErrorKind::kUsage,
                "an early silence of {} ns is out of range; give 0 to {} s",
                given.early_silence, in_seconds(kMaxBurstGap));
  }
  options.early_silence = Duration(given.early_silence);
  if (given.max_flows > kMaxFlows) {
    return fail(ErrorKind::kUsage,
                "{} open flows are too many; give at most {}", given.max_flows,
                kMaxFlows);
  }
  if (given.lan != nullptr) {
    auto lan = Lan::parse(given.lan);
    if (!lan) return fail("the LAN's addresses", std::move(lan).error());
    options.lan = *lan;
  }
  if (given.max_flows != 0) {
    options.max_flows = static_cast<std::size_t>(given.max_flows);
  }
  options.early_packets = given.early_packets;
  options.names = given.names != 0 || given.hello != 0;
  options.hello = given.hello != 0;
  options.tunnels = given.outer != 0 ? TunnelView::kOuter : TunnelView::kInner;
  return options;
}

char* copy_text(const std::string& text) {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

flowtell_status report_failure(ErrorKind kind, std::string_view message,
                               flowtell_error* out) noexcept {
  // The statuses follow FLOWTELL_OK in the order of ErrorKind.
  const flowtell_status status = static_cast<flowtell_status>(kind) + 1;
  if (out == nullptr) return status;
  out->status = status;
  std::size_t size = std::min(message.size(), sizeof out->message - 1);
  // Cuts no UTF-8 character in two: continuation bytes are 10xxxxxx.
  while (size < message.size() && size > 0 &&
         (static_cast<unsigned char>(message[size]) & 0xc0) == 0x80) {
    --size;
  }
  std::memcpy(out->message, message.data(), size);
  out->message[size] = '\0';
  return status;
}

}  // namespace flowtell::api

using namespace flowtell;
using namespace flowtell::api;

static_assert(static_cast<int>(ErrorKind::kSystem) + 1 == FLOWTELL_SYSTEM);
static_assert(static_cast<int>(ErrorKind::kNoData) + 1 == FLOWTELL_NO_DATA);

const char* flowtell_version() {
  static const std::string version = program_version();
  return version.c_str();
}

const char* flowtell_status_name(flowtell_status status) {
  if (status == FLOWTELL_OK) return "ok";
  const auto kind = static_cast<std::size_t>(status - 1);
  return kind < kErrorKindNames.size() ? kErrorKindNames[kind].data()
                                       : "unknown status";
}

void flowtell_text_free(char* text) { std::free(text); }

flowtell_status flowtell_capture_open(const char* path,
                                      flowtell_capture** capture,
                                      flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    if (auto given = require_given(path, "the path"); !given) return given;
    auto source = open_capture(path);
    if (!source) return fail(std::move(source).error());
    auto made = std::make_unique<flowtell_capture>();
    made->source = std::move(*source);
    *capture = made.release();
    return {};
  });
}

flowtell_status flowtell_capture_read(flowtell_capture* capture,
                                      flowtell_frame* frames, size_t count,
                                      size_t* read, flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    *read = 0;
    if (count == 0) return {};
    const auto batch = std::span(capture->frames)
                           .first(std::min(count, capture->frames.size()));
    *read = capture->source->read(batch);
    for (std::size_t i = 0; i < *read; ++i) {
      const Frame& frame = batch[i];
      frames[i] = {
          .time = frame.time.time_since_epoch().count(),
          .bytes = frame.bytes.data(),
          .captured_length = static_cast<std::uint32_t>(frame.bytes.size()),
          .wire_length = frame.wire_length,
          .link_type = static_cast<std::uint16_t>(frame.link),
          .reserved = {}};
    }
    return {};
  });
}

const char* flowtell_capture_damage(flowtell_capture* capture) {
  const auto& damage = capture->source->damage();
  if (!damage) return nullptr;
  const auto end =
      fmt::format_to_n(capture->damage.data(), capture->damage.size() - 1,
                       "byte {}: {}", damage->offset, damage->what);
  *end.out = '\0';
  return capture->damage.data();
}

void flowtell_capture_close(flowtell_capture* capture) { delete capture; }

void flowtell_address_text(const uint8_t address[16], char* text) {
  const bool is_v4 = Address::v6({address, 16}).is_v4();
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? address + 12 : address, text,
              INET6_ADDRSTRLEN);
}

const char* flowtell_feature_set(size_t i) {
  const auto& sets = feature_sets();
  return i < sets.size() ? sets[i].name.data() : nullptr;
}

flowtell_status flowtell_feature_columns(const char* sets, char** columns,
                                         flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    if (auto given = require_given(sets, "the feature sets"); !given) {
      return given;
    }
    auto features = FeatureList::parse(sets);
    if (!features) return fail(std::move(features).error());
    std::string lines;
    for (const std::string& column : features->column_names()) {
      lines += column + '\n';
    }
    *columns = copy_text(lines);
    return {};
  });
}
