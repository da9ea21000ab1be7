// SPDX-License-Identifier: Apache-2.0
#include "tool/command_table.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

using Strings = std::vector<std::string>;

// A command with an option of every kind.
class CommandTable : public testing::Test {
 protected:
  CommandTable() {
    program_.footer("Start here:\n  flowtell record");
    CLI::App& record = *program_.add_subcommand("record", "Keep packets");
    record.add_option("CAPTURE", captures_, "Captures")
        ->type_name("")
        ->required();
    record.add_option("MODEL", model_, "A model")->type_name("");
    auto* quiet = record.add_flag("-q,--quiet", is_quiet_, "Say nothing");
    record.add_option("-o,--output", text_, "The file to write")
        ->type_name("FILE")
        ->required();
    record.add_option("--state", text_, "A folder")->type_name("FOLDER");
    auto* wan = record.add_option("-i,--wan", text_, "Where")->type_name("IF");
    record.add_option("--format", text_, "The form")
        ->type_name("FORM")
        ->check(CLI::IsMember(Strings{"text", "csv", "jsonl"}))
        ->default_str("csv")
        ->excludes(quiet)
        ->needs(wan);
    record.add_option("--rounds", number_, "How often")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    record.add_option("--notes", text_, "A remark")->type_name("TEXT");
    CLI::App& gateway = *program_.add_subcommand("gateway", "Be one");
    gateway.add_subcommand("up", "Put it up");
    program_.add_subcommand("reference", "Print")->group("");
  }

  CommandInfo info() const { return describe_command(program_, ""); }
  OptionInfo option(std::string_view name) const {
    const CommandInfo program = info();
    for (const OptionInfo& each : program.subcommands.front().options) {
      if (each.names.back() == name) return each;
    }
    ADD_FAILURE() << name;
    return {};
  }

  CLI::App program_{"Names apps.", "flowtell"};
  Strings captures_;
  std::string model_;
  std::string text_;
  int number_ = 0;
  bool is_quiet_ = false;
};

TEST_F(CommandTable, HasFullCommandNames) {
  const CommandInfo program = info();
  EXPECT_EQ(program.name, "flowtell");
  EXPECT_EQ(program.full_name, "flowtell");
  EXPECT_EQ(program.summary, "Names apps.");
  EXPECT_EQ(program.footer, "Start here:\n  flowtell record");
  ASSERT_EQ(program.subcommands.size(), 2u)
      << "a command without a group is hidden";
  EXPECT_EQ(program.subcommands[0].full_name, "flowtell record");
  EXPECT_EQ(program.subcommands[0].name, "record");
  EXPECT_EQ(program.subcommands[0].summary, "Keep packets");
  EXPECT_EQ(program.subcommands[1].subcommands.at(0).full_name,
            "flowtell gateway up");
}

TEST_F(CommandTable, SeparatesPositionalsFromOptions) {
  const CommandInfo record = info().subcommands.front();
  ASSERT_EQ(record.positionals.size(), 2u);
  EXPECT_EQ(record.positionals[0].value, "CAPTURE...");
  EXPECT_EQ(record.positionals[0].names, Strings{});
  EXPECT_EQ(record.positionals[0].kind, ValueKind::kFile);
  EXPECT_TRUE(record.positionals[0].is_required);
  EXPECT_EQ(record.positionals[1].value, "MODEL");
  EXPECT_FALSE(record.positionals[1].is_required);
  Strings names;
  for (const OptionInfo& each : record.options) {
    names.push_back(each.names.back());
  }
  EXPECT_EQ(names, (Strings{"--help", "--quiet", "--output", "--state", "--wan",
                            "--format", "--rounds", "--notes"}));
}

TEST_F(CommandTable, DerivesTheKindOfAValue) {
  EXPECT_EQ(option("--quiet").kind, ValueKind::kNone);
  EXPECT_EQ(option("--output").kind, ValueKind::kFile);
  EXPECT_EQ(option("--state").kind, ValueKind::kFolder);
  EXPECT_EQ(option("--wan").kind, ValueKind::kInterface);
  EXPECT_EQ(option("--format").kind, ValueKind::kChoice);
  EXPECT_EQ(option("--rounds").kind, ValueKind::kOther);
  EXPECT_EQ(option("--notes").kind, ValueKind::kOther);
}

TEST_F(CommandTable, ReadsChoicesAndRangesFromChecks) {
  const OptionInfo format = option("--format");
  EXPECT_EQ(format.value, "FORM");
  EXPECT_EQ(format.choices, (Strings{"text", "csv", "jsonl"}));
  EXPECT_EQ(format.range, "");
  const OptionInfo rounds = option("--rounds");
  EXPECT_EQ(rounds.value, "N");
  EXPECT_EQ(rounds.choices, Strings{});
  EXPECT_EQ(rounds.range, "1 to 1024");
  const OptionInfo notes = option("--notes");
  EXPECT_EQ(notes.value, "TEXT");
  EXPECT_EQ(notes.range, "");
}

TEST_F(CommandTable, CopiesOtherProperties) {
  const OptionInfo output = option("--output");
  EXPECT_EQ(output.names, (Strings{"-o", "--output"}));
  EXPECT_EQ(output.meaning, "The file to write");
  EXPECT_TRUE(output.is_required);
  EXPECT_EQ(output.excludes, Strings{});
  EXPECT_EQ(output.needs, Strings{});
  const OptionInfo format = option("--format");
  EXPECT_FALSE(format.is_required);
  EXPECT_EQ(format.default_value, "csv");
  EXPECT_EQ(format.excludes, Strings{"--quiet"});
  EXPECT_EQ(format.needs, Strings{"--wan"});
  EXPECT_EQ(option("--quiet").value, "");
}

}  // namespace
}  // namespace flowtell
