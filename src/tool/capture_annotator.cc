// SPDX-License-Identifier: Apache-2.0
#include "tool/capture_annotator.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>

#include "report/flow_comment.h"

namespace flowtell {
namespace {

constexpr std::size_t kBatchSize = 64;       // frames
constexpr std::size_t kWriteSize = 1 << 16;  // bytes

Result<void> check_rereadable(const CaptureFiles& files) {
  for (const std::string& path : files) {
    std::error_code problem;
    if (path != kStandardInput &&
        (std::filesystem::is_regular_file(path, problem) ||
         !std::filesystem::exists(path, problem))) {
      continue;
    }
    return fail(ErrorKind::kUsage,
                "--annotate reads a capture twice, which {} does not allow; "
                "save it to a file and name that",
                path == kStandardInput ? "standard input" : path);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<CaptureAnnotator>> CaptureAnnotator::create(
    const std::string& path, const std::vector<CaptureFiles>& captures) {
  for (const CaptureFiles& files : captures) {
    if (auto done = check_rereadable(files); !done) {
      return fail(std::move(done).error());
    }
  }
  auto output = Output::open(path);
  if (!output) return fail(std::move(output).error());
  return std::unique_ptr<CaptureAnnotator>(
      new CaptureAnnotator(std::move(*output)));
}

Result<void> CaptureAnnotator::annotate(const CaptureFiles& files,
                                        FrameSource& source, FlowMeter& meter,
                                        const std::function<bool()>& go_on) {
  auto copied = open_as_written(files);
  if (!copied) return fail(std::move(copied).error());
  copied_ = std::move(*copied);
  ++captures_;
  name_ = files.front();
  batch_.resize(kBatchSize);
  in_batch_ = next_in_batch_ = 0;
  last_time_ = {};
  written_ = 0;

  std::array<Frame, kBatchSize> batch;
  const auto read = [&] {
    const StageScope in(meter.stages(), Stage::kRead);
    const std::size_t count = source.read(batch);
    meter.set_clocks(source.clocks());
    return count;
  };
  while (const std::size_t count = read()) {
    {
      const StageScope in(meter.stages(), Stage::kFlow);
      for (const Frame& frame : std::span(batch).first(count)) {
        note(frame.number, meter.add(frame));
      }
    }
    const StageScope in(meter.stages(), Stage::kWrite);
    if (auto done = write_ready(); !done) return done;
    if (!go_on()) return {};
  }
  meter.finish();
  const StageScope in(meter.stages(), Stage::kWrite);
  if (auto done = write_ready(); !done) return done;
  require(frames_.empty(), "each frame has a verdict or no flow at the end");
  copied_.reset();
  return {};
}

// Assigns a frame to the open flow in a slot.
void CaptureAnnotator::note(std::uint64_t number,
                            std::optional<std::uint32_t> slot) {
  const auto at = static_cast<std::size_t>(number - written_);
  if (at >= frames_.size()) frames_.resize(at + 1, kNotMetered);
  frames_[at] = kNoFlow;
  if (!slot) return;
  if (*slot >= by_slot_.size())
    by_slot_.resize(*slot + std::size_t{1}, kNoFlow);
  std::uint32_t& flow = by_slot_[*slot];
  if (flow == kNoFlow) flow = flows_.take();
  ++flows_[flow].frames;
  frames_[at] = flow;
}

void CaptureAnnotator::take(const FlowReport& report) {
  if (report.is_early) return;
  std::uint32_t& flow = by_slot_[report.flow.slot];
  flows_[flow].comment = flow_comment(report);
  flow = kNoFlow;
}

// Whether it is known what to write of the next frame.
bool CaptureAnnotator::is_next_ready() const {
  if (frames_.empty() || frames_.front() == kNotMetered) return false;
  return frames_.front() == kNoFlow || !flows_[frames_.front()].comment.empty();
}

Result<void> CaptureAnnotator::write_ready() {
  while (is_next_ready()) {
    Frame frame;
    if (!read_next(frame)) {
      return fail(ErrorKind::kCorrupt,
                  "{} changed while it was read; run the command again when "
                  "the capture is complete",
                  name_);
    }
    write(frame);
    if (auto done = flush(kWriteSize); !done) return done;
  }
  return {};
}

bool CaptureAnnotator::read_next(Frame& frame) {
  if (next_in_batch_ == in_batch_) {
    in_batch_ = copied_->read(batch_);
    next_in_batch_ = 0;
  }
  if (in_batch_ == 0) return false;
  frame = batch_[next_in_batch_++];
  return true;
}

// Writes the next frame, with its first comment unless that is of an earlier
// run.
void CaptureAnnotator::write(Frame frame) {
  if (frame.time == kNoTime) frame.time = last_time_;
  last_time_ = frame.time;
  std::string_view comment = frame.comment;
  if (comment.starts_with(kFlowCommentPrefix)) comment = {};
  const std::uint32_t interface = interface_of(frame);
  const std::uint32_t flow = frames_.front();
  frames_.pop_front();
  ++written_;
  if (flow == kNoFlow) {
    writer_.add(frame, interface, {comment});
    return;
  }
  writer_.add(frame, interface, {comment, flows_[flow].comment});
  if (--flows_[flow].frames == 0) flows_.release(flow);
}

std::uint32_t CaptureAnnotator::interface_of(const Frame& frame) {
  const auto [at, is_new] =
      interfaces_.try_emplace({captures_, frame.interface, frame.link});
  if (is_new) {
    at->second = writer_.add_interface(
        frame.link, std::filesystem::path(name_).filename().string());
  }
  return at->second;
}

Result<void> CaptureAnnotator::flush(std::size_t min_size) {
  if (writer_.bytes().size() < min_size) return {};
  auto done = output_.write(writer_.bytes());
  writer_.clear();
  return done;
}

Result<void> CaptureAnnotator::finish() {
  if (auto done = flush(0); !done) return done;
  return output_.finish();
}

}  // namespace flowtell
