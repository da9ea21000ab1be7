// SPDX-License-Identifier: Apache-2.0
#include "report/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <sstream>
#include <vector>

namespace flowtell {
namespace {

Address device(unsigned number) {
  const std::array<std::uint8_t, 4> bytes = {
      10, static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8),
      static_cast<std::uint8_t>(number)};
  return Address::v4(bytes);
}

void add(FlowMetrics& metrics, const Address& device, std::string_view app,
         bool is_early = false) {
  Flow flow{};
  flow.device = device;
  flow.sent.bytes = 100;
  flow.received.bytes = 1000;
  metrics.take({flow, {}, {}, NamedVerdict{app, 0.9}, is_early});
}

bool has_line(const std::string& text, const std::string& line) {
  return ('\n' + text).find('\n' + line + '\n') != text.npos;
}

// The values of all series of a metric with labels.
std::vector<double> values_of(const std::string& text,
                              const std::string& name) {
  std::istringstream lines(text);
  std::vector<double> values;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + '{')) {
      values.push_back(std::stod(line.substr(line.rfind(' '))));
    }
  }
  return values;
}

std::size_t series_of(const std::string& text, const std::string& name) {
  return values_of(text, name).size();
}

double sum_of(const std::string& text, const std::string& name) {
  const auto values = values_of(text, name);
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(Metrics, AreInTheOrderOfTheEnum) {
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kMetrics[i].metric), i);
    const std::string name(kMetrics[i].name);
    EXPECT_EQ(kMetrics[i].type == "counter", name.ends_with("_total")) << name;
  }
}

TEST(Metrics, CountFlowsByAppAndDevice) {
  FlowMetrics metrics;
  add(metrics, device(1), "chat");
  add(metrics, device(1), "chat");
  add(metrics, device(2), "unknown");
  add(metrics, device(2), "chat", true);
  const std::string text = metrics.text({});
  EXPECT_TRUE(has_line(text, "flowtell_flows_total{app=\"chat\"} 2"));
  EXPECT_TRUE(has_line(text, "flowtell_flows_total{app=\"unknown\"} 1"));
  EXPECT_TRUE(has_line(text, "flowtell_flow_bytes_total{app=\"chat\"} 2200"));
  EXPECT_TRUE(has_line(
      text, "flowtell_device_flows_total{device=\"10.0.0.1\",app=\"chat\"} 2"));
  EXPECT_TRUE(has_line(
      text,
      "flowtell_device_flows_total{device=\"10.0.0.2\",app=\"unknown\"} 1"));
}

TEST(Metrics, CountBytesByDevice) {
  FlowMetrics metrics;
  add(metrics, device(1), "chat");
  add(metrics, device(1), "chat");
  add(metrics, device(1), "unknown");
  add(metrics, device(2), "chat");
  const std::string text = metrics.text({});
  const std::string name = "flowtell_device_bytes_total";
  EXPECT_TRUE(has_line(text, name + "{device=\"10.0.0.1\",app=\"chat\"} 2200"));
  EXPECT_TRUE(
      has_line(text, name + "{device=\"10.0.0.1\",app=\"unknown\"} 1100"));
  EXPECT_TRUE(has_line(text, name + "{device=\"10.0.0.2\",app=\"chat\"} 1100"));
  EXPECT_EQ(series_of(text, name), 3u);
}

// Adds a flow that ends this many seconds after 1970.
void add_at(FlowMetrics& metrics, unsigned number, std::string_view app,
            int seconds) {
  Flow flow{};
  flow.device = device(number);
  flow.last = Timestamp(std::chrono::seconds(seconds));
  metrics.take({flow, {}, {}, NamedVerdict{app, 0.9}, false});
}

// The series of the devices' apps at this time.
std::vector<std::string> apps_at(const FlowMetrics& metrics, int seconds) {
  MetricsStatus status;
  status.live.now = Timestamp(std::chrono::seconds(seconds));
  std::istringstream lines(metrics.text(status));
  std::vector<std::string> series;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("flowtell_device_app{")) {
      series.push_back(line.substr(line.find('{')));
    }
  }
  return series;
}

