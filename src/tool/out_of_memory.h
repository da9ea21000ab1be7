// SPDX-License-Identifier: Apache-2.0
//
// Ends the program when memory runs out: one message with a remedy, and exit
// code 1.
//
// The program exits immediately, on any thread. Unwinding would allocate, and
// could wait for blocked threads. Only unwritten lines are lost: an output file
// keeps its old content until the new one is complete, and recordings are
// complete up to the last second.
#pragma once

namespace flowtell {

// Installs the handler. Call once, before any thread starts.
void exit_when_out_of_memory();

}  // namespace flowtell
