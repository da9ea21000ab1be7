// SPDX-License-Identifier: Apache-2.0
//
// Errors of the C++ interface: exceptions with a kind and a sentence that names
// the thing and the remedy.
#pragma once

#include <flowtell.h>

#include <stdexcept>
#include <string>

namespace flowtell {
inline namespace v0 {

enum class ErrorKind {
  kUsage = FLOWTELL_USAGE,                 // the caller's request is invalid
  kNotFound = FLOWTELL_NOT_FOUND,          // a file or folder does not exist
  kPermission = FLOWTELL_PERMISSION,       // the system denies access
  kNotReadable = FLOWTELL_NOT_READABLE,    // it exists but cannot be read
  kCorrupt = FLOWTELL_CORRUPT,             // its content is invalid
  kWrongVersion = FLOWTELL_WRONG_VERSION,  // made by an incompatible version
  kIncompatibleFeatures = FLOWTELL_INCOMPATIBLE_FEATURES,  // of a model
  kNoData = FLOWTELL_NO_DATA,            // valid, but nothing to work on
  kNotWritable = FLOWTELL_NOT_WRITABLE,  // an output cannot be written
  kResource = FLOWTELL_RESOURCE,         // memory, threads, disk space run out
  kSystem = FLOWTELL_SYSTEM,             // the system refused something else
};

// A stable name, such as "not-found".
inline std::string name(ErrorKind kind) {
  return flowtell_status_name(static_cast<flowtell_status>(kind));
}

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

namespace detail {

inline void check(flowtell_status status, const flowtell_error& error) {
  if (status == FLOWTELL_OK) return;
  throw Error(static_cast<ErrorKind>(status), error.message);
}

// Calls a function of the C interface whose last argument is the error.
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments) {
  flowtell_error error;
  check(function(arguments..., &error), error);
}

// Text that a function returned, released.
inline std::string take_text(char* text) {
  std::string copy;
  try {
    copy = text;
  } catch (...) {
    flowtell_text_free(text);
    throw;
  }
  flowtell_text_free(text);
  return copy;
}

// Null for an empty text, which selects the default.
inline const char* text_or_default(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

}  // namespace detail
}  // namespace v0
}  // namespace flowtell
