// SPDX-License-Identifier: Apache-2.0
//
// An explanation as a self-contained HTML page (html_page.h): the terminal
// tables, one section each, and the data as JSON.
#pragma once

#include <string>
#include <string_view>

namespace flowtell {

// `text` and `json` are the same explanation, formatted by
// report/explanation.h.
std::string explanation_html(std::string_view title, std::string_view text,
                             const std::string& json);

}  // namespace flowtell
