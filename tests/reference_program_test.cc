// SPDX-License-Identifier: Apache-2.0
//
// `flowtell reference`, the source of docs and package files. docs/generate.sh
// checks that docs/ matches its output.
#include "base/file.h"
#include "support/program.h"

namespace flowtell {
namespace {

class ReferenceProgram : public ProgramTest {
 protected:
  std::string page(const std::string& name) {
    const Outcome outcome = run("flowtell reference " + name);
    EXPECT_EQ(outcome.exit_code, 0) << name;
    EXPECT_EQ(outcome.err, "") << name;
    return outcome.out;
  }
};

TEST_F(ReferenceProgram, PrintsEachPage) {
  for (const auto& [name, begin] :
       std::vector<std::pair<std::string, std::string>>{
           {"bash", "# SPDX-License-Identifier: Apache-2.0\n"},
           {"commands", "## flowtell flows\n\n```text\nSplit captures"},
           {"features", "### `robust` (the default)\n"},
           {"findings", "| finding | meaning | what to do |\n"},
           {"fish", "# SPDX-License-Identifier: Apache-2.0\n"},
           {"ledger", "| heading | meaning |\n"},
           {"metrics", "| metric | type | labels | meaning |\n"},
           {"presets", "| | `"},
           {"zsh", "#compdef flowtell\n"}}) {
    EXPECT_TRUE(page(name).starts_with(begin)) << page(name).substr(0, 60);
  }
}

TEST_F(ReferenceProgram, ListsEveryOtherCommand) {
  run("flowtell reference commands | grep '^## '");
  run("mkdir man && flowtell reference man man && ls man");
  run("flowtell reference poem");
  run("flowtell reference");
  expect("reference");
}

// The help in the reference equals that of each command's --help.
TEST_F(ReferenceProgram, PrintsTheHelpOfCommands) {
  const std::string all = page("commands");
  for (const std::string command : {"flows", "gateway", "gateway up"}) {
    const std::string help = run("flowtell " + command + " --help").out;
    EXPECT_NE(all.find(fmt::format("## flowtell {}\n\n```text\n{}```\n\n",
                                   command, help)),
              std::string::npos)
        << command;
  }
}

TEST_F(ReferenceProgram, WritesManualPagesIntoAFolder) {
  run("mkdir man");
  const Outcome outcome = run("flowtell reference man man --date 'May 1'");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "");
  const auto train = read_file(folder() / "man/flowtell-train.1");
  ASSERT_TRUE(train);
  EXPECT_NE(train->find(".TH FLOWTELL\\-TRAIN 1 \"May 1\" \"flowtell "),
            std::string::npos);
  const std::string together = run("flowtell reference man --date 'May 1'").out;
  EXPECT_TRUE(together.starts_with(*read_file(folder() / "man/flowtell.1")));
  EXPECT_NE(together.find(*train), std::string::npos);
}

TEST_F(ReferenceProgram, ReportsWriteErrors) {
  const Outcome outcome = run("flowtell reference man absent");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("absent/flowtell.1"), std::string::npos);
  EXPECT_EQ(run("flowtell reference ledger >/dev/full").exit_code, 1);
}

}  // namespace
}  // namespace flowtell
