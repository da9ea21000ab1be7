// SPDX-License-Identifier: Apache-2.0
//
// Where recorded sessions go: FOLDER/APP/TIME.pcap, the layout that `train`
// reads, and FOLDER/manifest.csv with a row a capture, which `train` reads as
// well.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "confine/least_privilege.h"

namespace flowtell {

// What a manifest says of a capture.
struct SessionRow {
  std::string path;  // below the folder
  std::string app;
  std::string device;  // the address recorded alone, or empty
  Timestamp started;
  Timestamp ended;
  std::string host;   // the machine that recorded
  std::string notes;  // whatever a person wants to remember
};

class SessionFolder {
 public:
  static constexpr std::string_view kManifest = "manifest.csv";

  // Fails where the name cannot be an app's, or another kind of manifest
  // stands in the folder. Makes nothing yet.
  static Result<SessionFolder> open(const std::string& folder,
                                    const std::string& app);

  // Makes the folder and the app's where they are absent, for that account if
  // one is given.
  Result<void> make(const std::optional<Account>& owner = std::nullopt) const;

  // Fails where this process may not add to it.
  Result<void> check_writable() const;

  // A path, below the folder, at which no file stands.
  std::string path_for(Timestamp start) const;
  std::string full_path(const std::string& path) const;

  // Adds a row, whole or not at all.
  Result<void> add(const SessionRow& row) const;

 private:
  SessionFolder(std::string folder, std::string app)
      : folder_(std::move(folder)), app_(std::move(app)) {}
  std::string manifest() const { return full_path(std::string(kManifest)); }

  std::string folder_;
  std::string app_;
};

}  // namespace flowtell