TEST(Metrics, ShowTheCurrentAppOfEachDevice) {
  using Series = std::vector<std::string>;
  const std::string one = "{device=\"10.0.0.1\",app=";
  const std::string two = "{device=\"10.0.0.2\",app=";
  FlowMetrics metrics;
  EXPECT_EQ(apps_at(metrics, 0), Series{});
  add_at(metrics, 1, "chat", 100);
  add_at(metrics, 2, "unknown", 100);
  EXPECT_EQ(apps_at(metrics, 100),
            (Series{one + "\"chat\"} 1", two + "\"unknown\"} 1"}));
  // What is unknown does not replace a name, for a minute.
  add_at(metrics, 1, "unknown", 150);
  EXPECT_EQ(apps_at(metrics, 160),
            (Series{one + "\"chat\"} 1", two + "\"unknown\"} 1"}));
  EXPECT_EQ(apps_at(metrics, 161), Series{one + "\"unknown\"} 1"});
  EXPECT_EQ(apps_at(metrics, 211), Series{});
  add_at(metrics, 1, "maps", 220);
  EXPECT_EQ(apps_at(metrics, 230), Series{one + "\"maps\"} 1"});
}

TEST(Metrics, HaveATypeAndAHelpLine) {
  MetricsStatus status;
  status.version = "1.2";
  status.live.bytes = 77;
  status.live.dropped = 3;
  status.memory = 4096;
  status.ledger.count(FrameOutcome::kNotTcpUdp);
  for (int i = 0; i < 8; ++i) status.ledger.count(FrameOutcome::kUsed);
  status.live.frames = 9;
  const std::string text = FlowMetrics().text(status);
  EXPECT_TRUE(has_line(text, "flowtell_build_info{version=\"1.2\"} 1"));
  EXPECT_TRUE(has_line(text,
                       "# TYPE flowtell_bytes_total counter\n"
                       "flowtell_bytes_total 77"));
  EXPECT_TRUE(has_line(text, "flowtell_kernel_drops_total 3"));
  EXPECT_TRUE(
      has_line(text, "flowtell_frames_total{outcome=\"not_tcp_udp\"} 1"));
  EXPECT_TRUE(has_line(text, "flowtell_frames_total{outcome=\"used\"} 8"));
  EXPECT_TRUE(has_line(text, "process_resident_memory_bytes 4096"));
  for (const MetricInfo& info : kMetrics) {
    EXPECT_TRUE(
        has_line(text, fmt::format("# TYPE {} {}", info.name, info.type)));
  }
}

TEST(Metrics, EscapeAppNames) {
  FlowMetrics metrics;
  add(metrics, device(1), "a\"b\\c\nd");
  EXPECT_TRUE(has_line(metrics.text({}),
                       "flowtell_flows_total{app=\"a\\\"b\\\\c\\nd\"} 1"));
}

TEST(Metrics, CountDelaysInBuckets) {
  FlowMetrics metrics;
  metrics.note_delay(std::chrono::milliseconds(-4));
  metrics.note_delay(std::chrono::milliseconds(5));
  metrics.note_delay(std::chrono::milliseconds(70));
  metrics.note_delay(std::chrono::seconds(60));
  const std::string text = metrics.text({});
  const std::string bucket = "flowtell_verdict_delay_seconds_bucket{le=";
  EXPECT_TRUE(has_line(text, bucket + "\"0.005\"} 2"));
  EXPECT_TRUE(has_line(text, bucket + "\"0.05\"} 2"));
  EXPECT_TRUE(has_line(text, bucket + "\"0.1\"} 3"));
  EXPECT_TRUE(has_line(text, bucket + "\"10\"} 3"));
  EXPECT_TRUE(has_line(text, bucket + "\"+Inf\"} 4"));
  EXPECT_TRUE(has_line(text, "flowtell_verdict_delay_seconds_count 4"));
  EXPECT_TRUE(has_line(text, "flowtell_verdict_delay_seconds_sum 60.075"));
}

