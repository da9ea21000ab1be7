// SPDX-License-Identifier: Apache-2.0
#include "report/flow_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "flow/flow_ids.h"
#include "report/json.h"

namespace flowtell {
namespace {

constexpr int kTextDecimals = 6;
constexpr int kCsvDecimals = 9;

// Append the fields of a line. Equivalent to fmt::format, but without parsing a
// format string for each line: lines are most of the program's output.

void append_field(std::string& out, std::string_view text) { out += text; }

template <std::unsigned_integral Number>
void append_field(std::string& out, Number number) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

// "a", 1, "b" with ',' as "a,1,b"
template <typename First, typename... More>
void append_fields(std::string& out, char separator, const First& first,
                   const More&... more) {
  append_field(out, first);
  ((out += separator, append_field(out, more)), ...);
}

// nullopt if the model in use does not know the app.
std::optional<double> probability_of(const std::string& app,
                                     const FlowReport& report) {
  if (!report.verdict) return std::nullopt;
  const auto& apps = report.verdict->apps;
  const auto at = std::ranges::find(apps, app);
  if (at == apps.end()) return std::nullopt;
  return report.verdict
      ->probabilities[static_cast<std::size_t>(at - apps.begin())];
}

// The classic line: numbers and words separated by one space.
class TextWriter : public FlowWriter {
 public:
  using FlowWriter::FlowWriter;

  void begin_capture(std::string& out, const std::string& path) override {
    FlowWriter::begin_capture(out, path);
    if (options().mark_captures) out += fmt::format("# {}\n", path);
  }

  void write(std::string& out, const FlowReport& report) override {
    const Flow& flow = report.flow;
    append_fields(
        out, ' ', seconds_text(flow.last - report.origin, kTextDecimals),
        flow.device.text(), flow.remote.text(), flow.device_port,
        flow.remote_port, protocol_name(flow.protocol), flow.sent.packets,
        flow.received.packets, flow.sent.bytes, flow.received.bytes);
    if (report.verdict) {
      fmt::format_to(std::back_inserter(out), FMT_COMPILE(" {} {:.3f}"),
                     one_word(report.verdict->app), report.verdict->confidence);
    }
    if (options().with_service) {
      out += ' ';
      out += report.service.empty() ? "-" : one_word(report.service);
    }
    if (report.is_early) out += " early";
    out += '\n';
  }

  void end_burst(std::string& out) override {
    if (options().mark_bursts) out += '\n';
  }

 private:
  // Keeps a name one field: whitespace becomes '_'.
  static std::string one_word(std::string_view name) {
    std::string word(name);
    std::replace_if(
        word.begin(), word.end(),
        [](char c) { return c == ' ' || c == '\t' || c == '\n'; }, '_');
    return word;
  }
};

class CsvWriter : public FlowWriter {
 public:
  using FlowWriter::FlowWriter;

  void begin_output(std::string& out) override {
    out +=
        "capture,burst,first,last,device,device_port,remote,remote_port,"
        "protocol,packets_sent,packets_received,bytes_sent,bytes_received,"
        "flow_id,start,end,community_id,device_mac,device_name";
    for (const std::string& column : options().feature_columns) {
      out += ',' + column;
    }
    if (options().with_names) out += ",name,name_source";
    if (options().with_hello) out += ",ja4,alpn,quic_version";
    if (options().with_owners) out += ",owner,owner_uid";
    if (options().with_service) out += ",service";
    if (options().with_verdicts) {
      out += ",app,confidence,unknown_score,session_flows";
    }
    if (options().with_ambiguity) out += ",shared_by";
    if (options().with_early) out += ",early";
    for (const std::string& app : options().probability_apps) {
      out += ',' + csv_field("probability_" + app);
    }
    out += '\n';
  }

