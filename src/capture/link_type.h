// SPDX-License-Identifier: Apache-2.0
//
// The link types of captures: those that flowtell decodes, and those that it
// refuses, each with what to do instead. Messages and docs/formats.md derive
// from the two tables.
#pragma once

#include <span>
#include <string_view>

#include "capture/frame_source.h"

namespace flowtell {

struct LinkTypeInfo {
  LinkType link;
  std::string_view name;
  std::string_view header;  // what precedes the IP header
  std::string_view test;    // the unit test with its instances
};

struct RefusedLinkType {
  LinkType link;
  std::string_view name;
  std::string_view remedy;  // completes "no flows: …;"
};

std::span<const LinkTypeInfo> link_types();
std::span<const RefusedLinkType> refused_link_types();

// What to do about a capture of a link type that is not decoded.
std::string_view link_type_remedy(LinkType link);

// Whether frames of this type are sent through the air, mostly encrypted.
bool is_wifi(LinkType link);

}  // namespace flowtell
