// SPDX-License-Identifier: Apache-2.0
#include "capture/capture_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/file.h"
#include "capture/byte_stream.h"
#include "capture/file_formats.h"
#include "capture/ordered_source.h"
#include "capture/read_ahead.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMagicSize = 4;

class FileBytes : public ByteSource {
 public:
  explicit FileBytes(FileHandle file) : file_(std::move(file)) {}

  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    return read_some(file_.get(), into);
  }

 private:
  FileHandle file_;
};

ByteStream stream_of(FileHandle file) {
  // Fails on a pipe, which has nothing to read ahead; the error is ignored.
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return ByteStream(std::make_unique<FileBytes>(std::move(file)));
}

ByteStream ahead_if(UnpackOn thread, std::unique_ptr<ByteSource> source) {
  if (thread == UnpackOn::kCallerThread) return ByteStream(std::move(source));
  return ByteStream(std::make_unique<ReadAhead>(std::move(source)));
}

ByteStream unpack(ByteStream stream, UnpackOn thread) {
  stream.fill(kMagicSize);
  const Bytes front = stream.window();
  if (looks_like_gzip(front)) {
    return ahead_if(thread, unpack_gzip(std::move(stream).into_source()));
  }
  if (looks_like_zstd(front)) {
    return ahead_if(thread, unpack_zstd(std::move(stream).into_source()));
  }
  return stream;
}

tl::unexpected<Error> not_a_capture(const std::string& name,
                                    const ByteStream& stream) {
  if (stream.problem()) {
    return fail(stream.problem()->kind,
                "cannot read {}: {}; record or copy it again", name,
                stream.problem()->message);
  }
  if (stream.window().empty()) {
    return fail(ErrorKind::kCorrupt,
                "{} is empty; a capture has at least a header: record it again",
                name);
  }
  return fail(ErrorKind::kCorrupt,
              "{} is not a capture: it is neither pcap nor pcapng (plain, "
              "gzip or zstd); convert it, for example with "
              "tshark -r FILE -w NEW.pcap",
              name);
}

Result<std::unique_ptr<FrameSource>> read_as_written(ByteStream packed,
                                                     const std::string& name,
                                                     UnpackOn thread) {
  ByteStream stream = unpack(std::move(packed), thread);
  stream.fill(kMagicSize);
  if (looks_like_pcapng(stream.window())) {
    return read_pcapng(std::move(stream));
  }
  if (!looks_like_pcap(stream.window())) return not_a_capture(name, stream);
  auto reader = read_pcap(std::move(stream));
  if (!reader) {
    return fail(fmt::format("cannot read {}", name), std::move(reader).error());
  }
  return reader;
}

// A capture whose frames are not put in order, since later ones have not
// arrived yet. A frame without a time gets that of the frame before; the first,
// `start`.
class ArrivingSource : public FrameSource {
 public:
  ArrivingSource(std::unique_ptr<FrameSource> capture, Timestamp start)
      : FrameSource(capture->format()),
        capture_(std::move(capture)),
        latest_(start) {}

  std::size_t read(std::span<Frame> batch) override {
    const std::size_t count = capture_->read(batch);
    if (const auto& damage = capture_->damage()) {
      note_damage(damage->offset, damage->what);
    }
    clocks_.are_nanoseconds = capture_->clocks().are_nanoseconds;
    for (Frame& frame : batch.first(count)) {
      if (frame.time == kNoTime) {
        ++clocks_.timeless;
        frame.time = latest_;
      }
      latest_ = frame.time;
    }
    return count;
  }

 private:
  std::unique_ptr<FrameSource> capture_;
  Timestamp latest_;
};

Result<std::unique_ptr<FrameSource>> as_arriving(
    Result<std::unique_ptr<FrameSource>> capture, Timestamp start) {
  if (!capture) return capture;
  return std::make_unique<ArrivingSource>(std::move(*capture), start);
}

Result<std::unique_ptr<FrameSource>> in_order(
    Result<std::unique_ptr<FrameSource>> file) {
  if (!file) return file;
  return std::make_unique<OrderedSource>(std::move(*file));
}

bool is_file(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

Result<ByteStream> open_stream(const std::string& path) {
  if (path == kStandardInput) {
    return stream_of(FileHandle(::dup(STDIN_FILENO)));
  }
  auto file = open_for_reading(path);
  if (!file) return fail(std::move(file).error());
  return stream_of(std::move(*file));
}

// Decides by name, which is used for nothing else.
bool has_capture_extension(const fs::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".gz" || ending == ".zst") {
    return has_capture_extension(path.stem());
  }
  return ending == ".pcap" || ending == ".pcapng" || ending == ".cap";
}

