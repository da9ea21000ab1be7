// SPDX-License-Identifier: Apache-2.0
#include "learn/ambiguity.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "classify/verdict.h"
#include "learn/evidence_fit.h"

namespace flowtell {
namespace {

constexpr std::size_t kMinCaptures = 2;    // of an app that shares a group
constexpr double kStandardErrors = 1.645;  // 95 %, one-sided

struct CaptureCount {
  std::uint64_t flows = 0;
  std::uint64_t right = 0;
};

struct GroupCounts {
  std::map<std::uint32_t, CaptureCount> captures;
  std::set<std::string> names;  // folded
};

// By app: how many captures have rows in `data`.
std::vector<std::size_t> captures_with_rows(const Dataset& data) {
  std::vector<std::set<std::uint32_t>> captures(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    captures[data.labels[row]].insert(data.capture_of[row]);
  }
  std::vector<std::size_t> counts;
  counts.reserve(captures.size());
  for (const auto& of_app : captures) counts.push_back(of_app.size());
  return counts;
}

std::vector<AppId> sharing_apps(const Dataset& data, const GroupCounts& group) {
  std::vector<std::size_t> captures(data.apps.size());
  for (const auto& entry : group.captures) {
    ++captures[data.captures[entry.first].app];
  }
  std::vector<AppId> apps;
  for (std::size_t app = 0; app < captures.size(); ++app) {
    if (captures[app] >= kMinCaptures) apps.push_back(static_cast<AppId>(app));
  }
  return apps;
}

struct MeanRight {
  double mean = 0;
  double standard_error = 0;
};

// Over captures, weighted so that each app counts the same.
MeanRight mean_right(const Dataset& data, const GroupCounts& group,
                     std::span<const std::size_t> captures_of_app) {
  const auto weight_of = [&](std::uint32_t capture) {
    return 1 / static_cast<double>(captures_of_app[data.captures[capture].app]);
  };
  const auto right_of = [](const CaptureCount& count) {
    return static_cast<double>(count.right) / static_cast<double>(count.flows);
  };
  double weights = 0;
  double sum = 0;
  for (const auto& [capture, count] : group.captures) {
    weights += weight_of(capture);
    sum += weight_of(capture) * right_of(count);
  }
  MeanRight result;
  result.mean = sum / weights;
  double squares = 0;
  for (const auto& [capture, count] : group.captures) {
    const double off = weight_of(capture) * (right_of(count) - result.mean);
    squares += off * off;
  }
  result.standard_error = std::sqrt(squares) / weights;
  return result;
}

// Counts the flows of each group, by key.
std::map<std::string, GroupCounts> count_groups(const Dataset& data,
                                                const Probabilities& held_out) {
  std::map<std::string, GroupCounts> groups;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const RowFacts& facts = data.facts[row];
    const std::string& server = data.names[facts.name];
    const bool is_right = likeliest(held_out.row(row)).best == data.labels[row];
    const auto count_in = [&](const std::string& key) {
      GroupCounts& group = groups[key];
      CaptureCount& count = group.captures[data.capture_of[row]];
      ++count.flows;
      if (is_right) ++count.right;
      group.names.insert(name_key(server));
    };
    if (server.empty()) {
      count_in(service_key(facts.protocol, facts.remote_port));
    } else {
      count_in(name_key(server));
      count_in(domain_key(server));
    }
  }
  return groups;
}

void mark(const AmbiguityTable& table, const NameTable& known,
          const Dataset& data, std::span<const std::uint32_t> rows,
          AmbiguousRows& out) {
  for (const std::uint32_t row : rows) {
    const RowFacts& facts = data.facts[row];
    out.rows[row] = table.find(data.names[facts.name], facts.protocol,
                               facts.remote_port, known) != nullptr;
  }
  for (const auto& entry : table.groups()) out.keys.push_back(entry.first);
  std::sort(out.keys.begin(), out.keys.end());
  out.keys.erase(std::unique(out.keys.begin(), out.keys.end()), out.keys.end());
}

CrossValidationOptions without_progress(CrossValidationOptions options) {
  options.forest.progress = nullptr;
  return options;
}

}  // namespace

AmbiguityTable find_ambiguity(const Dataset& data,
                              const Probabilities& held_out) {
  const auto captures_of_app = captures_with_rows(data);
  AmbiguityTable::Groups ambiguous;
  for (const auto& [key, counts] : count_groups(data, held_out)) {
    AmbiguousGroup group;
    group.apps = sharing_apps(data, counts);
    if (group.apps.size() < 2) continue;
    // A domain group needs at least two servers.
    if (key.front() == '.' && counts.names.size() < 2) continue;
    const MeanRight right = mean_right(data, counts, captures_of_app);
    if (right.mean - kStandardErrors * right.standard_error > 0.5) continue;
    group.right = right.mean;
    for (const auto& entry : counts.captures) group.flows += entry.second.flows;
    ambiguous.emplace(key, std::move(group));
  }
  return AmbiguityTable(std::move(ambiguous));
}

AmbiguousRows AmbiguousRows::select(
    std::span<const std::uint32_t> chosen) const {
  AmbiguousRows some{{}, keys};
  some.rows.reserve(chosen.size());
  for (const std::uint32_t row : chosen) some.rows.push_back(rows[row]);
  return some;
}

AmbiguityTable learn_ambiguity(const Dataset& data, const FoldScores& held_out,
                               EvidenceKinds kinds) {
  if (held_out.is_empty()) return {};
  kinds.time = false;
  const RowWeights weights{{fit_weights(data, held_out.scores, kinds)}, {}};
  return find_ambiguity(
      data, classify_captures(data, held_out.scores, weights, kinds));
}

AmbiguousRows mark_ambiguous_cross_validated(
    const Dataset& data, const CrossValidationOptions& options,
    EvidenceKinds kinds) {
  AmbiguousRows out;
  out.rows.resize(data.rows());
  for_each_fold(
      assign_folds(data, options), [&](const FoldRows& rows, std::uint32_t) {
        const Dataset train = data.select(rows.train);
        mark(learn_ambiguity(
                 train, score_folds(train, without_progress(options)), kinds),
             NameTable::train(train), data, rows.test, out);
      });
  return out;
}

AmbiguousRows mark_ambiguous_test_set(const Dataset& train, const Dataset& test,
                                      const CrossValidationOptions& options,
                                      EvidenceKinds kinds) {
  AmbiguousRows out;
  out.rows.resize(test.rows());
  std::vector<std::uint32_t> all(test.rows());
  std::iota(all.begin(), all.end(), 0U);
  mark(learn_ambiguity(train, score_folds(train, without_progress(options)),
                       kinds),
       NameTable::train(train), test, all, out);
  return out;
}

}  // namespace flowtell
