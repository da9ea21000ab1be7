// SPDX-License-Identifier: Apache-2.0
//
// --metrics, --metrics-token: the address and the token of a watch's metrics.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "live/memory_use.h"
#include "live/metrics_server.h"
#include "report/metrics.h"

namespace flowtell {

// Collects and serves the metrics of a watch.
struct MetricsExport {
  std::unique_ptr<MetricsServer> server;  // null without --metrics
  MetricsStatus status;
  MemoryUse memory;
};

struct MetricsArguments {
  void define(CLI::App& command);
  bool is_enabled() const { return address.has_value(); }
  // Binds the port. Call before privileges are dropped.
  Result<MetricsExport> open() const;

  std::optional<std::string> address;
  std::string token_file;
};

}  // namespace flowtell
