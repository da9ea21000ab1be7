// SPDX-License-Identifier: Apache-2.0
//
// What HTML pages are made of besides their text: style and scripts, built into
// the program, so that a page needs nothing else.
#pragma once

#include <string_view>

namespace flowtell {

std::string_view page_style();         // page/page.css
std::string_view chart_script();       // Chart.js, as the system has it
std::string_view page_script();        // page/page.js: themes, marks, charts
std::string_view evaluation_script();  // page/evaluation.js

}  // namespace flowtell
