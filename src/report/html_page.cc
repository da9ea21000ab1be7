// SPDX-License-Identifier: Apache-2.0
#include "report/html_page.h"

#include <fmt/format.h>

#include <array>

#include "base/bytes.h"
#include "base/checksum.h"

namespace flowtell {
namespace {

int value_of(char digit) {
  return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

// Bytes in hexadecimal as base64 (RFC 4648, section 4).
std::string base64(std::string_view hexadecimal) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  // Three digits are 12 bits: two letters.
  for (std::size_t i = 0; i < hexadecimal.size(); i += 3) {
    int bits = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      bits =
          bits * 16 + (j < hexadecimal.size() ? value_of(hexadecimal[j]) : 0);
    }
    out += kAlphabet[static_cast<std::size_t>(bits / 64)];
    if (hexadecimal.size() - i > 1) {
      out += kAlphabet[static_cast<std::size_t>(bits % 64)];
    }
  }
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string source_of(std::string_view content) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(content.data());
  return fmt::format("'sha256-{}'",
                     base64(sha256(Bytes(bytes, content.size()))));
}

std::string policy(const HtmlPage& page) {
  std::string scripts;
  for (const std::string_view script : page.scripts) {
    scripts += ' ' + source_of(script);
  }
  return fmt::format(
      "default-src 'none'; style-src {}; script-src{}; base-uri 'none'; "
      "form-action 'none'",
      source_of(page_style()), scripts.empty() ? " 'none'" : scripts);
}

// Replaces invalid UTF-8 by U+FFFD.
std::string valid_utf8(std::string_view text) {
  const std::string quoted = json_text(Json(std::string(text)));
  return Json::parse(quoted).get<std::string>();
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : valid_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string data_island(std::string_view id, const Json& data) {
  std::string safe;
  // In JSON, '<' occurs only in strings.
  for (const char c : json_text(data)) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return fmt::format(
      "<script type=\"application/json\" id=\"{}\">{}</script>\n", id, safe);
}

std::string page_html(const HtmlPage& page) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n"
      "<html lang=\"en\">\n"
      "<head>\n"
      "<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{}</title>\n"
      "<style>{}</style>\n"
      "</head>\n"
      "<body>\n"
      "<main>\n{}</main>\n",
      policy(page), html_text(page.title), page_style(), page.body);
  for (const std::string_view script : page.scripts) {
    out += fmt::format("<script>{}</script>\n", script);
  }
  return out + "</body>\n</html>\n";
}

HtmlTable::HtmlTable(std::string_view caption) : caption_(html_text(caption)) {}

void HtmlTable::header(const std::vector<std::string>& names) {
  head_ += "<tr>";
  for (const std::string& name : names) {
    head_ += fmt::format("<th scope=\"col\">{}</th>", name);
  }
  head_ += "</tr>\n";
}

void HtmlTable::row(const std::vector<Cell>& cells,
                    std::string_view css_class) {
  rows_ += css_class.empty() ? std::string("<tr>")
                             : fmt::format("<tr class=\"{}\">", css_class);
  std::string_view tag = "th scope=\"row\"";
  for (const Cell& cell : cells) {
    const std::string attribute =
        cell.css_class.empty() ? ""
                               : fmt::format(" class=\"{}\"", cell.css_class);
    rows_ += fmt::format("<{}{}>{}</{}>", tag, attribute, cell.html,
                         tag.substr(0, 2));
    tag = "td";
  }
  rows_ += "</tr>\n";
}

std::string HtmlTable::html() const {
  return fmt::format(
      "<div class=\"wide\"><table>\n<caption>{}</caption>\n"
      "<thead>\n{}</thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
      caption_, head_, rows_);
}

}  // namespace flowtell
