// SPDX-License-Identifier: Apache-2.0
#include "capture/capture_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "capture/byte_stream.h"
#include "capture/compressed.h"
#include "capture/pcap_reader.h"
#include "capture/pcapng_reader.h"
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
  // Of a pipe there is nothing to read ahead; that fails, and does not matter.
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return ByteStream(std::make_unique<FileBytes>(std::move(file)));
}

ByteStream ahead_if(UnpackOn thread, std::unique_ptr<ByteSource> source) {
  if (thread == UnpackOn::kCallersThread) return ByteStream(std::move(source));
  return ByteStream(std::make_unique<ReadAhead>(std::move(source)));
}

ByteStream unpack(ByteStream stream, UnpackOn thread) {
  stream.fill(kMagicSize);
  const Bytes front = stream.window();
  if (looks_gzip(front)) {
    return ahead_if(thread, unpack_gzip(std::move(stream).into_source()));
  }
  if (looks_zstd(front)) {
    return ahead_if(thread, unpack_zstd(std::move(stream).into_source()));
  }
  return stream;
}

tl::unexpected<Error> no_capture(const std::string& name,
                                 const ByteStream& stream) {
  if (stream.problem()) {
    return fail(ErrorKind::kInput,
                "cannot read {}: {}; record or copy it again", name,
                *stream.problem());
  }
  if (stream.window().empty()) {
    return fail(ErrorKind::kInput,
                "{} is empty; a capture has at least a header: record it again",
                name);
  }
  return fail(ErrorKind::kInput,
              "{} is no capture: it begins as neither pcap nor pcapng (plain, "
              "gzip or zstd); save it as one of these, for example with "
              "tshark -r FILE -w NEW.pcap",
              name);
}

Result<std::unique_ptr<FrameSource>> read_stream(
    ByteStream packed, const std::string& name,
    UnpackOn thread = UnpackOn::kCallersThread) {
  ByteStream stream = unpack(std::move(packed), thread);
  stream.fill(kMagicSize);
  if (looks_pcapng(stream.window())) return read_pcapng(std::move(stream));
  if (!looks_pcap(stream.window())) return no_capture(name, stream);
  auto reader = read_pcap(std::move(stream));
  if (!reader) {
    return fail(fmt::format("cannot read {}", name), std::move(reader).error());
  }
  return reader;
}

Result<ByteStream> open_stream(const std::string& path) {
  if (path == kStandardInput) {
    return stream_of(FileHandle(::dup(STDIN_FILENO)));
  }
  auto file = open_for_reading(path);
  if (!file) return fail(std::move(file).error());
  return stream_of(std::move(*file));
}

// By its name, which is believed for nothing else.
bool is_called_capture(const fs::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".gz" || ending == ".zst") {
    return is_called_capture(path.stem());
  }
  return ending == ".pcap" || ending == ".pcapng" || ending == ".cap";
}

// Captures, and what should be one: opening it will tell what is wrong.
bool is_worth_opening(const fs::path& path) {
  const auto is_capture = looks_capture(path.string());
  return !is_capture || *is_capture || is_called_capture(path);
}

// Lists what is below a folder, links to folders included.
class Listing {
 public:
  // A folder within that cannot be listed is found itself, so that whoever
  // opens it tells.
  std::error_code add(const fs::path& folder) {
    std::error_code problem;
    const fs::path real = fs::canonical(folder, problem);
    if (problem) return problem;
    // A link to a folder that it stands in leads to nothing new.
    if (std::ranges::find(around_, real) != around_.end()) return {};
    around_.push_back(real);
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
         at.increment(problem)) {
      std::error_code gone;
      const bool is_found =
          at->is_directory(gone)
              ? static_cast<bool>(add(at->path()))
              : at->is_regular_file(gone) && is_worth_opening(at->path());
      if (is_found) found.push_back(at->path().string());
    }
    around_.pop_back();
    return problem;
  }

  std::vector<std::string> found;

 private:
  std::vector<fs::path> around_;  // the folders it is in just now
};

}  // namespace

Result<std::unique_ptr<FrameSource>> open_capture(const std::string& path,
                                                  UnpackOn thread) {
  auto stream = open_stream(path);
  if (!stream) return fail(std::move(stream).error());
  return read_stream(std::move(*stream),
                     path == kStandardInput ? "standard input" : path, thread);
}

Result<std::unique_ptr<FrameSource>> open_capture(Bytes bytes,
                                                  const std::string& name) {
  return read_stream(ByteStream(bytes), name);
}

Result<bool> looks_capture(const std::string& path) {
  auto opened = open_stream(path);
  if (!opened) return fail(std::move(opened).error());
  ByteStream stream = unpack(std::move(*opened), UnpackOn::kCallersThread);
  stream.fill(kMagicSize);
  return looks_pcap(stream.window()) || looks_pcapng(stream.window());
}

Result<std::vector<std::string>> captures_below(const std::string& folder) {
  Listing listing;
  if (const std::error_code problem = listing.add(folder)) {
    return fail(ErrorKind::kInput, "cannot list the folder {}: {}", folder,
                problem.message());
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
      return fail(ErrorKind::kInput,
                  "there is no file or folder {}; check the name", path);
    }
    if (path == kStandardInput || !fs::is_directory(path, problem)) {
      captures.push_back(path);
      continue;
    }
    auto below = captures_below(path);
    if (!below) return fail(std::move(below).error());
    if (below->empty()) {
      return fail(ErrorKind::kInput,
                  "the folder {} holds no captures; name one that does", path);
    }
    captures.insert(captures.end(), below->begin(), below->end());
  }
  return captures;
}

}  // namespace flowtell
