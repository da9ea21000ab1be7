// SPDX-License-Identifier: Apache-2.0
//
// Writes captures as one pcapng file in which each packet of a classified flow
// has the flow's verdict as a comment (classify --annotate).
//
// A verdict is known only after the burst ends, so each capture is read twice
// at the same time: the first reader feeds the meter, which may reorder frames
// and correct their times; the second follows it and copies each frame as it
// was written, as soon as the frame's verdict is known. Memory is thus bounded
// as that of the meter: of a frame between the two readers, four bytes are
// kept.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/pool.h"
#include "capture/capture_files.h"
#include "capture/pcapng_writer.h"
#include "classify/flow_reporter.h"
#include "flow/flow_meter.h"
#include "tool/console.h"

namespace flowtell {

class CaptureAnnotator : public FlowReportSink {
 public:
  // Fails if the captures cannot be read twice.
  static Result<std::unique_ptr<CaptureAnnotator>> create(
      const std::string& path, const std::vector<CaptureFiles>& captures);

  // Meters the capture of these files, whose frames `source` returns, and
  // writes it. `go_on` is called after each batch of frames; the rest is
  // abandoned once it returns false. REQUIRES: the reports of the meter's flows
  // arrive here, on this thread, as their bursts end, with reasons.
  Result<void> annotate(const CaptureFiles& files, FrameSource& source,
                        FlowMeter& meter, const std::function<bool()>& go_on);

  void take(const FlowReport& report) override;

  // Call last: makes the file appear.
  Result<void> finish();

 private:
  struct AnnotatedFlow {
    std::string comment;       // empty until it is classified
    std::uint32_t frames = 0;  // noted and not yet written
  };
  // Of a frame, instead of the position in flows_.
  static constexpr std::uint32_t kNotMetered = UINT32_MAX;
  static constexpr std::uint32_t kNoFlow = UINT32_MAX - 1;

  explicit CaptureAnnotator(Output output) : output_(std::move(output)) {}
  void note(std::uint64_t number, std::optional<std::uint32_t> slot);
  bool is_next_ready() const;
  Result<void> write_ready();
  bool read_next(Frame& frame);
  void write(Frame frame);
  std::uint32_t interface_of(const Frame& frame);
  Result<void> flush(std::size_t min_size);

  Output output_;
  PcapngWriter writer_;
  // By capture, number in the capture and link type.
  std::map<std::tuple<std::size_t, std::uint16_t, LinkType>, std::uint32_t>
      interfaces_;

  // Of the current capture.
  std::size_t captures_ = 0;
  std::string name_;
  std::unique_ptr<FrameSource> copied_;  // the second reader
  std::vector<Frame> batch_;             // its latest frames
  std::size_t in_batch_ = 0;
  std::size_t next_in_batch_ = 0;
  Timestamp last_time_{};
  std::uint64_t written_ = 0;         // frames
  std::deque<std::uint32_t> frames_;  // from number written_ on
  Pool<AnnotatedFlow> flows_;
  std::vector<std::uint32_t> by_slot_;  // open flows, in flows_
};

}  // namespace flowtell
