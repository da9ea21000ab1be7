// SPDX-License-Identifier: Apache-2.0
//
// Starts or stops a gateway and is killed at a chosen step:
//
//   gateway_crash up|down LAN WAN STATE UNITS STEP
//
// Steps are before and after each record, change and undo. With fewer than STEP
// steps it ends with exit code 0. tests/gateway_test.py checks the result.
#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/text.h"
#include "gateway/gateway.h"

namespace flowtell {
namespace {

int run(const std::vector<std::string>& words) {
  constexpr std::size_t kWords = 6;
  const auto last =
      words.size() == kWords ? parse_number<int>(words[5]) : std::nullopt;
  if (!last) return 2;
  GatewayOptions options;
  options.lan = words[1];
  options.wan = words[2];
  GatewayRequest request;
  request.places.state = words[3];
  request.places.units = words[4];
  request.dhcp_timeout = std::chrono::milliseconds(90);
  request.observe = [left = *last](std::string_view) mutable {
    if (--left == 0) ::raise(SIGKILL);
  };
  const bool is_up = words[0] == "up";
  Result<void> done;
  if (is_up) {
    auto outcome = bring_up(options, true, request);
    if (!outcome) done = fail(outcome.error());
  } else {
    auto undone = bring_down(options.lan, false, request);
    if (!undone) done = fail(undone.error());
  }
  if (done) return 0;
  static_cast<void>(std::fprintf(stderr, "%s\n", done.error().message.c_str()));
  return 1;
}

}  // namespace
}  // namespace flowtell

int main(int count, char** arguments) {
  return flowtell::run({arguments + 1, arguments + count});
}
