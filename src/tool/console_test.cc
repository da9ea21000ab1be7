// SPDX-License-Identifier: Apache-2.0
#include "tool/console.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/standard_files.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

// What is written to standard error meanwhile.
template <typename Work>
std::string said_of(Work&& work) {
  const TestPipe pipe;
  {
    const InPlaceOf error(STDERR_FILENO, pipe.writer());
    work();
    remark("#");
  }
  std::string said = read_until(pipe.reader(), "#");
  if (!said.empty()) said.pop_back();
  return said;
}

TEST(Console, BeginsEveryMessageWithItsOwnName) {
  EXPECT_EQ(said_of([] { warn("it rains"); }), "flowtell: warning: it rains\n");
  EXPECT_EQ(said_of([] {
              complain({ErrorKind::kInput, "no such file"});
            }),
            "flowtell: no such file\n");
  EXPECT_EQ(said_of([] { remark("as it is"); }), "as it is");
}

TEST(Console, EndsWithTheExitCodeOfAnError) {
  const auto code_of = [](ErrorKind kind) {
    ExitCode code = ExitCode::kDone;
    said_of([&] { code = complain({kind, "it went wrong"}); });
    return code;
  };
  EXPECT_EQ(code_of(ErrorKind::kUsage), ExitCode::kUsage);
  EXPECT_EQ(code_of(ErrorKind::kInput), ExitCode::kFailed);
  EXPECT_EQ(code_of(ErrorKind::kOutput), ExitCode::kFailed);
}

// A pipe that is full stands for a terminal that was stopped.
TEST(Console, KnowsWhetherWhatItWritesIsRead) {
  const TestPipe pipe;
  EXPECT_TRUE(is_read(pipe.writer()));
  ::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK);
  const std::string page(4096, 'x');
  while (::write(pipe.writer(), page.data(), page.size()) > 0) {
  }
  EXPECT_FALSE(is_read(pipe.writer()));
}

class OutputTest : public testing::Test {
 protected:
  // What a file holds after a line was added to it.
  std::string with_a_line(const std::string& path) {
    auto output = Output::open_growing(path);
    if (!output) return output.error().message;
    EXPECT_TRUE(output->write("new\n"));
    EXPECT_TRUE(output->note_written());
    EXPECT_TRUE(output->finish());
    return *read_file(path);
  }

  TemporaryFolder folder_;
};

TEST_F(OutputTest, WritesToStandardOutputWhereNoFileIsNamed) {
  for (const char* path : {"", "-"}) {
    const TestPipe pipe;
    auto whole = Output::open(path);
    auto growing = Output::open_growing(path);
    ASSERT_TRUE(whole && growing);
    EXPECT_EQ(growing->descriptor(), STDOUT_FILENO);
    EXPECT_FALSE(growing->goes_on());
    {
      const InPlaceOf output(STDOUT_FILENO, pipe.writer());
      static_cast<void>(whole->write("one "));
      static_cast<void>(growing->write("two."));
    }
    EXPECT_EQ(read_until(pipe.reader(), "."), "one two.");
    EXPECT_TRUE(whole->finish());
    EXPECT_TRUE(growing->finish());
  }
}

