// SPDX-License-Identifier: Apache-2.0
#include "capture/capture_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

// From the last frame of a file to the first of the next.
constexpr Duration kMaxPause = std::chrono::seconds(5);
// Frames of several processors are slightly out of order.
constexpr Duration kMaxOverlap = std::chrono::milliseconds(100);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_number(std::string_view name) {
  while (!name.empty() && is_digit(name.back())) name.remove_suffix(1);
  return name;
}

// The name with each run of digits as '#'.
std::string with_marks(std::string_view name) {
  std::string marked;
  for (const char c : name) {
    if (!is_digit(c)) {
      marked += c;
    } else if (!marked.ends_with('#')) {
      marked += '#';
    }
  }
  return marked;
}

// Whether a name holds a time, as tcpdump -G and dumpcap write it: seconds, or
// a date, after other text. Recordings of 'flowtell capture' have a time for
// their name, and each is a capture of its own.
bool has_time(std::string_view stem) {
  if (stem.empty() || is_digit(stem.front())) return false;
  constexpr std::ptrdiff_t kShortest = 6;  // digits: "140000"
  std::ptrdiff_t run = 0;
  for (const char c : stem) {
    run = is_digit(c) ? run + 1 : 0;
    if (run >= kShortest) return true;
  }
  return with_marks(stem).find("#-#-#") != std::string::npos;
}

// What the names of the files of one rotation have in common: a.pcap, a.pcap1
// (tcpdump -C); a.pcap0, a.pcap1 (-W); a_20261130140000.pcap (-G);
// a_00001_20261130140000.pcapng (dumpcap). Nothing for other names.
std::optional<std::string> rotation_of(const fs::path& path) {
  std::string name = path.filename().string();
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) name.resize(name.size() - packed.size());
  }
  const std::size_t dot = std::min(name.rfind('.'), name.size());
  const std::string stem = name.substr(0, dot);
  const std::string_view kind =
      without_number(std::string_view(name).substr(dot));
  constexpr std::array<std::string_view, 4> kKinds = {".pcap", ".pcapng",
                                                      ".cap", ".dump"};
  if (std::ranges::find(kKinds, kind) == kKinds.end()) return std::nullopt;
  return fmt::format("{}/{}{}", path.parent_path().string(),
                     has_time(stem) ? with_marks(stem) : stem, kind);
}

// What decides whether files continue each other.
struct FileSpan {
  std::size_t index = 0;  // of the path
  Timestamp first{};
  std::optional<Timestamp> last;  // if it is known
  LinkType link = LinkType::kEthernet;
};

std::optional<FileSpan> first_frame_of(const std::string& path) {
  auto source = open_capture(path);
  if (!source) return std::nullopt;
  std::array<Frame, 1> frame;
  if ((*source)->read(frame) == 0) return std::nullopt;
  FileSpan span;
  span.first = frame[0].time;
  span.link = frame[0].link;
  return span;
}

std::optional<Timestamp> last_time_of(const std::string& path) {
  auto source = open_capture(path);
  if (!source) return std::nullopt;
  std::array<Frame, 64> batch;
  std::optional<Timestamp> last;
  while (const std::size_t count = (*source)->read(batch)) {
    for (const Frame& frame : std::span(batch).first(count)) {
      last = std::max(last.value_or(frame.time), frame.time);
    }
  }
  return last;
}

bool continues(const FileSpan& next, const FileSpan& last) {
  if (!last.last || next.link != last.link) return false;
  const Duration pause = next.first - *last.last;
  return pause >= -kMaxOverlap && pause <= kMaxPause;
}

using Indexes = std::vector<std::size_t>;

// Chains of files that continue each other, among those that may.
std::vector<Indexes> chains_among(std::span<const std::string> paths,
                                  const Indexes& candidates) {
  std::vector<FileSpan> spans;
  for (const std::size_t index : candidates) {
    auto span = first_frame_of(paths[index]);
    if (!span) continue;
    span->index = index;
    spans.push_back(*span);
  }
  std::ranges::stable_sort(spans, {}, &FileSpan::first);
  std::vector<Indexes> chains;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (i > 0) spans[i - 1].last = last_time_of(paths[spans[i - 1].index]);
    if (i > 0 && continues(spans[i], spans[i - 1])) {
      chains.back().push_back(spans[i].index);
    } else {
      chains.push_back({spans[i].index});
    }
  }
  return chains;
}

std::map<std::string, Indexes> group_candidates(
    std::span<const std::string> paths, Candidates candidates) {
  std::map<std::string, Indexes> groups;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    std::error_code problem;
    // A pipe can be read only once.
    if (!fs::is_regular_file(paths[i], problem)) continue;
    const auto key = candidates == Candidates::kAll
                         ? std::optional<std::string>("")
                         : rotation_of(paths[i]);
    if (key) groups[*key].push_back(i);
  }
  return groups;
}

