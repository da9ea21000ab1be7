// SPDX-License-Identifier: Apache-2.0
#include "report/model_report.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "report/drift_report.h"
#include "report/json.h"
#include "report/table.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxColumnsShown = 10;

std::size_t nodes_of(const Forest& forest) {
  std::size_t nodes = 0;
  for (const Tree& tree : forest.trees) nodes += tree.size();
  return nodes;
}

std::vector<std::uint64_t> captures_per_app(const Model& model) {
  std::vector<std::uint64_t> captures(model.apps.size());
  for (const CaptureRecord& capture : model.captures) ++captures[capture.app];
  return captures;
}

// The times of the first and last frame of all captures.
std::string dates_text(const Model& model) {
  std::optional<Timestamp> first;
  std::optional<Timestamp> last;
  for (const CaptureRecord& capture : model.captures) {
    if (capture.first)
      first = std::min(first.value_or(*capture.first), *capture.first);
    if (capture.last)
      last = std::max(last.value_or(*capture.last), *capture.last);
  }
  if (!first || !last) return "no dates";
  return fmt::format("{} to {}", utc_text(*first), utc_text(*last));
}

std::string apps_table(const Model& model) {
  TextTable table({"app", "captures", "flows"});
  const auto captures = captures_per_app(model);
  for (std::size_t i = 0; i < model.apps.size(); ++i) {
    table.add({model.apps[i], std::to_string(captures[i]),
               std::to_string(model.flows_per_app[i])});
  }
  return table.text();
}

std::string columns_table(const Model& model) {
  std::vector<std::size_t> order(model.columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return model.importance[a].impurity > model.importance[b].impurity;
  });
  order.resize(std::min(order.size(), kMaxColumnsShown));
  TextTable table(
      {"feature", "% of impurity removed", "points lost if shuffled"});
  for (const std::size_t i : order) {
    table.add({model.columns[i], percent(model.importance[i].impurity),
               percent(model.importance[i].permutation)});
  }
  return table.text();
}

std::string learner_text(const Model& model) {
  if (model.svm) {
    return fmt::format("Support vector machine of {}, seed {}.\n",
                       counted(model.svm->vector_count(), "vector"),
                       model.seed);
  }
  return fmt::format("Forest of {} trees with {} nodes, seed {}.\n",
                     model.forest.trees.size(), nodes_of(model.forest),
                     model.seed);
}

std::string importance_text(const Model& model) {
  if (model.svm) return "";
  return "\nMost important features:\n" + columns_table(model);
}

std::string score_text(const Model& model) {
  std::string out;
  if (model.held_out_score) {
    out += fmt::format(
        "Cross-validated ({}, {} folds): accuracy {} %, balanced {} %.\n",
        model.held_out_score->split, model.held_out_score->folds,
        percent(model.held_out_score->score.accuracy),
        percent(model.held_out_score->score.balanced_accuracy));
  }
  if (model.svm) return out;
  return out +
         fmt::format("Out-of-bag accuracy {} % (optimistic: split by flow).\n",
                     percent(model.out_of_bag_accuracy));
}

// "*.example.com" for a domain.
std::string group_name(const std::string& key) {
  return key.front() == '.' ? "*" + key : key;
}

std::vector<std::string> names_of(const std::vector<AppId>& apps,
                                  const Model& model) {
  std::vector<std::string> names;
  names.reserve(apps.size());
  for (const AppId app : apps) names.push_back(model.apps[app]);
  return names;
}

std::string ambiguity_text(const Model& model) {
  if (model.ambiguity.groups().empty()) return "";
  std::string out =
      "\nAmbiguous flows, which several apps share (% right: of held-out "
      "flows, each classified by itself):\n";
  for (const auto& [key, group] : model.ambiguity.groups()) {
    out += fmt::format("  {}: shared by {}, {}, {} % right\n", group_name(key),
                       listed(names_of(group.apps, model)),
                       counted(group.flows, "flow"), percent(group.right));
  }
  return out;
}

Json ambiguity_json(const Model& model) {
  Json groups = Json::array();
  for (const auto& [key, group] : model.ambiguity.groups()) {
    groups.push_back({{"flows_to", group_name(key)},
                      {"shared_by", names_of(group.apps, model)},
                      {"flows", group.flows},
                      {"right", group.right}});
  }
  return groups;
}

