// SPDX-License-Identifier: Apache-2.0
//
// One change to the system that can be told, made and taken back.
//
// A change knows all it takes to undo it before it is made: it is written into
// the journal (journal.h) first and only then applied. So `undo` must hold for
// a change that was made, half made or never made, and for one undone before;
// an interface that has gone since took its settings along, which is no error.
//
// The JSON form holds what `undo` needs; a change read back from it can be
// undone and described, not applied.
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

  // "give wlan0 the address 192.168.12.1/24"; texts that are written follow on
  // lines of their own.
  virtual std::string describe() const = 0;
  // Readies what has to be known before it is recorded; changes nothing that
  // outlives this process.
  virtual Result<void> prepare() { return {}; }
  virtual Result<void> apply() const = 0;
  virtual Result<void> undo() const = 0;
  virtual Json json() const = 0;
  // Whether it may still be there after a reboot.
  virtual bool outlives_reboot() const { return false; }
};

using ChangePtr = std::unique_ptr<Change>;

// Switches an interface on that was off.
struct LinkChange : Change {
  explicit LinkChange(std::string name) : interface(std::move(name)) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;

  std::string interface;
};

// Gives an interface an address that it does not have.
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

// A file below /proc/sys and what it holds.
struct Setting {
  std::string path;
  std::string value;
};

// Writes a setting of the kernel. Some change others along with them, which are
// put back after it, in their order.
struct SettingChange : Change {
  SettingChange(Setting was, std::string new_value,
                std::vector<Setting> others = {})
      : old(std::move(was)),
        value(std::move(new_value)),
        along(std::move(others)) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;

  Setting old;
  std::string value;
  std::vector<Setting> along;
};

// Adds a table of rules, in one transaction, where none of its name is.
struct TableChange : Change {
  explicit TableChange(std::string new_name, std::string rules = "")
      : name(std::move(new_name)), text(std::move(rules)) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override;
  Json json() const override;

  std::string name;  // of the family inet
  std::string text;
};

// Writes a file that is not there.
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

// Starts dnsmasq. Its process is made, and waits, before it is recorded, so
// that the record names it at any moment, and by what no other process can
// choose.
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
  ProcessIdentity process;    // none before prepare()
  bool changes_user = false;  // if it is root, before it is at work
  std::unique_ptr<WaitingProgram> waiting;
};

// Asks, once the interface is on, whether a DHCP server is on it already, and
// fails if so. Changes nothing.
struct DhcpQuestion : Change {
  explicit DhcpQuestion(std::string name,
                        std::chrono::milliseconds longest = kDhcpPatience)
      : interface(std::move(name)), patience(longest) {}
  std::string describe() const override;
  Result<void> apply() const override;
  Result<void> undo() const override { return {}; }
  Json json() const override;

  std::string interface;
  std::chrono::milliseconds patience;
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

// Fails where the JSON is no change of ours.
Result<ChangePtr> change_from_json(const Json& json);

}  // namespace flowtell
