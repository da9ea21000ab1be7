// SPDX-License-Identifier: Apache-2.0
//
// The messages between a watch and its AdapterProcess. A message on the channel
// is its length (u64) and its bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "learn/candidate.h"

namespace flowtell {

// Both block until all is written or read. False, or nothing, if the other end
// is closed.
bool send_message(int channel, std::string_view bytes);
std::optional<std::string> receive_message(int channel);

// Flows, and the model to adapt from now on, if it is new. Names are folded and
// devices numbered (model/training_table.h).
struct CandidateRequest {
  std::optional<Model> model;
  Dataset recent;
};
std::string encode_request(const Model* model, const Dataset& recent);
// `model`: the one in use, unless the request has another. Fails with a short
// phrase.
Result<CandidateRequest> decode_request(std::string_view bytes,
                                        const Model& model);

std::string encode_reply(const Result<CandidateSummary>& reply);
Result<CandidateSummary> decode_reply(std::string_view bytes);

}  // namespace flowtell
