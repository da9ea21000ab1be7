// SPDX-License-Identifier: Apache-2.0
//
// Small captures of two made-up apps: enough to learn from, and the same bytes
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
  kVideo,  // much received in large UDP packets, now and then as chat does
};

// A session of some twenty seconds: ten bursts, each a DNS lookup that looks
// the same whatever the app and the app's own flow.
std::vector<TestFrame> app_session(MadeUpApp app, std::uint64_t seed);

// A capture of a session, as pcap.
std::string app_capture(MadeUpApp app, std::uint64_t seed);

// Puts so many captures of each app below `name`: NAME/chat/1.pcap, …
void put_app_captures(const TemporaryFolder& folder, const std::string& name,
                      std::uint64_t first_seed, std::uint64_t per_app);

}  // namespace flowtell
