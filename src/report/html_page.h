// SPDX-License-Identifier: Apache-2.0
//
// HTML pages as this project writes them: one file that needs nothing else and
// loads nothing. Its Content-Security-Policy allows the style and the scripts
// built in, by their hashes, and forbids all else, so that nothing that a
// capture or a folder is called can become code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/json.h"

namespace flowtell {

// Text as HTML shows it, in an element or an attribute in double quotes. Bytes
// that are no UTF-8 become U+FFFD.
std::string html_text(std::string_view text);

// Data for the page's scripts: JSON in an element with this id, written so that
// no string of it can end the element.
std::string data_island(std::string_view id, const Json& data);

struct HtmlPage {
  std::string title;
  std::string body;  // HTML: what stands in <main>, data islands last
  std::vector<std::string_view> scripts;  // run in this order, after the body
};

std::string page_html(const HtmlPage& page);

// A table. Cells are HTML; the first of each row is its header.
class HtmlTable {
 public:
  // What stands above the table; plain text.
  explicit HtmlTable(std::string_view caption);

  struct Cell {
    std::string html;
    std::string css_class = "";
  };

  void header(const std::vector<std::string>& names);
  void row(const std::vector<Cell>& cells, std::string_view css_class = "");
  // To be called last.
  std::string html() const;

 private:
  std::string caption_;
  std::string head_;
  std::string rows_;
};

}  // namespace flowtell
