// SPDX-License-Identifier: Apache-2.0
#include "flow/kept_flows.h"

namespace flowtell {

void KeptFlows::add(const Flow& flow) {
  const std::size_t server_at = texts_.size();
  texts_ += flow.name.server;
  const std::size_t hello_at = texts_.size();
  texts_ += flow.name.hello.text();
  const std::size_t owner_at = texts_.size();
  texts_ += flow.owner.app;
  entries_.push_back({.flow = flow,
                      .packets_at = packets_.size(),
                      .server_at = server_at,
                      .hello_at = hello_at,
                      .owner_at = owner_at,
                      .device_name_at = texts_.size()});
  texts_ += flow.device_name;
  packets_.insert(packets_.end(), flow.packets.begin(), flow.packets.end());
}

Flow KeptFlows::operator[](std::size_t i) const {
  const Entry& entry = entries_[i];
  const std::string_view texts = texts_;
  Flow flow = entry.flow;
  flow.packets =
      std::span(packets_).subspan(entry.packets_at, flow.packets.size());
  flow.name.server = texts.substr(entry.server_at, flow.name.server.size());
  flow.name.hello =
      HelloFacts(texts.substr(entry.hello_at, flow.name.hello.text().size()));
  flow.device_name =
      texts.substr(entry.device_name_at, flow.device_name.size());
  flow.owner.app = texts.substr(entry.owner_at, flow.owner.app.size());
  return flow;
}

void KeptFlows::clear() {
  entries_.clear();
  packets_.clear();
  texts_.clear();
}

}  // namespace flowtell
