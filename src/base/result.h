// SPDX-License-Identifier: Apache-2.0
//
// Results and errors of operations that can fail.
//
// Three kinds of problems are kept apart in this project:
//   - a frame that cannot be decoded is not an error: it is counted in the
//     ledger (decode/ledger.h);
//   - a failed operation is a Result holding an Error, below;
//   - a broken invariant stops the program with a sentence: `require`.
//
// An Error's message is one sentence that names the thing and the remedy. The
// context comes first: "cannot read a.pcap: byte 24: ...".
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace flowtell {

enum class ErrorKind {
  kUsage,                 // the caller's request is invalid: exit code 2
  kNotFound,              // a named file, folder or interface does not exist
  kPermission,            // the system denies access
  kNotReadable,           // it exists but cannot be read: it is a folder, or
                          // the disk fails
  kCorrupt,               // its content is invalid: not a capture, a damaged
                          // model, a wrong manifest line
  kWrongVersion,          // an incompatible version of the program wrote it
  kIncompatibleFeatures,  // this program does not compute the model's features
  kNoData,                // valid, but nothing to work on: no captures, no
                          // flows, too few apps
  kNotWritable,           // an output could not be written
  kResource,              // memory, threads, descriptors or disk space ran out,
                          // or a limit is exceeded
  kSystem,                // the system refused or lacks something else: a
                          // command, a kernel feature, a free interface
};

// The stable names of the kinds, for other languages and for logs.
inline constexpr std::array<std::string_view, 11> kErrorKindNames = {
    "usage",
    "not-found",
    "permission",
    "not-readable",
    "corrupt",
    "wrong-version",
    "incompatible-features",
    "no-data",
    "not-writable",
    "resource",
    "system"};

constexpr std::string_view error_kind_name(ErrorKind kind) {
  return kErrorKindNames[static_cast<std::size_t>(kind)];
}

static_assert(error_kind_name(ErrorKind::kSystem) == "system");

struct Error {
  ErrorKind kind;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

// The failed side of any Result: `return fail(ErrorKind::kCorrupt, ...)`.
template <typename... Args>
tl::unexpected<Error> fail(ErrorKind kind, fmt::format_string<Args...> format,
                           Args&&... args) {
  return tl::unexpected<Error>(
      Error{kind, fmt::format(format, std::forward<Args>(args)...)});
}

// Passes a failure on, prefixed with the operation that failed.
inline tl::unexpected<Error> fail(std::string_view operation, Error error) {
  error.message = fmt::format("{}: {}", operation, error.message);
  return tl::unexpected<Error>(std::move(error));
}

// Passes a failure on unchanged.
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// Stops the program if an internal invariant does not hold. Never for input.
void require(bool holds, std::string_view sentence);

// For the memory of C libraries, which report a lack of it by their return
// value. If not `is_allocated`, behaves like `new`: calls the new-handler,
// which ends the program, or throws std::bad_alloc without one.
void require_memory(bool is_allocated);

// The kind of error of a failed system call: by its errno where that is clear
// (absent, denied, out of a resource), else `otherwise`. Save errno first; any
// later call may change it.
ErrorKind kind_of_errno(int error, ErrorKind otherwise);

// The system's message for an errno, such as "No such file or directory".
std::string system_reason(int error);

}  // namespace flowtell
