// SPDX-License-Identifier: Apache-2.0
//
// Manifests of labelled captures; labelled_captures_test.cc tests folders.
#include <gtest/gtest.h>

#include "model/labelled_captures.h"
#include "support/temporary_folder.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// Reads manifests in a folder of their own.
class Manifest : public testing::Test {
 protected:
  Result<std::vector<LabelledCapture>> read(std::string_view text) const {
    return find_labelled_captures(folder_.put("list.csv", text));
  }
  // The error of an invalid manifest, without its path.
  std::string error_of(std::string_view text,
                       ErrorKind kind = ErrorKind::kCorrupt) const {
    const auto captures = read(text);
    if (captures) return "accepted";
    EXPECT_EQ(captures.error().kind, kind);
    std::string message = captures.error().message;
    const std::string path = folder_ / "list.csv";
    const std::size_t at = message.find(path);
    EXPECT_NE(at, std::string::npos) << "does not name the file: " << message;
    if (at != std::string::npos) message.replace(at, path.size(), "LIST");
    return message;
  }
  // The capture of a manifest with these values beside path and app.
  Result<LabelledCapture> read_span(std::string_view device,
                                    std::string_view from,
                                    std::string_view to) const {
    auto captures = read(fmt::format(
        "path,app,device,from,to\na.pcap,chat,{},{},{}\n", device, from, to));
    if (!captures) return fail(std::move(captures).error());
    return captures->front();
  }

  TemporaryFolder folder_;
};

TEST_F(Manifest, ListsCapturesInOrder) {
  const auto captures = read("path,app\nz.pcap,mail\na.pcap,chat\n");
  ASSERT_TRUE(captures) << captures.error().message;
  ASSERT_EQ(captures->size(), 2u);
  EXPECT_EQ((*captures)[0].path, folder_ / "z.pcap");
  EXPECT_EQ((*captures)[0].app, "mail");
  EXPECT_EQ((*captures)[0].group, folder_ / "z.pcap");
  EXPECT_EQ((*captures)[1].app, "chat");
}

TEST_F(Manifest, AcceptsColumnsInAnyOrder) {
  const auto captures = read(
      "to,from,device,colour,group,app,path\n"
      "90.5,1.25,192.168.12.7,red,monday,chat,a.pcap\n");
  ASSERT_TRUE(captures) << captures.error().message;
  const LabelledCapture& capture = captures->front();
  EXPECT_EQ(capture.path, folder_ / "a.pcap");
  EXPECT_EQ(capture.app, "chat");
  EXPECT_EQ(capture.group, "monday");
  EXPECT_EQ(capture.device, test_address("192.168.12.7"));
  EXPECT_EQ(capture.from, Moment(Duration(1250ms)));
  EXPECT_EQ(capture.to, Moment(Duration(90500ms)));
}

TEST_F(Manifest, TreatsEmptyFieldsAsUnset) {
  const auto captures =
      read("path,app,group,device,from,to\na.pcap,chat,,,,\n");
  ASSERT_TRUE(captures) << captures.error().message;
  const LabelledCapture& capture = captures->front();
  EXPECT_EQ(capture.group, folder_ / "a.pcap");
  EXPECT_FALSE(capture.device || capture.from || capture.to);
  EXPECT_TRUE(read("path,app,group,device,from,to\na.pcap,chat\n"));
}

TEST_F(Manifest, ResolvesPathsAgainstItsFolder) {
  const auto captures =
      read("path,app\nday/a.pcap,chat\n/captures/b.pcap,chat\n");
  ASSERT_TRUE(captures);
  EXPECT_EQ((*captures)[0].path, folder_ / "day/a.pcap");
  EXPECT_EQ((*captures)[1].path, "/captures/b.pcap");
}

TEST_F(Manifest, AcceptsQuotedFields) {
  const auto captures =
      read("\"path\",\"app\"\r\n\"a, b.pcap\",\"the \"\"best\"\" app\"\r\n");
  ASSERT_TRUE(captures) << captures.error().message;
  EXPECT_EQ(captures->front().path, folder_ / "a, b.pcap");
  EXPECT_EQ(captures->front().app, "the \"best\" app");
}

