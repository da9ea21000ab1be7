// SPDX-License-Identifier: Apache-2.0
//
// An app is a class label. Its number is its index in a sorted list of names.
#pragma once

#include <cstdint>
#include <string_view>

namespace flowtell {

using AppId = std::uint16_t;

// The verdict that names no app. No app may have this name.
inline constexpr AppId kUnknownApp = UINT16_MAX;
inline constexpr std::string_view kUnknownName = "unknown";

// The most apps a model can have.
inline constexpr std::size_t kMaxApps = 10'000;

}  // namespace flowtell
