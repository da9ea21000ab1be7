// SPDX-License-Identifier: Apache-2.0
//
// The folder of recorded sessions: FOLDER/APP/TIME.pcap, the layout that
// `train` reads, and FOLDER/manifest.csv with one row per capture, which
// `train` reads too.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "confine/least_privilege.h"

namespace flowtell {

// One row of the manifest.
struct SessionRow {
  std::string path;  // below the folder
  std::string app;
  std::string device;  // the address recorded alone, or empty
  Timestamp started;
  Timestamp ended;
  std::string host;   // the machine that recorded
  std::string notes;  // free text
};

class SessionFolder {
 public:
  static constexpr std::string_view kManifest = "manifest.csv";

  // Fails if the app name is not usable, or if the folder holds another kind of
  // manifest. Creates nothing yet.
  static Result<SessionFolder> open(const std::string& folder,
                                    const std::string& app);

  // Creates the folder and the app's folder if absent, owned by `owner` if
  // given.
  Result<void> make(const std::optional<Account>& owner = std::nullopt) const;

  // Fails if this process cannot write to it.
  Result<void> check_writable() const;

  // An unused path, relative to the folder.
  std::string path_for(Timestamp start) const;
  std::string full_path(const std::string& path) const;

  // Appends a row, whole or not at all.
  Result<void> add(const SessionRow& row) const;

 private:
  SessionFolder(std::string folder, std::string app)
      : folder_(std::move(folder)), app_(std::move(app)) {}
  std::string manifest() const { return full_path(std::string(kManifest)); }

  std::string folder_;
  std::string app_;
};

}  // namespace flowtell