// What `adapt` added, and how surely it is labelled.
std::string adaptation_text(const Model& model) {
  std::size_t labelled = 0;
  std::size_t sessions = 0;
  double sureness = 0;
  for (const CaptureRecord& capture : model.captures) {
    if (capture.origin == CaptureOrigin::kSiteLabelled) ++labelled;
    if (capture.origin != CaptureOrigin::kSiteSession) continue;
    ++sessions;
    sureness += capture.sureness;
  }
  std::string out;
  if (sessions > 0) {
    out += fmt::format(
        "Adapted to {} of its site, labelled with a mean sureness of {:.2f}.\n",
        counted(sessions, "session"), sureness / static_cast<double>(sessions));
  }
  if (labelled > 0) {
    out += fmt::format("Adapted to {} of its site.\n",
                       counted(labelled, "labelled capture"));
  }
  return out;
}

}  // namespace

std::string model_text(const Model& model) {
  std::string out = apps_table(model);
  out += '\n' + score_text(model);
  out += fmt::format(
      "Features {} ({} columns), flow key {}, burst gap {} s{}.\n",
      listed(model.feature_sets), model.columns.size(),
      flow_key_name(model.flow_key), in_seconds(model.burst_gap),
      model.burst_limit == Duration{}
          ? std::string(", no burst limit")
          : fmt::format(", burst limit {} s", in_seconds(model.burst_limit)));
  out += learner_text(model);
  out += fmt::format("Trained by flowtell {} on {}, {}.\n", model.trained_by,
                     counted(count_recordings(model.captures), "capture"),
                     dates_text(model));
  return out + adaptation_text(model) + importance_text(model) +
         ambiguity_text(model);
}

std::string model_json(const Model& model, const Drift* drift) {
  Json apps = Json::array();
  const auto captures = captures_per_app(model);
  for (std::size_t i = 0; i < model.apps.size(); ++i) {
    apps.push_back({{"app", model.apps[i]},
                    {"captures", captures[i]},
                    {"flows", model.flows_per_app[i]}});
  }
  Json columns = Json::array();
  for (std::size_t i = 0; i < model.columns.size(); ++i) {
    columns.push_back({{"feature", model.columns[i]},
                       {"impurity", model.importance[i].impurity},
                       {"permutation", model.importance[i].permutation}});
  }
  Json trained = Json::array();
  for (const CaptureRecord& capture : model.captures) {
    Json entry = {{"path", capture.path},
                  {"app", model.apps[capture.app]},
                  {"group", capture.group},
                  {"sha256", capture.sha256},
                  {"flows", capture.flows}};
    if (capture.first) entry["first"] = utc_text(*capture.first);
    if (capture.last) entry["last"] = utc_text(*capture.last);
    if (capture.origin != CaptureOrigin::kTraining) {
      entry["origin"] = capture_origin_name(capture.origin);
      entry["sureness"] = capture.sureness;
    }
    trained.push_back(std::move(entry));
  }
  Json cross_validated = nullptr;
  if (model.held_out_score) {
    cross_validated = {
        {"split", model.held_out_score->split},
        {"folds", model.held_out_score->folds},
        {"accuracy", model.held_out_score->score.accuracy},
        {"balanced_accuracy", model.held_out_score->score.balanced_accuracy}};
  }
  Json all = {
      {"apps", apps},
      {"features", model.feature_sets},
      {"columns", columns},
      {"flow_key", flow_key_name(model.flow_key)},
      {"burst_gap", in_seconds(model.burst_gap)},
      {"burst_limit", in_seconds(model.burst_limit)},
      {"forest",
       {{"trees", model.forest.trees.size()},
        {"nodes", nodes_of(model.forest)}}},
      {"svm", model.svm ? Json{{"vectors", model.svm->vector_count()}}
                        : Json(nullptr)},
      {"out_of_bag_accuracy",
       model.svm ? Json(nullptr) : Json(model.out_of_bag_accuracy)},
      {"held_out_score", cross_validated},
      {"ambiguous", ambiguity_json(model)},
      {"trained_by", model.trained_by},
      {"seed", model.seed},
      {"captures", trained},
      {"keeps_training_flows", model.table.has_value()},
  };
  if (drift != nullptr) all["drift"] = drift_json(*drift);
  return json_text(all, 2) + '\n';
}

}  // namespace flowtell
