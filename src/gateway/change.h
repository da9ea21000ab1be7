// SPDX-License-Identifier: Apache-2.0
//
// A change to the system that can be described, applied and undone.
//
// A change knows all that `undo` needs before it is applied: it is written to
// the journal (journal.h) first. So `undo` must work after a change that was
// applied, partly applied, never applied, or already undone. If an interface
// has disappeared, its settings went with it and undoing them succeeds.
//
// The JSON form holds what `undo` needs. A change read from JSON can be undone
// and described, but not applied.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/process.h"
#include "base/result.h"
#include "gateway/dhcp_probe.h"
#include "gateway/ipv4.h"
#include "report/json.h"

namespace flowtell {

class Change {
 public:
  virtual ~Change() = default;

  // "give wlan0 the address 192.168.12.1/24"; the content of written files
  // follows on separate lines.
  virtual std::string describe() const = 0;
  // Prepares what must be known before the change is recorded; affects only
  // this process.
  virtual Result<void> prepare() { return {}; }
  virtual Result<void> apply() const = 0;
  virtual Result<void> undo() const = 0;
  virtual Json json() const = 0;
  // Whether the change can persist across a reboot.
  virtual bool outlives_reboot() const { return false; }
};

using ChangePtr = std::unique_ptr<Change>;

// Switches on an interface that is off.
struct LinkChange : Change {
  explicit LinkChange(std::string name) : interface(std::move(name)) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;

  std::string interface;
};

// Adds an address to an interface.
struct AddressChange : Change {
  AddressChange(std::string name, Ipv4Prefix new_address)
      : interface(std::move(name)), address(new_address) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;

  std::string interface;
  Ipv4Prefix address;
};

// A file below /proc/sys and its value.
struct Setting {
  std::string path;
  std::string value;
};

// Writes a kernel setting. Some settings change others too; `undo` restores
// these afterwards, in order.
struct SettingChange : Change {
  SettingChange(Setting was, std::string new_value,
                std::vector<Setting> others = {})
      : old(std::move(was)),
        value(std::move(new_value)),
        linked(std::move(others)) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;

  Setting old;
  std::string value;
  std::vector<Setting> linked;
};

// Adds an nftables table, in one transaction, if none has its name.
struct TableChange : Change {
  explicit TableChange(std::string new_name, std::string rules = "")
      : name(std::move(new_name)), text(std::move(rules)) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;

  std::string name;  // in family inet
  std::string text;
};

// Writes a new file.
struct FileChange : Change {
  explicit FileChange(std::string new_path, std::string content = "")
      : path(std::move(new_path)), text(std::move(content)) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;
  bool outlives_reboot() const override { return true; }

  std::string path;
  std::string text;
};

// Starts dnsmasq. prepare() creates the process, which waits, so that the
// journal can identify it by process number and start time.
struct DnsmasqChange : Change {
  DnsmasqChange(std::string path, ProcessIdentity recorded)
      : config(std::move(path)), process(recorded) {}
  DnsmasqChange(std::string path, bool to_other_user)
      : config(std::move(path)), changes_user(to_other_user) {}
  std::string describe() const override;
  Result<void> prepare() override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;
  std::vector<std::string> words() const;

  std::string config;
  ProcessIdentity process;    // unset before prepare()
  bool changes_user = false;  // whether a root dnsmasq must switch users
  std::unique_ptr<WaitingProgram> waiting;
};

// Checks for another DHCP server once the interface is on, and fails if there
// is one. Changes nothing.
struct DhcpCheck : Change {
  explicit DhcpCheck(std::string name,
                     std::chrono::milliseconds max_time = kDhcpTimeout)
      : interface(std::move(name)), timeout(max_time) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override { return {}; }
  Json json() const override;

  std::string interface;
  std::chrono::milliseconds timeout;
};

// Adds a systemd unit and the link that starts it at boot.
struct UnitChange : Change {
  UnitChange(std::string units, std::string unit, std::string content = "")
      : folder(std::move(units)),
        name(std::move(unit)),
        text(std::move(content)) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;
  bool outlives_reboot() const override { return true; }

  std::string path() const { return folder + '/' + name; }
  std::string wants() const { return folder + "/multi-user.target.wants"; }

  std::string folder;
  std::string name;
  std::string text;
};

// Fails if the JSON is not a valid change.
Result<ChangePtr> change_from_json(const Json& json);

}  // namespace flowtell
