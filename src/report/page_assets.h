// SPDX-License-Identifier: Apache-2.0
//
// The style and scripts of HTML pages, built into the program so that a page
// is self-contained.
#pragma once

#include <string_view>

namespace flowtell {

std::string_view page_style();         // page/page.css
std::string_view chart_script();       // the system's Chart.js
std::string_view page_script();        // page/page.js: themes, marks, charts
std::string_view evaluation_script();  // page/evaluation.js

}  // namespace flowtell
