// SPDX-License-Identifier: Apache-2.0
//
// How an operation that can fail says so.
//
// Three kinds of trouble are kept apart in this project:
//   - an odd packet is a value: a ledger heading and a count (decode/ledger.h);
//   - a failed operation is a Result holding an Error, below;
//   - a broken invariant stops the program with a sentence: `require`.
//
// An Error's message is one sentence that names the thing and the way out. It
// reads outermost first: "cannot read a.pcap: byte 24: ...".
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace flowtell {

enum class ErrorKind {
  kUsage,   // the caller asked for what cannot be: exit code 2
  kInput,   // an input is absent, unreadable or not what it should be
  kOutput,  // an output could not be written
};

struct Error {
  ErrorKind kind;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

// Makes the failed side of any Result: `return fail(ErrorKind::kInput, ...)`.
template <typename... Args>
tl::unexpected<Error> fail(ErrorKind kind, fmt::format_string<Args...> format,
                           Args&&... args) {
  return tl::unexpected<Error>(
      Error{kind, fmt::format(format, std::forward<Args>(args)...)});
}

// Passes a failure on, with what was being done put before it.
inline tl::unexpected<Error> fail(std::string_view doing, Error error) {
  error.message = fmt::format("{}: {}", doing, error.message);
  return tl::unexpected<Error>(std::move(error));
}

// Passes a failure on unchanged.
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// Stops the program if an invariant of our own does not hold. Never for input.
void require(bool holds, std::string_view sentence);

// The system's own word for what errno says now, such as "No such file or
// directory".
std::string system_reason();

}  // namespace flowtell
