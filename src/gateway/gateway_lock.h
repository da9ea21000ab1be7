// SPDX-License-Identifier: Apache-2.0
//
// Serialises gateway commands: `up` and `down` lock the state folder.
//
// Child processes inherit the lock's descriptor (process.h). If a command is
// killed, the lock is thus held until its running `ip` or `nft` ends, and no
// child of the killed command changes the system under the next holder. dnsmasq
// closes inherited descriptors and does not hold the lock.
//
// Taking the lock creates the folder; releasing it removes the folder if empty.
#pragma once

#include <signal.h>

#include <string>

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

class GatewayLock {
 public:
  // Waits up to ten seconds for another command to end.
  static Result<GatewayLock> take(const std::string& state);

  GatewayLock(GatewayLock&&) noexcept = default;
  GatewayLock& operator=(GatewayLock&&) = delete;
  ~GatewayLock();

 private:
  GatewayLock(std::string state, FileHandle folder)
      : state_(std::move(state)), folder_(std::move(folder)) {}

  std::string state_;
  FileHandle folder_;
};

// Blocks SIGINT, SIGTERM and SIGHUP, so that a change and its record stay
// consistent. The destructor delivers pending signals.
class BlockedSignals {
 public:
  BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals();

  // Whether one of them is pending.
  bool any() const;

 private:
  sigset_t mask_;
  sigset_t before_;
};

}  // namespace flowtell
