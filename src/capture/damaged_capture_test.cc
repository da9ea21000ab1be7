// SPDX-License-Identifier: Apache-2.0
//
// Captures cut off at every byte and damaged in every bit, in every format.
#include <gtest/gtest.h>

#include <algorithm>

#include "capture/capture_file.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

// A small capture and the ends of its parts.
struct Sample {
  std::string bytes;
  std::size_t header = 0;            // shorter input is not a capture
  std::vector<std::size_t> borders;  // a cut here is no damage
  std::vector<std::size_t> frame_ends;
};

std::vector<TestFrame> sample_frames() {
  return {
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn),
      frame().ethernet().ipv4().udp().payload(3).at(kTestStart + 10ms),
      frame().ethernet().ipv6().udp().payload(40).snap(62).at(kTestStart + 2s)};
}

Sample pcap_sample(const PcapStyle& style) {
  Sample sample;
  sample.bytes = pcap_header(style);
  sample.header = sample.bytes.size();
  sample.borders = {sample.header};
  for (const TestFrame& frame : sample_frames()) {
    sample.bytes += pcap_record(frame, style);
    sample.borders.push_back(sample.bytes.size());
    sample.frame_ends.push_back(sample.bytes.size());
  }
  return sample;
}

Sample pcapng_sample(ByteOrder order) {
  Sample sample;
  sample.header = 4;
  PcapngBytes file(order);
  sample.borders.push_back(file.size());
  file.interface({.resolution = 9});
  sample.borders.push_back(file.size());
  for (const TestFrame& frame : sample_frames()) {
    file.enhanced(frame);
    sample.borders.push_back(file.size());
    sample.frame_ends.push_back(file.size());
  }
  sample.bytes = file.bytes();
  return sample;
}

enum class Form { kPcap, kPcapBigNano, kPcapng, kPcapngBig };

Sample sample_of(Form form) {
  switch (form) {
    case Form::kPcap:
      return pcap_sample({});
    case Form::kPcapBigNano:
      return pcap_sample({ByteOrder::kBig, true});
    case Form::kPcapng:
      return pcapng_sample(ByteOrder::kLittle);
    case Form::kPcapngBig:
      return pcapng_sample(ByteOrder::kBig);
  }
  return {};
}

class EveryForm : public testing::TestWithParam<Form> {};

void expect_cut(const Sample& sample, std::size_t cut, const ReadBack& read) {
  const auto whole = static_cast<std::size_t>(
      std::count_if(sample.frame_ends.begin(), sample.frame_ends.end(),
                    [&](std::size_t end) { return end <= cut; }));
  std::vector<TestFrame> frames = sample_frames();
  frames.resize(whole);
  const auto border =
      std::upper_bound(sample.borders.begin(), sample.borders.end(), cut);
  const std::size_t last = border == sample.borders.begin() ? 0 : border[-1];

  ASSERT_EQ(read.frames, frames);
  ASSERT_EQ(read.damage.has_value(), cut != last);
  if (read.damage) {
    ASSERT_EQ(read.damage->offset, last);
  }
}

TEST_P(EveryForm, CutAtAnyByteKeepsWholeFramesAndReportsDamage) {
  const Sample sample = sample_of(GetParam());
  for (std::size_t cut = sample.header; cut <= sample.bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    const std::string front = sample.bytes.substr(0, cut);
    expect_cut(sample, cut, read_back(front));
    for (const std::size_t bite : {1u, 7u, 100u}) {
      expect_cut(sample, cut, read_back_streamed(front, bite, 2));
    }
    if (HasFatalFailure()) return;
  }
}

TEST_P(EveryForm, CutWithinTheHeaderFails) {
  const Sample sample = sample_of(GetParam());
  for (std::size_t cut = 0; cut < sample.header; ++cut) {
    const std::string front = sample.bytes.substr(0, cut);
    const auto source = open_capture(as_bytes(front), "a.pcap");
    ASSERT_FALSE(source) << cut;
    EXPECT_EQ(source.error().kind, ErrorKind::kCorrupt);
    EXPECT_NE(source.error().message.find("a.pcap"), std::string::npos);
  }
}

// Invariants that hold for any input.
void expect_valid(const std::string& bytes) {
  auto source = open_capture(as_bytes(bytes), "damaged");
  if (!source) return;
  const ReadBack read = read_back(**source, 2);
  ASSERT_LE(read.frames.size(), bytes.size() / 12);
  for (const TestFrame& frame : read.frames) {
    ASSERT_LE(frame.bytes.size(), kMaxFrameSize);
    ASSERT_GE(frame.time, kEarliestTime);
    ASSERT_LE(frame.time, kLatestTime);
  }
  const ReadBack streamed = read_back_streamed(bytes, 11, 3);
  ASSERT_EQ(read.frames, streamed.frames);
  ASSERT_EQ(read.damage.has_value(), streamed.damage.has_value());
}

TEST_P(EveryForm, SurvivesAnyFlippedBit) {
  const std::string intact = sample_of(GetParam()).bytes;
  for (std::size_t bit = 0; bit < intact.size() * 8; ++bit) {
    SCOPED_TRACE(bit);
    std::string damaged = intact;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    expect_valid(damaged);
    if (HasFatalFailure()) return;
  }
}

TEST_P(EveryForm, SurvivesExtremeByteValues) {
  const std::string intact = sample_of(GetParam()).bytes;
  for (std::size_t at = 0; at + 4 <= intact.size(); ++at) {
    SCOPED_TRACE(at);
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string damaged = intact;
      damaged.replace(at, 4, 4, value);
      expect_valid(damaged);
    }
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(DamagedCapture, EveryForm,
                         testing::Values(Form::kPcap, Form::kPcapBigNano,
                                         Form::kPcapng, Form::kPcapngBig));

}  // namespace
}  // namespace flowtell
