// SPDX-License-Identifier: Apache-2.0
//
// Small captures of two made-up apps: enough for training, and the same bytes
// on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/temporary_folder.h"
#include "support/test_frame.h"

namespace flowtell {

enum class MadeUpApp {
  kChat,   // short messages both ways, over TCP
  kVideo,  // large received UDP packets, sometimes like chat
};

// A session of about twenty seconds: ten bursts, each a DNS lookup, which is
// alike for both apps, and a flow of the app.
std::vector<TestFrame> app_session(MadeUpApp app, std::uint64_t seed);

// One session as a pcap file.
std::string app_capture(MadeUpApp app, std::uint64_t seed);

// Writes `per_app` captures of each app below `name`: NAME/chat/1.pcap, …
void put_app_captures(const TemporaryFolder& folder, const std::string& name,
                      std::uint64_t first_seed, std::uint64_t per_app);

}  // namespace flowtell
