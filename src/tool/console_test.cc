// SPDX-License-Identifier: Apache-2.0
#include "tool/console.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/standard_files.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

// Runs `work` and returns what it writes to standard error.
template <typename Work>
std::string errors_of(Work&& work) {
  const TestPipe pipe;
  {
    const ReplacedFile error(STDERR_FILENO, pipe.writer());
    work();
    print_note("#");
  }
  std::string errors = read_until(pipe.reader(), "#");
  if (!errors.empty()) errors.pop_back();
  return errors;
}

TEST(Console, PrefixesMessagesWithTheProgramName) {
  EXPECT_EQ(errors_of([] { warn("it rains"); }),
            "flowtell: warning: it rains\n");
  EXPECT_EQ(errors_of([] {
              print_error({ErrorKind::kNotFound, "no such file"});
            }),
            "flowtell: no such file\n");
  EXPECT_EQ(errors_of([] { print_note("as it is"); }), "as it is");
}

TEST(Console, ReturnsTheExitCodeOfAnError) {
  const auto code_of = [](ErrorKind kind) {
    ExitCode code = ExitCode::kDone;
    errors_of([&] { code = print_error({kind, "it went wrong"}); });
    return code;
  };
  EXPECT_EQ(code_of(ErrorKind::kUsage), ExitCode::kUsage);
  for (std::size_t kind = 1; kind < kErrorKindNames.size(); ++kind) {
    EXPECT_EQ(code_of(static_cast<ErrorKind>(kind)), ExitCode::kFailed)
        << kErrorKindNames[kind];
  }
}

// A full pipe behaves like a stopped terminal.
TEST(Console, ChecksWhetherADescriptorIsWritable) {
  const TestPipe pipe;
  EXPECT_TRUE(is_writable_soon(pipe.writer()));
  ::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK);
  const std::string page(4096, 'x');
  while (::write(pipe.writer(), page.data(), page.size()) > 0) {
  }
  EXPECT_FALSE(is_writable_soon(pipe.writer()));
}

class OutputTest : public testing::Test {
 protected:
  // Appends a line and returns the content of the file.
  std::string with_a_line(const std::string& path) {
    auto output = Output::open_append(path);
    if (!output) return output.error().message;
    EXPECT_TRUE(output->write("new\n"));
    EXPECT_TRUE(output->note_written());
    EXPECT_TRUE(output->finish());
    return *read_file(path);
  }

  TemporaryFolder folder_;
};

TEST_F(OutputTest, WritesToStandardOutputWithoutAFile) {
  for (const char* path : {"", "-"}) {
    const TestPipe pipe;
    auto complete = Output::open(path);
    auto appended = Output::open_append(path);
    ASSERT_TRUE(complete && appended);
    EXPECT_EQ(appended->descriptor(), STDOUT_FILENO);
    EXPECT_FALSE(appended->has_earlier_lines());
    {
      const ReplacedFile output(STDOUT_FILENO, pipe.writer());
      static_cast<void>(complete->write("one "));
      static_cast<void>(appended->write("two."));
    }
    EXPECT_EQ(read_until(pipe.reader(), "."), "one two.");
    EXPECT_TRUE(complete->finish());
    EXPECT_TRUE(appended->finish());
  }
}

