// SPDX-License-Identifier: Apache-2.0
//
// An app is a label: its number is its place in a sorted list of names.
#pragma once

#include <cstdint>
#include <string_view>

namespace flowtell {

using AppId = std::uint16_t;

// What a verdict says when it would rather not name an app. No app may be
// called so.
inline constexpr AppId kUnknownApp = UINT16_MAX;
inline constexpr std::string_view kUnknownName = "unknown";

// As many apps as a model can tell apart.
inline constexpr std::size_t kMaxApps = 10'000;

}  // namespace flowtell
