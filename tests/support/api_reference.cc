// SPDX-License-Identifier: Apache-2.0
#include "support/api_reference.h"

#include <fmt/format.h>

#include "capture/capture_file.h"
#include "classify/flow_reporter.h"
#include "flow/flow_meter.h"
#include "support/app_captures.h"
#include "support/hello_bytes.h"
#include "support/pcap_bytes.h"

namespace flowtell {
namespace {

class TextSink : public FlowReportSink {
 public:
  void take(const FlowReport& report) override {
    const Flow& flow = report.flow;
    text += fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {:.6f}",
                        flow.device.text(), flow.device_port,
                        flow.remote.text(), flow.remote_port, flow.sent.packets,
                        flow.received.packets, flow.sent.bytes,
                        flow.received.bytes, static_cast<int>(flow.protocol),
                        flow.burst, flow.first.time_since_epoch().count(),
                        flow.last.time_since_epoch().count(),
                        report.verdict->app, report.verdict->confidence);
    for (const double share : report.verdict->probabilities) {
      text += fmt::format(" {:.6f}", share);
    }
    text += '\n';
  }
  std::string text;
};

}  // namespace

void put_labelled_captures(const TemporaryFolder& folder,
                           const std::string& name, std::uint64_t first_seed,
                           std::uint64_t per_app) {
  put_app_captures(folder, name, first_seed, per_app);
}

std::string put_hello_capture(const TemporaryFolder& folder) {
  return folder.put("hello.pcap",
                    pcap_bytes({frame().ethernet().ipv4().tcp().payload(
                        tls_records(client_hello()))}));
}

std::string reference_verdicts(const std::string& model,
                               const std::string& capture) {
  auto classifier = load_classifier(model, EvidenceKinds{}, UnknownRule{});
  FlowOptions options = classifier->flow_options();
  options.names = true;
  ClassifierSession session(*classifier);
  TextSink sink;
  FlowReporter reporter({}, Naming{&session}, {&sink});
  FlowMeter meter(options, reporter);
  reporter.begin_capture(meter.origin());
  auto source = open_capture(capture);
  meter_all(**source, meter);
  return sink.text;
}

}  // namespace flowtell
