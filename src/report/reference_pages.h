// SPDX-License-Identifier: Apache-2.0
//
// The parts of the documentation that follow from tables in the code, as
// Markdown.
#pragma once

#include <string>

namespace flowtell {

// Every feature set with its columns, units and meanings.
std::string features_page();

// Every preset, with what it asks of the command line.
std::string presets_page();
// Every finding of an audit, with what it means and what to do.
std::string findings_page();

// Every heading of the ledger.
std::string ledger_page();

// Every metric of a watch.
std::string metrics_page();

}  // namespace flowtell