TEST_F(Manifest, AcceptsAByteOrderMark) {
  const auto captures = read("\xef\xbb\xbfpath,app\na.pcap,chat\n");
  ASSERT_TRUE(captures) << captures.error().message;
  EXPECT_EQ(captures->front().path, folder_ / "a.pcap");
}

TEST_F(Manifest, SkipsEmptyLines) {
  const auto captures = read("path,app\n\na.pcap,chat\n\r\n\nb.pcap,mail");
  ASSERT_TRUE(captures) << captures.error().message;
  EXPECT_EQ(captures->size(), 2u);
}

TEST_F(Manifest, AcceptsAbsoluteTimes) {
  const auto capture =
      read_span("", "2019-04-03T17:21:09Z", "2019-04-03T17:21:10.5Z");
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_EQ(capture->from, Moment(kTestStart));
  EXPECT_EQ(capture->to, Moment(kTestStart + 1500ms));
}

TEST_F(Manifest, AcceptsTheFirstAndLastMoments) {
  for (const auto& [text, expected] :
       std::vector<std::pair<std::string, Moment>>{
           {"0", Duration(0)},
           {"1e9", Duration(std::chrono::seconds(1'000'000'000))},
           {"1900-01-01T00:00:00Z",
            Timestamp(std::chrono::sys_days(std::chrono::January / 1 / 1900))},
           {"2100-12-31T23:59:60.5Z",
            Timestamp(std::chrono::sys_days(std::chrono::January / 1 / 2101)) +
                500ms},
           {"1970-01-01T00:00:00.25Z", Timestamp(250ms)}}) {
    const auto capture = read_span("", text, "");
    ASSERT_TRUE(capture) << text;
    EXPECT_EQ(capture->from, expected) << text;
    EXPECT_FALSE(capture->to);
  }
}

TEST_F(Manifest, RejectsMomentsJustBeyond) {
  for (const std::string_view invalid :
       {"1000000001", "-0.1", "1899-12-31T23:59:59Z", "2101-01-01T00:00:00Z",
        "2019-04-03Z", "2019-04-03T17:21:09", "2019-04T00:00:00Z",
        "2019-04-03-01T00:00:00Z", "2019-04-03T00:00:00:00Z",
        "2019-04-xxT00:00:00Z", "2019-xx-03T00:00:00Z", "xx-04-03T00:00:00Z",
        "2019-04-03Txx:00:00Z", "2019-04-03T00:xx:00Z", "2019-04-03T00:00:xxZ",
        "2019-04-03T00:00:Z", "2019-04-03T24:00:00Z", "2019-04-31T00:00:00Z"}) {
    EXPECT_FALSE(read_span("", invalid, "")) << invalid;
    EXPECT_FALSE(read_span("", "", invalid)) << invalid;
  }
}

TEST_F(Manifest, RejectsInvalidMoments) {
  for (const std::string_view invalid :
       {"soon", "-1", "nan", "inf", "1e300", "2019-04-03", "2019-04-03T17:21Z",
        "2019-04-03T17:21:09", "2019-02-29T00:00:00Z", "2019-13-01T00:00:00Z",
        "2019-04-03T24:00:00Z", "2019-04-03T00:60:00Z", "2019-04-03T00:00:61Z",
        "2019-04-03T00:00:-1Z", "9999-01-01T00:00:00Z", "TZ", "--T::Z",
        "1.2.3"}) {
    const std::string expected = fmt::format(
        "LIST, line 2: '{}' is not a time; write seconds since the "
        "capture's first frame, or UTC as 2019-04-03T17:21:09Z",
        invalid);
    EXPECT_EQ(error_of(fmt::format("path,app,from\na,chat,{}\n", invalid)),
              expected);
    EXPECT_EQ(error_of(fmt::format("path,app,to\na,chat,{}\n", invalid)),
              expected);
  }
}

TEST_F(Manifest, AcceptsDevicesOfBothIpVersions) {
  const auto capture = read_span("fd00::7", "", "");
  ASSERT_TRUE(capture);
  EXPECT_EQ(capture->device, test_address("fd00::7"));
}

TEST_F(Manifest, NamesTheInvalidRecord) {
  EXPECT_EQ(error_of("path,app,device\na,chat,\n\nb,chat,my phone\n"),
            "LIST, line 4: the device 'my phone' is not an IP address");
  EXPECT_EQ(error_of("path,app\na,chat\n,chat\n"),
            "LIST, line 3: the path is missing");
}

TEST_F(Manifest, RejectsAnAppCalledUnknown) {
  EXPECT_EQ(error_of("path,app\na,unknown\n"),
            "LIST, line 2: an app cannot be called 'unknown', which is the "
            "verdict that names no app; rename it");
}

// Without an app, the capture names that of each flow.
TEST_F(Manifest, MayLeaveTheAppToTheCapture) {
  for (const char* text : {"path,app\na.pcap,\n", "path,app\na.pcap\n"}) {
    const auto captures = find_labelled_captures(folder_.put("l.csv", text));
    ASSERT_TRUE(captures) << captures.error().message;
    EXPECT_TRUE(captures->front().names_own_apps());
    EXPECT_FALSE(captures->front().is_optional);
  }
}

TEST_F(Manifest, RequiresThePathAndAppColumns) {
  EXPECT_EQ(error_of(""),
            "LIST is empty; the first line of a manifest is path,app");
  EXPECT_EQ(error_of("app\nchat\n"),
            "LIST, line 1: the column 'path' is missing beside app; add it");
  EXPECT_EQ(error_of("path;label\na.pcap;chat\n"),
            "LIST, line 1: the column 'app' is missing beside path and label; "
            "add it");
  EXPECT_EQ(error_of("\na.pcap,chat\n"),
            "LIST, line 2: 'a.pcap and chat' does not name the columns path "
            "and app, separated by a comma, semicolon or tab; begin the "
            "manifest with the line path,app");
  EXPECT_EQ(error_of(std::string("\0\x01\x02", 3)),
            "LIST is neither a folder nor a manifest; a manifest is a CSV file "
            "whose first line names the columns path and app");
}

TEST_F(Manifest, RejectsWorkbooks) {
  for (const char* magic : {"PK\x03\x04", "\xd0\xcf\x11\xe0"}) {
    EXPECT_EQ(error_of(magic + std::string("and more")),
              "LIST is a workbook or a zip archive; save the table as CSV, or "
              "unpack the archive");
  }
}

// The same table as other programs write it.
TEST_F(Manifest, AcceptsTablesOfSpreadsheets) {
  for (const std::string& text : std::vector<std::string>{
           "path,app,from\na.pcap,chat,1.5\nb.pcap,mail,2\n",
           "\xef\xbb\xbfpath,app,from\r\na.pcap,chat,1.5\r\nb.pcap,mail,2\r\n",
           "\xef\xbb\xbfpath;app;from\r\na.pcap;chat;1,5\r\nb.pcap;mail;2\r\n",
           "path\tapp\tfrom\na.pcap\tchat\t1,5\nb.pcap\tmail\t2\n",
           "path, app, from\na.pcap, chat, 1.5\nb.pcap, mail, 2\n",
           " Path , APP,From\n a.pcap ,chat , \"1,5\"\nb.pcap,mail,2",
           "path|app|from\na.pcap|chat|1.5\nb.pcap|mail|2\n",
           "sep=;\r\npath;app;from\r\na.pcap;chat;1,5\r\nb.pcap;mail;2\r\n",
           "\"sep=\t\"\npath\tapp\tfrom\na.pcap\tchat\t1.5\nb.pcap\tmail\t2",
           "path,app,from\ra.pcap,chat,1.5\rb.pcap,mail,2\r",
           "path;app;from;;\na.pcap;chat;1.5;;\n;;;;\nb.pcap;mail;2;;\n",
           "\xc2\xa0path,app,from\na.pcap\xc2\xa0,chat,1.5\nb.pcap,mail,2",
           "\"Path\";\"App\";\"From\"\n\"a.pcap\";\"chat\";\"1,5\"\n"
           "\"b.pcap\";\"mail\";\"2\"\n"}) {
    const auto captures = read(text);
    ASSERT_TRUE(captures) << captures.error().message << '\n' << text;
    ASSERT_EQ(captures->size(), 2u) << text;
    EXPECT_EQ((*captures)[0].path, folder_ / "a.pcap") << text;
    EXPECT_EQ((*captures)[0].app, "chat") << text;
    EXPECT_EQ((*captures)[0].from, Moment(Duration(1500ms))) << text;
    EXPECT_EQ((*captures)[1].app, "mail") << text;
    EXPECT_EQ((*captures)[1].from, Moment(Duration(2s))) << text;
  }
}

std::string utf16(std::u16string_view text, bool is_big) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xff);
    bytes += is_big ? high : low;
    bytes += is_big ? low : high;
  }
  return bytes;
}

