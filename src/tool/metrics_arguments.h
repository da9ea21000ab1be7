// SPDX-License-Identifier: Apache-2.0
//
// --metrics, --metrics-token: where a watch serves its metrics, and to whom.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "live/memory_use.h"
#include "live/metrics_server.h"
#include "report/metrics.h"

namespace flowtell {

// Where a watch's metrics are put together and served.
struct MetricsDesk {
  std::unique_ptr<MetricsServer> server;  // null where nobody asked for any
  MetricsStatus status;
  MemoryUse memory;
};

struct MetricsArguments {
  void define(CLI::App& command);
  bool are_wanted() const { return address.has_value(); }
  // Takes the port. To be called while files may be opened.
  Result<MetricsDesk> open() const;

  std::optional<std::string> address;
  std::string token_file;
};

}  // namespace flowtell
