// SPDX-License-Identifier: Apache-2.0
#include "explain/flow_selector.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "flow/flow_ids.h"

namespace flowtell {
namespace {

constexpr std::size_t kFlowIdLength = 20;
constexpr std::size_t kMaxNumberLength = 10;

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

// Words, and operators of the characters "=&", without parentheses.
std::vector<std::string_view> words_of(std::string_view filter) {
  const auto kind = [](char c) {
    if (c == ' ' || c == '\t' || c == '(' || c == ')') return 0;
    return c == '=' || c == '&' ? 1 : 2;
  };
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < filter.size();) {
    std::size_t end = at + 1;
    while (end < filter.size() && kind(filter[end]) == kind(filter[at])) ++end;
    if (kind(filter[at]) != 0) words.push_back(filter.substr(at, end - at));
    at = end;
  }
  return words;
}

bool is_one_of(std::string_view word,
               std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

Result<FlowSelector> FlowSelector::parse(std::string_view text) {
  FlowSelector selector;
  const auto number = parse_number<std::size_t>(text);
  if (number && *number > 0 && text.size() <= kMaxNumberLength) {
    selector.number_ = *number;
  } else if (text.size() == kFlowIdLength && is_hexadecimal(text)) {
    selector.flow_id_ = text;
  } else if (text.starts_with("1:")) {
    selector.community_id_ = text;
  } else if (!selector.parse_filter(text)) {
    return fail(ErrorKind::kUsage,
                "'{}' names no flow; give its number in 'flowtell classify' "
                "from 1, its flow_id, its Community ID, or a filter such as "
                "'ip.addr==192.168.1.10 && tcp.port==443'",
                plain_text(text));
  }
  return selector;
}

bool FlowSelector::parse_filter(std::string_view text) {
  const auto words = words_of(text);
  std::size_t at = 0;
  for (;;) {
    if (at >= words.size()) return false;
    const std::string_view field = words[at++];
    if (field == "tcp" || field == "udp") {
      protocol_ = field == "tcp" ? Protocol::kTcp : Protocol::kUdp;
    } else {
      if (at + 1 >= words.size() || !is_one_of(words[at], {"==", "eq"}) ||
          !parse_term(field, words[at + 1])) {
        return false;
      }
      at += 2;
    }
    if (at == words.size()) return true;
    if (!is_one_of(words[at++], {"&&", "and"})) return false;
  }
}

bool FlowSelector::parse_term(std::string_view field, std::string_view value) {
  const std::size_t dot = field.find('.');
  if (dot == field.npos) return false;
  const std::string_view layer = field.substr(0, dot);
  const std::string_view part = field.substr(dot + 1);
  if (is_one_of(layer, {"ip", "ipv6"})) {
    const auto address = Address::parse(value);
    if (!address || address->is_v4() != (layer == "ip") ||
        !is_one_of(part, {"addr", "src", "dst", "host"})) {
      return false;
    }
    addresses_.push_back(*address);
    return true;
  }
  const auto port = parse_number<Port>(value);
  if (!port || !is_one_of(layer, {"tcp", "udp"}) ||
      !is_one_of(part, {"port", "srcport", "dstport"})) {
    return false;
  }
  protocol_ = layer == "tcp" ? Protocol::kTcp : Protocol::kUdp;
  ports_.push_back(*port);
  return true;
}

bool FlowSelector::matches(std::size_t number, const Flow& flow) const {
  if (number_) return number == *number_;
  if (!flow_id_.empty()) return flow_id(flow) == flow_id_;
  if (!community_id_.empty()) return community_id(flow) == community_id_;
  if (protocol_ && flow.protocol != *protocol_) return false;
  // The ends of Wireshark's packets; the device's first address is that of the
  // printed line.
  const auto has_address = [&](const Address& address) {
    return address == flow.device_address || address == flow.remote ||
           address == flow.device;
  };
  const auto has_port = [&](Port port) {
    return port == flow.device_port || port == flow.remote_port;
  };
  return std::ranges::all_of(addresses_, has_address) &&
         std::ranges::all_of(ports_, has_port);
}

}  // namespace flowtell
