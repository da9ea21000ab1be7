// SPDX-License-Identifier: Apache-2.0
//
// Makes a big capture by repeating small ones. Each repetition has other device
// addresses and later times, so no flow occurs twice. Frames cut by a snap
// length are padded with zeros to their wire length, so the file is as large as
// real traffic.
//   usage: big_capture OUT FRAMES CAPTURE...
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/text.h"
#include "capture/capture_file.h"
#include "capture/pcap_writer.h"

namespace flowtell {
namespace {

constexpr Duration kBetweenCaptures = std::chrono::seconds(2);
constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kIpv4Header = 20;

std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t at) {
  return (std::uint32_t{bytes[at]} << 8) | bytes[at + 1];
}

// The IPv4 header checksum (RFC 791).
void update_checksum(std::span<std::uint8_t> header) {
  header[10] = header[11] = 0;
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < kIpv4Header; at += 2) sum += word(header, at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  header[10] = static_cast<std::uint8_t>(~sum >> 8);
  header[11] = static_cast<std::uint8_t>(~sum);
}

// Changes 192.168.12.x to 10.(copy's two bytes).x.
void change_devices(std::span<std::uint8_t> frame, std::uint32_t copy) {
  if (frame.size() < kEthernetHeader + kIpv4Header) return;
  if (word(frame, 12) != 0x0800) return;
  const auto header = frame.subspan(kEthernetHeader, kIpv4Header);
  for (const std::size_t at : {std::size_t{12}, std::size_t{16}}) {
    if (header[at] != 192 || header[at + 1] != 168 || header[at + 2] != 12) {
      continue;
    }
    header[at] = 10;
    header[at + 1] = static_cast<std::uint8_t>(copy >> 8);
    header[at + 2] = static_cast<std::uint8_t>(copy);
  }
  update_checksum(header);
}

class Copier {
 public:
  Copier(PcapWriter writer, std::uint64_t frames)
      : writer_(std::move(writer)), wanted_(frames) {}

  bool is_enough() const { return writer_.frames() >= wanted_; }
  std::uint64_t frames() const { return writer_.frames(); }

  Result<void> copy(const std::string& path, std::uint32_t number) {
    auto source = open_capture(path);
    if (!source) return fail(std::move(source).error());
    const Timestamp begin = now_;
    std::optional<Timestamp> first;
    std::array<Frame, 64> batch;
    while (const std::size_t count = (*source)->read(batch)) {
      for (const Frame& frame : std::span(batch).first(count)) {
        if (!first) first = frame.time;
        now_ = std::max(now_, begin + (frame.time - *first));
        if (is_enough()) return writer_.flush();
        if (auto done = add(frame, number); !done) return done;
      }
    }
    now_ += kBetweenCaptures;
    return writer_.flush();
  }

 private:
  Result<void> add(Frame frame, std::uint32_t number) {
    padded_.assign(frame.wire_length, 0);
    std::copy(frame.bytes.begin(), frame.bytes.end(), padded_.begin());
    change_devices(padded_, number);
    frame.bytes = padded_;
    frame.time = now_;
    return writer_.add(frame);
  }

  PcapWriter writer_;
  std::uint64_t wanted_;
  Timestamp now_{std::chrono::seconds(1577836800)};  // 2020-01-01
  std::vector<std::uint8_t> padded_;
};

Result<void> make(const std::string& out, std::uint64_t frames,
                  const std::vector<std::string>& from) {
  auto captures = find_captures(from);
  if (!captures) return fail(std::move(captures).error());
  std::filesystem::remove(out);
  auto writer = PcapWriter::create(out, LinkType::kEthernet);
  if (!writer) return fail(std::move(writer).error());
  Copier copier(std::move(*writer), frames);
  for (std::uint32_t number = 0; !copier.is_enough(); ++number) {
    for (const std::string& path : *captures) {
      if (auto done = copier.copy(path, number); !done) return done;
    }
  }
  fmt::print("{} frames\n", copier.frames());
  return {};
}

}  // namespace
}  // namespace flowtell

int main(int count, char** arguments) {
  const auto frames = count > 3
                          ? flowtell::parse_number<std::uint64_t>(arguments[2])
                          : std::nullopt;
  if (!frames) {
    std::fputs("usage: big_capture OUT FRAMES CAPTURE...\n", stderr);
    return EXIT_FAILURE;
  }
  const auto made =
      flowtell::make(arguments[1], *frames, {arguments + 3, arguments + count});
  if (made) return EXIT_SUCCESS;
  fmt::print(stderr, "big_capture: {}\n", made.error().message);
  return EXIT_FAILURE;
}
