// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "flow/flow_ids.h"
#include "report/explanation.h"
#include "report/json.h"

namespace flowtell {
namespace {

// One entry per app, by name; null if there are no values.
Json by_app(const Model& model, std::span<const double> values) {
  if (values.empty()) return nullptr;
  Json json = Json::object();
  for (std::size_t id = 0; id < values.size(); ++id) {
    json[model.apps[id]] = values[id];
  }
  return json;
}

Json flow_json(const KeptFlow& kept, Timestamp origin) {
  const Flow flow = kept.to_flow();
  return {
      {"first", in_seconds(flow.first - origin)},
      {"last", in_seconds(flow.last - origin)},
      {"device", flow.device.text()},
      {"device_port", flow.device_port},
      {"remote", flow.remote.text()},
      {"remote_port", flow.remote_port},
      {"protocol", protocol_name(flow.protocol)},
      {"packets_sent", flow.sent.packets},
      {"packets_received", flow.received.packets},
      {"bytes_sent", flow.sent.bytes},
      {"bytes_received", flow.received.bytes},
      {"flow_id", flow_id(flow)},
      {"community_id", community_id(flow)},
      {"name",
       flow.name.server.empty() ? Json(nullptr) : Json(flow.name.server)},
      {"name_source", name_source_name(flow.name.source)},
  };
}

Json verdict_json(const Model& model, const Verdict& verdict) {
  return {{"app", verdict.is_unknown ? std::string(kUnknownName)
                                     : model.apps[verdict.best]},
          {"most_likely", model.apps[verdict.best]},
          {"confidence", verdict.confidence}};
}

Json setting_json(const ExplanationSetting& setting) {
  return {{"evidence", split(setting.kinds.text(), ',')},
          {"unknown_rule", setting.rule.text()}};
}

// The parts of the unknown score: each column's value, its mean over flows of
// trained apps, and how much its difference moves the score's logit.
Json unknown_json(const FlowExplanation& explained) {
  const UnknownModel& unknown = explained.weights.unknown;
  Json parts = Json::array();
  for (std::size_t i = 0; i < kUnknownColumns.size(); ++i) {
    const double value = explained.unknown.values[i];
    const double typical = unknown.typical.values[i];
    parts.push_back(
        {{"part", kUnknownColumns[i].name},
         {"value", value},
         {"typical", typical},
         {"contribution", unknown.weights.values[i] * (value - typical)}});
  }
  return {{"score", explained.verdict.unknown_score},
          {"limit", explained.limits.max_unknown_score},
          {"session_flows", explained.session.flows},
          {"session_names", explained.session.names},
          {"parts", parts}};
}

Json names_json(const Model& model, const FlowExplanation& explained) {
  Json keys = Json::array();
  for (const NameRecord::Key& key : explained.name_record.keys) {
    keys.push_back(
        {{"key", key.key}, {"frequency", by_app(model, key.capture_share)}});
  }
  return keys;
}

Json burst_json(const Model& model, const BurstSummary& burst) {
  Json votes = Json::object();
  for (std::size_t id = 0; id < burst.flows_by_app.size(); ++id) {
    votes[model.apps[id]] = burst.flows_by_app[id];
  }
  return {{"other_flows", burst.flows}, {"votes", votes}};
}

Json features_json(const Model& model, const FlowExplanation& explained) {
  Json features = Json::array();
  const std::size_t apps = model.apps.size();
  for (std::size_t column = 0; column < explained.features.size(); ++column) {
    const auto contributions =
        model.svm ? std::span<const double>{}
                  : std::span(explained.attribution.contributions)
                        .subspan(column * apps, apps);
    features.push_back({{"feature", model.columns[column]},
                        {"value", explained.features[column]},
                        {"contributions", by_app(model, contributions)}});
  }
  return features;
}

Json neighbours_json(const Model& model, const FlowExplanation& explained) {
  Json all = Json::array();
  for (const Neighbour& neighbour : explained.neighbours) {
    const Example& example = model.examples.flows[neighbour.example];
    const CaptureRecord& capture = model.captures[example.capture];
    all.push_back({{"app", model.apps[capture.app]},
                   {"capture", capture.path},
                   {"flow", example.flow},
                   {"proximity", neighbour.proximity}});
  }
  return all;
}

Json changes_json(const Model& model, const FlowExplanation& explained) {
  Json features = Json::array();
  for (const ShapeChange& change : explained.shape_changes) {
    features.push_back({{"feature", model.columns[change.point.column]},
                        {"at_most", change.point.at_most},
                        {"bound", change.point.bound},
                        {"thresholds_crossed", change.point.crossed},
                        {"forest_votes", model.apps[change.app]},
                        {"share", change.share},
                        {"verdict", model.apps[change.verdict]},
                        {"confidence", change.probability}});
  }
  Json names = Json::array();
  for (const NameChange& change : explained.name_changes) {
    names.push_back(
        {{"name", change.name.empty() ? Json(nullptr) : Json(change.name)},
         {"verdict", model.apps[change.verdict]},
         {"confidence", change.probability}});
  }
  return {{"features", features}, {"names", names}};
}

Json strong_flows_json(const Model& model,
                       const std::vector<StrongFlow>& strong_flows) {
  Json all = Json::array();
  for (const StrongFlow& strong : strong_flows) {
    Json entry = {{"capture", strong.capture}, {"number", strong.number}};
    entry.update(flow_json(strong.flow, strong.origin));
    entry["alone"] = strong.probability;
    entry["verdict"] = verdict_json(model, strong.verdict);
    all.push_back(std::move(entry));
  }
  return all;
}

Json two_apps_json(const Model& model, const FlowExplanation& explained) {
  if (!explained.two_apps) return nullptr;
  return {{"apps",
           {model.apps[explained.two_apps->first],
            model.apps[explained.two_apps->second]}},
          {"probability", explained.two_apps->probability}};
}

Json attractors_json(const Model& model) {
  Json attractors = Json::array();
  for (const Attractor& attractor : model.feature_profile.attractors) {
    Json signs = Json::array();
    for (const Attractor::Sign& sign : attractor.signs) {
      signs.push_back({{"feature", model.columns[sign.column]},
                       {"contribution", sign.pull},
                       {"median", sign.typical}});
    }
    attractors.push_back({{"from", model.apps[attractor.from]},
                          {"to", model.apps[attractor.to]},
                          {"flows", attractor.flows},
                          {"features", signs}});
  }
  return attractors;
}

}  // namespace

std::string flow_explanation_json(const FlowExplanation& explained,
                                  const ExplanationSetting& setting) {
  const Model& model = setting.model;
  Json all = {{"capture", explained.capture}, {"number", explained.number}};
  all.update(flow_json(explained.flow, explained.origin));
  all.update(setting_json(setting));
  all["verdict"] = verdict_json(model, explained.verdict);
  all["runner_up"] = model.apps[explained.runner_up];
  all["probabilities"] = by_app(model, explained.probabilities);
  all["unknown_score"] = unknown_json(explained);
  all["weights"] = {{"shape", explained.weights.shape},
                    {"name", explained.weights.name}};
  all["scores"] = {{"shape", by_app(model, explained.shape)},
                   {"name", by_app(model, explained.name)},
                   {"own", by_app(model, explained.own)},
                   {"prior", by_app(model, explained.prior)},
                   {"others", by_app(model, explained.others)}};
  all["idle_seconds"] =
      explained.silence ? Json(in_seconds(*explained.silence)) : Json(nullptr);
  all["two_apps"] = two_apps_json(model, explained);
  all["name_keys"] = names_json(model, explained);
  all["burst"] = burst_json(model, explained.burst);
  Json fewer = Json::array();
  for (const EvidenceSubset& subset : explained.fewer) {
    Json entry = {{"evidence", split(subset.kinds.text(), ',')}};
    entry.update(verdict_json(model, subset.verdict));
    fewer.push_back(std::move(entry));
  }
  all["evidence_subsets"] = fewer;
  all["base"] = by_app(model, explained.attribution.base);
  all["features"] = features_json(model, explained);
  all["similar_flows"] = neighbours_json(model, explained);
  all["counterfactuals"] = changes_json(model, explained);
  return json_text(all, 2) + '\n';
}

std::string capture_summary_json(const CaptureSummary& summary,
                                 const ExplanationSetting& setting) {
  const Model& model = setting.model;
  Json all = {{"flows", summary.flows()}};
  all.update(setting_json(setting));
  Json apps = Json::array();
  for (std::size_t id = 0; id < summary.apps().size(); ++id) {
    const AppSummary& app = summary.apps()[id];
    apps.push_back(
        {{"app", model.apps[id]},
         {"flows", app.flows},
         {"unknown", app.unknown},
         {"with_name", app.named_servers},
         {"in_any_case", app.in_any_case},
         {"by_shape", app.by_shape},
         {"by_name", app.by_name},
         {"by_time", app.by_time},
         {"strongest_flows", strong_flows_json(model, app.strong_flows)}});
  }
  all["apps"] = apps;
  return json_text(all, 2) + '\n';
}

std::string model_explanation_json(const Model& model) {
  Json apps = Json::array();
  const std::size_t width = model.columns.size();
  for (std::size_t id = 0; id < model.apps.size(); ++id) {
    Json features = model.svm ? Json(nullptr) : Json::object();
    for (std::size_t column = 0; !model.svm && column < width; ++column) {
      features[model.columns[column]] =
          model.feature_profile.signs[id * width + column];
    }
    apps.push_back({{"app", model.apps[id]},
                    {"flows", model.flows_per_app[id]},
                    {"features", features}});
  }
  Json all = {{"apps", apps}, {"attractors", attractors_json(model)}};
  Json confusions = nullptr;
  if (model.held_out_score) {
    confusions = Json::array();
    for (const Confusion& confusion : model.held_out_score->confusions) {
      confusions.push_back({{"app", model.apps[confusion.app]},
                            {"named", model.apps[confusion.named]},
                            {"flows", confusion.flows}});
    }
  }
  all["confusions"] = confusions;
  return json_text(all, 2) + '\n';
}

}  // namespace flowtell
