// SPDX-License-Identifier: Apache-2.0
#include "report/flow_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/test_frame.h"

namespace flowtell {
namespace {

Flow some_flow() {
  Flow flow{};
  flow.burst = 3;
  flow.first = kTestStart + 1234567891ns;
  flow.last = kTestStart + 2999999999ns;
  flow.device = test_address("192.168.12.100");
  flow.device_address = test_address("2001:db8::7");  // of this flow
  flow.remote = test_address("2001:db8::5");
  flow.device_port = 40000;
  flow.remote_port = 443;
  flow.protocol = Protocol::kUdp;
  flow.device_rule = DeviceRule::kServicePort;
  flow.sent = {3, 180};
  flow.received = {4, 5600};
  return flow;
}

struct Written {
  FlowWriterOptions options;
  std::string capture = "day, one.pcap";
  std::vector<double> features;
  NamedVerdict verdict;  // with options.with_verdicts
  bool is_early = false;

  // One capture with one burst of one flow.
  std::string text(std::string_view hello = {}) const {
    const auto writer = make_flow_writer(options);
    Flow flow = some_flow();
    flow.name.hello = HelloFacts(hello);
    std::string out;
    writer->begin_output(out);
    writer->begin_capture(out, capture);
    std::optional<NamedVerdict> named;
    if (options.with_verdicts) named.emplace(verdict);
    writer->write(out, {flow, kTestStart, features, named, is_early});
    writer->end_burst(out);
    return out;
  }
};

TEST(Owners, HaveColumnsOnRequest) {
  const auto written = [](FlowFormat format, FlowOwner owner) {
    FlowWriterOptions options;
    options.format = format;
    options.with_owners = true;
    const auto writer = make_flow_writer(options);
    Flow flow = some_flow();
    flow.owner = owner;
    std::string out;
    writer->begin_output(out);
    writer->write(out, {flow, kTestStart, {}, {}, false});
    return out;
  };
  const std::string csv = written(FlowFormat::kCsv, {"a, b", 10123, false, 0});
  EXPECT_NE(csv.find(",device_name,owner,owner_uid\n"), std::string::npos);
  EXPECT_TRUE(csv.ends_with(",\"a, b\",10123\n")) << csv;
  EXPECT_TRUE(written(FlowFormat::kCsv, {"x"}).ends_with(",x,\n"));
  EXPECT_TRUE(written(FlowFormat::kCsv, {}).ends_with(",,\n"));
  const auto json = [&](FlowOwner owner) {
    return nlohmann::json::parse(written(FlowFormat::kJsonLines, owner));
  };
  EXPECT_EQ(json({"a, b", 10123, false, 0})["owner"], "a, b");
  EXPECT_EQ(json({"a, b", 10123, false, 0})["owner_uid"], 10123);
  EXPECT_TRUE(json({})["owner"].is_null());
  EXPECT_TRUE(json({"x"})["owner_uid"].is_null());
}

TEST(Services, HaveAColumnOnRequest) {
  const auto written = [](FlowFormat format, std::string_view service) {
    FlowWriterOptions options;
    options.format = format;
    options.with_owners = true;
    options.with_service = true;
    options.with_verdicts = true;
    options.with_early = true;
    const auto writer = make_flow_writer(options);
    const Flow flow = some_flow();
    NamedVerdict verdict;
    verdict.app = "maps";
    std::string out;
    writer->begin_output(out);
    writer->write(out, {flow, kTestStart, {}, verdict, true, service});
    return out;
  };
  EXPECT_TRUE(written(FlowFormat::kText, "YouTube")
                  .ends_with(" maps 0.000 YouTube early\n"));
  EXPECT_TRUE(written(FlowFormat::kText, "Two Words")
                  .ends_with(" maps 0.000 Two_Words early\n"));
  EXPECT_TRUE(
      written(FlowFormat::kText, "").ends_with(" maps 0.000 - early\n"));
  const std::string csv = written(FlowFormat::kCsv, "a, b");
  EXPECT_NE(csv.find(",owner,owner_uid,service,app,"), std::string::npos);
  EXPECT_NE(csv.find(",,,\"a, b\",maps,"), std::string::npos) << csv;
  const auto json = [&](std::string_view service) {
    return nlohmann::json::parse(written(FlowFormat::kJsonLines, service));
  };
  EXPECT_EQ(json("YouTube")["service"], "YouTube");
  EXPECT_TRUE(json("")["service"].is_null());
}

TEST(TextLines, HaveTheClassicFormat) {
  EXPECT_EQ(Written{}.text(),
            "2.999999 192.168.12.100 2001:db8::5 40000 443 UDP 3 4 180 5600\n");
}

TEST(TextLines, EndWithTheVerdict) {
  Written written;
  written.options.with_verdicts = true;
  written.verdict = {"chat", 0.8125};
  EXPECT_EQ(written.text(),
            "2.999999 192.168.12.100 2001:db8::5 40000 443 UDP 3 4 180 5600 "
            "chat 0.812\n");
}

TEST(TextLines, KeepAppNamesOneWord) {
  Written written;
  written.options.with_verdicts = true;
  written.verdict = {"video,\tlive\nnow", 1};
  EXPECT_TRUE(written.text().ends_with(" video,_live_now 1.000\n"));
}

TEST(TextLines, MarkBurstsAndCapturesOnRequest) {
  Written written;
  written.options.mark_bursts = true;
  written.options.mark_captures = true;
  const std::string text = written.text();
  EXPECT_TRUE(text.starts_with("# day, one.pcap\n2.999999 ")) << text;
  EXPECT_TRUE(text.ends_with(" 5600\n\n")) << text;
}

TEST(TextLines, EndWithEarly) {
  Written written;
  written.options.with_verdicts = true;
  written.options.with_early = true;
  written.verdict = {"chat", 0.8125};
  EXPECT_TRUE(written.text().ends_with(" 5600 chat 0.812\n"));
  written.is_early = true;
  EXPECT_TRUE(written.text().ends_with(" 5600 chat 0.812 early\n"));
}

TEST(CsvLines, HaveAHeaderAndNineDecimals) {
  Written written;
  written.options.format = FlowFormat::kCsv;
  EXPECT_EQ(written.text(),
            "capture,burst,first,last,device,device_port,remote,remote_port,"
            "protocol,packets_sent,packets_received,bytes_sent,bytes_received,"
            "flow_id,start,end,community_id,device_mac,device_name\n"
            "\"day, one.pcap\",3,1.234567891,2.999999999,192.168.12.100,40000,"
            "2001:db8::5,443,UDP,3,4,180,5600,97844983e0a54f8769f0,"
            "2019-04-03T17:21:10.234567891Z,2019-04-03T17:21:11.999999999Z,"
            "1:SweqMXxxDP7RbD5NGUiBLKyI1hs=,,\n");
}

TEST(CsvLines, HoldFeaturesAndVerdict) {
  Written written;
  written.options.format = FlowFormat::kCsv;
  written.options.feature_columns = {"length_mean", "gap_min", "is_tcp"};
  written.options.with_verdicts = true;
  written.features = {825.7142857142857, 1e-9, 0};
  written.verdict = {"the \"best\"", 0.8125, 0.0625, 7};
  const std::string text = written.text();
  EXPECT_NE(text.find(",device_name,length_mean,gap_min,is_tcp,app,"
                      "confidence,unknown_score,session_flows\n"),
            std::string::npos);
  EXPECT_TRUE(
      text.ends_with("=,,,825.7142857142857,1e-09,0,"
                     "\"the \"\"best\"\"\",0.812500,0.062500,7\n"))
      << text;
}

TEST(CsvLines, HaveALastColumnForEarly) {
  Written written;
  written.options.format = FlowFormat::kCsv;
  written.options.with_verdicts = true;
  written.options.with_early = true;
  written.verdict = {"chat", 0.8125};
  const std::string text = written.text();
  EXPECT_NE(text.find(",app,confidence,unknown_score,session_flows,early\n"),
            std::string::npos);
  EXPECT_TRUE(text.ends_with(",chat,0.812500,0.000000,0,0\n")) << text;
  written.is_early = true;
  EXPECT_TRUE(written.text().ends_with(",chat,0.812500,0.000000,0,1\n"));
}

TEST(CsvLines, HaveTheFactsOfTheHelloOnRequest) {
  Written written;
  written.options.format = FlowFormat::kCsv;
  written.options.with_names = written.options.with_hello = true;
  const std::string empty = written.text();
  EXPECT_NE(empty.find(",name,name_source,ja4,alpn,quic_version\n"),
            std::string::npos);
  EXPECT_TRUE(empty.ends_with(",,none,,,\n")) << empty;
  EXPECT_TRUE(
      written.text("q13d 1 h3,h2").ends_with(",,none,q13d,\"h3,h2\",1\n"));
}

TEST(CsvLines, HaveNoMarkers) {
  Written written;
  written.options.format = FlowFormat::kCsv;
  written.options.mark_bursts = true;
  written.options.mark_captures = true;
  const std::string text = written.text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST(JsonLines, AreOneObjectPerLine) {
  Written written;
  written.options.format = FlowFormat::kJsonLines;
  EXPECT_EQ(written.text(),
            R"({"capture":"day, one.pcap","burst":3,"first":1.234567891,)"
            R"("last":2.999999999,"device":"192.168.12.100",)"
            R"("device_port":40000,"remote":"2001:db8::5","remote_port":443,)"
            R"("protocol":"UDP","device_rule":"service-port",)"
            R"("packets_sent":3,"packets_received":4,"bytes_sent":180,)"
            R"("bytes_received":5600,"flow_id":"97844983e0a54f8769f0",)"
            R"("start":"2019-04-03T17:21:10.234567891Z",)"
            R"("end":"2019-04-03T17:21:11.999999999Z",)"
            R"("community_id":"1:SweqMXxxDP7RbD5NGUiBLKyI1hs=",)"
            R"("device_mac":null,"device_name":null})"
            "\n");
}

TEST(FlowLines, HaveTheMacAndTheNameOfTheDevice) {
  const auto written = [](FlowFormat format) {
    FlowWriterOptions options;
    options.format = format;
    Flow flow = some_flow();
    flow.device_station = 0x0200000000fe;
    flow.device_name = "annas-phone";
    std::string out;
    make_flow_writer(options)->write(out, {flow, kTestStart, {}, {}, false});
    return out;
  };
  EXPECT_TRUE(
      written(FlowFormat::kCsv).ends_with(",02:00:00:00:00:fe,annas-phone\n"));
  const auto line = nlohmann::json::parse(written(FlowFormat::kJsonLines));
  EXPECT_EQ(line["device_mac"], "02:00:00:00:00:fe");
  EXPECT_EQ(line["device_name"], "annas-phone");
}

// A reloaded model may know other apps than the columns.
TEST(FlowLines, HaveTheProbabilitiesOnRequest) {
  Written written;
  written.options.with_verdicts = true;
  written.options.probability_apps = {"chat", "a, b", "video"};
  const std::vector<std::string> apps = {"video", "chat"};
  const std::vector<double> shares = {0.75, 0.25};
  written.verdict = {"video", 0.75, 0, 0, shares, apps};
  written.options.format = FlowFormat::kCsv;
  const std::string csv = written.text();
  EXPECT_NE(csv.find(",session_flows,probability_chat,\"probability_a, "
                     "b\",probability_video\n"),
            std::string::npos)
      << csv;
  EXPECT_TRUE(csv.ends_with(",0.250000,,0.750000\n")) << csv;
  written.options.format = FlowFormat::kJsonLines;
  const auto line = nlohmann::json::parse(written.text());
  EXPECT_EQ(line["probabilities"]["video"], 0.75);
  EXPECT_TRUE(line["probabilities"]["a, b"].is_null());
}

TEST(JsonLines, HoldNamedFeaturesAndVerdict) {
  Written written;
  written.options.format = FlowFormat::kJsonLines;
  written.options.feature_columns = {"length_mean", "is_tcp"};
  written.features = {825.5, 0};
  written.options.with_verdicts = true;
  written.verdict = {"chat", 0.8125, 0.0625, 7};
  const auto line = nlohmann::json::parse(written.text());
  EXPECT_EQ(line["features"],
            (nlohmann::json{{"length_mean", 825.5}, {"is_tcp", 0.0}}));
  EXPECT_EQ(line["app"], "chat");
  EXPECT_EQ(line["confidence"], 0.8125);
  EXPECT_EQ(line["unknown_score"], 0.0625);
  EXPECT_EQ(line["session_flows"], 7);
}

TEST(JsonLines, HaveTheFactsOfTheHelloOnRequest) {
  Written written;
  written.options.format = FlowFormat::kJsonLines;
  written.options.with_hello = true;
  const auto line = nlohmann::json::parse(written.text("t13d  h2,http/1.1"));
  EXPECT_EQ(line["ja4"], "t13d");
  EXPECT_EQ(line["alpn"], "h2,http/1.1");
  EXPECT_TRUE(line["quic_version"].is_null());
  EXPECT_FALSE(line.contains("name"));
}

TEST(JsonLines, HaveEarlyOnRequest) {
  Written written;
  written.options.format = FlowFormat::kJsonLines;
  EXPECT_FALSE(nlohmann::json::parse(written.text()).contains("early"));
  written.options.with_early = true;
  EXPECT_EQ(nlohmann::json::parse(written.text())["early"], false);
  written.is_early = true;
  EXPECT_EQ(nlohmann::json::parse(written.text())["early"], true);
}

TEST(JsonLines, ReplaceInvalidUtf8) {
  Written written;
  written.options.format = FlowFormat::kJsonLines;
  written.capture = "day \xff\"\n.pcap";
  const auto line = nlohmann::json::parse(written.text());
  EXPECT_EQ(line["capture"], "day \xef\xbf\xbd\"\n.pcap");
}

TEST(LineSink, AppendsToTheString) {
  FlowWriterOptions options;
  options.mark_bursts = true;
  const auto writer = make_flow_writer(options);
  std::string text;
  LineSink lines(*writer, text);
  const Flow flow = some_flow();
  lines.take({.flow = flow,
              .origin = kTestStart,
              .features = {},
              .verdict = std::nullopt,
              .is_early = true});
  lines.take({.flow = flow,
              .origin = kTestStart,
              .features = {},
              .verdict = std::nullopt});
  lines.end_burst();
  const std::string line =
      "2.999999 192.168.12.100 2001:db8::5 40000 443 UDP 3 4 180 5600";
  EXPECT_EQ(text, line + " early\n" + line + "\n\n");
}

}  // namespace
}  // namespace flowtell
