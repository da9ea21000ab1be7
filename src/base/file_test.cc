// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include "support/closed_input.h"
#include "support/interruptions.h"
#include "support/other_user.h"
#include "support/syncs.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

TEST(OutputFile, ChangesNothingBeforeCommit) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a", "old");
  {
    auto file = OutputFile::create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new"));
    EXPECT_EQ(*read_file(path), "old");
  }
  EXPECT_EQ(*read_file(path), "old");
  EXPECT_EQ(folder.names(), Names{"a"}) << "nothing is left behind";
}

TEST(OutputFile, ReplacesTheWholeFile) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a", "something much longer");
  auto file = OutputFile::create(path);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("two "));
  ASSERT_TRUE(file->write("parts"));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(*read_file(path), "two parts");
  EXPECT_EQ(folder.names(), Names{"a"});
}

TEST(OutputFile, CanBeMoved) {
  const TemporaryFolder folder;
  auto file = OutputFile::create(folder / "a");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("one"));
  {
    OutputFile moved = std::move(*file);
    ASSERT_TRUE(moved.write(" two"));
    ASSERT_TRUE(moved.commit());
  }
  EXPECT_EQ(*read_file(folder / "a"), "one two");
  EXPECT_EQ(folder.names(), Names{"a"});
}

TEST(OutputFile, KeepsALinkAndReplacesItsTarget) {
  const TemporaryFolder folder;
  const std::string real = folder.put("deep/real", "old");
  fs::create_symlink("deep/real", folder / "link");
  ASSERT_TRUE(write_file(folder / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(*read_file(real), "new");
}

TEST(OutputFile, CreatesTheTargetOfAnOwnLink) {
  const TemporaryFolder folder;
  fs::create_symlink("real", folder / "link");
  ASSERT_TRUE(write_file(folder / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(*read_file(folder / "real"), "new");
}

TEST(OutputFile, FollowsNoLinkOfAnotherUserInASharedFolder) {
  SKIP_UNLESS_ROOT();
  const TemporaryFolder folder;
  const std::string precious = folder.put("precious", "as it was");
  const std::string shared = make_folder_with(folder / "shared", 01777);
  make_link_of(kOtherUser, precious, shared + "/out");
  make_link_of(kOtherUser, "/dev/null", shared + "/device");
  for (const char* name : {"/out", "/device"}) {
    const auto done = write_file(shared + name, "new");
    ASSERT_FALSE(done) << name;
    EXPECT_EQ(done.error().kind, ErrorKind::kNotWritable);
    EXPECT_NE(done.error().message.find("is a link of another user"),
              std::string::npos)
        << done.error().message;
  }
  EXPECT_EQ(*read_file(precious), "as it was");
  EXPECT_EQ(folder.names(), (Names{"precious", "shared"}));
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST(OutputFile, KeepsThePermissionsOfTheReplacedFile) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a", "old");
  for (const mode_t mode :
       std::initializer_list<mode_t>{0600, 0640, 0400, 0664, 0777}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    auto file = OutputFile::create(path);
    ASSERT_TRUE(file);
    for (const std::string& name : folder.names()) {
      EXPECT_EQ(mode_of(folder / name), mode) << "also during the write";
    }
    ASSERT_TRUE(file->write("new"));
    ASSERT_TRUE(file->commit());
    EXPECT_EQ(mode_of(path), mode);
  }
  ASSERT_EQ(::chmod(path.c_str(), 04755), 0);
  ASSERT_TRUE(write_file(path, "new"));
  EXPECT_EQ(mode_of(path), mode_t{0755}) << "without the set-user-id bit";
}

TEST(OutputFile, AppliesTheUmaskToANewFile) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  const auto done = write_file(folder / "a", "new");
  ::umask(before);
  ASSERT_TRUE(done);
  EXPECT_EQ(mode_of(folder / "a"), mode_t{0640});
}

TEST(OutputFile, ReportsAFailedRename) {
  const TemporaryFolder folder;
  auto file = OutputFile::create(folder / "a");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("new"));
  fs::create_directory(folder / "a");
  const auto done = file->commit();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kNotWritable);
  EXPECT_EQ(done.error().message, "cannot write " + (folder / "a") +
                                      ": Is a directory; nothing was replaced");
}

TEST(OutputFile, SyncsTheFileAndItsFolder) {
  const TemporaryFolder folder;
  const Syncs syncs;
  auto file = OutputFile::create(folder / "a");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("new"));
  EXPECT_EQ(syncs.of(folder.path()), 0);
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(syncs.of(folder / "a"), 1);
  EXPECT_EQ(syncs.of(folder.path()), 1) << "for the rename";
}

