// SPDX-License-Identifier: Apache-2.0
//
// Results and errors of operations that can fail.
//
// Three kinds of problems are kept apart in this project:
//   - an odd packet is a value: a ledger heading and a count (decode/ledger.h);
//   - a failed operation is a Result holding an Error, below;
//   - a broken invariant stops the program with a sentence: `require`.
//
// An Error's message is one sentence that names the thing and the remedy. It
// reads outermost first: "cannot read a.pcap: byte 24: ...".
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace flowtell {

enum class ErrorKind {
  kUsage,   // an invalid request by the caller: exit code 2
  kInput,   // an input is absent, unreadable or invalid
  kOutput,  // an output could not be written
};

struct Error {
  ErrorKind kind;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

// The failed side of any Result: `return fail(ErrorKind::kInput, ...)`.
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

// The system's message for the current errno, such as "No such file or
// directory".
std::string system_reason();

}  // namespace flowtell