TEST_F(Manifest, AcceptsUtf16) {
  const std::u16string_view text =
      u"Path;App\r\na.pcap;caf\u00e9 \u4e2d\U0001F600\r\n";
  for (const std::string& bytes :
       {"\xff\xfe" + utf16(text, false), "\xfe\xff" + utf16(text, true),
        utf16(text, false), utf16(text, true)}) {
    const auto captures = read(bytes);
    ASSERT_TRUE(captures) << captures.error().message;
    EXPECT_EQ(captures->front().path, folder_ / "a.pcap");
    EXPECT_EQ(captures->front().app,
              "caf\xc3\xa9 \xe4\xb8\xad\xf0\x9f\x98\x80");
  }
}

TEST_F(Manifest, ReadsBackslashesAsSlashes) {
  folder_.put("odd\\name.pcap", "");
  for (const auto& [written, expected] :
       std::vector<std::pair<std::string, std::string>>{
           {"day\\chat\\1.pcap", "day/chat/1.pcap"},
           {"day/chat\\1.pcap", "day/chat/1.pcap"},
           {".\\1.pcap", "./1.pcap"},
           {"odd\\name.pcap", "odd\\name.pcap"}}) {
    const auto captures = read("path,app\n" + written + ",chat\n");
    ASSERT_TRUE(captures) << captures.error().message;
    EXPECT_EQ(captures->front().path, folder_ / expected);
  }
  for (const char* written : {"C:\\data\\1.pcap", "d:/data/1.pcap"}) {
    EXPECT_EQ(error_of(fmt::format("path,app\na,chat\n{},chat\n", written)),
              fmt::format("LIST, line 3: {} is a path of a Windows computer; "
                          "write paths relative to the manifest",
                          written));
  }
}