// A device with many flows keeps its series, and every flow is counted.
TEST(Metrics, BoundTheNumberOfDevices) {
  constexpr unsigned kDevices = 1'000'000;
  FlowMetrics metrics;
  for (int i = 0; i < 5; ++i) add(metrics, device(1), "chat");
  std::size_t max_size = 0;
  for (unsigned i = 0; i < kDevices; ++i) {
    add(metrics, device(100 + i), i % 2 == 0 ? "mail" : "news");
    if (i % 100'000 == 0)
      max_size = std::max(max_size, metrics.text({}).size());
  }
  const std::string text = metrics.text({});
  EXPECT_LE(series_of(text, "flowtell_device_flows_total"),
            FlowMetrics::kMaxDeviceSeries + 2);
  EXPECT_GT(series_of(text, "flowtell_device_flows_total"),
            FlowMetrics::kMaxDeviceSeries / 2);
  EXPECT_LT(std::max(max_size, text.size()), 300'000u);
  EXPECT_TRUE(has_line(
      text, "flowtell_device_flows_total{device=\"10.0.0.1\",app=\"chat\"} 5"));
  EXPECT_EQ(sum_of(text, "flowtell_device_flows_total"), kDevices + 5);
}

TEST(Metrics, BoundTheNumberOfApps) {
  FlowMetrics metrics;
  add(metrics, device(1), "chat");
  for (int i = 0; i < 1000; ++i) {
    add(metrics, device(2), fmt::format("app{}", i));
  }
  add(metrics, device(1), "chat");
  const std::string text = metrics.text({});
  for (const char* name : {"flowtell_flows_total", "flowtell_flow_bytes_total",
                           "flowtell_device_flows_total"}) {
    EXPECT_LE(series_of(text, name), FlowMetrics::kMaxApps + 2) << name;
  }
  EXPECT_TRUE(has_line(text, "flowtell_flows_total{app=\"chat\"} 2"));
  EXPECT_TRUE(has_line(text, "flowtell_flows_total{app=\"other\"} 801"));
  EXPECT_EQ(sum_of(text, "flowtell_flows_total"), 1002);
}

// More pairs of devices and apps than the limit.
TEST(Metrics, BoundTheNumberOfPairs) {
  FlowMetrics metrics;
  for (unsigned i = 0; i < 30'000; ++i) {
    add(metrics, device(i % 300), fmt::format("app{}", i / 300));
  }
  const std::string text = metrics.text({});
  EXPECT_LE(series_of(text, "flowtell_device_flows_total"),
            FlowMetrics::kMaxDeviceSeries + 100);
  EXPECT_EQ(sum_of(text, "flowtell_device_flows_total"), 30'000);
}

Drift drift_of(double sessions) {
  Drift drift;
  drift.sessions = sessions;
  drift.columns = {{"head_in1", 0.25, 0.05}, {"any_fin", 0.01, 0.02}};
  drift.excess = 0.018;
  drift.has_names = true;
  drift.traffic = {0.5, 0.25};
  drift.training = {0.125, 0.0625};
  return drift;
}

TEST(Metrics, ShowTheDrift) {
  MetricsStatus status;
  status.drift = drift_of(40);
  const std::string text = FlowMetrics().text(status);
  EXPECT_TRUE(has_line(
      text, fmt::format("flowtell_drift {}", 0.018 / Drift::kMaxExcess)));
  EXPECT_TRUE(
      has_line(text, "flowtell_drift_distance{feature=\"head_in1\"} 0.2"));
  EXPECT_TRUE(has_line(text, "flowtell_drift_distance{feature=\"any_fin\"} 0"));
  EXPECT_TRUE(has_line(
      text, "flowtell_drift_new_names{key=\"name\",flows=\"recent\"} 0.5"));
  EXPECT_TRUE(has_line(
      text,
      "flowtell_drift_new_names{key=\"domain\",flows=\"training\"} 0.0625"));
  EXPECT_TRUE(has_line(text, "flowtell_drift_sessions 40"));
}

// Neither without training flows to compare with, nor with too few sessions.
TEST(Metrics, ShowNoDriftThatChanceExplains) {
  MetricsStatus status;
  std::string text = FlowMetrics().text(status);
  EXPECT_EQ(text.find("\nflowtell_drift"), text.npos);
  status.drift = drift_of(19.5);
  text = FlowMetrics().text(status);
  EXPECT_TRUE(has_line(text, "flowtell_drift_sessions 19.5"));
  EXPECT_EQ(text.find("\nflowtell_drift "), text.npos);
  EXPECT_EQ(series_of(text, "flowtell_drift_distance"), 0u);
  EXPECT_EQ(series_of(text, "flowtell_drift_new_names"), 0u);
}

TEST(Metrics, ShowTheCandidate) {
  MetricsStatus status;
  const std::string none = FlowMetrics().text(status);
  EXPECT_EQ(none.find("\nflowtell_candidate"), none.npos);
  CandidateSummary candidate;
  candidate.made = Timestamp{std::chrono::seconds(1'554'312'069)};
  candidate.flows = 200;
  candidate.changed = 50;
  candidate.apps = {{"chat", 0}, {"mail", 12}};
  candidate.changes = {{"unknown", "mail", 40}, {"chat", "mail", 10}};
  status.candidate = candidate;
  const std::string text = FlowMetrics().text(status);
  EXPECT_TRUE(
      has_line(text, "flowtell_candidate_timestamp_seconds 1554312069"));
  EXPECT_TRUE(has_line(text, "flowtell_candidate_sessions{app=\"mail\"} 12"));
  EXPECT_EQ(series_of(text, "flowtell_candidate_sessions"), 1u);
  EXPECT_TRUE(has_line(text, "flowtell_candidate_changed_share 0.25"));
  EXPECT_TRUE(has_line(text,
                       "flowtell_candidate_changed_flows{from=\"unknown\","
                       "to=\"mail\"} 40"));
}

}  // namespace
}  // namespace flowtell
