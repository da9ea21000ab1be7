// SPDX-License-Identifier: Apache-2.0
//
// The body of a model file, sealed here with its magic and checksum, which no
// fuzzer guesses. A model that is taken is stored as it was loaded, can be told
// of, and judges: whatever it says are probabilities.
#include "model/model_file.h"

#include "base/byte_writer.h"
#include "base/checksum.h"
#include "classify/classifier_session.h"
#include "flow/flow_meter.h"
#include "report/model_report.h"
#include "support/app_captures.h"
#include "target.h"

namespace {

using namespace flowtell;

std::string sealed(Bytes body) {
  ByteWriter out;
  out.raw("flowtell");
  out.u32(kModelVersion);
  out.u64(body.size());
  out.raw(as_text(body));
  out.u32(crc32(as_bytes(out.bytes())));
  return out.bytes();
}

// Judges flows, and sees to it that verdicts are some.
class JudgingSink : public FlowSink {
 public:
  explicit JudgingSink(ClassifierSession& classifier)
      : classifier_(classifier) {}

  void take(const Flow& flow) override { classifier_.add(flow); }
  void end_burst() override {
    for (const ClassifierSession::Classification& judged :
         classifier_.end_burst()) {
      double sum = 0;
      for (const double probability : judged.probabilities) {
        require(probability >= 0 && probability <= 1.000001,
                "a probability is one");
        sum += probability;
      }
      require(sum <= 1.000001, "probabilities sum to 1 at most");
      require(judged.verdict.best < judged.probabilities.size(),
              "a verdict is one of the apps");
    }
  }

 private:
  ClassifierSession& classifier_;
};

void judge_by(const Model& model) {
  static const std::vector<TestFrame> kSession =
      app_session(MadeUpApp::kChat, 1);
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    auto classifier =
        ClassifierSession::make(model, kinds, {.error_target = 0.05});
    if (!classifier) return;
    FlowOptions options;
    options.key = model.flow_key;
    options.burst_gap = model.burst_gap;
    JudgingSink sink(*classifier);
    FlowMeter meter(options, sink);
    for (const TestFrame& frame : kSession) {
      meter.add(frame.view());
      require(!meter.next_end() || *meter.next_end() >= Duration{},
              "a burst ends after its last packet");
    }
    meter.finish();
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(decode_model({data, size}));
  const auto model = decode_model(as_bytes(sealed({data, size})));
  if (!model) {
    require(!model.error().message.empty(), "a refusal has a reason");
    return 0;
  }
  const std::string stored = *encode_model(*model);
  const auto again = decode_model(as_bytes(stored));
  require(again.has_value(), "a model that was stored can be loaded");
  require(*encode_model(*again) == stored,
          "a model is stored as it was loaded");
  model_text(*model);
  model_json(*model);
  judge_by(*model);
  return 0;
}
