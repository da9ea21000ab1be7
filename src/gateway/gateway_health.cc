// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_health.h"

#include <algorithm>

#include "base/process.h"
#include "gateway/change.h"
#include "gateway/gateway_plan.h"
#include "gateway/gateway_text.h"

namespace flowtell {
namespace {

template <typename List, typename Item>
bool holds(const List& list, const Item& item) {
  return std::ranges::find(list, item) != list.end();
}

}  // namespace

std::optional<int> running_dnsmasq(const Journal& journal) {
  if (journal.is_from_earlier_boot()) return std::nullopt;
  for (const ChangePtr& change : journal.changes()) {
    const auto* dnsmasq = dynamic_cast<const DnsmasqChange*>(change.get());
    if (dnsmasq == nullptr || !is_running(dnsmasq->process)) continue;
    return dnsmasq->process.number;
  }
  return std::nullopt;
}

std::vector<std::string> missing_parts(const Journal& journal,
                                       const NetworkState& network) {
  const GatewayOptions& options = journal.options();
  std::vector<std::string> missing;
  const Interface* lan = network.find(options.lan);
  if (!journal.is_complete()) missing.emplace_back("its last changes");
  if (lan == nullptr) {
    missing.push_back("the interface " + options.lan);
  } else if (!lan->is_up) {
    missing.push_back(options.lan + " switched on");
  } else if (!holds(lan->addresses, options.address)) {
    missing.push_back("its address " + options.address.text());
  }
  for (const std::string& path : forwarding_settings(options)) {
    if (!read_proc(path).value_or("").starts_with('1')) {
      missing.push_back(path + " set to 1");
    }
  }
  if (!holds(network.rules.inet_tables, table_name(options))) {
    missing.push_back("the nftables table inet " + table_name(options));
  }
  if (!running_dnsmasq(journal)) missing.emplace_back("dnsmasq");
  return missing;
}

}  // namespace flowtell
