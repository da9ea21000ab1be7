// SPDX-License-Identifier: Apache-2.0
//
// Times each stage from frames to verdicts, and the whole pipeline, on captures
// in memory. Every run checks its result against a slower implementation before
// timing starts.
//   usage: stages MODEL CAPTURE... [--benchmark_filter=NAME]
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "capture/capture_file.h"
#include "classify/flow_reporter.h"
#include "decode/decoder.h"
#include "flow/flow_batch.h"
#include "flow/flow_meter.h"
#include "model/compiled_forest.h"
#include "model/model_file.h"
#include "report/flow_writer.h"

namespace flowtell {
namespace {

void check(bool holds, std::string_view what) {
  if (holds) return;
  fmt::print(stderr, "stages: wrong result: {}\n", what);
  std::exit(EXIT_FAILURE);
}

template <typename T>
T need(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "stages: {}\n", result.error().message);
  std::exit(EXIT_FAILURE);
}

// The input of each stage, made once by the stages before it.
struct World {
  std::vector<std::string> captures;  // their bytes
  std::vector<Frame> frames;
  std::vector<std::string> frame_bytes;
  std::vector<Packet> packets;
  std::vector<FlowBatch> batches;
  FeatureList features = need(FeatureList::parse(FeatureList::kDefault));
  std::vector<float> rows;
  Model model;
};

std::unique_ptr<FrameSource> open(const std::string& bytes) {
  return need(open_capture(as_bytes(bytes), "a capture"));
}

std::uint64_t count_frames(const World& world) {
  std::uint64_t frames = 0;
  std::array<Frame, 64> batch;
  for (const std::string& capture : world.captures) {
    const auto source = open(capture);
    while (const std::size_t count = source->read(batch)) frames += count;
  }
  return frames;
}

// The ledger of all frames, by one of the decoder's two implementations.
template <FrameOutcome (Decoder::*kDecode)(const Frame&, Packet&) noexcept>
Ledger decode_all(const World& world) {
  Ledger ledger;
  Decoder decoder;
  Packet packet;
  for (const Frame& frame : world.frames) {
    ledger.count((decoder.*kDecode)(frame, packet));
    benchmark::DoNotOptimize(packet);
  }
  return ledger;
}

class CountingSink : public FlowSink {
 public:
  void take(const Flow& flow) override {
    ++flows;
    packets += flow.packets.size();
  }
  std::uint64_t flows = 0;
  std::uint64_t packets = 0;
};

CountingSink make_flows(const World& world) {
  CountingSink sink;
  FlowTable table(FlowOptions{}, sink);
  for (const Packet& packet : world.packets) table.add(packet);
  table.finish();
  return sink;
}

class FeatureSink : public FlowSink {
 public:
  explicit FeatureSink(const FeatureList& features) : measurer_(features) {}
  void take(const Flow& flow) override { measurer_.append_row(flow, rows); }
  std::vector<float> rows;

