// SPDX-License-Identifier: Apache-2.0
#include "model/training_table.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "model/model_sections.h"
#include "model/name_table.h"

namespace flowtell {
namespace {

// How the values of a column are stored.
enum class Encoding : std::uint8_t {
  kFloat,  // 4 bytes each
  kWhole,  // 7 bits a byte, the lowest first; the top bit says that more follow
};

// Beyond it, a float holds no exact whole number.
constexpr float kMaxWhole = 1 << 24;

void write_whole(ByteWriter& out, std::uint32_t value) {
  while (value >= 0x80) {
    out.u8(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.u8(static_cast<std::uint8_t>(value));
}

std::uint32_t read_whole(ByteReader& in) {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::uint8_t byte = in.u8();
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

bool is_whole(float value) {
  return value >= 0 && value <= kMaxWhole && std::floor(value) == value &&
         !std::signbit(value);
}

// Column by column, each in its smaller encoding.
void write_values(ByteWriter& out, std::span<const float> values,
                  std::size_t width) {
  for (std::size_t column = 0; column < width; ++column) {
    Encoding encoding = Encoding::kWhole;
    for (std::size_t at = column; at < values.size(); at += width) {
      if (!is_whole(values[at])) encoding = Encoding::kFloat;
    }
    out.u8(static_cast<std::uint8_t>(encoding));
    for (std::size_t at = column; at < values.size(); at += width) {
      if (encoding == Encoding::kWhole) {
        write_whole(out, static_cast<std::uint32_t>(values[at]));
      } else {
        out.f32(values[at]);
      }
    }
  }
}

Result<void> read_values(ByteReader& in, std::size_t rows, std::size_t width,
                         std::vector<float>& values) {
  // A value takes at least one byte.
  if (width == 0 || rows > in.left() / width) {
    return wrong("the training table is cut short");
  }
  values.resize(rows * width);
  for (std::size_t column = 0; column < width; ++column) {
    const std::uint8_t encoding = in.u8();
    if (encoding > static_cast<std::uint8_t>(Encoding::kWhole)) {
      return wrong("a column of the training table has an unknown encoding");
    }
    for (std::size_t at = column; at < values.size(); at += width) {
      values[at] = static_cast<Encoding>(encoding) == Encoding::kWhole
                       ? static_cast<float>(read_whole(in))
                       : in.f32();
      if (!std::isfinite(values[at])) {
        return wrong("a value of the training table is invalid");
      }
    }
  }
  return {};
}

// A stand-in for the n-th device of a recording.
Address device_number(std::uint32_t n) {
  const std::array<std::uint8_t, 4> bytes = {
      10, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8),
      static_cast<std::uint8_t>(n)};
  return Address::v4(bytes);
}

constexpr std::uint32_t kMaxDevices = 1 << 24;

void write_facts(ByteWriter& out, const Dataset& table, std::size_t row,
                 std::uint32_t device) {
  const RowFacts& facts = table.facts[row];
  out.u16(table.labels[row]);
  write_whole(out, table.capture_of[row]);
  write_whole(out, device);
  write_whole(out, facts.burst);
  write_whole(out, facts.number);
  write_whole(out, facts.name);
  out.u8(static_cast<std::uint8_t>(facts.name_source));
  out.u8(static_cast<std::uint8_t>(facts.protocol));
  out.u16(facts.remote_port);
  out.u64(facts.packets);
  out.u64(static_cast<std::uint64_t>(facts.first.time_since_epoch().count()));
  out.u64(static_cast<std::uint64_t>((facts.last - facts.first).count()));
}

Result<void> read_facts(ByteReader& in, Dataset& table) {
  RowFacts facts;
  const AppId app = in.u16();
  const std::uint32_t capture = read_whole(in);
  const std::uint32_t device = read_whole(in);
  facts.burst = read_whole(in);
  facts.number = read_whole(in);
  facts.name = read_whole(in);
  const std::uint8_t source = in.u8();
  const std::uint8_t protocol = in.u8();
  facts.remote_port = in.u16();
  facts.packets = in.u64();
  const Timestamp first{Duration{static_cast<std::int64_t>(in.u64())}};
  const Duration length{static_cast<std::int64_t>(in.u64())};
  if (!in.ok()) return wrong("the training table is cut short");
  if (app >= table.apps.size() || capture >= table.captures.size() ||
      table.captures[capture].app != app || facts.name >= table.names.size() ||
      device >= kMaxDevices) {
    return wrong("a row of the training table is invalid");
  }
  if (protocol != static_cast<std::uint8_t>(Protocol::kTcp) &&
      protocol != static_cast<std::uint8_t>(Protocol::kUdp)) {
    return wrong("a protocol of the training table is invalid");
  }
  if (source >= kNameSources || first < kEarliestTime || first > kLatestTime ||
      length < Duration{} || length > kLatestTime - first) {
    return wrong("a row of the training table is invalid");
  }
  facts.device = device_number(device);
  facts.name_source = static_cast<NameSource>(source);
  facts.protocol = static_cast<Protocol>(protocol);
  facts.first = first;
  facts.last = first + length;
  table.labels.push_back(app);
  table.capture_of.push_back(capture);
  table.facts.push_back(facts);
  return {};
}

// By row: the number of its device in its recording.
std::vector<std::uint32_t> number_devices(const Dataset& data) {
  std::map<std::pair<std::uint32_t, Address>, std::uint32_t> numbers;
  std::map<std::uint32_t, std::uint32_t> next;  // by recording
  std::vector<std::uint32_t> all;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const std::uint32_t recording = data.recording_of(row);
    const auto [at, is_new] =
        numbers.emplace(std::pair(recording, data.facts[row].device), 0);
    if (is_new) at->second = next[recording]++;
    all.push_back(at->second);
  }
  return all;
}

}  // namespace

Dataset training_table(const Dataset& data) {
  Dataset table = data;
  std::map<std::string, std::uint32_t, std::less<>> numbers = {{"", 0}};
  table.names = {""};
  const std::vector<std::uint32_t> devices = number_devices(data);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const auto next = static_cast<std::uint32_t>(table.names.size());
    const auto [at, is_new] =
        numbers.emplace(folded_name(data.names[data.facts[row].name]), next);
    if (is_new) table.names.push_back(at->first);
    table.facts[row].name = at->second;
    table.facts[row].device = device_number(devices[row]);
  }
  return table;
}

void write_training_table(ByteWriter& out, const Dataset& table) {
  out.u32(static_cast<std::uint32_t>(table.names.size()));
  for (const std::string& name : table.names) out.text(name);
  out.u32(static_cast<std::uint32_t>(table.rows()));
  const std::vector<std::uint32_t> devices = number_devices(table);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    write_facts(out, table, row, devices[row]);
  }
  write_values(out, table.values, table.width);
  out.u32(static_cast<std::uint32_t>(table.parts.size()));
  for (const std::uint32_t whole : table.parts.whole) write_whole(out, whole);
  write_values(out, table.parts.values, table.width);
  out.u32(static_cast<std::uint32_t>(table.others.size() / table.width));
  write_values(out, table.others, table.width);
}

Result<void> read_training_table(ByteReader& in, Dataset& table) {
  table.names.resize(read_length(in, 4));
  for (std::string& name : table.names) name = read_text(in);
  if (table.names.empty() || !table.names.front().empty()) {
    return wrong("the names of the training table are invalid");
  }
  constexpr std::size_t kSmallestRow = 35;
  const std::uint32_t rows = read_length(in, kSmallestRow);
  for (std::uint32_t i = 0; i < rows; ++i) {
    if (auto done = read_facts(in, table); !done) return done;
  }
  auto done = read_values(in, rows, table.width, table.values);
  if (!done) return done;
  table.parts.whole.resize(read_length(in, 1));
  for (std::uint32_t& whole : table.parts.whole) {
    whole = read_whole(in);
    if (whole >= rows) return wrong("a part of the training table is invalid");
  }
  if (!std::ranges::is_sorted(table.parts.whole)) {
    return wrong("the parts of the training table are not in order");
  }
  done = read_values(in, table.parts.size(), table.width, table.parts.values);
  if (!done) return done;
  return read_values(in, read_length(in, 1), table.width, table.others);
}

}  // namespace flowtell
