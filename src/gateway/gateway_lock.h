// SPDX-License-Identifier: Apache-2.0
//
// One gateway command at a time: `up` and `down` hold the state folder locked.
//
// The lock's descriptor is handed on to the programs they run (process.h), and
// so outlives a command that is killed for as long as its `ip` or `nft` is
// still at work: whoever takes the lock next sees a system at rest. dnsmasq
// closes what it is handed, and does not hold the lock.
//
// The folder is made with the lock and goes with it, once no gateway is left.
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

// Holds SIGINT, SIGTERM and SIGHUP back, so that a change and its record are
// not torn apart; at the end they have their usual effect.
class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  // Whether one of them has come.
  bool any() const;

 private:
  sigset_t held_;
  sigset_t before_;
};

}  // namespace flowtell