TEST(OutputFile, KeepsTheOldFileWhenASyncFails) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a", "old");
  Syncs syncs;
  syncs.fail_with(EIO);
  const auto done = write_file(path, "new");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kNotWritable);
  EXPECT_EQ(
      done.error().message,
      "cannot write " + path + ": Input/output error; nothing was replaced");
  EXPECT_EQ(*read_file(path), "old");
  EXPECT_EQ(folder.names(), Names{"a"});
  syncs.fail_with(EINVAL);
  EXPECT_TRUE(write_file(path, "new"))
      << "the descriptor does not support sync";
  EXPECT_EQ(*read_file(path), "new");
}

TEST(OutputFile, WorksWithDescriptorZero) {
  const TemporaryFolder folder;
  const Syncs syncs;
  const ClosedInput closed;
  const std::string path = folder.put("a", "old");
  ASSERT_TRUE(write_file(path, "new"));
  EXPECT_EQ(*read_file(path), "new");
  EXPECT_EQ(folder.names(), Names{"a"});
  EXPECT_EQ(syncs.of(folder.path()), 1);
  sync_folder_of(path);
  EXPECT_EQ(syncs.of(folder.path()), 2);
  EXPECT_TRUE(write_file("/dev/null", "gone"));
  FileHandle moved = *open_for_reading(path);
  EXPECT_EQ(moved.get(), 0);
  moved = FileHandle();
  EXPECT_EQ(::fcntl(0, F_GETFD), -1) << "it is closed";
}

TEST(OutputFile, ReportsAFileThatCannotBeCreated) {
  const TemporaryFolder folder;
  const std::string path = folder / "absent/a";
  const auto file = OutputFile::create(path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(file.error().message, "cannot write " + path +
                                      ": No such file or directory; check that "
                                      "its folder exists and is writable");
}

TEST(OutputFile, ReportsAFolderThatIsNotWritable) {
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0500), 0);
  // Root can write everywhere, so drop its identity for this check.
  constexpr uid_t kNobody = 65534;
  const uid_t self = ::geteuid();
  if (self == 0) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const auto file = OutputFile::create(folder / "a");
  if (self == 0) {
    ASSERT_EQ(::seteuid(self), 0);
  }
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kPermission);
  EXPECT_NE(file.error().message.find("Permission denied"), std::string::npos);
}

TEST(OutputFile, RejectsAFolder) {
  const TemporaryFolder folder;
  const auto file = OutputFile::create(folder.path());
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kNotWritable);
  EXPECT_TRUE(fs::is_directory(folder.path()));
}

TEST(OutputFile, ReportsAFullDisk) {
  auto file = OutputFile::create("/dev/full");
  ASSERT_TRUE(file);
  const auto wrote = file->write("anything");
  ASSERT_FALSE(wrote);
  EXPECT_EQ(wrote.error().kind, ErrorKind::kResource);
  EXPECT_NE(wrote.error().message.find("/dev/full: No space left on device"),
            std::string::npos);
}

TEST(OutputFile, WritesToDevicesDirectly) {
  EXPECT_TRUE(write_file("/dev/null", "gone"));
  EXPECT_FALSE(fs::is_regular_file("/dev/null"));
}

TEST(OutputFile, WritesManyBytes) {
  const TemporaryFolder folder;
  const std::string bytes(5 << 20, 'x');
  ASSERT_TRUE(write_file(folder / "big", bytes));
  EXPECT_EQ(*read_file(folder / "big"), bytes);
}

TEST(ReadFile, ReportsAbsentFilesAndFolders) {
  const TemporaryFolder folder;
  const auto absent = read_file(folder / "absent");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(
      absent.error().message,
      "cannot open " + (folder / "absent") +
          ": No such file or directory; check that it exists and is readable");
  const auto a_folder = read_file(folder.path());
  ASSERT_FALSE(a_folder);
  EXPECT_EQ(a_folder.error().kind, ErrorKind::kNotReadable);
  EXPECT_NE(a_folder.error().message.find("is a folder"), std::string::npos);
}