 private:
  FlowMeasurer measurer_;
};

std::vector<float> compute_features(const World& world) {
  FeatureSink sink(world.features);
  for (const FlowBatch& batch : world.batches) batch.replay(sink);
  return std::move(sink.rows);
}

// The whole pipeline. With `apart`, metering and classification are separated
// by batches, as with two threads.
std::string classify_all(const World& world, bool apart) {
  ClassifierSession session(
      need(Classifier::make(world.model, {true, true, true}, {})));
  FlowWriterOptions options;
  options.with_verdicts = true;
  const auto writer = make_flow_writer(options);
  std::string text;
  LineSink lines(*writer, text);
  const FeatureList none;
  FlowReporter reporter(none, Naming{&session}, {&lines});
  FlowOptions flow;
  flow.names = true;
  BatchingSink batches([&](const FlowBatch& batch) { batch.replay(reporter); });
  for (const std::string& capture : world.captures) {
    FlowMeter meter(flow, apart ? static_cast<FlowSink&>(batches) : reporter);
    reporter.begin_capture(meter.origin());
    batches.begin_capture(meter.origin());
    meter_all(*open(capture), meter);
    batches.finish();
  }
  return text;
}

std::vector<double> infer(const auto& forest, const World& world) {
  std::vector<double> shares(world.rows.size() / world.features.width() *
                             world.model.apps.size());
  forest.predict(world.rows, shares);
  return shares;
}

std::vector<double> predict_plain(const World& world) {
  const std::size_t width = world.features.width();
  const std::size_t apps = world.model.apps.size();
  std::vector<double> shares(world.rows.size() / width * apps);
  for (std::size_t i = 0; i * width < world.rows.size(); ++i) {
    world.model.forest.predict(std::span(world.rows).subspan(i * width, width),
                               std::span(shares).subspan(i * apps, apps));
  }
  return shares;
}

// --- input of the stages -----------------------------------------------------

void hold_frames(World& world) {
  std::array<Frame, 64> batch;
  for (const std::string& capture : world.captures) {
    const auto source = open(capture);
    while (const std::size_t count = source->read(batch)) {
      for (const Frame& frame : std::span(batch).first(count)) {
        world.frames.push_back(frame);
        world.frame_bytes.emplace_back(as_text(frame.bytes));
      }
    }
  }
  for (std::size_t i = 0; i < world.frames.size(); ++i) {
    world.frames[i].bytes = as_bytes(world.frame_bytes[i]);
  }
}

// Times never decrease from capture to capture, as the flow table requires.
void hold_packets(World& world) {
  Decoder decoder;
  MonotonicTimes times;
  for (Frame frame : world.frames) {
    frame.time = times.correct(frame.time);
    Packet packet;
    if (decoder.decode(frame, packet) == FrameOutcome::kUsed) {
      world.packets.push_back(packet);
    }
  }
}

void hold_flows(World& world) {
  const std::optional<Timestamp> origin = world.packets.front().time;
  BatchingSink sink(
      [&](FlowBatch batch) { world.batches.push_back(std::move(batch)); });
  sink.begin_capture(origin);
  FlowTable table(FlowOptions{}, sink);
  for (const Packet& packet : world.packets) table.add(packet);
  table.finish();
  sink.finish();
}

World make_world(const std::string& model,
                 const std::vector<std::string>& paths) {
  World world;
  world.model = need(load_model(model));
  world.features = need(world.model.features());
  for (const std::string& path : need(find_captures(paths))) {
    world.captures.push_back(need(read_file(path)));
  }
  hold_frames(world);
  hold_packets(world);
  hold_flows(world);
  world.rows = compute_features(world);
  return world;
}

// --- the runs ----------------------------------------------------------------

void count(benchmark::State& state, std::string_view what, std::size_t items) {
  state.counters[std::string(what) + "/s"] =
      benchmark::Counter(static_cast<double>(items),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void run_read(benchmark::State& state, const World& world) {
  check(count_frames(world) == world.frame_bytes.size(), "frames read");
  for (auto _ : state) benchmark::DoNotOptimize(count_frames(world));
  count(state, "frames", world.frames.size());
}

void run_decode(benchmark::State& state, const World& world) {
  const Ledger quick = decode_all<&Decoder::decode>(world);
  const Ledger slow = decode_all<&Decoder::decode_any>(world);
  for (const LedgerHeading& heading : kLedgerHeadings) {
    check(quick.of(heading.outcome) == slow.of(heading.outcome), heading.name);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_all<&Decoder::decode>(world));
  }
  count(state, "frames", world.frames.size());
}

void run_flow(benchmark::State& state, const World& world) {
  check(make_flows(world).packets == world.packets.size(), "packets in flows");
  for (auto _ : state) benchmark::DoNotOptimize(make_flows(world).flows);
  count(state, "packets", world.packets.size());
}

void run_features(benchmark::State& state, const World& world) {
  check(compute_features(world) == world.rows, "features computed again");
  for (auto _ : state) benchmark::DoNotOptimize(compute_features(world).data());
  count(state, "flows", world.rows.size() / world.features.width());
}

void run_classify(benchmark::State& state, const World& world) {
  const CompiledForest forest(world.model.forest);
  check(infer(forest, world) == predict_plain(world), "a forest's shares");
  for (auto _ : state) benchmark::DoNotOptimize(infer(forest, world).data());
  count(state, "verdicts", world.rows.size() / world.features.width());
}

void run_whole(benchmark::State& state, const World& world) {
  check(classify_all(world, false) == classify_all(world, true),
        "lines with and without batches");
  for (auto _ : state) {
    benchmark::DoNotOptimize(classify_all(world, false).data());
  }
  count(state, "frames", world.frames.size());
}

constexpr struct {
  const char* name;
  void (*run)(benchmark::State&, const World&);
} kRuns[] = {{"read", run_read},         {"decode", run_decode},
             {"flow", run_flow},         {"features", run_features},
             {"classify", run_classify}, {"whole", run_whole}};

}  // namespace
}  // namespace flowtell

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (count < 3) {
    std::fputs("usage: stages MODEL CAPTURE... [--benchmark_filter=NAME]\n",
               stderr);
    return EXIT_FAILURE;
  }
  const flowtell::World world =
      flowtell::make_world(arguments[1], {arguments + 2, arguments + count});
  for (const auto& [name, run] : flowtell::kRuns) {
    benchmark::RegisterBenchmark(name, [run = run,
                                        &world](benchmark::State& state) {
      run(state, world);
    })->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  return EXIT_SUCCESS;
}
