// SPDX-License-Identifier: Apache-2.0
//
// The terminal as a screen that is redrawn repeatedly. Restores its content at
// the end. Control sequences: ECMA-48, and xterm's alternate screen.
#pragma once

#include <termios.h>

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

  void take();

  ScreenSize size() const;

  // Redraws the screen. Never blocks: the rest of an unfinished drawing is
  // written before the next, and drawings in between are skipped.
  // REQUIRES: `lines` fill the screen, and it is taken.
  Result<void> show(std::string_view lines);

  // Restores the taken screen, if any, when the program exits immediately. Does
  // not allocate.
  static void restore_taken();

 private:
  void restore() const;
  int descriptor() const;
  Result<void> write_pending();

  FileHandle nonblocking_;        // the same terminal
  std::string pending_;           // unwritten rest of the last drawing
  std::optional<termios> saved_;  // keyboard settings, if there is a keyboard
};

}  // namespace flowtell