TEST_F(Manifest, AcceptsDecimalCommas) {
  for (const auto& [text, expected] :
       std::vector<std::pair<std::string, Moment>>{
           {"90,5", Duration(90500ms)},
           {"0,25", Duration(250ms)},
           {"2019-04-03T17:21:10,5Z", kTestStart + 1500ms}}) {
    const auto capture = read_span("", '"' + text + '"', "");
    ASSERT_TRUE(capture) << text;
    EXPECT_EQ(capture->from, expected) << text;
  }
  EXPECT_FALSE(read_span("", "\"1,2,3\"", ""));
  EXPECT_FALSE(read_span("", "\"1.000,5\"", ""));
}

TEST_F(Manifest, CountsLinesAsEditorsDo) {
  EXPECT_EQ(error_of("path,app,notes\r\n\r\na,chat,\"two\r\nlines\"\r\n,x\r\n"),
            "LIST, line 5: the path is missing");
  EXPECT_EQ(error_of("path,app\ra,chat\r,x\r"),
            "LIST, line 3: the path is missing");
  EXPECT_EQ(error_of("sep=;\npath;app\n;chat\n"),
            "LIST, line 3: the path is missing");
}

TEST_F(Manifest, RejectsRecordsThatDoNotFit) {
  EXPECT_EQ(error_of("path,app,from\na,chat,1,5\n"),
            "LIST, line 2: 4 fields for 3 columns; put a field that holds a "
            "separator into \"quotes\"");
  EXPECT_EQ(error_of("path,app\na,chat\n\"b,chat\nc,chat\n"),
            "LIST, line 3: a quote is opened here and never closed; close it");
  EXPECT_EQ(error_of("path,app\na,caf\xe9\n"),
            "LIST, line 2: the name of an app must be plain text (UTF-8); "
            "rename it, or save the manifest as UTF-8");
}

TEST_F(Manifest, RequiresCaptures) {
  for (const char* text : {"path,app\n", "path,app\n\n\n"}) {
    EXPECT_EQ(error_of(text, ErrorKind::kNoData),
              "the manifest LIST lists no captures");
  }
}

}  // namespace
}  // namespace flowtell
