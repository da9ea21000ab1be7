// SPDX-License-Identifier: Apache-2.0
#include "learn/adaptation.h"

#include <algorithm>
#include <map>
#include <set>

#include "classify/verdict.h"
#include "learn/row_classifier.h"
#include "learn/sessions.h"
#include "learn/unknown_fit.h"

namespace flowtell {
namespace {

// A session below it has no names that speak for one app: halfway between
// chance and certainty.
double min_sureness(std::size_t apps) {
  return (1 + 1 / static_cast<double>(apps)) / 2;
}

// The posterior of each row by names and time.
Probabilities classify_by_names(const Model& model, const Dataset& site) {
  constexpr EvidenceKinds kNames{false, true, true};
  DatasetScores scores(site.apps.size(), site.rows());
  score_names(model.names, site, scores);
  const RowWeights weights{{model.weights[index_of(kNames)]}, {}};
  return classify_captures(site, scores, weights, kNames);
}

// Adds captures and their rows to a dataset.
class Joiner {
 public:
  explicit Joiner(Dataset& to) : to_(to) {
    for (std::uint32_t i = 0; i < to.names.size(); ++i) {
      numbers_.emplace(to.names[i], i);
    }
  }

  void add(const Dataset& from, std::span<const std::uint32_t> rows,
           CaptureRecord capture) {
    capture.flows = rows.size();
    const std::uint32_t number = add_capture(std::move(capture));
    for (const std::uint32_t row : rows) add_row(from, row, number);
  }

  std::uint32_t add_capture(CaptureRecord capture) {
    to_.captures.push_back(std::move(capture));
    return static_cast<std::uint32_t>(to_.captures.size() - 1);
  }

  void add_row(const Dataset& from, std::uint32_t row, std::uint32_t capture) {
    from.parts.append_parts(row, static_cast<std::uint32_t>(to_.rows()),
                            from.width, to_.parts);
    const auto values = from.row(row);
    to_.values.insert(to_.values.end(), values.begin(), values.end());
    to_.labels.push_back(to_.captures[capture].app);
    to_.capture_of.push_back(capture);
    RowFacts facts = from.facts[row];
    facts.name = number_of(folded_name(from.names[facts.name]));
    to_.facts.push_back(facts);
  }

 private:
  std::uint32_t number_of(const std::string& name) {
    const auto next = static_cast<std::uint32_t>(to_.names.size());
    const auto [at, is_new] = numbers_.emplace(name, next);
    if (is_new) to_.names.push_back(name);
    return at->second;
  }

