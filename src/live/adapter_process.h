// SPDX-License-Identifier: Apache-2.0
//
// A helper process that makes candidate models (learn/candidate.h) and writes
// them to a file. The process that reads packets must not be allowed to write
// files, and training must not delay it: the helper reads no packets, has the
// lowest priority, and may write only below the folder of its file.
//
// The helper is forked with the model in use. Each request carries the recent
// flows, and a new model if there is one; handing them over takes some
// milliseconds. The helper is killed when this process ends.
//
// One thread at a time. Start it before large data other than the model is
// loaded, as its memory is a copy-on-write copy.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "confine/least_privilege.h"
#include "learn/candidate.h"

namespace flowtell {

class AdapterProcess {
 public:
  struct Options {
    std::string path;   // of the candidate
    std::string title;  // of the flows, in the candidate's list of captures
    VerdictOptions verdicts;
    bool keeps_privileges = false;
    bool keeps_priority = false;     // where the caller waits for candidates
    std::optional<Account> account;  // to switch to
  };

  // Fails if the file cannot be written with the rights that remain, or if the
  // system cannot start a process. REQUIRES: this process has one thread.
  static Result<AdapterProcess> start(const Options& options,
                                      std::shared_ptr<const Model> model);

  // Whether a request is unanswered.
  bool is_busy() const { return is_busy_; }
  // Whether the helper has ended; then no request is answered.
  bool has_ended() const { return has_ended_; }

  // Uses this model from the next request on.
  void set_model(std::shared_ptr<const Model> model);
  // Makes a candidate. Does nothing if the helper has ended.
  // REQUIRES: not busy; the flows have the model's features.
  void request(const Dataset& recent);
  // The result of the request, if it is there.
  std::optional<Result<CandidateSummary>> poll();
  // Waits for it. REQUIRES: busy.
  Result<CandidateSummary> wait();

 private:
  explicit AdapterProcess(FileHandle channel) : channel_(std::move(channel)) {}

  FileHandle channel_;
  std::shared_ptr<const Model> new_model_;  // not handed over yet
  bool is_busy_ = false;
  bool has_ended_ = false;
};

}  // namespace flowtell
