// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "report/explanation.h"
#include "report/html_page.h"

namespace flowtell {

std::string explanation_html(std::string_view title, std::string_view text,
                             const std::string& json) {
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(title));
  // Blank lines separate the sections of the text.
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    body += fmt::format("<section><pre tabindex=\"0\">{}</pre></section>\n",
                        html_text(text.substr(0, end)));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  body += data_island("explanation", Json::parse(json));
  return page_html({std::string(title), body, {}});
}

}  // namespace flowtell
