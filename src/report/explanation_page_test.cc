// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "report/explanation.h"

namespace flowtell {
namespace {

TEST(ExplanationPage, HasASectionPerPartAndTheData) {
  const std::string page = explanation_html(
      "Flow 1 of <a>", "first\nline\n\nsecond & last\n", R"({"flow": 1})");
  EXPECT_NE(page.find("<h1>Flow 1 of &lt;a&gt;</h1>"), std::string::npos);
  EXPECT_NE(page.find(">first\nline</pre>"), std::string::npos);
  EXPECT_NE(page.find(">second &amp; last\n</pre>"), std::string::npos);
  EXPECT_NE(page.find("id=\"explanation\""), std::string::npos);
  EXPECT_EQ(page.find("<a>"), std::string::npos);
}

}  // namespace
}  // namespace flowtell