using OpenFile =
    std::function<Result<std::unique_ptr<FrameSource>>(const std::string&)>;

// Reads files one after the other.
class FileSequence : public FrameSource {
 public:
  FileSequence(std::unique_ptr<FrameSource> first, CaptureFiles files,
               OpenFile open)
      : FrameSource(first->format()),
        current_(std::move(first)),
        files_(std::move(files)),
        open_(std::move(open)) {}

  std::size_t read(std::span<Frame> batch) override {
    while (current_) {
      const std::size_t count = current_->read(batch);
      keep_damage();
      if (count > 0) {
        for (Frame& frame : batch.first(count)) {
          keep_owner(frame);
          frame.number += frames_before_;
        }
        frames_ += count;
        return count;
      }
      open_next();
    }
    return 0;
  }

 private:
  void open_next() {
    current_.reset();
    if (++at_ == files_.size()) return;
    frames_before_ = frames_;
    auto next = open_(files_[at_]);
    if (next) {
      current_ = std::move(*next);
    } else {
      note_damage(0, next.error().message);
    }
  }

  void keep_damage() {
    const auto& damage = current_->damage();
    if (!damage) return;
    note_damage(damage->offset,
                at_ == 0
                    ? damage->what
                    : fmt::format("{} (in {})", damage->what, files_[at_]));
  }

  // Owners live as long as this source, files as long as they are read.
  void keep_owner(Frame& frame) {
    if (frame.owner != nullptr) {
      frame.owner = &*owners_.insert(*frame.owner).first;
    }
  }

  std::unique_ptr<FrameSource> current_;
  CaptureFiles files_;
  OpenFile open_;
  std::size_t at_ = 0;
  std::uint64_t frames_ = 0;         // returned
  std::uint64_t frames_before_ = 0;  // the file being read
  std::set<FrameOwner> owners_;
};

Result<std::unique_ptr<FrameSource>> open_files(const CaptureFiles& files,
                                                OpenFile open) {
  auto first = open(files.front());
  if (!first || files.size() == 1) return first;
  return std::make_unique<FileSequence>(std::move(*first), files,
                                        std::move(open));
}

}  // namespace

std::vector<CaptureFiles> join_files(std::span<const std::string> paths,
                                     Candidates candidates) {
  // By the first of its files in `paths`.
  std::map<std::size_t, CaptureFiles> captures;
  std::set<std::size_t> joined;
  for (const auto& [key, group] : group_candidates(paths, candidates)) {
    if (group.size() < 2) continue;
    for (const Indexes& chain : chains_among(paths, group)) {
      if (chain.size() < 2) continue;
      CaptureFiles& files = captures[*std::ranges::min_element(chain)];
      for (const std::size_t index : chain) files.push_back(paths[index]);
      joined.insert(chain.begin(), chain.end());
    }
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!joined.contains(i)) captures[i] = {paths[i]};
  }
  std::vector<CaptureFiles> result;
  result.reserve(captures.size());
  for (auto& [first, files] : captures) result.push_back(std::move(files));
  return result;
}

std::vector<CaptureFiles> separate_files(std::span<const std::string> paths) {
  std::vector<CaptureFiles> captures;
  captures.reserve(paths.size());
  for (const std::string& path : paths) captures.push_back({path});
  return captures;
}

std::string joined_text(std::span<const CaptureFiles> captures) {
  constexpr std::size_t kMaxNamed = 3;
  const CaptureFiles* first = nullptr;
  std::size_t count = 0;
  for (const CaptureFiles& files : captures) {
    if (files.size() < 2) continue;
    if (first == nullptr) first = &files;
    ++count;
  }
  if (first == nullptr) return "";
  std::vector<std::string> named = *first;
  if (named.size() > kMaxNamed) {
    const std::size_t more = named.size() - kMaxNamed + 1;
    named.resize(kMaxNamed - 1);
    named.push_back(fmt::format("{} more", more));
  }
  std::string text = fmt::format(
      "{} are read as one capture, because each begins where the one before "
      "ends",
      plain_text(listed(named)));
  if (count > 1) {
    text += fmt::format("; and so are the files of {}",
                        counted(count - 1, "other capture"));
  }
  return text;
}

Result<std::unique_ptr<FrameSource>> open_capture(const CaptureFiles& files,
                                                  UnpackOn thread) {
  return open_files(files, [thread](const std::string& path) {
    return open_capture(path, thread);
  });
}

Result<std::unique_ptr<FrameSource>> open_as_written(
    const CaptureFiles& files) {
  return open_files(
      files, [](const std::string& path) { return open_as_written(path); });
}

}  // namespace flowtell
