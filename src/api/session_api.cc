// SPDX-License-Identifier: Apache-2.0
//
// Classifiers, sessions and explanations in the C interface.
#include <array>

#include "api/handles.h"
#include "capture/capture_file.h"
#include "classify/classifier_session.h"
#include "classify/flow_reporter.h"
#include "explain/capture_summary.h"
#include "explain/explanation.h"
#include "flow/flow_ids.h"
#include "flow/flow_meter.h"
#include "report/explanation.h"
#include "report/ledger_text.h"

namespace flowtell::api {

// Hands flows to the caller's function.
class CallbackSink : public FlowReportSink {
 public:
  CallbackSink(flowtell_flow_callback callback, void* context)
      : callback_(callback), context_(context) {}

  void take(const FlowReport& report) override {
    const Flow& flow = report.flow;
    flowtell_flow out{};
    out.size = sizeof out;
    out.start = flow.first.time_since_epoch().count();
    out.end = flow.last.time_since_epoch().count();
    std::ranges::copy(flow.device.bytes, out.device);
    std::ranges::copy(flow.remote.bytes, out.remote);
    out.device_port = flow.device_port;
    out.remote_port = flow.remote_port;
    out.protocol = static_cast<std::uint8_t>(flow.protocol);
    out.is_early = report.is_early ? 1 : 0;
    out.burst = flow.burst;
    out.packets_sent = flow.sent.packets;
    out.packets_received = flow.received.packets;
    out.bytes_sent = flow.sent.bytes;
    out.bytes_received = flow.received.bytes;
    server_ = flow.name.server;
    out.server_name = server_.c_str();
    out.name_source = name_source_name(flow.name.source).data();
    ja4_ = flow.name.hello.ja4();
    out.ja4 = ja4_.c_str();
    alpn_ = flow.name.hello.alpn();
    out.alpn = alpn_.c_str();
    quic_version_ = flow.name.hello.quic_version();
    out.quic_version = quic_version_.c_str();
    out.features = report.features.data();
    out.feature_count = report.features.size();
    if (report.verdict) {
      app_ = report.verdict->app;
      out.app = app_.c_str();
      out.confidence = report.verdict->confidence;
      out.unknown_score = report.verdict->unknown_score;
      out.probabilities = report.verdict->probabilities.data();
      out.app_count = report.verdict->probabilities.size();
    }
    flow_id_ = flow_id(flow);
    out.flow_id = flow_id_.c_str();
    community_id_ = community_id(flow);
    out.community_id = community_id_.c_str();
    callback_(context_, &out);
  }

 private:
  flowtell_flow_callback callback_;
  void* context_;
  std::string server_;
  std::string ja4_;
  std::string alpn_;
  std::string quic_version_;
  std::string app_;
  std::string flow_id_;
  std::string community_id_;
};

}  // namespace flowtell::api

using namespace flowtell;
using namespace flowtell::api;

struct flowtell_session {
  flowtell_session(const FlowOptions& options, const FeatureList& features,
                   std::optional<Classifier> classifier,
                   flowtell_flow_callback take, void* context)
      : sink(take, context),
        classification(std::move(classifier)),
        reporter(features, naming(), {&sink}),
        meter(options, reporter) {
    reporter.begin_capture(meter.origin());
  }

  std::optional<Naming> naming() {
    if (!classification) return std::nullopt;
    return Naming{&*classification};
  }

  CallbackSink sink;
  std::optional<ClassifierSession> classification;
  FlowReporter reporter;
  FlowMeter meter;
  bool is_finished = false;
  bool is_broken = false;  // an exception left its parts half changed
  std::array<std::uint64_t, kLedgerHeadings.size()> counts{};
};

namespace {

Result<void> require_unfinished(const flowtell_session& session) {
  if (session.is_broken) {
    return fail(ErrorKind::kUsage,
                "the session failed before; release it and begin another one");
  }
  if (!session.is_finished) return {};
  return fail(ErrorKind::kUsage,
              "the session is finished; begin another one for more frames");
}

Frame from_c(const flowtell_frame& frame) {
  return {
      std::clamp(Timestamp(Duration(frame.time)), kEarliestTime, kLatestTime),
      {frame.bytes, frame.captured_length},
      std::max(frame.wire_length, frame.captured_length),
      static_cast<LinkType>(frame.link_type)};
}

// Runs one function of a session, which may not be used after an exception.
template <typename Work>
flowtell_status with_session(flowtell_session& session, flowtell_error* error,
                             Work&& work) noexcept {
  return guarded(error, [&]() -> Result<void> {
    if (auto ready = require_unfinished(session); !ready) return ready;
    session.is_broken = true;
    auto done = work();
    session.is_broken = false;
    return done;
  });
}

// Summarises the verdicts of a capture, and explains one of its flows.
Result<std::string> explain_json(const Classifier& classifier,
                                 const FlowOptions& flow_options,
                                 const char* capture, std::size_t number) {
  auto source = open_capture(capture);
  if (!source) return fail(std::move(source).error());
  const Model& model = classifier.model();
  const EvidenceKinds kinds = classifier.kinds();
  const ExplanationSetting setting{model, kinds, classifier.rule()};
  CaptureSummary summary(model.apps.size(), kinds);
  std::optional<FlowExplanation> requested;
  const EvidenceTracer* active = nullptr;
  EvidenceTracer tracer(classifier, [&](const TracedFlow& flow) {
    summary.add(flow, active->fewer());
    if (flow.number != number) return;
    requested = explain_flow(model, *active, kinds, flow);
  });
  active = &tracer;
  FlowOptions options = classifier.flow_options(flow_options);
  options.names = kinds.name;
  FlowMeter meter(options, tracer);
  tracer.begin_capture(meter, capture);
  meter_all(**source, meter);
  if (summary.flows() == 0) {
    return fail(ErrorKind::kNoData, "{}: {}", capture,
                no_flow_text(meter.report()));
  }
  if (number == 0) return capture_summary_json(summary, setting);
  if (!requested) {
    return fail(ErrorKind::kUsage,
                "{} has no flow {}; give a number from 1 to {}", capture,
                number, summary.flows());
  }
  return flow_explanation_json(*requested, setting);
}

constexpr auto kHeadingNames = [] {
  std::array<const char*, kLedgerHeadings.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = kLedgerHeadings[i].name.data();
  }
  return names;
}();

}  // namespace