// What macOS keeps beside a file in archives and on foreign disks, named after
// that file: "._phone.pcap".
bool is_apple_double(const fs::path& path) {
  return path.filename().string().starts_with("._");
}

// Captures, and files that should be one: opening them reports the error.
bool is_worth_opening(const fs::path& path) {
  const auto is_capture = looks_like_capture(path.string());
  if (is_capture && !*is_capture && is_apple_double(path)) return false;
  return !is_capture || *is_capture || has_capture_extension(path);
}

// Lists the files below a folder, links to folders included.
class Listing {
 public:
  // A subfolder that cannot be listed is added to `found` itself, so that
  // opening it reports the error.
  std::error_code add(const fs::path& folder) {
    std::error_code problem;
    const fs::path real = fs::canonical(folder, problem);
    if (problem) return problem;
    // Skip a link to one of its own parent folders.
    if (std::ranges::find(ancestors_, real) != ancestors_.end()) return {};
    ancestors_.push_back(real);
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
         at.increment(problem)) {
      std::error_code gone;
      const bool is_folder = at->is_directory(gone);
      if (is_folder && is_litter_folder(at->path().filename().string())) {
        continue;
      }
      const bool is_found =
          is_folder ? static_cast<bool>(add(at->path()))
                    : at->is_regular_file(gone) && is_worth_opening(at->path());
      if (is_found) found.push_back(at->path().string());
    }
    ancestors_.pop_back();
    return problem;
  }

  std::vector<std::string> found;

 private:
  std::vector<fs::path> ancestors_;  // canonical paths of the open folders
};

}  // namespace

Result<std::unique_ptr<FrameSource>> open_as_written(const std::string& path,
                                                     UnpackOn thread) {
  auto stream = open_stream(path);
  if (!stream) return fail(std::move(stream).error());
  return read_as_written(std::move(*stream),
                         path == kStandardInput ? "standard input" : path,
                         thread);
}

Result<std::unique_ptr<FrameSource>> open_capture(const std::string& path,
                                                  UnpackOn thread) {
  auto capture = open_as_written(path, thread);
  return path == kStandardInput && !is_file(STDIN_FILENO)
             ? as_arriving(std::move(capture), Timestamp{})
             : in_order(std::move(capture));
}

Result<std::unique_ptr<FrameSource>> open_capture(Bytes bytes,
                                                  const std::string& name) {
  return in_order(
      read_as_written(ByteStream(bytes), name, UnpackOn::kCallerThread));
}

Result<std::unique_ptr<FrameSource>> open_live_capture(
    std::unique_ptr<ByteSource> bytes, const std::string& name) {
  return as_arriving(read_as_written(ByteStream(std::move(bytes)), name,
                                     UnpackOn::kCallerThread),
                     system_now());
}

Result<bool> looks_like_capture(const std::string& path) {
  auto opened = open_stream(path);
  if (!opened) return fail(std::move(opened).error());
  ByteStream stream = unpack(std::move(*opened), UnpackOn::kCallerThread);
  stream.fill(kMagicSize);
  return looks_like_pcap(stream.window()) || looks_like_pcapng(stream.window());
}

bool is_litter_folder(std::string_view name) {
  constexpr std::array<std::string_view, 5> kLitter = {
      "__MACOSX", "@eaDir", "#recycle", "$RECYCLE.BIN",
      "System Volume Information"};
  return name.starts_with('.') ||
         std::ranges::find(kLitter, name) != kLitter.end();
}

Result<std::vector<std::string>> list_captures(const std::string& folder) {
  Listing listing;
  if (const std::error_code problem = listing.add(folder)) {
    return fail(kind_of_errno(problem.value(), ErrorKind::kNotReadable),
                "cannot list the folder {}: {}", folder, problem.message());
  }
  std::sort(listing.found.begin(), listing.found.end());
  return std::move(listing.found);
}

Result<std::vector<std::string>> find_captures(
    const std::vector<std::string>& paths) {
  std::vector<std::string> captures;
  for (const std::string& path : paths) {
    std::error_code problem;
    if (path != kStandardInput && !fs::exists(path, problem) && !problem) {
      return fail(ErrorKind::kNotFound,
                  "there is no file or folder {}; check the name", path);
    }
    if (path == kStandardInput || !fs::is_directory(path, problem)) {
      captures.push_back(path);
      continue;
    }
    auto below = list_captures(path);
    if (!below) return fail(std::move(below).error());
    if (below->empty()) {
      return fail(ErrorKind::kNoData,
                  "the folder {} holds no captures; name one that does", path);
    }
    captures.insert(captures.end(), below->begin(), below->end());
  }
  return captures;
}

}  // namespace flowtell
