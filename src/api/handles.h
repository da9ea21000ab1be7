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
#include <string>
#include <system_error>
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

// A struct of the caller, of which a version of the interface with fewer fields
// has filled only the front. NULL: all defaults.
template <typename Struct>
Struct full(const Struct* given) {
  Struct all{};
  if (given != nullptr) {
    std::memcpy(&all, given, std::min(given->size, sizeof all));
  }
  all.size = sizeof all;
  return all;
}

// Fills as much of the caller's view as the caller knows.
template <typename View>
void give(const View& view, View* into) {
  const std::size_t size = std::min(into->size, sizeof view);
  if (size <= sizeof view.size) return;
  View copy = view;
  copy.size = into->size;
  std::memcpy(into, &copy, size);
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

flowtell_status report_failure(const Error& error, flowtell_error* out);

// Runs one function of the interface: `work` returns a Result<void>.
template <typename Work>
flowtell_status run(flowtell_error* error, Work&& work) {
  try {
    Result<void> done = work();
    if (done) return FLOWTELL_OK;
    return report_failure(done.error(), error);
  } catch (const std::bad_alloc&) {
    return report_failure({ErrorKind::kResource, "out of memory"}, error);
  } catch (const std::system_error& problem) {
    return report_failure({ErrorKind::kResource, problem.what()}, error);
  }
}

}  // namespace flowtell::api
