// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "report/explanation.h"
#include "report/json.h"

namespace flowtell {
namespace {

// One entry an app, by name; null where nothing was said.
Json by_app(const Model& model, std::span<const double> values) {
  if (values.empty()) return nullptr;
  Json json = Json::object();
  for (std::size_t id = 0; id < values.size(); ++id) {
    json[model.apps[id]] = values[id];
  }
  return json;
}

Json flow_json(const KeptFlow& kept, Timestamp origin) {
  const Flow flow = kept.reported();
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
      {"name",
       flow.name.server.empty() ? Json(nullptr) : Json(flow.name.server)},
      {"name_source", name_source_name(flow.name.source)},
  };
}

Json verdict_json(const Model& model, const Verdict& verdict) {
  return {{"app", verdict.is_unknown ? std::string(kUnknownName)
                                     : model.apps[verdict.best]},
          {"likeliest", model.apps[verdict.best]},
          {"confidence", verdict.confidence}};
}

Json setting_json(const ExplanationSetting& setting) {
  return {{"evidence", split(setting.kinds.text(), ',')},
          {"unknown_rule", setting.rule.text()}};
}

Json names_json(const Model& model, const FlowExplanation& reported) {
  Json keys = Json::array();
  for (const NameRecord::Key& key : reported.name_record.keys) {
    keys.push_back({{"key", key.key}, {"met_in", by_app(model, key.met)}});
  }
  return keys;
}

Json burst_json(const Model& model, const BurstWord& burst) {
  Json saying = Json::object();
  for (std::size_t id = 0; id < burst.saying.size(); ++id) {
    saying[model.apps[id]] = burst.saying[id];
  }
  return {{"other_flows", burst.flows}, {"saying", saying}};
}

Json features_json(const Model& model, const FlowExplanation& reported) {
  Json features = Json::array();
  const std::size_t apps = model.apps.size();
  for (std::size_t column = 0; column < reported.features.size(); ++column) {
    const auto contributions =
        model.svm ? std::span<const double>{}
                  : std::span(reported.attribution.contributions)
                        .subspan(column * apps, apps);
    features.push_back({{"feature", model.columns[column]},
                        {"value", reported.features[column]},
                        {"contributions", by_app(model, contributions)}});
  }
  return features;
}

Json neighbours_json(const Model& model, const FlowExplanation& reported) {
  Json all = Json::array();
  for (const Neighbour& neighbour : reported.neighbours) {
    const Example& example = model.examples.flows[neighbour.example];
    const CaptureRecord& capture = model.captures[example.capture];
    all.push_back({{"app", model.apps[capture.app]},
                   {"capture", capture.path},
                   {"flow", example.flow},
                   {"proximity", neighbour.proximity}});
  }
  return all;
}

Json changes_json(const Model& model, const FlowExplanation& reported) {
  Json features = Json::array();
  for (const ShapeChange& change : reported.shape_changes) {
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
  for (const NameChange& change : reported.name_changes) {
    names.push_back(
        {{"name", change.name.empty() ? Json(nullptr) : Json(change.name)},
         {"verdict", model.apps[change.verdict]},
         {"confidence", change.probability}});
  }
  return {{"features", features}, {"names", names}};
}

Json speakers_json(const Model& model,
                   const std::vector<StrongFlow>& strong_flows) {
  Json all = Json::array();
  for (const StrongFlow& speaker : strong_flows) {
    Json entry = {{"capture", speaker.capture}, {"number", speaker.number}};
    entry.update(flow_json(speaker.flow, speaker.origin));
    entry["alone"] = speaker.probability;
    entry["verdict"] = verdict_json(model, speaker.verdict);
    all.push_back(std::move(entry));
  }
  return all;
}

Json draws_json(const Model& model) {
  Json attractors = Json::array();
  for (const Attractor& draw : model.feature_profile.attractors) {
    Json signs = Json::array();
    for (const Attractor::Sign& sign : draw.signs) {
      signs.push_back({{"feature", model.columns[sign.column]},
                       {"pull", sign.pull},
                       {"typical", sign.typical}});
    }
    attractors.push_back({{"from", model.apps[draw.from]},
                          {"to", model.apps[draw.to]},
                          {"flows", draw.flows},
                          {"features", signs}});
  }
  return attractors;
}

}  // namespace

std::string flow_explanation_json(const FlowExplanation& reported,
                                  const ExplanationSetting& setting) {
  const Model& model = setting.model;
  Json all = {{"capture", reported.capture}, {"number", reported.number}};
  all.update(flow_json(reported.flow, reported.origin));
  all.update(setting_json(setting));
  all["verdict"] = verdict_json(model, reported.verdict);
  all["runner_up"] = model.apps[reported.runner_up];
  all["probabilities"] = by_app(model, reported.probabilities);
  all["any_other_app"] = reported.any_other;
  all["weights"] = {{"shape", reported.weights.shape},
                    {"name", reported.weights.name}};
  all["said"] = {{"shape", by_app(model, reported.shape)},
                 {"name", by_app(model, reported.name)},
                 {"own", by_app(model, reported.own)},
                 {"belief", by_app(model, reported.belief)},
                 {"others", by_app(model, reported.others)}};
  all["silence"] =
      reported.silence ? Json(in_seconds(*reported.silence)) : Json(nullptr);
  all["name_keys"] = names_json(model, reported);
  all["burst"] = burst_json(model, reported.burst);
  Json fewer = Json::array();
  for (const FewerKinds& some : reported.fewer) {
    Json entry = {{"evidence", split(some.kinds.text(), ',')}};
    entry.update(verdict_json(model, some.verdict));
    fewer.push_back(std::move(entry));
  }
  all["fewer_kinds"] = fewer;
  all["base"] = by_app(model, reported.attribution.base);
  all["features"] = features_json(model, reported);
  all["nearest"] = neighbours_json(model, reported);
  all["changes"] = changes_json(model, reported);
  return json_text(all, 2) + '\n';
}

std::string capture_summary_json(const CaptureSummary& account,
                                 const ExplanationSetting& setting) {
  const Model& model = setting.model;
  Json all = {{"flows", account.flows()}};
  all.update(setting_json(setting));
  Json apps = Json::array();
  for (std::size_t id = 0; id < account.apps().size(); ++id) {
    const AppSummary& app = account.apps()[id];
    apps.push_back({{"app", model.apps[id]},
                    {"flows", app.flows},
                    {"unknown", app.unknown},
                    {"with_name", app.named_servers},
                    {"in_any_case", app.in_any_case},
                    {"by_shape", app.by_shape},
                    {"by_name", app.by_name},
                    {"by_time", app.by_time},
                    {"speakers", speakers_json(model, app.strong_flows)}});
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
  Json all = {{"apps", apps}, {"draws", draws_json(model)}};
  Json confusions = nullptr;
  if (model.honest) {
    confusions = Json::array();
    for (const Confusion& some : model.honest->confusions) {
      confusions.push_back({{"app", model.apps[some.app]},
                            {"named", model.apps[some.named]},
                            {"flows", some.flows}});
    }
  }
  all["confusions"] = confusions;
  return json_text(all, 2) + '\n';
}

}  // namespace flowtell
