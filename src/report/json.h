// SPDX-License-Identifier: Apache-2.0
//
// JSON as this project writes it: keys in the order in which they were put in,
// bytes that are no UTF-8 (a path may hold any) replaced by U+FFFD.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace flowtell {

using Json = nlohmann::ordered_json;

// On one line, or with an indent of so many spaces.
inline std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// A member that is a text; empty if it is absent or anything else.
inline std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>()
                                                     : std::string();
}

// A member that is a whole number from 0 on; `otherwise` if it is absent or
// anything else.
inline std::uint64_t number_at(const Json& object, const char* key,
                               std::uint64_t otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned()
             ? found->get<std::uint64_t>()
             : otherwise;
}

}  // namespace flowtell
