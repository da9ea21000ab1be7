// SPDX-License-Identifier: Apache-2.0
//
// What the handles of the C interface (include/flowtell.h) hold, and the rules
// that all its functions share: options of any size, no exception to the
// caller, and errors as a status with a message.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/result.h"
#include "classify/classifier.h"
#include "flowtell.h"
#include "model/dataset.h"

// Texts that live as long as their handle, as C sees them.
class flowtell_text_list {
 public:
  flowtell_text_list() = default;
  explicit flowtell_text_list(std::vector<std::string> texts)
      : texts_(std::move(texts)) {
    for (const std::string& text : texts_) pointers_.push_back(text.c_str());
  }
  flowtell_text_list(const flowtell_text_list&) = delete;
  flowtell_text_list& operator=(const flowtell_text_list&) = delete;
  // Moving a vector keeps the addresses of its elements.
  flowtell_text_list(flowtell_text_list&&) = default;
  flowtell_text_list& operator=(flowtell_text_list&&) = default;

  const char* const* data() const { return pointers_.data(); }
  std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

struct flowtell_dataset {
  std::string captures;  // as named by the caller
  flowtell::FlowOptions flow;
  flowtell::LoadedDataset loaded;
  flowtell_text_list apps;
  flowtell_text_list columns;
  flowtell_text_list paths;
  flowtell_text_list warnings;
};

struct flowtell_model {
  std::shared_ptr<const flowtell::Model> model;
  flowtell_text_list apps;
  flowtell_text_list columns;
  std::string feature_sets;
};

struct flowtell_classifier {
  flowtell::Classifier classifier;
};

namespace flowtell::api {

// The options of a caller, whose struct may be shorter or longer than ours: the
// fields that it lacks are 0. NULL: all defaults.
template <typename Options>
Result<Options> read_options(const Options* given) {
  Options all{};
  if (given != nullptr) {
    if (given->size < sizeof given->size) {
      return fail(ErrorKind::kUsage,
                  "the options have no size; set `size` to sizeof the struct");
    }
    std::memcpy(&all, given, std::min(given->size, sizeof all));
  }
  all.size = sizeof all;
  return all;
}

// Fills the caller's view as far as both know its fields.
template <typename View>
void copy_view(View view, View* into) {
  const std::size_t size = into->size;
  view.size = size;
  if (size > sizeof view) {
    std::memset(reinterpret_cast<char*>(into) + sizeof view, 0,
                size - sizeof view);
  }
  if (size > sizeof view.size) {
    std::memcpy(into, &view, std::min(size, sizeof view));
  }
}

// Fails unless the caller gave the argument.
inline Result<void> require_given(const void* argument, std::string_view what) {
  if (argument != nullptr) return {};
  return fail(ErrorKind::kUsage, "{} is NULL; give one", what);
}

inline std::string text_or(const char* text, std::string_view otherwise) {
  return text != nullptr ? std::string(text) : std::string(otherwise);
}

int threads_or_all(int threads);

// The given options over `defaults`.
Result<FlowOptions> flow_options(const flowtell_flow_options& given,
                                 FlowOptions defaults = {});

// A copy for the caller, released by flowtell_text_free.
char* copy_text(const std::string& text);

// Allocates nothing.
flowtell_status report_failure(ErrorKind kind, std::string_view message,
                               flowtell_error* out) noexcept;

// Runs one function of the interface: `work` returns a Result<void>. No
// exception leaves it.
template <typename Work>
flowtell_status guarded(flowtell_error* error, Work&& work) noexcept {
  try {
    const Result<void> done = work();
    if (done) return FLOWTELL_OK;
    return report_failure(done.error().kind, done.error().message, error);
  } catch (const std::bad_alloc&) {
    return report_failure(ErrorKind::kResource,
                          "memory ran out; free some, or give less to do",
                          error);
  } catch (const std::length_error&) {
    return report_failure(ErrorKind::kResource,
                          "more was asked for than memory can hold; ask for "
                          "less",
                          error);
  } catch (const std::system_error& problem) {
    return report_failure(ErrorKind::kResource, problem.what(), error);
  } catch (const std::exception& problem) {
    return report_failure(ErrorKind::kSystem, problem.what(), error);
  } catch (...) {
    return report_failure(ErrorKind::kSystem, "a callback threw", error);
  }
}

}  // namespace flowtell::api
