// SPDX-License-Identifier: Apache-2.0
#include "decode/anonymiser.h"
#include "flow/flow.h"

namespace flowtell {

Flow anonymised(const Flow& flow, Anonymiser& anonymiser) {
  Flow result = flow;
  result.device = anonymiser.address(flow.device);
  result.device_address = anonymiser.address(flow.device_address);
  result.remote = anonymiser.address(flow.remote);
  result.device_station = anonymiser.station(flow.device_station);
  result.device_name = anonymiser.device_name(flow.device_name);
  result.name.server = anonymiser.name(flow.name.server);
  return result;
}

}  // namespace flowtell
