// SPDX-License-Identifier: Apache-2.0
//
// What a gateway has changed and has yet to put back, on record.
//
// A folder of the gateway's own (/run/flowtell/gateway-wlan0) holds the file
// `journal`: a line of JSON for the options, then one for each change, in their
// order. It is a stack. A change is pushed, and on the disk, before it is made;
// it is popped once it is undone. So at any moment, also after a kill or a
// crash, the file says what may have to be undone, and no more. A last line
// that was cut off is of a change that was never begun, and is left out.
//
// What it lists is of one network namespace and ends with a reboot, so the
// first line also names both (system_identity.h).
//
// Beside it lies what dnsmasq needs; all of that, and the folder, go with the
// gateway. A folder with anything else in it is left.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/change.h"
#include "gateway/gateway_options.h"
#include "gateway/system_identity.h"

namespace flowtell {

class Journal {
 public:
  // The folder of the gateway on this interface; it may not be there.
  static std::string folder(const std::string& state, std::string_view lan);
  // The interfaces whose gateways have a folder, with a journal or with nothing
  // of anybody's in it; sorted.
  static std::vector<std::string> recorded(const std::string& state);

  // Begins a record. REQUIRES: there is no such folder, or nothing in it
  // counts.
  static Result<Journal> create(const std::string& state,
                                const GatewayOptions& options);
  // The record that is there. One without whole lines is empty and has no LAN.
  static Result<Journal> open(const std::string& state, std::string_view lan);

  const GatewayOptions& options() const { return options_; }
  const std::string& since() const { return since_; }
  // A reboot has taken away all that does not outlive one. It is nobody's then.
  bool is_of_earlier_boot() const;
  // Whether it can be undone from here, or has nothing to undo.
  bool is_of_this_network() const;
  // Fails where it is of another network namespace, in a sentence that says
  // what to do.
  Result<void> require_this_network() const;
  // Whether all changes of `up` were made.
  bool is_complete() const;
  // Oldest first.
  const std::vector<ChangePtr>& changes() const { return changes_; }

  Result<void> push(ChangePtr change);
  Result<void> push_complete();
  // Takes the newest entry off the record. REQUIRES: there is one.
  Result<void> pop();
  // Removes the folder; fails, with nothing removed, where somebody else's file
  // is in it. REQUIRES: there are no changes left.
  Result<void> remove();

 private:
  explicit Journal(std::string folder) : folder_(std::move(folder)) {}
  Result<void> append(const Json& line);
  Result<void> take_header(const Json& line);
  Result<void> take(std::string_view text);

  std::string folder_;
  GatewayOptions options_;
  std::string since_;
  SystemIdentity origin_ = identity_of_system();  // where it was begun
  std::vector<ChangePtr> changes_;   // a null stands for the mark "complete"
  std::vector<std::size_t> begins_;  // of each entry's line in the file
  std::size_t size_ = 0;
};

}  // namespace flowtell
