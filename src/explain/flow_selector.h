// SPDX-License-Identifier: Apache-2.0
//
// Which flow to explain: by its number, as other records name it (flow_id,
// Community ID), or by a filter as Wireshark writes it for a conversation.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/flow.h"

namespace flowtell {

class FlowSelector {
 public:
  // "17"; "1f0c…" of 20 digits; "1:LQU9…="; or terms with "&&" or "and" between
  // them: "ip.addr==10.0.0.7 && tcp.port==443". Terms are ip.addr and
  // ipv6.addr, tcp.port and udp.port, each also as source or destination, with
  // "==" or "eq"; and tcp or udp. Either end of a flow may be meant.
  static Result<FlowSelector> parse(std::string_view text);

  // `number`: of the flow, in the order of `classify`, from 1.
  bool matches(std::size_t number, const Flow& flow) const;

  // If it is one.
  std::optional<std::size_t> number() const { return number_; }

 private:
  bool parse_filter(std::string_view text);
  bool parse_term(std::string_view field, std::string_view value);

  std::optional<std::size_t> number_;
  std::string flow_id_;
  std::string community_id_;
  std::vector<Address> addresses_;
  std::vector<Port> ports_;
  std::optional<Protocol> protocol_;
};

}  // namespace flowtell