TEST_F(OutputTest, AppearsOnlyOnceItIsWhole) {
  const std::string path = folder_ / "result.txt";
  {
    auto output = Output::open(path);
    ASSERT_TRUE(output && output->write("half"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(write_output(path, "whole"));
  EXPECT_EQ(*read_file(path), "whole");
}

TEST_F(OutputTest, AddsLinesToThoseThatStand) {
  const std::string path = folder_.put("flows.txt", "old\n");
  EXPECT_EQ(with_a_line(path), "old\nnew\n");
  EXPECT_EQ(with_a_line(path), "old\nnew\nnew\n");
  EXPECT_EQ(with_a_line(folder_ / "fresh.txt"), "new\n");
  EXPECT_EQ(with_a_line(folder_.put("empty.txt", "")), "new\n");
}

TEST_F(OutputTest, EndsALineThatWasCutOff) {
  EXPECT_EQ(with_a_line(folder_.put("flows.txt", "old\nhal")),
            "old\nhal\nnew\n");
  EXPECT_EQ(with_a_line(folder_.put("one.txt", "x")), "x\nnew\n");
  EXPECT_EQ(with_a_line(folder_.put("line.txt", "\n")), "\nnew\n");
}

TEST_F(OutputTest, KnowsWhetherLinesStandThereAlready) {
  const auto goes_on = [](const std::string& path) {
    return Output::open_growing(path)->goes_on();
  };
  EXPECT_FALSE(goes_on(folder_ / "fresh.txt"));
  EXPECT_TRUE(goes_on(folder_.put("flows.txt", "x")));
}

// The first file that is opened where standard input is closed gets its number.
TEST_F(OutputTest, IsAnyDescriptorThatTheSystemGives) {
  const std::string path = folder_ / "flows.txt";
  const TestPipe pipe;
  std::string held;
  int number = -1;
  {
    const InPlaceOf input(STDIN_FILENO, pipe.reader());
    ::close(STDIN_FILENO);
    auto output = Output::open_growing(path);
    if (output && output->write("new\n") && output->finish()) {
      number = output->descriptor();
      held = *read_file(path);
    }
  }
  EXPECT_EQ(number, STDIN_FILENO);
  EXPECT_EQ(held, "new\n");
}

TEST_F(OutputTest, FollowsNoLink) {
  const std::string file = folder_.put("file.txt", "old\n");
  std::filesystem::create_symlink(file, folder_ / "link");
  EXPECT_EQ(with_a_line(folder_ / "link"),
            fmt::format("cannot write {}: it is a link, which is not followed; "
                        "name the file that it leads to",
                        folder_ / "link"));
  EXPECT_EQ(*read_file(file), "old\n");
}

TEST_F(OutputTest, SaysWhatIsWrongWithItsPlace) {
  const std::string path = folder_ / "absent/flows.txt";
  const auto output = Output::open_growing(path);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, ErrorKind::kOutput);
  EXPECT_EQ(output.error().message,
            fmt::format("cannot write {}: No such file or directory; is its "
                        "folder there, and may you write to it?",
                        path));
}

TEST_F(OutputTest, SaysWhichOfItsFilesCannotGoOn) {
  const Error reason{ErrorKind::kOutput, "the disk is full"};
  const std::string path = folder_ / "flows.txt";
  EXPECT_EQ(Output::open_growing(path)->explained(reason).message,
            fmt::format("cannot go on writing {}: the disk is full; make room "
                        "and start again",
                        path));
  EXPECT_EQ(Output::open_growing("-")->explained(reason).message,
            "cannot write standard output: the disk is full");
}

// A bar of 30 places.
std::string bar(int percent, std::size_t filled) {
  return fmt::format("\rreading [{}{}] {:3} %", std::string(filled, '#'),
                     std::string(30 - filled, '.'), percent);
}

constexpr std::string_view kTakenAway = "\r\x1b[K";

TEST(ProgressTest, DrawsABarOnATerminalAndTakesItAway) {
  const TestTerminal device;
  if (!device.is_there()) GTEST_SKIP() << "there are no terminals here";
  {
    const InPlaceOf error(STDERR_FILENO, device.its());
    Progress progress("reading");
    progress(0, 0);
    progress(0, 200);
    progress(1, 200);
    progress(17, 200);
    progress(100, 200);
    progress(99, 200);
    progress(200, 200);
  }
  EXPECT_EQ(read_until(device.ours(), kTakenAway),
            bar(0, 0) + bar(8, 2) + bar(50, 15) + bar(100, 30) +
                std::string(kTakenAway));
}

TEST(ProgressTest, TakesAwayOnlyWhatItDrew) {
  const TestTerminal device;
  if (!device.is_there()) GTEST_SKIP() << "there are no terminals here";
  {
    const InPlaceOf error(STDERR_FILENO, device.its());
    { const Progress progress("reading"); }
    remark("#");
    {
      Progress progress("reading");
      progress(0, 1);
    }
  }
  EXPECT_EQ(read_until(device.ours(), kTakenAway),
            "#" + bar(0, 0) + std::string(kTakenAway));
}

TEST(ProgressTest, IsSilentWhereThereIsNoTerminal) {
  EXPECT_EQ(said_of([] {
              Progress progress("reading");
              progress(0, 2);
              progress(1, 2);
            }),
            "");
}

}  // namespace
}  // namespace flowtell
