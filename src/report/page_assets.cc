// SPDX-License-Identifier: Apache-2.0
//
// The assembler embeds the files directly, which is faster than compiling
// 200 kB of numbers. CMakeLists.txt sets their paths.
#include "report/html_page.h"

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define FLOWTELL_EMBED(name, path) \
  asm(".pushsection .rodata\n"     \
      ".global page_asset_" name   \
      "_begin\n"                   \
      ".global page_asset_" name   \
      "_end\n"                     \
      "page_asset_" name           \
      "_begin:\n"                  \
      ".incbin \"" path            \
      "\"\n"                       \
      "page_asset_" name           \
      "_end:\n"                    \
      ".byte 0\n"                  \
      ".popsection\n")

FLOWTELL_EMBED("style", FLOWTELL_PAGE_FOLDER "/page.css");
FLOWTELL_EMBED("charts", FLOWTELL_CHART_JS);
FLOWTELL_EMBED("page", FLOWTELL_PAGE_FOLDER "/page.js");
FLOWTELL_EMBED("evaluation", FLOWTELL_PAGE_FOLDER "/evaluation.js");

extern "C" {
extern const char page_asset_style_begin[];
extern const char page_asset_style_end[];
extern const char page_asset_charts_begin[];
extern const char page_asset_charts_end[];
extern const char page_asset_page_begin[];
extern const char page_asset_page_end[];
extern const char page_asset_evaluation_begin[];
extern const char page_asset_evaluation_end[];
}

namespace flowtell {

std::string_view page_style() {
  return {page_asset_style_begin, page_asset_style_end};
}

std::string_view chart_script() {
  return {page_asset_charts_begin, page_asset_charts_end};
}

std::string_view page_script() {
  return {page_asset_page_begin, page_asset_page_end};
}

std::string_view evaluation_script() {
  return {page_asset_evaluation_begin, page_asset_evaluation_end};
}

}  // namespace flowtell
