// SPDX-License-Identifier: Apache-2.0
#include "tool/metrics_arguments.h"

#include <algorithm>

#include "base/text.h"

namespace flowtell {
namespace {

// Shorter tokens could be guessed.
constexpr std::size_t kMinTokenLength = 16;

// "9464", "192.168.12.1:9464" or "[fd00::1]:9464".
Result<MetricsServer::Options> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::string host = "127.0.0.1";
  if (colon != text.npos) {
    host = text.substr(0, colon);
    const bool is_v6 = host.find(':') != host.npos;
    const bool is_bracketed =
        host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    if (is_v6 != is_bracketed) host.clear();
  }
  const auto address = Address::parse(host);
  const auto port =
      parse_number<Port>(text.substr(colon == text.npos ? 0 : colon + 1));
  if (!address || !port || *port == 0) {
    return fail(
        ErrorKind::kUsage,
        "--metrics takes a port such as 9464, or an address of this machine "
        "with a port, such as 192.168.12.1:9464 or [fd00::1]:9464");
  }
  return MetricsServer::Options{*address, *port, ""};
}

Result<std::string> read_token(const std::string& path) {
  auto token = read_file(path);
  if (!token) return fail("--metrics-token", std::move(token).error());
  token->erase(token->find_last_not_of(" \t\r\n") + 1);
  const bool is_word =
      std::ranges::all_of(*token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_word || token->size() < kMinTokenLength) {
    return fail(ErrorKind::kCorrupt,
                "--metrics-token: {} holds no token of at least {} letters and "
                "digits; make one with 'openssl rand -hex 16'",
                path, kMinTokenLength);
  }
  return token;
}

}  // namespace

void MetricsArguments::define(CLI::App& command) {
  auto* metrics =
      command
          .add_option("--metrics", address,
                      "Serve metrics for Prometheus at http://ADDRESS/metrics: "
                      "on a port of 127.0.0.1, reachable only from this "
                      "machine, or, with --metrics-token, on another address")
          ->type_name("[ADDRESS:]PORT");
  command
      .add_option("--metrics-token", token_file,
                  "Answer only requests with the token in this file, as "
                  "'Authorization: Bearer TOKEN' (on the command line, all "
                  "users could see it)")
      ->type_name("FILE")
      ->needs(metrics);
}

Result<MetricsExport> MetricsArguments::open() const {
  MetricsExport result;
  if (!address) return result;
  auto options = parse_address(*address);
  if (!options) return fail(std::move(options).error());
  if (!token_file.empty()) {
    auto token = read_token(token_file);
    if (!token) return fail(std::move(token).error());
    options->token = std::move(*token);
  } else if (!is_loopback(options->address)) {
    return fail(ErrorKind::kUsage,
                "--metrics on an address that others can reach reveals which "
                "apps devices use; add --metrics-token, or serve on 127.0.0.1");
  }
  auto server = MetricsServer::open(std::move(*options));
  if (!server) return fail(std::move(server).error());
  result.server = std::move(*server);
  result.status.version = program_version();
  result.status.started = in_seconds(system_now() - Timestamp{});
  return result;
}

}  // namespace flowtell
