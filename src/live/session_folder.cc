// SPDX-License-Identifier: Apache-2.0
#include "live/session_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "base/output_place.h"
#include "base/text.h"
#include "model/app.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader =
    "path,app,device,started,ended,host,notes\n";

Result<void> check_app(const std::string& app) {
  const bool is_folder_name = !app.empty() && app.front() != '.' &&
                              app.find('/') == std::string::npos &&
                              app.find('\n') == std::string::npos;
  if (is_folder_name && app != kUnknownName && app != SessionFolder::kManifest)
    return {};
  return fail(ErrorKind::kUsage,
              "'{}' cannot name an app: a name has no '/', does not begin with "
              "a dot and is neither '{}' nor '{}'",
              app, kUnknownName, SessionFolder::kManifest);
}

// Accepts an absent manifest, or one with these columns.
Result<void> check_manifest(const std::string& path) {
  std::error_code ignored;  // read_file reports it
  if (!fs::exists(path, ignored) && !ignored) return {};
  auto text = read_file(path);
  if (!text) return fail(std::move(text).error());
  if (text->empty() || text->starts_with(kHeader)) return {};
  return fail(ErrorKind::kCorrupt,
              "{} does not have the columns of recordings ({}); choose another "
              "folder",
              path, kHeader.substr(0, kHeader.size() - 1));
}

// An editor may leave the last line without a newline. REQUIRES: size > 0.
bool ends_a_line(const FileHandle& file, off_t size) {
  char last = 0;
  return ::pread(file.get(), &last, 1, size - 1) == 1 && last == '\n';
}

bool give_to(const fs::path& folder, const Account& owner) {
  const FileHandle handle(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return handle.get() >= 0 &&
         ::fchown(handle.get(), owner.user, owner.group) == 0;
}

// Fails with the system's reason in errno.
bool make_folder(const fs::path& path, const std::optional<Account>& owner) {
  std::error_code ignored;
  if (path.empty() || fs::is_directory(path, ignored)) return true;
  if (path.has_parent_path() && path.parent_path() != path &&
      !make_folder(path.parent_path(), owner)) {
    return false;
  }
  constexpr mode_t kMode = 0777;  // less the user's umask
  if (::mkdir(path.c_str(), kMode) != 0) {
    if (errno == EEXIST) errno = ENOTDIR;  // a file has that name
    return false;
  }
  sync_folder_of(path.string());
  return !owner || give_to(path, *owner);
}

// "2026-11-22T04:15:00Z" in the form of file names: 20261122T041500Z.
std::string stamp(Timestamp time) {
  std::string text = utc_text(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

Result<SessionFolder> SessionFolder::open(const std::string& folder,
                                          const std::string& app) {
  if (auto done = check_app(app); !done) return fail(std::move(done).error());
  SessionFolder sessions(folder, app);
  if (auto done = check_manifest(sessions.manifest()); !done) {
    return fail(std::move(done).error());
  }
  return sessions;
}

Result<void> SessionFolder::make(const std::optional<Account>& owner) const {
  const std::string path = full_path(app_);
  for (const std::string& target : {path, manifest()}) {
    if (auto done = check_links(target); !done) return done;
  }
  if (make_folder(path, owner)) return {};
  const int error = errno;
  return fail(kind_of_errno(error, ErrorKind::kNotWritable),
              "cannot make the folder {}: {}; choose another", path,
              system_reason(error));
}

Result<void> SessionFolder::check_writable() const {
  const std::string path = full_path(app_);
  const bool is_new =
      ::access(manifest().c_str(), F_OK) != 0 && errno == ENOENT;
  const std::string& listed_in = is_new ? folder_ : manifest();
  for (const std::string& target : {path, listed_in}) {
    if (::access(target.c_str(), W_OK) == 0) continue;
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kNotWritable),
                "cannot write {}: {}", target, system_reason(error));
  }
  return {};
}

std::string SessionFolder::path_for(Timestamp start) const {
  std::string path = fmt::format("{}/{}.pcap", app_, stamp(start));
  std::error_code ignored;
  for (int number = 2; fs::exists(full_path(path), ignored); ++number) {
    path = fmt::format("{}/{}-{}.pcap", app_, stamp(start), number);
  }
  return path;
}

std::string SessionFolder::full_path(const std::string& path) const {
  return (fs::path(folder_) / path).string();
}

Result<void> SessionFolder::add(const SessionRow& row) const {
  const auto failed = [&](const Error& reason) {
    return fail(reason.kind,
                "cannot add {} to {}: {}; free space and add the line by hand",
                row.path, manifest(), reason.message);
  };
  const auto failed_call = [&](int error) {
    return failed(
        {kind_of_errno(error, ErrorKind::kNotWritable), system_reason(error)});
  };
  const auto target = output_place(manifest());
  if (!target) return fail(target.error());
  const FileHandle file(
      ::open(target->value_or(manifest()).c_str(),
             O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (file.get() < 0) return failed_call(errno);
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  std::string text(size == 0 ? kHeader : "");
  if (size > 0 && !ends_a_line(file, size)) text += '\n';
  text += fmt::format("{},{},{},{},{},{},{}\n", csv_field(row.path),
                      csv_field(row.app), csv_field(row.device),
                      utc_text(row.started), utc_text(row.ended),
                      csv_field(row.host), csv_field(row.notes));
  if (auto done = write_all(file.get(), text); !done) {
    static_cast<void>(::ftruncate(file.get(), size));
    return failed(done.error());
  }
  if (::fsync(file.get()) != 0 && errno != EINVAL) return failed_call(errno);
  if (size == 0) sync_folder_of(target->value_or(manifest()));
  return {};
}

}  // namespace flowtell
