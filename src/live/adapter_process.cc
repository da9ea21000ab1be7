// SPDX-License-Identifier: Apache-2.0
#include "live/adapter_process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <utility>

#include "confine/helper_process.h"
#include "live/adapter_messages.h"
#include "model/model_file.h"

namespace flowtell {
namespace {

constexpr int kLowestPriority = 19;
constexpr std::string_view kReady = "ready";

// Leaves the terminal and its signals to the parent.
void detach_from_terminal_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_NAME, "flowtell-adapt", 0, 0, 0);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::close(standard);
  }
}

Result<void> drop_what_is_not_needed(const AdapterProcess::Options& options) {
  if (options.keeps_privileges) return {};
  std::error_code ignored;
  const auto whole = std::filesystem::absolute(options.path, ignored);
  PrivilegeLimits remaining;
  remaining.account = options.account;
  remaining.paths.writable = whole.parent_path().string();
  remaining.work = Work::kReplaceFiles;
  return drop_privileges(remaining);
}

// Whether the candidate can be written.
Result<void> try_output(const std::string& path) {
  auto output = OutputFile::create(path);
  return output ? Result<void>() : fail(std::move(output).error());
}

Result<CandidateSummary> answer(const CandidateRequest& request,
                                const Model& model,
                                const AdapterProcess::Options& options) {
  auto candidate = make_candidate(model, request.recent, options.verdicts);
  if (!candidate) return fail(std::move(candidate).error());
  auto bytes = encode_model(candidate->model);
  if (!bytes) return fail(std::move(bytes).error());
  auto written = write_file(options.path, *bytes);
  if (!written) return fail(std::move(written).error());
  return std::move(candidate->summary);
}

[[noreturn]] void serve_candidates(int channel,
                                   const AdapterProcess::Options& options,
                                   std::shared_ptr<const Model> model) {
  detach_from_terminal_signals();
  if (!options.keeps_priority) {
    ::setpriority(PRIO_PROCESS, 0, kLowestPriority);
  }
  auto ready = drop_what_is_not_needed(options);
  // Ends with the parent. A change of user would clear it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (ready) ready = try_output(options.path);
  send_message(channel, ready ? std::string(kReady) : ready.error().message);
  if (!ready) ::_exit(1);
  while (const auto bytes = receive_message(channel)) {
    auto request = decode_request(*bytes, *model);
    if (!request) ::_exit(1);
    if (request->model) {
      model = std::make_shared<const Model>(std::move(*request->model));
    }
    if (!send_message(channel,
                      encode_reply(answer(*request, *model, options)))) {
      break;
    }
  }
  ::_exit(0);
}

}  // namespace

Result<AdapterProcess> AdapterProcess::start(
    const Options& options, std::shared_ptr<const Model> model) {
  auto channel = start_helper(SOCK_STREAM, [&](int end) {
    serve_candidates(end, options, std::move(model));
  });
  if (!channel) return fail(std::move(channel).error());
  const auto reply = receive_message(channel->get());
  if (!reply) {
    return fail(ErrorKind::kSystem,
                "the helper that makes candidate models has failed; start "
                "again, or without --adapt-every");
  }
  if (*reply != kReady) return fail(ErrorKind::kNotWritable, "{}", *reply);
  return AdapterProcess(std::move(*channel));
}

void AdapterProcess::set_model(std::shared_ptr<const Model> model) {
  new_model_ = std::move(model);
}

void AdapterProcess::request(const Dataset& recent) {
  if (has_ended_) return;
  const auto model = std::exchange(new_model_, nullptr);
  is_busy_ = true;
  // A failure shows when the reply is read.
  send_message(channel_.get(), encode_request(model.get(), recent));
}

std::optional<Result<CandidateSummary>> AdapterProcess::poll() {
  if (!is_busy_) return std::nullopt;
  pollfd waiting{channel_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, 0) <= 0) return std::nullopt;
  return wait();
}

Result<CandidateSummary> AdapterProcess::wait() {
  is_busy_ = false;
  const auto reply = receive_message(channel_.get());
  if (reply) return decode_reply(*reply);
  has_ended_ = true;
  return fail(ErrorKind::kSystem,
              "the helper that makes candidate models has ended, perhaps for "
              "lack of memory; restart the watch to have it again");
}

}  // namespace flowtell
