// SPDX-License-Identifier: Apache-2.0
//
// What src/api/api_test.cc needs of the library's own classes. The public
// headers have classes of the same names, so no file may include both.
#pragma once

#include <cstdint>
#include <string>

#include "support/temporary_folder.h"

namespace flowtell {

// As put_app_captures.
void put_labelled_captures(const TemporaryFolder& folder,
                           const std::string& name, std::uint64_t first_seed,
                           std::uint64_t per_app);

// The path of a new capture that holds a TLS hello.
std::string put_hello_capture(const TemporaryFolder& folder);

// The verdicts of a capture, one a line.
std::string reference_verdicts(const std::string& model,
                               const std::string& capture);

}  // namespace flowtell
