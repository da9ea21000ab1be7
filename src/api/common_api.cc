// SPDX-License-Identifier: Apache-2.0
//
// Versions, errors, texts, captures and features of the C interface.
#include <fmt/format.h>

#include <cstdlib>

#include "api/handles.h"
#include "base/threads.h"
#include "capture/capture_file.h"
#include "features/feature_list.h"
#include "model/model.h"

struct flowtell_capture {
  std::unique_ptr<flowtell::FrameSource> source;
  std::vector<flowtell::Frame> frames;
  std::string damage;
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
      return fail(ErrorKind::kUsage, "'{}' is no flow key; give one of {}",
                  given.flow_key, fmt::join(kFlowKeyNames, ", "));
    }
    options.key = static_cast<FlowKey>(at - kFlowKeyNames.begin());
  }
  if (given.burst_gap != 0) {
    options.burst_gap = Duration(given.burst_gap);
    if (options.burst_gap < Duration(0) || options.burst_gap > kMaxBurstGap) {
      return fail(ErrorKind::kUsage,
                  "a burst gap of {} ns is out of range; give at most {} s",
                  given.burst_gap, in_seconds(kMaxBurstGap));
    }
  }
  if (given.lan != nullptr) {
    auto lan = Lan::parse(given.lan);
    if (!lan) return fail("the LAN's addresses", std::move(lan).error());
    options.lan = *lan;
  }
  if (given.max_flows != 0) options.max_flows = given.max_flows;
  options.early_packets = given.early_packets;
  options.names = given.names != 0;
  return options;
}

char* copy_text(const std::string& text) {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

flowtell_status report_failure(const Error& error, flowtell_error* out) {
  // The kinds follow FLOWTELL_OK in the order of ErrorKind.
  const auto status =
      static_cast<flowtell_status>(static_cast<int>(error.kind) + 1);
  if (out == nullptr) return status;
  out->status = status;
  std::size_t size = std::min(error.message.size(), sizeof out->message - 1);
  // Cuts no UTF-8 character in two: continuation bytes are 10xxxxxx.
  while (size < error.message.size() && size > 0 &&
         (static_cast<unsigned char>(error.message[size]) & 0xc0) == 0x80) {
    --size;
  }
  std::memcpy(out->message, error.message.data(), size);
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
  const auto kind = static_cast<std::size_t>(status) - 1;
  return kind < kErrorKindNames.size() ? kErrorKindNames[kind].data()
                                       : "unknown status";
}

void flowtell_text_free(char* text) { std::free(text); }

flowtell_status flowtell_capture_open(const char* path,
                                      flowtell_capture** capture,
                                      flowtell_error* error) {
  return run(error, [&]() -> Result<void> {
    auto source = open_capture(path);
    if (!source) return fail(std::move(source).error());
    *capture = new flowtell_capture{std::move(*source), {}, {}};
    return {};
  });
}

size_t flowtell_capture_read(flowtell_capture* capture, flowtell_frame* frames,
                             size_t count) {
  if (count == 0) return 0;
  constexpr std::size_t kMaxBatch = 1024;
  capture->frames.resize(std::min(count, kMaxBatch));
  const std::size_t read = capture->source->read(capture->frames);
  for (std::size_t i = 0; i < read; ++i) {
    const Frame& frame = capture->frames[i];
    frames[i] = {frame.time.time_since_epoch().count(), frame.bytes.data(),
                 static_cast<std::uint32_t>(frame.bytes.size()),
                 frame.wire_length, static_cast<std::uint16_t>(frame.link)};
  }
  return read;
}

const char* flowtell_capture_damage(flowtell_capture* capture) {
  const auto& damage = capture->source->damage();
  if (!damage) return nullptr;
  capture->damage = fmt::format("byte {}: {}", damage->offset, damage->what);
  return capture->damage.c_str();
}

void flowtell_capture_close(flowtell_capture* capture) { delete capture; }

void flowtell_address_text(const uint8_t address[16], char* text) {
  const std::string printed = Address::v6({address, 16}).text();
  std::memcpy(text, printed.c_str(), printed.size() + 1);
}

const char* flowtell_feature_set(size_t i) {
  const auto& sets = feature_sets();
  return i < sets.size() ? sets[i].name.data() : nullptr;
}

flowtell_status flowtell_feature_columns(const char* sets, char** columns,
                                         flowtell_error* error) {
  return run(error, [&]() -> Result<void> {
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