flowtell_status flowtell_classifier_new(
    const flowtell_model* model, const flowtell_classifier_options* options,
    flowtell_classifier** classifier, flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    auto read = read_options(options);
    if (!read) return fail(std::move(read).error());
    const flowtell_classifier_options given = *read;
    auto kinds =
        EvidenceKinds::parse(text_or(given.evidence, EvidenceKinds::kAll));
    if (!kinds) return fail("the evidence", std::move(kinds).error());
    auto rule =
        UnknownRule::parse(text_or(given.unknown, UnknownRule{}.text()));
    if (!rule) return fail("the unknown rule", std::move(rule).error());
    auto made = Classifier::make(model->model, *kinds, *rule);
    if (!made) return fail(std::move(made).error());
    *classifier = new flowtell_classifier{std::move(*made)};
    return {};
  });
}

void flowtell_classifier_free(flowtell_classifier* classifier) {
  delete classifier;
}

flowtell_status flowtell_session_new(const flowtell_classifier* classifier,
                                     const flowtell_flow_options* options,
                                     flowtell_flow_callback take, void* context,
                                     flowtell_session** session,
                                     flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    if (take == nullptr) {
      return fail(ErrorKind::kUsage, "the callback is NULL; give one");
    }
    auto read = read_options(options);
    if (!read) return fail(std::move(read).error());
    const flowtell_flow_options given = *read;
    auto flow = flow_options(given);
    if (!flow) return fail(std::move(flow).error());
    auto features = FeatureList::parse(text_or(given.features, ""));
    if (!features) return fail(std::move(features).error());
    std::optional<Classifier> used;
    if (classifier != nullptr) {
      used = classifier->classifier;
      *flow = used->flow_options(*flow);
      flow->names = flow->names || used->kinds().name;
    }
    *session =
        new flowtell_session(*flow, *features, std::move(used), take, context);
    return {};
  });
}

flowtell_status flowtell_session_add(flowtell_session* session,
                                     const flowtell_frame* frames, size_t count,
                                     flowtell_error* error) {
  return with_session(*session, error, [&]() -> Result<void> {
    std::array<Frame, 64> batch;
    while (count > 0) {
      const std::size_t size = std::min(count, batch.size());
      std::transform(frames, frames + size, batch.begin(), from_c);
      session->meter.add(std::span(batch).first(size));
      frames += size;
      count -= size;
    }
    return {};
  });
}

flowtell_status flowtell_session_note_silence(flowtell_session* session,
                                              int64_t silence,
                                              flowtell_error* error) {
  return with_session(*session, error, [&]() -> Result<void> {
    if (silence < 0) {
      return fail(ErrorKind::kUsage,
                  "a silence of {} ns is out of range; give 0 or more",
                  silence);
    }
    session->meter.note_silence(Duration(silence));
    return {};
  });
}

flowtell_status flowtell_session_finish(flowtell_session* session,
                                        flowtell_error* error) {
  return with_session(*session, error, [&]() -> Result<void> {
    session->is_finished = true;
    session->meter.finish();
    return {};
  });
}

void flowtell_session_get(flowtell_session* session,
                          flowtell_session_view* view) {
  const FrameIntake& intake = session->meter.intake();
  for (std::size_t i = 0; i < session->counts.size(); ++i) {
    session->counts[i] = intake.ledger().of(kLedgerHeadings[i].outcome);
  }
  copy_view(flowtell_session_view{.size = 0,
                                  .frames = intake.frames(),
                                  .flows = session->meter.table().flows(),
                                  .headings = session->counts.size(),
                                  .heading_names = kHeadingNames.data(),
                                  .heading_frames = session->counts.data()},
            view);
}

void flowtell_session_free(flowtell_session* session) { delete session; }

flowtell_status flowtell_explain(const flowtell_classifier* classifier,
                                 const char* capture,
                                 const flowtell_flow_options* options,
                                 size_t flow_number, char** json,
                                 flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    if (auto given = require_given(capture, "the capture's path"); !given) {
      return given;
    }
    auto read = read_options(options);
    if (!read) return fail(std::move(read).error());
    auto flow = flow_options(*read);
    if (!flow) return fail(std::move(flow).error());
    auto text =
        explain_json(classifier->classifier, *flow, capture, flow_number);
    if (!text) return fail(std::move(text).error());
    *json = copy_text(*text);
    return {};
  });
}
