// SPDX-License-Identifier: Apache-2.0
//
// Flows with pseudonyms in place of addresses and names (decode/anonymiser.h).
// A flow is anonymised only after it is metered and classified by its real
// values, and before anything of it is written.
#pragma once

#include "decode/anonymiser.h"
#include "flow/flow.h"

namespace flowtell {

// The returned server name is valid until the next call to `anonymiser`.
Flow anonymised(const Flow& flow, Anonymiser& anonymiser);

}  // namespace flowtell
