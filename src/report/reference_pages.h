// SPDX-License-Identifier: Apache-2.0
//
// The parts of the documentation generated from tables in the code, as
// Markdown.
#pragma once

#include <string>

namespace flowtell {

// Every feature set with its columns, units and meanings.
std::string features_page();

// Every preset, with the command line options it sets.
std::string presets_page();
// Every audit finding, with its meaning and its remedy.
std::string findings_page();

// Every link type that is decoded or refused; what is read of Ethernet's
// payload; every tunnel.
std::string links_page();
std::string refused_page();
std::string ethernet_page();
std::string tunnels_page();

// Every heading of the ledger.
std::string ledger_page();

// Every metric of a watch.
std::string metrics_page();

}  // namespace flowtell
