// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/result.h"

namespace flowtell {
namespace {

using Parts = std::vector<std::string_view>;
using Fields = std::vector<std::string>;

TEST(Split, SplitsAtSeparators) {
  EXPECT_EQ(split("", ','), Parts{});
  EXPECT_EQ(split("a", ','), Parts{"a"});
  EXPECT_EQ(split("a,b", ','), (Parts{"a", "b"}));
  EXPECT_EQ(split(",a,,b", ','), (Parts{"", "a", "", "b"}));
  EXPECT_EQ(split("a,", ','), (Parts{"a", ""}));
  EXPECT_EQ(split(",", ','), (Parts{"", ""}));
}

TEST(ParseNumber, RequiresTheWholeText) {
  EXPECT_EQ(parse_number<int>("-12"), -12);
  EXPECT_EQ(parse_number<double>("0.25"), 0.25);
  EXPECT_EQ(parse_number<std::uint8_t>("255"), 255);
  for (const char* text : {"", " 1", "1 ", "1x", "+1", "256", "-1", "0x1"}) {
    EXPECT_FALSE(parse_number<std::uint8_t>(text)) << text;
  }
}

TEST(Listed, JoinsAsInASentence) {
  EXPECT_EQ(listed({}), "");
  EXPECT_EQ(listed({"a"}), "a");
  EXPECT_EQ(listed({"a", "b"}), "a and b");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b and c");
}

TEST(Counted, AddsThePluralEnding) {
  EXPECT_EQ(counted(0, "flow"), "0 flows");
  EXPECT_EQ(counted(1, "flow"), "1 flow");
  EXPECT_EQ(counted(2, "flow"), "2 flows");
}

TEST(CsvField, IsQuotedWhenNecessary) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

// All CSV records of a text.
std::vector<Fields> records(std::string_view text) {
  std::vector<Fields> all;
  while (!text.empty()) all.push_back(take_csv_record(text));
  return all;
}

TEST(CsvRecord, IsTakenLineByLine) {
  EXPECT_EQ(records("a,b\nc,d\n"),
            (std::vector<Fields>{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(records("a,b\r\nc,d"),
            (std::vector<Fields>{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(records("a,,\n\nb"),
            (std::vector<Fields>{{"a", "", ""}, {""}, {"b"}}));
}

TEST(CsvRecord, AllowsCommasQuotesAndNewlinesInQuotes) {
  EXPECT_EQ(records("\"a,b\",\"c \"\"d\"\"\"\n\"e\nf\",g"),
            (std::vector<Fields>{{"a,b", "c \"d\""}, {"e\nf", "g"}}));
  EXPECT_EQ(records("\"\",\"\""), (std::vector<Fields>{{"", ""}}));
}

TEST(CsvRecord, EndsAnUnclosedQuoteAtTheEndOfText) {
  EXPECT_EQ(records("a,\"b\nc"), (std::vector<Fields>{{"a", "b\nc"}}));
}

TEST(CsvRecord, KeepsAQuoteInsideAField) {
  EXPECT_EQ(records("5\" disk,b"), (std::vector<Fields>{{"5\" disk", "b"}}));
}

RC_GTEST_PROP(CsvRecord, RoundTripsCsvField, ()) {
  const auto any_field = rc::gen::container<std::string>(
      rc::gen::element('a', ',', '"', '\n', '\r', ' '));
  const auto fields = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::string>>(any_field));
  std::string line;
  for (const std::string& field : fields) {
    line += (&field == &fields.front() ? "" : ",") + csv_field(field);
  }
  const std::string text = line + "\nnext";
  std::string_view rest = text;
  RC_ASSERT(take_csv_record(rest) == fields);
  RC_ASSERT(rest == "next");
}

TEST(Error, ReadsOutermostFirst) {
  const auto inner = fail(ErrorKind::kCorrupt, "byte {}: no magic", 24);
  const auto outer = fail("cannot read a.pcap", inner.value());
  EXPECT_EQ(outer.value().message, "cannot read a.pcap: byte 24: no magic");
  EXPECT_EQ(outer.value().kind, ErrorKind::kCorrupt);
}

TEST(RequireDeathTest, StopsTheProgramWithASentence) {
  require(true, "all is well");
  EXPECT_DEATH(require(false, "two flows share a position"),
               "broken invariant: two flows share a position");
}

}  // namespace
}  // namespace flowtell
