// SPDX-License-Identifier: Apache-2.0
#include "report/html_page.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(HtmlText, EscapesSpecialCharacters) {
  EXPECT_EQ(html_text("<b a=\"1\" c='2'>&amp;"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
  EXPECT_EQ(html_text("caf\u00e9 \u2713"), "caf\u00e9 \u2713");
}

TEST(HtmlText, ReplacesInvalidUtf8) {
  EXPECT_EQ(html_text("a\xff<"), "a\ufffd&lt;");
}

TEST(DataIsland, EscapesEndTags) {
  const std::string evil = "</script><script>alert(1)</script><!--";
  const std::string island = data_island("names", Json{{"app", evil}});
  EXPECT_EQ(island.find("</script>"), island.rfind("</script>"));
  EXPECT_FALSE(holds(island, "<!--"));
  const auto begin = island.find('>') + 1;
  const auto data =
      Json::parse(island.substr(begin, island.rfind("</script>") - begin));
  EXPECT_EQ(data["app"], evil);
}

TEST(HtmlPageTest, AllowsOnlyBuiltInCode) {
  const std::string page = page_html({"a<b", "<p>text</p>\n", {"let a = 1;"}});
  EXPECT_TRUE(holds(page, "<title>a&lt;b</title>"));
  EXPECT_TRUE(holds(page, "<p>text</p>"));
  EXPECT_TRUE(holds(page, "default-src 'none';"));
  // printf 'let a = 1;' | openssl dgst -sha256 -binary | base64
  EXPECT_TRUE(holds(
      page,
      "script-src 'sha256-xY6QKfH9PRsQnLz56nj6MBwiK5oHg+im1Jkpdp1x/Ck=';"))
      << page.substr(0, 400);
  EXPECT_FALSE(holds(page, "unsafe"));
}

TEST(HtmlPageTest, AllowsNoScriptWithoutScripts) {
  EXPECT_TRUE(holds(page_html({"", "", {}}), "script-src 'none';"));
}

TEST(PageAssets, AreEmbeddedAndHaveNoEndTags) {
  EXPECT_TRUE(holds(chart_script(), "Chart.js"));
  EXPECT_TRUE(holds(chart_script(), "MIT License"));
  EXPECT_TRUE(holds(page_style(), "prefers-color-scheme"));
  for (const std::string_view asset :
       {page_style(), chart_script(), page_script(), evaluation_script()}) {
    EXPECT_FALSE(holds(asset, "</script"));
    EXPECT_FALSE(holds(asset, "</style"));
    EXPECT_FALSE(holds(asset, "<!--"));
    EXPECT_EQ(asset.find('\0'), std::string_view::npos);
  }
}

TEST(HtmlTable, MarksHeaderCells) {
  HtmlTable table("1 < 2");
  table.header({"app", "flows"});
  table.row({{"chat"}, {"7", "heat h3"}}, "mean");
  EXPECT_EQ(table.html(),
            "<div class=\"wide\"><table>\n<caption>1 &lt; 2</caption>\n"
            "<thead>\n<tr><th scope=\"col\">app</th><th "
            "scope=\"col\">flows</th></tr>\n</thead>\n<tbody>\n"
            "<tr class=\"mean\"><th scope=\"row\">chat</th><td class=\"heat "
            "h3\">7</td></tr>\n</tbody>\n</table></div>\n");
}

}  // namespace
}  // namespace flowtell
