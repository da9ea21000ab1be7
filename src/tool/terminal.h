// SPDX-License-Identifier: Apache-2.0
//
// The terminal as a screen that is drawn over and over. What stood on it comes
// back at the end. Control sequences: ECMA-48, and xterm's alternate screen.
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
  ~Terminal();  // gives the screen back, if it was taken

  void take();

  ScreenSize size() const;

  // Draws lines over what is there. They fill the screen. Never waits for who
  // reads: of a drawing that he does not take, the rest goes before the next,
  // and what would come meanwhile is left out. REQUIRES: the screen is taken.
  Result<void> show(std::string_view lines);

  // Gives back the screen that is taken, if one is, for a program that ends
  // without further ado. Takes no memory.
  static void give_back_at_once();

 private:
  void give_back() const;
  int descriptor() const;
  Result<void> write_some();

  FileHandle unblocked_;           // the same terminal
  std::string left_;               // of the last drawing
  std::optional<termios> before_;  // of the keyboard, where there is one
};

}  // namespace flowtell