  void write(std::string& out, const FlowReport& report) override {
    const Flow& flow = report.flow;
    append_fields(out, ',', csv_field(capture()), flow.burst,
                  seconds_text(flow.first - report.origin, kCsvDecimals),
                  seconds_text(flow.last - report.origin, kCsvDecimals),
                  flow.device.text(), flow.device_port, flow.remote.text(),
                  flow.remote_port, protocol_name(flow.protocol),
                  flow.sent.packets, flow.received.packets, flow.sent.bytes,
                  flow.received.bytes, flow_id(flow),
                  precise_utc_text(flow.first), precise_utc_text(flow.last),
                  community_id(flow), station_text(flow.device_station),
                  flow.device_name);
    for (const double value : report.features) {
      fmt::format_to(std::back_inserter(out), FMT_COMPILE(",{}"), value);
    }
    if (options().with_names) {
      fmt::format_to(std::back_inserter(out), ",{},{}", flow.name.server,
                     name_source_name(flow.name.source));
    }
    if (options().with_hello) {
      const HelloFacts& hello = flow.name.hello;
      out += ',';
      append_fields(out, ',', hello.ja4(), csv_field(hello.alpn()),
                    hello.quic_version());
    }
    if (options().with_owners) {
      out += ',' + csv_field(flow.owner.app) + ',';
      if (flow.owner.uid >= 0) out += std::to_string(flow.owner.uid);
    }
    if (options().with_service) out += ',' + csv_field(report.service);
    if (report.verdict) {
      const NamedVerdict& verdict = *report.verdict;
      fmt::format_to(std::back_inserter(out), ",{},{:.6f},{:.6f},{}",
                     csv_field(verdict.app), verdict.confidence,
                     verdict.unknown_score, verdict.session_flows);
      if (options().with_ambiguity) {
        out += ',' +
               csv_field(fmt::format("{}", fmt::join(verdict.shared_by, ";")));
      }
    }
    if (options().with_early) out += report.is_early ? ",1" : ",0";
    for (const std::string& app : options().probability_apps) {
      out += ',';
      if (const auto share = probability_of(app, report)) {
        fmt::format_to(std::back_inserter(out), FMT_COMPILE("{:.6f}"), *share);
      }
    }
    out += '\n';
  }
};

class JsonLinesWriter : public FlowWriter {
 public:
  using FlowWriter::FlowWriter;

  void write(std::string& out, const FlowReport& report) override {
    const Flow& flow = report.flow;
    Json line = {
        {"capture", capture()},
        {"burst", flow.burst},
        {"first", in_seconds(flow.first - report.origin)},
        {"last", in_seconds(flow.last - report.origin)},
        {"device", flow.device.text()},
        {"device_port", flow.device_port},
        {"remote", flow.remote.text()},
        {"remote_port", flow.remote_port},
        {"protocol", protocol_name(flow.protocol)},
        {"device_rule", device_rule_name(flow.device_rule)},
        {"packets_sent", flow.sent.packets},
        {"packets_received", flow.received.packets},
        {"bytes_sent", flow.sent.bytes},
        {"bytes_received", flow.received.bytes},
        {"flow_id", flow_id(flow)},
        {"start", precise_utc_text(flow.first)},
        {"end", precise_utc_text(flow.last)},
        {"community_id", community_id(flow)},
        {"device_mac", text_or_null(station_text(flow.device_station))},
        {"device_name", text_or_null(flow.device_name)},
    };
    if (!options().feature_columns.empty()) {
      Json& features = line["features"];
      for (std::size_t i = 0; i < report.features.size(); ++i) {
        features[options().feature_columns[i]] = report.features[i];
      }
    }
    if (options().with_names) add_name(line, flow.name);
    if (options().with_hello) add_hello(line, flow.name.hello);
    if (options().with_owners) add_owner(line, flow.owner);
    if (options().with_service) line["service"] = text_or_null(report.service);
    if (report.verdict) {
      line["app"] = report.verdict->app;
      line["confidence"] = report.verdict->confidence;
      line["unknown_score"] = report.verdict->unknown_score;
      line["session_flows"] = report.verdict->session_flows;
      if (options().with_ambiguity) {
        line["shared_by"] = report.verdict->shared_by;
      }
    }
    if (options().with_early) line["early"] = report.is_early;
    if (!options().probability_apps.empty()) {
      Json& probabilities = line["probabilities"];
      for (const std::string& app : options().probability_apps) {
        const auto share = probability_of(app, report);
        probabilities[app] = share ? Json(*share) : Json(nullptr);
      }
    }
    out += json_text(line) + '\n';
  }

 private:
  static void add_name(Json& line, const FlowName& name) {
    line["name"] = text_or_null(name.server);
    line["name_source"] = name_source_name(name.source);
  }
  static void add_hello(Json& line, const HelloFacts& hello) {
    line["ja4"] = text_or_null(hello.ja4());
    line["alpn"] = text_or_null(hello.alpn());
    line["quic_version"] = text_or_null(hello.quic_version());
  }
  static void add_owner(Json& line, const FlowOwner& owner) {
    line["owner"] = text_or_null(owner.app);
    line["owner_uid"] = owner.uid < 0 ? Json(nullptr) : Json(owner.uid);
  }
  static Json text_or_null(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(text);
  }
};

}  // namespace

std::unique_ptr<FlowWriter> make_flow_writer(FlowWriterOptions options) {
  switch (options.format) {
    case FlowFormat::kText:
      return std::make_unique<TextWriter>(std::move(options));
    case FlowFormat::kCsv:
      return std::make_unique<CsvWriter>(std::move(options));
    case FlowFormat::kJsonLines:
      return std::make_unique<JsonLinesWriter>(std::move(options));
  }
  return nullptr;
}

}  // namespace flowtell
