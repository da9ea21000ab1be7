// SPDX-License-Identifier: Apache-2.0
//
// Full-screen output on the terminal, redrawn as a whole. The terminal's former
// content returns at the end. Control sequences: ECMA-48, and xterm's alternate
// screen.
#pragma once

#include <termios.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "report/live_screen.h"

namespace flowtell {

class Terminal {
 public:
  // REQUIRES: standard output is a terminal.
  Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();  // restores the screen, if it was taken

  // Switches to full-screen output, with the next `show`.
  void take();

  ScreenSize size() const;

  // Whether it shows colours: not where TERM says it is a dumb one, nor where
  // the environment has NO_COLOR (no-color.org).
  static bool has_colours();

  // The bytes typed since the last call; none if standard input is no terminal.
  // Never blocks.
  std::string read_keys();

  // Redraws the screen. Never blocks: if the terminal does not accept a whole
  // drawing, later calls write its rest, and their own drawing is skipped until
  // then. REQUIRES: `lines` fill the screen, and it is taken.
  Result<void> show(std::string_view lines);

  // Restores the screen, if it was taken, before an exit that runs no
  // destructor. Does not allocate.
  static void restore_taken();

 private:
  void restore() const;
  int descriptor() const;
  Result<void> write_pending();

  FileHandle nonblocking_;  // the same terminal
  std::string pending_;     // unwritten rest of the last drawing
  pid_t own_group_ = ::getpgrp();
  std::optional<termios> saved_;  // of standard input, if it is a terminal
};

}  // namespace flowtell
