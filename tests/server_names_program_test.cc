// SPDX-License-Identifier: Apache-2.0
//
// Server names in the project's samples: trained on, printed and left out.
#include <algorithm>
#include <filesystem>

#include "support/hello_bytes.h"
#include "support/pcap_bytes.h"
#include "support/program.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

class ServerNamesProgram : public ProgramTest {
 protected:
  void SetUp() override {
    std::filesystem::create_directory_symlink(FLOWTELL_SAMPLES_FOLDER,
                                              folder() / "samples");
    run("ls samples/mobile/browser/*.zst | head -n 1 | xargs -I{} cp {} "
        "browser.zst");
    train("apps.model", "");
  }
  void train(const std::string& model, const std::string& options) {
    EXPECT_EQ(run("flowtell train samples/home --trees 5 --no-score -o " +
                  model + options)
                  .exit_code,
              0);
  }
  std::string lines(const std::string& line) {
    const Outcome outcome = run("flowtell " + line);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }
};

TEST_F(ServerNamesProgram, AreEvidenceOnTheirOwn) {
  EXPECT_EQ(lines("classify apps.model browser.zst --evidence name | "
                  "cut -d' ' -f11 | sort | uniq -c | tr -s ' '"),
            " 30 browser\n");
  EXPECT_EQ(lines("explain apps.model browser.zst --evidence name | "
                  "grep ^browser | tr -s ' '"),
            "browser 30 0 30\n")
      << "flows, unknown, with a name";
}

// The outer name of an encrypted hello is shown, but no evidence, although a
// name equal to it was seen in training.
TEST_F(ServerNamesProgram, AreNoEvidenceIfTheyAreOuterNames) {
  const auto capture = [](const TestHello& content) {
    return pcap_bytes({frame()
                           .ethernet()
                           .ipv4()
                           .tcp(40001, 443)
                           .at(kTestStart)
                           .payload(tls_records(client_hello(content)))});
  };
  const std::string name = "www.meadow.example";
  put("plain.pcap", capture({.server = name}));
  put("ech.pcap", capture({.server = name, .extensions = {ech_extension()}}));
  const auto verdict_of = [&](const std::string& file) {
    return lines("classify apps.model " + file +
                 " --evidence name --names --hello --format csv | tail -n 1 | "
                 "cut -d, -f20,21,26");
  };
  EXPECT_EQ(verdict_of("plain.pcap"), name + ",tls,browser\n");
  EXPECT_EQ(verdict_of("ech.pcap"), name + ",ech,unknown\n");
  EXPECT_NE(lines("explain apps.model ech.pcap --evidence name --flow 1")
                .find("name: none"),
            std::string::npos);
}

TEST_F(ServerNamesProgram, AreNotTrainedWithoutNameEvidence) {
  train("shape.model", " --evidence shape");
  EXPECT_EQ(lines("classify shape.model browser.zst --evidence name --unknown "
                  "floor=0.25,margin=0.05 | "
                  "cut -d' ' -f11 | sort -u"),
            "unknown\n");
}

// Names are printed on request even if they are not used as evidence.
TEST_F(ServerNamesProgram, ArePrintedForAnyEvidence) {
  const std::string names =
      " browser.zst --format csv --names | cut -d, -f20 | sort -u";
  const std::string plain = lines("flows" + names);
  EXPECT_NE(plain.find("www.meadow.example\n"), std::string::npos) << plain;
  EXPECT_EQ(lines("classify apps.model" + names), plain);
  EXPECT_EQ(lines("classify apps.model --evidence shape" + names), plain);
}

// A watch reads names as `classify` does.
TEST_F(ServerNamesProgram, AreReadInAReplay) {
  for (const char* options : {"", " --evidence name", " --format csv --names",
                              " --format csv --evidence shape --names",
                              " --format csv --evidence shape --hello",
                              " --format jsonl --evidence shape --ambiguity"}) {
    const std::string plain =
        lines(fmt::format("classify apps.model browser.zst{}", options));
    EXPECT_EQ(std::ranges::count(plain, '\n') / 30, 1);
    EXPECT_EQ(lines(fmt::format("watch apps.model --replay browser.zst --speed "
                                "10000 --early 0{}",
                                options)),
              plain)
        << options;
  }
}

TEST_F(ServerNamesProgram, SeparateAmbiguousFlows) {
  run("flowtell evaluate samples/home --trees 5 --evidence shape --ambiguity "
      "| grep -e Ambiguous -e name");
  run("flowtell evaluate samples/home --trees 5 | grep -e Ambiguous -e name");
  run("flowtell model apps.model | sed -n '/look alike/,$p'");
  expect("server_names");
}

}  // namespace
}  // namespace flowtell
