// SPDX-License-Identifier: Apache-2.0
//
// The end of a program that gets no more memory: a sentence with the way out,
// and exit code 1.
//
// It ends where it stands, on whatever thread. To unwind would take memory
// again, and would wait for threads that wait for ours. Nothing is lost by that
// but lines that were not written yet: an output file is the old one until it
// is whole, and recordings are whole up to their last second.
#pragma once

namespace flowtell {

// From here on. To be called once, before any thread is made.
void end_when_out_of_memory();

}  // namespace flowtell
