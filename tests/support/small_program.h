// SPDX-License-Identifier: Apache-2.0
//
// The commands of a small imaginary program with an option of every kind, in
// the form of the command table.
#pragma once

#include "tool/command_table.h"

namespace flowtell {

inline CommandInfo small_program() {
  OptionInfo help;
  help.names = {"-h", "--help"};
  help.meaning = "Print this help";

  OptionInfo captures;
  captures.value = "CAPTURE...";
  captures.kind = ValueKind::kFile;
  captures.meaning = "Captures, or -";
  captures.is_required = true;

  OptionInfo notes;
  notes.value = "NOTES";
  notes.kind = ValueKind::kFile;
  notes.meaning = "A file";

  OptionInfo output;
  output.names = {"-o", "--output"};
  output.value = "MODEL";
  output.kind = ValueKind::kFile;
  output.meaning = "The model's file";
  output.is_required = true;

  OptionInfo learner;
  learner.names = {"--learner"};
  learner.value = "LEARNER";
  learner.kind = ValueKind::kChoice;
  learner.choices = {"forest", "svm"};
  learner.default_value = "forest";
  learner.meaning = "What learns: one of [two]";

  OptionInfo trees;
  trees.names = {"--trees"};
  trees.value = "N";
  trees.kind = ValueKind::kOther;
  trees.range = "1 to 1000";
  trees.default_value = "100";
  trees.meaning = "Trees of the forest; not with --learner svm";
  trees.needs = {"--seed"};
  trees.excludes = {"--learner"};

  CommandInfo train;
  train.full_name = "flowtell train";
  train.name = "train";
  train.summary = "Learn the apps' flows";
  train.footer =
      "It takes well-known\nforms.\n\n.dot begins this one.\n\nExamples:\n"
      "  flowtell train x -o y\n      quick\n\n  flowtell train 'z'";
  train.positionals = {captures, notes};
  train.options = {help, output, learner, trees};

  OptionInfo lan;
  lan.names = {"-i", "--lan"};
  lan.value = "IF";
  lan.kind = ValueKind::kInterface;
  lan.meaning = "The interface";
  OptionInfo state;
  state.names = {"--state"};
  state.value = "FOLDER";
  state.kind = ValueKind::kFolder;
  state.meaning = "A folder \\ a place";

  CommandInfo up;
  up.full_name = "flowtell gateway up";
  up.name = "up";
  up.summary = "Put it up?";
  up.footer = "Every change is recorded.\n\nExample:\n  flowtell gateway up";
  up.options = {lan, state};

  CommandInfo gateway;
  gateway.full_name = "flowtell gateway";
  gateway.name = "gateway";
  gateway.summary = "Be the gateway: all of it";
  gateway.options = {help};
  gateway.subcommands = {up};

  CommandInfo program;
  program.full_name = "flowtell";
  program.name = "flowtell";
  program.summary = "A program.";
  program.footer = "Start here:\n  flowtell train";
  program.options = {help};
  program.subcommands = {train, gateway};
  return program;
}

}  // namespace flowtell