TEST_F(OutputTest, AppearsOnlyWhenComplete) {
  const std::string path = folder_ / "result.txt";
  {
    auto output = Output::open(path);
    ASSERT_TRUE(output && output->write("half"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(write_output(path, "complete"));
  EXPECT_EQ(*read_file(path), "complete");
}

TEST_F(OutputTest, AppendsLines) {
  const std::string path = folder_.put("flows.txt", "old\n");
  EXPECT_EQ(with_a_line(path), "old\nnew\n");
  EXPECT_EQ(with_a_line(path), "old\nnew\nnew\n");
  EXPECT_EQ(with_a_line(folder_ / "fresh.txt"), "new\n");
  EXPECT_EQ(with_a_line(folder_.put("empty.txt", "")), "new\n");
}

TEST_F(OutputTest, EndsATruncatedLine) {
  EXPECT_EQ(with_a_line(folder_.put("flows.txt", "old\nhal")),
            "old\nhal\nnew\n");
  EXPECT_EQ(with_a_line(folder_.put("one.txt", "x")), "x\nnew\n");
  EXPECT_EQ(with_a_line(folder_.put("line.txt", "\n")), "\nnew\n");
}

TEST_F(OutputTest, DetectsEarlierLines) {
  const auto has_earlier_lines = [](const std::string& path) {
    return Output::open_append(path)->has_earlier_lines();
  };
  EXPECT_FALSE(has_earlier_lines(folder_ / "fresh.txt"));
  EXPECT_TRUE(has_earlier_lines(folder_.put("flows.txt", "x")));
}

// With standard input closed, the next file opened gets its number.
TEST_F(OutputTest, AcceptsAnyDescriptor) {
  const std::string path = folder_ / "flows.txt";
  const TestPipe pipe;
  std::string held;
  int number = -1;
  {
    const ReplacedFile input(STDIN_FILENO, pipe.reader());
    ::close(STDIN_FILENO);
    auto output = Output::open_append(path);
    if (output && output->write("new\n") && output->finish()) {
      number = output->descriptor();
      held = *read_file(path);
    }
  }
  EXPECT_EQ(number, STDIN_FILENO);
  EXPECT_EQ(held, "new\n");
}

TEST_F(OutputTest, RejectsLinks) {
  const std::string file = folder_.put("file.txt", "old\n");
  std::filesystem::create_symlink(file, folder_ / "link");
  EXPECT_EQ(with_a_line(folder_ / "link"),
            fmt::format("cannot write {}: it is a link, and links are not "
                        "followed; name its target",
                        folder_ / "link"));
  EXPECT_EQ(*read_file(file), "old\n");
}

TEST_F(OutputTest, ReportsAnUnwritablePath) {
  const std::string path = folder_ / "absent/flows.txt";
  const auto output = Output::open_append(path);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(output.error().message,
            fmt::format("cannot write {}: No such file or directory; check "
                        "that its folder exists and is writable",
                        path));
}

TEST_F(OutputTest, NamesTheOutputOfAFailure) {
  const Error reason{ErrorKind::kResource, "the disk is full"};
  const std::string path = folder_ / "flows.txt";
  EXPECT_EQ(
      Output::open_append(path)->explain(reason).message,
      fmt::format("cannot continue writing {}: the disk is full; free disk "
                  "space and start again",
                  path));
  EXPECT_EQ(Output::open_append("-")->explain(reason).message,
            "cannot write standard output: the disk is full");
}

// A bar of 30 characters.
std::string bar(int percent, std::size_t filled) {
  return fmt::format("\rreading [{}{}] {:3} %", std::string(filled, '#'),
                     std::string(30 - filled, '.'), percent);
}

constexpr std::string_view kErased = "\r\x1b[K";

TEST(ProgressTest, DrawsAndErasesABarOnATerminal) {
  const TestTerminal device;
  if (!device.is_there()) GTEST_SKIP() << "there are no terminals here";
  {
    const ReplacedFile error(STDERR_FILENO, device.its());
    Progress progress("reading");
    progress(0, 0);
    progress(0, 200);
    progress(1, 200);
    progress(17, 200);
    progress(100, 200);
    progress(99, 200);
    progress(200, 200);
  }
  EXPECT_EQ(read_until(device.ours(), kErased), bar(0, 0) + bar(8, 2) +
                                                    bar(50, 15) + bar(100, 30) +
                                                    std::string(kErased));
}

TEST(ProgressTest, ErasesOnlyWhatItDrew) {
  const TestTerminal device;
  if (!device.is_there()) GTEST_SKIP() << "there are no terminals here";
  {
    const ReplacedFile error(STDERR_FILENO, device.its());
    { const Progress progress("reading"); }
    print_note("#");
    {
      Progress progress("reading");
      progress(0, 1);
    }
  }
  EXPECT_EQ(read_until(device.ours(), kErased),
            "#" + bar(0, 0) + std::string(kErased));
}

TEST(ProgressTest, IsSilentWithoutATerminal) {
  EXPECT_EQ(errors_of([] {
              Progress progress("reading");
              progress(0, 2);
              progress(1, 2);
            }),
            "");
}

}  // namespace
}  // namespace flowtell
