// SPDX-License-Identifier: Apache-2.0
//
// The journal of a gateway's changes that are not undone yet.
//
// The gateway's folder (/run/flowtell/gateway-wlan0) holds the file `journal`:
// a line of JSON for the options, then one for each change, in order. It is a
// stack. A change is pushed, and synced to disk, before it is applied, and
// popped after it is undone. So at any moment, even after a kill or crash, the
// file lists exactly what may need undoing. A truncated last line belongs to a
// change that was never applied, and is ignored.
//
// The changes belong to one network namespace and end with a reboot, so the
// first line names both (system_identity.h).
//
// The folder also holds dnsmasq's files. All are removed with the gateway. A
// folder that holds other files is kept.
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
  // The folder of the gateway on this interface; it may be absent.
  static std::string folder(const std::string& state, std::string_view lan);
  // The interfaces whose gateways have a folder with a journal, or with only
  // the gateway's own files; sorted.
  static std::vector<std::string> recorded(const std::string& state);

  // Begins a record. REQUIRES: the folder is absent or holds no record.
  static Result<Journal> create(const std::string& state,
                                const GatewayOptions& options);
  // Reads the record. Without complete lines it is empty and has no LAN.
  static Result<Journal> open(const std::string& state, std::string_view lan);

  const GatewayOptions& options() const { return options_; }
  const std::string& since() const { return since_; }
  // Whether a reboot has undone all that does not outlive one.
  bool is_from_earlier_boot() const;
  // Whether it is of this network namespace, or of an earlier boot.
  bool is_from_this_network() const;
  // Fails, with the remedy, if it belongs to another network namespace.
  Result<void> require_this_network() const;
  // Whether all changes of `up` were applied.
  bool is_complete() const;
  // Oldest first.
  const std::vector<ChangePtr>& changes() const { return changes_; }

  Result<void> push(ChangePtr change);
  Result<void> push_complete();
  // Removes the newest entry. REQUIRES: there is one.
  Result<void> pop();
  // Removes the folder. Fails, with nothing removed, if it holds a file that is
  // not the gateway's. REQUIRES: no changes are left.
  Result<void> remove();

 private:
  explicit Journal(std::string folder) : folder_(std::move(folder)) {}
  Result<void> append(const Json& line);
  Result<void> parse_header(const Json& line);
  Result<void> parse(std::string_view text);

  std::string folder_;
  GatewayOptions options_;
  std::string since_;
  SystemIdentity origin_ = identity_of_system();  // where it was begun
  std::vector<ChangePtr> changes_;                // null: the entry "complete"
  std::vector<std::size_t> offsets_;  // of each entry's line in the file
  std::size_t size_ = 0;
};

}  // namespace flowtell
