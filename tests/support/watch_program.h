// SPDX-License-Identifier: Apache-2.0
//
// The fixture of program tests that watch replayed captures.
#pragma once

#include <gtest/gtest.h>

#include "support/app_captures.h"
#include "support/program.h"

namespace flowtell {

// apps.model of two apps, and phone.pcap, a capture of one of them.
class WatchProgramTest : public ProgramTest {
 protected:
  void SetUp() override {
    put_app_captures(folder(), "home", 100, 4);
    put("phone.pcap", app_capture(MadeUpApp::kVideo, 500));
    ASSERT_EQ(run("flowtell train home -o apps.model --trees 20 --no-score")
                  .exit_code,
              0);
  }
};

}  // namespace flowtell
