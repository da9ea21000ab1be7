// SPDX-License-Identifier: Apache-2.0
//
// Self-contained HTML pages: one file that loads nothing. The
// Content-Security-Policy allows the built-in style and scripts by their hashes
// and forbids everything else, so a capture or folder name cannot run as code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/json.h"

namespace flowtell {

// Escapes text for an element or a double-quoted attribute. Invalid UTF-8
// becomes U+FFFD.
std::string html_text(std::string_view text);

// JSON for the page's scripts in an element with this id, escaped so that no
// string can end the element.
std::string data_island(std::string_view id, const Json& data);

// The style and scripts of pages, built into the program.
std::string_view page_style();         // page/page.css
std::string_view chart_script();       // the system's Chart.js
std::string_view page_script();        // page/page.js: themes, marks, charts
std::string_view evaluation_script();  // page/evaluation.js

struct HtmlPage {
  std::string title;
  std::string body;  // HTML: the content of <main>, data islands last
  std::vector<std::string_view> scripts;  // run in this order, after the body
};

std::string page_html(const HtmlPage& page);

// A table. Cells are HTML; the first of each row is the row header.
class HtmlTable {
 public:
  // `caption` is plain text above the table.
  explicit HtmlTable(std::string_view caption);

  struct Cell {
    std::string html;
    std::string css_class = "";
  };

  void header(const std::vector<std::string>& names);
  void row(const std::vector<Cell>& cells, std::string_view css_class = "");
  std::string html() const;

 private:
  std::string caption_;
  std::string head_;
  std::string rows_;
};

}  // namespace flowtell
