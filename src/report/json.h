// SPDX-License-Identifier: Apache-2.0
//
// JSON output: keys keep their insertion order; invalid UTF-8, which a path may
// hold, becomes U+FFFD.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace flowtell {

using Json = nlohmann::ordered_json;

// On one line, or indented by `indent` spaces.
inline std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// A string member; empty if absent or of another type.
inline std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>()
                                                     : std::string();
}

// An unsigned integer member; `fallback` if absent or of another type.
inline std::uint64_t number_at(const Json& object, const char* key,
                               std::uint64_t fallback) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned()
             ? found->get<std::uint64_t>()
             : fallback;
}

}  // namespace flowtell