TEST(ReadFile, EnforcesItsSizeLimit) {
  const TemporaryFolder folder;
  const std::string bytes(1 << 20, 'x');
  const std::string path = folder.put("a", bytes);
  EXPECT_EQ(*read_file(path, {.max_size = bytes.size()}), bytes);
  const auto refused = read_file(path, {.max_size = bytes.size() - 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kResource);
  const auto endless = read_file("/dev/zero", {.max_size = 1 << 20});
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().message,
            "/dev/zero is larger than 1 MiB, the limit for this kind of file; "
            "check that it is the right one");
}

TEST(ReadFile, StopsAtAPrefixMismatch) {
  const TemporaryFolder folder;
  const std::string bytes = "magic" + std::string(1 << 20, 'x');
  const std::string path = folder.put("a", bytes);
  EXPECT_EQ(*read_file(path, {.prefix = "magic"}), bytes);
  EXPECT_LE(read_file(path, {.prefix = "other"})->size(), 1u << 16);
  EXPECT_EQ(*read_file(folder.put("b", "ma"), {.prefix = "magic"}), "ma");
}

class Interrupted : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    out_ = FileHandle(ends[0]);
    in_ = FileHandle(ends[1]);
  }
  // Runs `action` on another thread after this one was interrupted a few times.
  static std::thread run_later(const std::function<void()>& action) {
    sigset_t alarm;
    sigset_t before;
    ::sigemptyset(&alarm);
    ::sigaddset(&alarm, SIGALRM);
    ::pthread_sigmask(SIG_BLOCK, &alarm, &before);
    std::thread other([action] {
      Interruptions::wait_for(5);
      action();
    });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return other;
  }

  FileHandle out_;
  FileHandle in_;
};

TEST_F(Interrupted, ReadResumes) {
  const Interruptions interruptions;
  std::thread writer =
      run_later([this] { EXPECT_TRUE(write_all(in_.get(), "a")); });
  std::array<std::uint8_t, 8> bytes;
  const auto got = read_some(out_.get(), bytes);
  writer.join();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, 1u);
}

TEST_F(Interrupted, WriteResumes) {
  const std::string much(1 << 20, 'x');
  const Interruptions interruptions;
  std::string all;
  std::thread reader = run_later([&] {
    std::vector<std::uint8_t> bytes(1 << 16);
    while (all.size() < much.size()) {
      const auto got = read_some(out_.get(), bytes);
      if (!got || *got == 0) return;
      all.append(bytes.begin(), bytes.begin() + static_cast<long>(*got));
    }
  });
  const auto done = write_all(in_.get(), much);
  in_ = FileHandle();
  reader.join();
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(all, much);
}

TEST(ReadFile, ReportsAReadError) {
  const auto text = read_file("/proc/self/mem");  // address 0 is not mapped
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::kNotReadable);
  EXPECT_EQ(text.error().message,
            "cannot read /proc/self/mem: Input/output error");
}

// Also on 32-bit machines.
TEST(FileHandle, OpensFilesOfMoreThan4GiB) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a", "abc");
  constexpr std::int64_t kSize = (std::int64_t{1} << 32) + 3;
  std::filesystem::resize_file(path, kSize);  // sparse
  const auto file = open_for_reading(path);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(std::int64_t{::lseek(file->get(), 0, SEEK_END)}, kSize);
}

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) != -1; }

TEST(FileHandle, ClosesExactlyOnce) {
  int descriptor = -1;
  {
    FileHandle first(::open("/dev/null", O_RDONLY));
    descriptor = first.get();
    FileHandle second(std::move(first));
    EXPECT_EQ(first.get(), -1);
    EXPECT_EQ(second.get(), descriptor);
    FileHandle third;
    third = std::move(second);
    EXPECT_EQ(third.get(), descriptor);
    EXPECT_TRUE(is_open(descriptor));
  }
  EXPECT_FALSE(is_open(descriptor));
}

}  // namespace
}  // namespace flowtell
