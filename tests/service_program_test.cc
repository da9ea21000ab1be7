// SPDX-License-Identifier: Apache-2.0
//
// `--service`: services that nDPI recognises, with and without a model.
#include "classify/service_names.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "support/hello_bytes.h"
#include "support/pcap_bytes.h"
#include "support/test_frame.h"
#include "support/watch_program.h"

namespace flowtell {
namespace {

FrameBuilder from_phone(Duration after) {
  return frame().ethernet().ipv4().at(kTestStart + after);
}

// Flows to YouTube, to a server of no service, to a DNS and an NTP server, and
// one of no known protocol.
std::string some_services() {
  const auto hello = [](Port port, const std::string& server, Duration after) {
    return from_phone(after).tcp(port, 443).payload(
        tls_records(client_hello({.server = server})));
  };
  return pcap_bytes({hello(40001, "r3.googlevideo.com", 1ms),
                     hello(40002, "www.example.org", 2ms),
                     from_phone(3ms).udp(40003, 53).payload(32),
                     from_phone(4ms).udp(123, 123).payload(48),
                     from_phone(5ms).udp(40005, 9999).payload(20)});
}

const std::vector<std::string> kServices = {"YouTube", "TLS", "DNS", "NTP", ""};

class ServiceProgram : public WatchProgramTest {
 protected:
  void SetUp() override {
    if (auto opened = ServiceNames::open(); !opened) {
      GTEST_SKIP() << opened.error().message;
    }
    WatchProgramTest::SetUp();
    put("services.pcap", some_services());
  }

  // The values of a column of CSV.
  std::vector<std::string> column(const std::string& line,
                                  std::string_view name) {
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    std::string_view rest = outcome.out;
    const auto header = take_csv_record(rest);
    const auto at = std::ranges::find(header, name) - header.begin();
    std::vector<std::string> values;
    while (!rest.empty()) {
      const auto record = take_csv_record(rest);
      EXPECT_EQ(record.size(), header.size());
      values.push_back(record.at(static_cast<std::size_t>(at)));
    }
    return values;
  }
};

TEST_F(ServiceProgram, NeedsNoModel) {
  EXPECT_EQ(
      column("flowtell flows services.pcap --format csv --service", "service"),
      kServices);
  EXPECT_EQ(run("flowtell flows services.pcap --service | "
                "awk '{print NF, $11}'")
                .out,
            "11 YouTube\n11 TLS\n11 DNS\n11 NTP\n11 -\n");
  EXPECT_EQ(run("cat services.pcap | flowtell flows - --service --threads 1 | "
                "cut -d' ' -f11 | tr '\\n' ' '")
                .out,
            "YouTube TLS DNS NTP - ");
}

TEST_F(ServiceProgram, IsNullInJsonLinesWhereThereIsNone) {
  const Outcome outcome =
      run("flowtell flows services.pcap --format jsonl --service");
  std::vector<std::string> services;
  for (const std::string_view line : split(outcome.out, '\n')) {
    if (line.empty()) continue;
    const auto record = nlohmann::json::parse(line);
    services.push_back(record.at("service").is_null()
                           ? ""
                           : record.at("service").get<std::string>());
    EXPECT_FALSE(record.contains("name"));
  }
  EXPECT_EQ(services, kServices);
}

TEST_F(ServiceProgram, StandsBesideTheVerdict) {
  EXPECT_EQ(column("flowtell classify apps.model services.pcap --format csv "
                   "--service --evidence shape",
                   "service"),
            kServices);
  EXPECT_EQ(run("flowtell classify apps.model services.pcap --service | "
                "awk '{print NF, $13}'")
                .out,
            "13 YouTube\n13 TLS\n13 DNS\n13 NTP\n13 -\n");
}

// The library is loaded before the watch gives up its rights.
TEST_F(ServiceProgram, StandsInAWatch) {
  for (const char* threads : {"1", "2"}) {
    auto services = column(
        fmt::format("flowtell watch apps.model --replay services.pcap --speed "
                    "1000 --early 0 --format csv --service --threads {}",
                    threads),
        "service");
    EXPECT_EQ(services, kServices);
  }
}

TEST_F(ServiceProgram, IsFoundBeforeNamesArePseudonyms) {
  put("key", std::string(64, '5'));
  EXPECT_EQ(column("flowtell flows services.pcap --format csv --service "
                   "--names --anonymise key",
                   "service"),
            kServices);
}

TEST_F(ServiceProgram, SaysThatTheLibraryIsMissing) {
  put(ServiceNames::built_for(), "no library");
  const std::string missing = fmt::format(
      "flowtell: --service: cannot load {}, which names services; install nDPI "
      "4.2 (Debian: libndpi4.2)\n",
      ServiceNames::built_for());
  for (const char* line :
       {"flows services.pcap --service -o flows.txt",
        "classify apps.model services.pcap --service -o flows.txt",
        "watch apps.model --replay services.pcap --service -o flows.txt"}) {
    const Outcome outcome =
        run(fmt::format("LD_LIBRARY_PATH=. flowtell {}", line));
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.err, missing);
  }
  EXPECT_EQ(run("ls flows.txt").out, "");
}

class ServiceProgramWithoutNdpi : public ProgramTest {};

TEST_F(ServiceProgramWithoutNdpi, SaysThatItWasBuiltWithoutIt) {
  if (!ServiceNames::built_for().empty()) GTEST_SKIP() << "built with nDPI";
  put("services.pcap", some_services());
  const Outcome outcome = run("flowtell flows services.pcap --service");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "flowtell: --service: this program was built without nDPI, which "
            "names services; install libndpi-dev and build it again\n");
}

}  // namespace
}  // namespace flowtell
