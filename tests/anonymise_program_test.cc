// SPDX-License-Identifier: Apache-2.0
//
// --anonymise: flows and verdicts are unchanged, and no original address or
// name is in any output.
#include <filesystem>
#include <map>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "support/app_captures.h"
#include "support/program.h"

namespace flowtell {
namespace {

constexpr std::string_view kKey = "anonymous-key-of-32-bytes-012345";

// The fields of a CSV file's rows, by column.
using Columns = std::map<std::string, std::vector<std::string>>;

Columns columns_of(std::string_view csv) {
  const auto header = take_csv_record(csv);
  Columns columns;
  while (!csv.empty()) {
    const auto row = take_csv_record(csv);
    for (std::size_t i = 0; i < header.size(); ++i) {
      columns[header[i]].push_back(row.at(i));
    }
  }
  return columns;
}

class AnonymiseProgram : public ProgramTest {
 protected:
  void SetUp() override {
    std::filesystem::create_directory_symlink(
        std::string(FLOWTELL_SAMPLES_FOLDER) + "/home", folder() / "home");
    put("key", kKey);
    run("for c in home/video/*; do ln -sf $c phone; done");
    ASSERT_EQ(run("flowtell train home -o apps.model --trees 10").exit_code, 0);
    plain_ =
        columns_of(run("flowtell classify apps.model home --format csv --names "
                       "--features classic14")
                       .out);
    for (const char* column : {"device", "remote", "name"}) {
      for (const std::string& value : plain_.at(column)) {
        if (!value.empty()) original_.insert(value);
      }
    }
    ASSERT_GT(original_.size(), 10u);
    // Parent domains are anonymised like names.
    for (std::string name : std::vector(plain_.at("name"))) {
      while (name.find('.') != name.npos) {
        original_.insert(name);
        name = name.substr(name.find('.') + 1);
      }
    }
    for (const char* path : {"home/", "phone", ".pcap"}) original_.insert(path);
  }

  std::string run_anonymous(const std::string& line) {
    const Outcome done = run(line + " --anonymise key");
    EXPECT_EQ(done.exit_code, 0) << line << '\n' << done.err;
    EXPECT_FALSE(done.out.empty()) << line;
    expect_anonymous(done.out, line);
    return done.out;
  }

  void expect_anonymous(const std::string& text, const std::string& where) {
    for (const std::string& value : original_) {
      EXPECT_EQ(text.find(value), text.npos) << value << " in " << where;
    }
  }

  Columns plain_;
  std::set<std::string> original_;
};

TEST_F(AnonymiseProgram, KeepsFlowsAndVerdicts) {
  Columns reported =
      columns_of(run_anonymous("flowtell classify apps.model home --format csv "
                               "--names --features classic14"));
  ASSERT_EQ(reported.size(), plain_.size());
  for (const auto& [column, values] : plain_) {
    if (column == "capture" || column == "device" || column == "remote" ||
        column == "name" || column == "flow_id" || column == "community_id" ||
        column == "device_mac") {
      EXPECT_NE(reported[column], values) << column;
      // The mapping is one to one.
      std::map<std::string, std::string> pseudonyms;
      std::set<std::string> seen;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto [at, is_new] =
            pseudonyms.emplace(values[i], reported[column].at(i));
        EXPECT_EQ(at->second, reported[column][i]) << column;
        if (is_new) {
          EXPECT_TRUE(seen.insert(reported[column][i]).second) << column;
        }
      }
    } else {
      EXPECT_EQ(reported[column], values) << column;
    }
  }
}

TEST_F(AnonymiseProgram, RemovesOriginalsFromEveryOutput) {
  for (const char* line :
       {"flowtell flows phone",
        "flowtell flows home",  // with paths between captures
        "flowtell flows phone --format jsonl --names",
        "flowtell classify apps.model phone --threads 2",
        "flowtell classify apps.model phone --format jsonl --names "
        "--ambiguity",
        "flowtell watch apps.model --replay phone --speed 1000000",
        "flowtell watch apps.model --replay phone --speed 1000000 "
        "--format jsonl --names --threads 2 --early 4",
        "flowtell explain apps.model", "flowtell explain apps.model phone",
        "flowtell explain apps.model phone --json -",
        "flowtell explain apps.model phone --flow 1",
        "flowtell explain apps.model phone --flow 2 --json -",
        "flowtell explain apps.model phone --flow 4 --evidence name,time",
        "flowtell model apps.model", "flowtell model apps.model --json -",
        "flowtell audit home", "flowtell audit home --json -"}) {
    run_anonymous(line);
  }
}

TEST_F(AnonymiseProgram, RemovesOriginalsFromFilesAndPages) {
  run_anonymous(
      "flowtell explain apps.model phone --json out.json --html t.html");
  run_anonymous("flowtell explain apps.model phone --flow 3 --html f.html");
  run_anonymous("flowtell explain apps.model --html m.html");
  for (const char* file : {"out.json", "t.html", "f.html", "m.html"}) {
    const auto text = read_file(folder() / file);
    ASSERT_TRUE(text) << file;
    // The page's own style may contain "home" or "phone", but no original name.
    for (const std::string& value : original_) {
      if (value.find_first_of(".:") == value.npos) continue;
      EXPECT_EQ(text->find(value), text->npos) << value << " in " << file;
    }
  }
}

TEST_F(AnonymiseProgram, RemovesOriginalsFromTheScreen) {
  if (run("command -v script").exit_code != 0) {
    GTEST_SKIP() << "script(1) is needed for a terminal";
  }
  const Outcome shown = run(
      "TERM=xterm script -qec 'flowtell watch apps.model --replay "
      "phone --speed 20 --anonymise key 2> /dev/null' /dev/null < /dev/null");
  EXPECT_NE(shown.out.find("capture-"), shown.out.npos) << shown.out;
  expect_anonymous(shown.out, "the screen");
}

TEST_F(AnonymiseProgram, AcceptsTheKeyInHexadecimal) {
  const std::string by_bytes = run_anonymous("flowtell flows phone");
  run("od -An -tx1 key | tr -d ' \\n' > digits");
  EXPECT_EQ(run("flowtell flows phone --anonymise digits").out, by_bytes);
  put("other", std::string(32, 'x'));
  EXPECT_NE(run("flowtell flows phone --anonymise other").out, by_bytes);
}

class AnonymiseUsage : public ProgramTest {};

TEST_F(AnonymiseUsage, RejectsBadKeysAndOptions) {
  put("phone.pcap", app_capture(MadeUpApp::kVideo, 500));
  put("short", "secret\n");
  put("key", kKey);
  put_app_captures(folder(), "home", 100, 2);
  run("flowtell train home -o apps.model --trees 5 --no-score > train.log "
      "2>&1");
  run("flowtell flows phone.pcap --anonymise absent");
  run("flowtell flows phone.pcap --anonymise short");
  run("flowtell explain apps.model phone.pcap --anonymise short");
  run("flowtell watch apps.model --replay phone.pcap --anonymise key "
      "--write new.pcap");
  run("flowtell capture -i lo --app news -o out --anonymise key --snap 200");
  run("flowtell capture -i lo --app news -o out --anonymise short");
  expect("anonymise_usage");
}

}  // namespace
}  // namespace flowtell
