// SPDX-License-Identifier: Apache-2.0
//
// Facts of the hello that opened a flow's connection, for joining flows with
// the output of other tools. They are no evidence of the app.
//
// They are kept as one text, "JA4 version protocols", of which many connections
// have the same; any part may be empty.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flowtell {

class HelloFacts {
 public:
  HelloFacts() = default;
  explicit HelloFacts(std::string_view text) : text_(text) {}

  // REQUIRES: no part contains a space. Empty if all parts are.
  static std::string text_of(std::string_view ja4,
                             std::string_view quic_version,
                             std::string_view alpn) {
    if (ja4.empty() && quic_version.empty() && alpn.empty()) return {};
    std::string text(ja4);
    text.append(" ").append(quic_version).append(" ").append(alpn);
    return text;
  }

  std::string_view ja4() const { return part(0); }           // decode/ja4.h
  std::string_view quic_version() const { return part(1); }  // "1", "Q043"
  std::string_view alpn() const { return part(2); }          // "h2,http/1.1"

  std::string_view text() const { return text_; }

 private:
  std::string_view part(int number) const {
    std::string_view rest = text_;
    for (int i = 0; i < number; ++i) {
      const std::size_t space = rest.find(' ');
      if (space == std::string_view::npos) return {};
      rest.remove_prefix(space + 1);
    }
    return rest.substr(0, rest.find(' '));
  }

  std::string_view text_;
};

}  // namespace flowtell
