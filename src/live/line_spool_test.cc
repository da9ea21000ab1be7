// SPDX-License-Identifier: Apache-2.0
#include "live/line_spool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <thread>

namespace flowtell {
namespace {

using namespace std::chrono_literals;

enum class Kind { kPipe, kSocket };

// Bytes written to `in_` can be read from `out_`.
class Spooling : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    if (GetParam() == Kind::kPipe) {
      ASSERT_EQ(::pipe(ends.data()), 0);
    } else {
      ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    }
    out_ = FileHandle(ends[0]);
    in_ = FileHandle(ends[1]);
  }
  // Reads all pending bytes.
  std::string read() const {
    std::string got;
    ::fcntl(out_.get(), F_SETFL, O_NONBLOCK);
    std::array<char, 65536> piece{};
    ssize_t count = 0;
    while ((count = ::read(out_.get(), piece.data(), piece.size())) > 0) {
      got.append(piece.data(), static_cast<std::size_t>(count));
    }
    return got;
  }

  FileHandle out_;
  FileHandle in_;
};

TEST_P(Spooling, WritesAddedLines) {
  LineSpool spool(in_.get());
  EXPECT_EQ(spool.pending_descriptor(), -1);
  spool.add("one\n");
  spool.add("two\n\n");
  EXPECT_NE(spool.pending_descriptor(), -1);
  ASSERT_TRUE(spool.write_some());
  EXPECT_EQ(spool.pending_descriptor(), -1);
  EXPECT_EQ(read(), "one\ntwo\n\n");
  EXPECT_EQ(spool.dropped(), 0u);
}

TEST_P(Spooling, NeverBlocksOrGrowsAndCountsDroppedLines) {
  constexpr int kLines = 100'000;
  LineSpool spool(in_.get(), 100'000);
  const std::string line = std::string(99, 'x') + '\n';
  for (int i = 0; i < kLines; ++i) {
    spool.add(line);
    ASSERT_TRUE(spool.write_some());
  }
  EXPECT_GT(spool.dropped(), 0u);
  EXPECT_NE(spool.pending_descriptor(), -1);
  std::string got;
  while (spool.pending_descriptor() != -1) {
    got += read();
    ASSERT_TRUE(spool.write_some());
  }
  got += read();
  EXPECT_EQ(got.size(), (kLines - spool.dropped()) * line.size())
      << "each line is whole";
  EXPECT_LT(got.size(), 1'000'000u);
  spool.add("again\n");
  ASSERT_TRUE(spool.write_some());
  EXPECT_EQ(read(), "again\n") << "there is room again";
}

TEST_P(Spooling, KeepsTheLinesThatFit) {
  LineSpool spool(in_.get(), 10);
  spool.add("one\ntwo\n\nthree\nfour\n");
  EXPECT_EQ(spool.dropped(), 2u);
  ASSERT_TRUE(spool.write_some());
  EXPECT_EQ(read(), "one\ntwo\n\n");
}

TEST_P(Spooling, FinishesOnceEverythingIsRead) {
  LineSpool spool(in_.get());
  std::string expected;
  for (int i = 0; i < 200'000; ++i) expected += std::to_string(i) + '\n';
  spool.add(expected);
  std::string got;
  std::thread reader([&] {
    while (got.size() < expected.size()) {
      got += read();
      std::this_thread::sleep_for(1ms);
    }
  });
  EXPECT_TRUE(spool.finish(60s));
  reader.join();
  EXPECT_EQ(got, expected);
  EXPECT_EQ(spool.dropped(), 0u);
}

TEST_P(Spooling, DropsLinesAtTheTimeout) {
  LineSpool spool(in_.get());
  for (int i = 0; i < 50'000; ++i) spool.add("0123456789012345678\n");
  EXPECT_TRUE(spool.finish(1ms));
  EXPECT_EQ(spool.pending_descriptor(), -1);
  const std::string got = read();
  // The partly written line counts as dropped too.
  EXPECT_EQ(got.size() / 20 + spool.dropped(), 50'000u);
}

TEST_P(Spooling, ReportsAClosedReader) {
  LineSpool spool(in_.get());
  out_ = FileHandle();
  spool.add("a line\n");
  const auto done = spool.write_some();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "Broken pipe");
}

TEST_P(Spooling, CountsWrittenBytes) {
  LineSpool spool(in_.get());
  EXPECT_EQ(spool.bytes_written(), 0u);
  spool.add("one\n");
  EXPECT_EQ(spool.bytes_written(), 0u);
  EXPECT_TRUE(spool.write_some());
  spool.add("three\n");
  EXPECT_TRUE(spool.write_some());
  EXPECT_EQ(spool.bytes_written(), read().size());
  EXPECT_EQ(spool.bytes_written(), 10u);
}

TEST_P(Spooling, LeavesTheDescriptorBlocking) {
  LineSpool spool(in_.get());
  EXPECT_EQ(::fcntl(in_.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_P(Spooling, AcceptsLinesFromManyThreads) {
  LineSpool spool(in_.get(), 2000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) spool.add("a line of nineteen\n");
    });
  }
  std::string got;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(spool.write_some());
    got += read();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(spool.finish(1s));
  got += read();
  EXPECT_EQ(got.size() / 19 + spool.dropped(), 40'000u);
  EXPECT_EQ(got.size() % 19, 0u);
}

INSTANTIATE_TEST_SUITE_P(Readers, Spooling,
                         testing::Values(Kind::kPipe, Kind::kSocket),
                         [](const auto& kind) {
                           return kind.param == Kind::kPipe ? "Pipe" : "Socket";
                         });

}  // namespace
}  // namespace flowtell