  Dataset& to_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

// A number that no recording has yet.
std::uint32_t next_recording(const Dataset& data) {
  std::uint32_t next = 0;
  for (const CaptureRecord& capture : data.captures) {
    next = std::max(next, capture.recording + 1);
  }
  return next;
}

// Adds all captures and rows of a labelled dataset, in their order: the rows of
// a burst stay adjacent. Returns how many captures are left out because the
// model knows them.
std::size_t add_labelled(const Model& model, const Dataset& labelled,
                         std::uint32_t recordings, Joiner& joiner) {
  const std::vector<bool> is_known = known_captures(model, labelled.captures);
  std::vector<std::uint32_t> numbers(labelled.captures.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (is_known[i]) continue;
    CaptureRecord record = labelled.captures[i];
    record.recording += recordings;
    record.origin = CaptureOrigin::kSiteLabelled;
    numbers[i] = joiner.add_capture(std::move(record));
  }
  for (std::uint32_t row = 0; row < labelled.rows(); ++row) {
    const std::uint32_t capture = labelled.capture_of[row];
    if (!is_known[capture]) joiner.add_row(labelled, row, numbers[capture]);
  }
  return static_cast<std::size_t>(std::ranges::count(is_known, true));
}

// Measures the limits of the unknown score on the sure sessions that were not
// trained on. The limits of training stay if these are few.
void limit_unknown_at_site(const Dataset& site,
                           std::span<const SiteSession> sessions, int threads,
                           Model& model) {
  constexpr std::size_t kFewFlows = 100;
  const double least = min_sureness(site.apps.size());
  Dataset known = site.select({});
  known.captures.clear();
  Joiner joiner(known);
  for (const SiteSession& session : sessions) {
    if (session.is_used || session.sureness < least) continue;
    CaptureRecord record;
    record.app = session.app;
    record.recording = site.captures[session.capture].recording;
    joiner.add(site, session.rows, std::move(record));
  }
  if (known.rows() < kFewFlows) return;
  const DatasetScores scores = score(scorers_of(model), known, threads);
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    EvidenceWeights& weights = model.weights[index_of(kinds)];
    set_thresholds(known, score_unknown(known, scores, {{weights}, {}}, kinds),
                   weights.unknown);
  }
}

Result<void> require_table(const Model& model) {
  if (model.table) return {};
  return fail(ErrorKind::kNoData,
              "the model keeps no training flows, so it cannot be trained "
              "further; train it again and let it keep them");
}

}  // namespace

std::vector<SiteSession> label_sessions(const Model& model,
                                        const Dataset& site) {
  const Probabilities posterior = classify_by_names(model, site);
  std::vector<SiteSession> sessions;
  for (auto& rows : find_sessions(site, kLongestSession)) {
    SiteSession& session = sessions.emplace_back();
    session.capture = site.capture_of[rows.front()];
    session.rows = std::move(rows);
  }
  std::vector<std::vector<SiteSession*>> of_app(site.apps.size());
  for (SiteSession& session : sessions) {
    std::vector<double> mean(site.apps.size());
    for (const std::uint32_t row : session.rows) {
      for (std::size_t app = 0; app < mean.size(); ++app) {
        mean[app] += posterior.row(row)[app];
      }
    }
    const Verdict best = likeliest(mean);
    session.app = best.best;
    session.sureness =
        best.confidence / static_cast<double>(session.rows.size());
    of_app[session.app].push_back(&session);
  }
  for (std::vector<SiteSession*>& own : of_app) {
    std::ranges::stable_sort(own, std::greater<>(), &SiteSession::sureness);
    own.resize((own.size() + 1) / 2);
    for (SiteSession* session : own) {
      session->is_used = session->sureness >= min_sureness(site.apps.size());
    }
  }
  return sessions;
}

std::vector<bool> known_captures(const Model& model,
                                 std::span<const CaptureRecord> captures) {
  std::set<std::string, std::less<>> hashes;
  for (const CaptureRecord& capture : model.captures) {
    if (!capture.sha256.empty()) hashes.insert(capture.sha256);
  }
  std::vector<bool> is_known;
  for (const CaptureRecord& capture : captures) {
    is_known.push_back(hashes.contains(capture.sha256));
  }
  return is_known;
}

Result<Adaptation> adapt(const Model& model, const Dataset& site,
                         const Dataset& labelled, const TrainOptions& options) {
  if (auto kept = require_table(model); !kept) {
    return fail(std::move(kept).error());
  }
  Adaptation result;
  result.sessions = label_sessions(model, site);
  const std::vector<bool> is_known = known_captures(model, site.captures);
  for (SiteSession& session : result.sessions) {
    if (is_known[session.capture]) session.is_used = false;
  }
  result.known_captures =
      static_cast<std::size_t>(std::ranges::count(is_known, true));
  Dataset all = *model.table;
  const std::size_t before = all.rows();
  const std::uint32_t recordings = next_recording(all);
  Joiner joiner(all);
  for (const SiteSession& session : result.sessions) {
    if (!session.is_used) continue;
    CaptureRecord record = site.captures[session.capture];
    record.recording += recordings;
    record.app = session.app;
    record.origin = CaptureOrigin::kSiteSession;
    record.sureness = session.sureness;
    joiner.add(site, session.rows, std::move(record));
  }
  result.known_captures +=
      add_labelled(model, labelled, next_recording(all), joiner);
  if (all.rows() == before) {
    return fail(ErrorKind::kNoData,
                "no session of the site has server names that speak for one of "
                "the model's apps, so there is nothing to adapt to; record "
                "longer, or give labelled captures");
  }
  auto trained = train(all, options);
  if (!trained) return fail(std::move(trained).error());
  result.model = std::move(*trained);
  limit_unknown_at_site(site, result.sessions, options.shape.threads,
                        result.model);
  return result;
}

Result<Model> undo_adaptation(const Model& model, const TrainOptions& options) {
  if (auto kept = require_table(model); !kept) {
    return fail(std::move(kept).error());
  }
  const Dataset& table = *model.table;
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < table.rows(); ++row) {
    const CaptureRecord& capture = table.captures[table.capture_of[row]];
    if (capture.origin == CaptureOrigin::kTraining) rows.push_back(row);
  }
  if (rows.size() == table.rows()) {
    return fail(ErrorKind::kNoData,
                "the model has not been adapted, so there is nothing to undo");
  }
  Dataset original = table.select(rows);
  original.captures.clear();
  std::vector<std::uint32_t> numbers;  // by capture of the table
  for (const CaptureRecord& capture : table.captures) {
    numbers.push_back(static_cast<std::uint32_t>(original.captures.size()));
    if (capture.origin == CaptureOrigin::kTraining) {
      original.captures.push_back(capture);
    }
  }
  for (std::uint32_t& capture : original.capture_of) {
    capture = numbers[capture];
  }
  return train(original, options);
}

}  // namespace flowtell
