// SPDX-License-Identifier: Apache-2.0
//
// The body of a model file, sealed here with magic and checksum, which a fuzzer
// cannot guess. An accepted model encodes to the same bytes after a second
// load, can be printed, and classifies with valid probabilities.
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

// Classifies flows and checks that the verdicts are valid.
class ClassifyingSink : public FlowSink {
 public:
  explicit ClassifyingSink(ClassifierSession& classifier)
      : classifier_(classifier) {}

  void take(const Flow& flow) override { classifier_.add(flow); }
  void end_burst() override {
    for (const ClassifierSession::Classification& result :
         classifier_.end_burst()) {
      double sum = 0;
      for (const double probability : result.probabilities) {
        require(probability >= 0 && probability <= 1.000001,
                "a probability is from 0 to 1");
        sum += probability;
      }
      require(sum <= 1.000001, "probabilities sum to 1 at most");
      require(result.verdict.best < result.probabilities.size(),
              "a verdict is one of the apps");
    }
  }

 private:
  ClassifierSession& classifier_;
};

void classify_with(const Model& model) {
  static const std::vector<TestFrame> kSession =
      app_session(MadeUpApp::kChat, 1);
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    const auto classifier = Classifier::make(
        model, kinds, {.max_false_unknown = 0.05, .max_error = 0.05});
    if (!classifier) return;
    ClassifierSession session(*classifier);
    ClassifyingSink sink(session);
    FlowMeter meter(classifier->flow_options(), sink);
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
    require(!model.error().message.empty(), "an error has a message");
    return 0;
  }
  const std::string stored = *encode_model(*model);
  const auto again = decode_model(as_bytes(stored));
  require(again.has_value(), "a stored model loads");
  require(*encode_model(*again) == stored,
          "a model encodes to the bytes it was loaded from");
  model_text(*model);
  model_json(*model);
  classify_with(*model);
  return 0;
}
