// SPDX-License-Identifier: Apache-2.0
//
// An explanation as a page to be kept or sent (html_page.h): its tables as they
// stand on a terminal, each in a section of its own, and its data.
#pragma once

#include <string>
#include <string_view>

namespace flowtell {

// `text` and `json` are what report/explanation.h makes of the same
// explanation.
std::string explanation_html(std::string_view title, std::string_view text,
                             const std::string& json);

}  // namespace flowtell
