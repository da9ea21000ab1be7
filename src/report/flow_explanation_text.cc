// SPDX-License-Identifier: Apache-2.0
//
// The parts in order: the verdict, the evidence of each kind, the features,
// similar training flows, and counterfactuals.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "report/explanation.h"
#include "report/flow_writer.h"
#include "report/table.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxAppsShown = 6;
constexpr std::size_t kMaxFeaturesListed = 8;

class FlowText {
 public:
  FlowText(const FlowExplanation& flow, const ExplanationSetting& setting)
      : flow_(flow), setting_(setting), model_(setting.model) {}

  std::string text() const {
    std::string out =
        head() + '\n' + evidence() + '\n' + unknown() + '\n' + fewer();
    if (flow_.kinds.shape) {
      out += '\n';
      out += model_.svm ? no_features() : features() + '\n' + neighbours();
    }
    return out + '\n' + changes();
  }

 private:
  const std::string& app(std::size_t id) const { return model_.apps[id]; }

  std::string named(const Verdict& verdict) const {
    if (verdict.is_unknown && is_prior(verdict)) return "unknown: no evidence";
    if (!verdict.is_unknown) {
      return fmt::format("{} {:.3f}", app(verdict.best), verdict.confidence);
    }
    return fmt::format("unknown (likeliest {} {:.3f})", app(verdict.best),
                       verdict.confidence);
  }

  std::string head() const {
    const Flow flow = flow_.flow.to_flow();
    std::string server = "none seen";
    if (!flow_.kinds.name) server = "not in use";
    if (!flow.name.server.empty()) {
      server = fmt::format("{} ({})", flow.name.server,
                           source_text(flow.name.source));
    }
    return fmt::format(
        "Flow {} of {}\n"
        "{}\n\n"
        "server     {}\n"
        "verdict    {}\n"
        "runner-up  {} {:.3f}\n"
        "rule       {}: {}\n"
        "summary    {}\n",
        flow_.number, flow_.capture, classic_line(flow_.flow, flow_.origin),
        server, named(flow_.verdict), app(flow_.runner_up),
        flow_.probabilities[flow_.runner_up], setting_.rule.text(), reason(),
        summary());
  }

  // Why it is named or not.
  std::string_view reason() const {
    if (!flow_.verdict.is_unknown) return "named";
    if (flow_.verdict.unknown_score > flow_.limits.max_unknown_score) {
      return "its unknown score is above the limit";
    }
    return is_prior(flow_.verdict) ? "there is no evidence"
                                   : "confidence too low to name it";
  }

  // The app each kind of evidence favours, and the kinds that decide.
  std::string summary() const {
    std::vector<std::string> favoured;
    const auto add = [&](std::string_view kind, const std::vector<double>& by) {
      if (!by.empty())
        favoured.push_back(fmt::format("{} favours {}", kind, likeliest(by)));
    };
    add("shape", flow_.shape);
    add("name", flow_.name);
    add("time", flow_.others);
    std::string deciding;
    for (const EvidenceSubset& subset : flow_.fewer) {
      const std::string without = left_out(subset.kinds);
      const std::string then = likeliest_text(subset.verdict);
      if (without.empty() || then == likeliest_text(flow_.verdict)) continue;
      deciding += fmt::format("; without {}: {}", without, then);
    }
    if (favoured.size() > 1 && deciding.empty()) {
      deciding = "; the same without any one of them";
    }
    return fmt::format("{}{}", fmt::join(favoured, ", "), deciding);
  }

  // The one kind in use that a selection lacks; empty if it lacks several.
  std::string left_out(const EvidenceKinds& kinds) const {
    std::vector<std::string> lacking;
    if (flow_.kinds.shape && !kinds.shape) lacking.emplace_back("shape");
    if (flow_.kinds.name && !kinds.name) lacking.emplace_back("name");
    if (flow_.kinds.time && !kinds.time) lacking.emplace_back("time");
    return lacking.size() == 1 ? lacking.front() : "";
  }

  bool is_uniform(double max) const {
    return max < 1 / static_cast<double>(model_.apps.size()) + 1e-9;
  }
  std::string likeliest(const std::vector<double>& scores) const {
    const AppId best = first_two(scores).first;
    return is_uniform(scores[best]) ? "nothing" : app(best);
  }
  std::string likeliest_text(const Verdict& verdict) const {
    return is_prior(verdict) ? "nothing" : app(verdict.best);
  }
  // Whether all apps are as likely as without any evidence.
  bool is_prior(const Verdict& verdict) const {
    const double prior = 1 / static_cast<double>(model_.apps.size());
    return std::abs(verdict.confidence - prior) < 1e-9;
  }

  static std::string source_text(NameSource source) {
    switch (source) {
      case NameSource::kDns:
        return "from an earlier DNS answer";
      case NameSource::kQuestion:
        return "from its DNS question";
      case NameSource::kTls:
        return "from its TLS hello";
      case NameSource::kQuic:
        return "from its QUIC hello";
      case NameSource::kGoogleQuic:
        return "from its Google QUIC hello";
      case NameSource::kEch:
        return "outer name of an encrypted hello, no evidence";
      case NameSource::kHttp:
        return "from its HTTP request";
      case NameSource::kSocks:
        return "from its SOCKS request";
      case NameSource::kNone:
        break;
    }
    return "unknown source";
  }

  // The apps shown as columns: the likeliest ones, sorted by id.
  std::vector<std::size_t> apps_shown() const {
    std::vector<double> weights = flow_.probabilities;
    for (std::size_t id = 0; id < flow_.shape.size(); ++id) {
      weights[id] = std::max(weights[id], flow_.shape[id] / 2);
    }
    std::vector<std::size_t> order = order_by(weights);
    order.resize(std::min(order.size(), kMaxAppsShown));
    std::sort(order.begin(), order.end());
    return order;
  }

  std::string evidence() const {
    const auto shown = apps_shown();
    std::vector<std::string> header = {"evidence"};
    for (const std::size_t id : shown) header.push_back(app(id));
    TextTable table(header);
    const auto add = [&](std::string what, const std::vector<double>& scores) {
      std::vector<std::string> row = {std::move(what)};
      for (const std::size_t id : shown) {
        row.push_back(scores.empty() ? "-" : fmt::format("{:.2f}", scores[id]));
      }
      table.add(std::move(row));
    };
    if (flow_.kinds.shape) {
      add(fmt::format("shape: {} (weight {:.2f})", vote(), flow_.weights.shape),
          flow_.shape);
    }
    if (flow_.kinds.name) add(name_row(), name_scores());
    if (flow_.kinds.shape && flow_.kinds.name) {
      add("shape and name, weighted", flow_.own);
    }
    if (flow_.kinds.time) {
      add(prior_row(), flow_.silence ? flow_.prior : std::vector<double>{});
      if (flow_.burst.flows > 0) {
        add("time: with its burst", flow_.others);
      }
    }
    table.add_line();
    add("all together", flow_.probabilities);
    return table.text() + notes();
  }

  std::string name_row() const {
    if (flow_.flow.to_flow().name.evidence().empty()) return "name: none";
    if (flow_.name_record.keys.empty()) return "name: not seen in training";
    return fmt::format(
        "name: the name table (weight {:.2f}{})", flow_.weights.name,
        flow_.sharing == 1 ? ""
                           : fmt::format(" for its {} flows", flow_.sharing));
  }
  std::vector<double> name_scores() const {
    return flow_.name_record.keys.empty() ? std::vector<double>{} : flow_.name;
  }
  std::string prior_row() const {
    if (!flow_.silence) return "time: no device context";
    return fmt::format("time: device context, {:.1f} s old",
                       in_seconds(*flow_.silence));
  }

  // Details that do not fit into the table.
  std::string notes() const {
    std::string out;
    if (flow_.kinds.time) out += burst_note();
    if (flow_.two_apps) {
      out += fmt::format(
          "{} and {} may be in use at once (probability {:.2f}): then each "
          "flow of its burst is of either.\n",
          app(flow_.two_apps->first), app(flow_.two_apps->second),
          flow_.two_apps->probability);
    }
    std::string previous;
    for (const NameRecord::Key& key : flow_.name_record.keys) {
      const bool is_domain = key.key.starts_with('.');
      // Some names are domains themselves.
      if (is_domain && key.key.substr(1) == previous) continue;
      previous = key.key;
      out += fmt::format("The {} {} occurs in {} captures.\n",
                         is_domain ? "domain" : "name",
                         is_domain ? key.key.substr(1) : key.key,
                         frequency_text(key.capture_share));
    }
    return out;
  }

  // The apps in whose captures a key occurs, in descending order.
  std::string frequency_text(const std::vector<double>& shares) const {
    constexpr std::size_t kShown = 4;
    std::vector<std::string> parts;
    for (const std::size_t id : order_by(shares)) {
      if (shares[id] == 0) break;
      parts.push_back(
          parts.size() < kShown
              ? fmt::format("{:.0f} % of {}'s", 100 * shares[id], app(id))
              : "others'");
      if (parts.size() > kShown) break;
    }
    return listed(parts);
  }

  // The indices of values, in descending order of value.
  template <typename Value>
  static std::vector<std::size_t> order_by(const std::vector<Value>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return values[a] > values[b]; });
    return order;
  }

  std::string burst_note() const {
    const BurstSummary& burst = flow_.burst;
    if (burst.flows == 0) return "It is the only flow of its burst.\n";
    std::vector<std::string> votes;
    for (const std::size_t id : order_by(burst.flows_by_app)) {
      if (burst.flows_by_app[id] == 0) break;
      votes.push_back(
          burst.flows == 1
              ? app(id)
              : fmt::format("{} {}", burst.flows_by_app[id], app(id)));
    }
    const std::string all = votes.empty() ? "nothing" : listed(votes);
    if (burst.flows == 1) {
      return fmt::format("The other flow of its burst, by itself: {}.\n", all);
    }
    return fmt::format("The {} other flows of its burst, each by itself: {}.\n",
                       burst.flows, all);
  }

  // The unknown score, in words and by its parts.
  std::string unknown() const {
    const UnknownModel& unknown = flow_.weights.unknown;
    if (!unknown.is_fitted) {
      return "Unknown score: none; it takes three apps to learn one.\n";
    }
    const double limit = flow_.limits.max_unknown_score;
    std::string out = fmt::format(
        "Unknown score {:.3f}{}.{}\n", flow_.verdict.unknown_score,
        limit < 1 ? fmt::format(", the limit is {:.3f}", limit) : "",
        session_text());
    TextTable table(
        {"part of the unknown score", "here", "trained apps", "effect"});
    for (std::size_t i = 0; i < kUnknownColumns.size(); ++i) {
      const double weight = unknown.weights.values[i];
      if (weight == 0) continue;
      const double value = flow_.unknown.values[i];
      const double typical = unknown.typical.values[i];
      table.add({std::string(kUnknownColumns[i].meaning),
                 fmt::format("{:.2f}", value), fmt::format("{:.2f}", typical),
                 effect_text(weight * (value - typical))});
    }
    return out + table.text() + "Effect: on the logarithm of the odds.\n";
  }

  // "" if no flow before it says anything.
  std::string session_text() const {
    constexpr std::uint32_t kFew = 5;
    const SessionSummary& session = flow_.session;
    if (!flow_.kinds.time) return "";
    std::string text = fmt::format(" Its device's session has {} and {}",
                                   counted(session.flows, "flow"),
                                   counted(session.names, "name"));
    if (session.names > 0) {
      text += fmt::format(
          ": {:.0f} % of the names were never seen in training, and no single "
          "app explains more than {:.0f} %",
          100 * session.never_seen, 100 * session.explained);
    }
    text += '.';
    if (session.flows < kFew) text += " So few say little yet.";
    return text;
  }

  static std::string effect_text(double effect) {
    return std::abs(effect) < 0.005 ? "0.00" : fmt::format("{:+.2f}", effect);
  }

  std::string fewer() const {
    if (flow_.fewer.empty()) return "No other kind of evidence is in use.\n";
    TextTable table({"evidence used", "verdict", "confidence"});
    const auto add = [&](const EvidenceKinds& kinds, const Verdict& verdict) {
      const std::string best = likeliest_text(verdict);
      table.add({kinds.text(), verdict.is_unknown ? "unknown, " + best : best,
                 fmt::format("{:.3f}", verdict.confidence)});
    };
    add(flow_.kinds, flow_.verdict);
    for (const EvidenceSubset& subset : flow_.fewer) {
      add(subset.kinds, subset.verdict);
    }
    return table.text();
  }

  // The largest contribution of each column to the forest's first app, to its
  // rival, or to their difference.
  std::vector<double> strengths() const {
    const Attribution& vote = flow_.attribution;
    std::vector<double> strengths;
    for (std::size_t column = 0; column < flow_.features.size(); ++column) {
      const double first = vote.of(column, flow_.forest_first);
      const double rival = vote.of(column, flow_.rival);
      strengths.push_back(std::max(
          {std::abs(first - rival), std::abs(first), std::abs(rival)}));
    }
    return strengths;
  }

  std::string_view vote() const {
    return model_.svm ? "the svm's shares" : "the forest's vote";
  }

  static std::string no_features() {
    return "This model is an SVM: feature contributions and similar training "
           "flows are not\navailable.\n";
  }

  std::string features() const {
    const std::array<std::size_t, 2> shown = {flow_.forest_first, flow_.rival};
    const auto order = order_by(strengths());
    const auto named = std::min(order.size(), kMaxFeaturesListed);
    std::vector<std::string> header = {"feature contributions", "value"};
    for (const std::size_t id : shown) header.push_back(app(id));
    TextTable table(header);
    const auto add = [&](std::string what, std::string value, auto&& cell) {
      std::vector<std::string> row = {std::move(what), std::move(value)};
      for (const std::size_t id : shown) row.push_back(cell(id));
      table.add(std::move(row));
    };
    const Attribution& vote = flow_.attribution;
    add("before any feature", "",
        [&](std::size_t id) { return percent(vote.base[id]); });
    for (std::size_t i = 0; i < named; ++i) {
      add(model_.columns[order[i]], value_text(flow_.features[order[i]]),
          [&](std::size_t id) { return points_text(vote.of(order[i], id)); });
    }
    if (order.size() > named) {
      add(fmt::format("the other {}", order.size() - named), "",
          [&](std::size_t id) {
            double rest = 0;
            for (std::size_t i = named; i < order.size(); ++i) {
              rest += vote.of(order[i], id);
            }
            return points_text(rest);
          });
    }
    table.add_line();
    add("the forest's vote", "",
        [&](std::size_t id) { return percent(flow_.shape[id]); });
    return table.text() + "In percentage points.\n";
  }

  static std::string value_text(float value) {
    return fmt::format("{:.6g}", value);
  }

  std::string neighbours() const {
    if (model_.examples.size() == 0) {
      return "Similar training flows: the model has none (--no-examples).\n";
    }
    if (flow_.neighbours.empty()) {
      return "Similar training flows: none in the model.\n";
    }
    TextTable table({"similar training flows", "flow", "app", "proximity"});
    for (const Neighbour& neighbour : flow_.neighbours) {
      const Example& example = model_.examples.flows[neighbour.example];
      const CaptureRecord& capture = model_.captures[example.capture];
      table.add({capture.path, std::to_string(example.flow), app(capture.app),
                 fmt::format("{:.2f}", neighbour.proximity)});
    }
    return table.text() +
           "Proximity: the share of trees in which both reach the same leaf.\n";
  }

  std::string changes() const {
    TextTable table({"smallest changes",
                     model_.svm ? "svm's shares" : "forest's vote",
                     "verdict then"});
    const bool by_forest = flow_.kinds.shape && !model_.svm;
    bool any = by_forest;
    if (by_forest) table.add(shape_change());
    const bool has_name = !flow_.flow.to_flow().name.evidence().empty();
    for (const NameChange& change : flow_.name_changes) {
      if (change.name.empty() && !has_name) continue;
      any = true;
      table.add({change.name.empty() ? std::string("without its name")
                                     : "with the name " + change.name,
                 "the same", outcome(change.verdict, change.probability)});
    }
    if (!any) return "No change of the verdict was found.\n";
    return table.text();
  }

  std::string outcome(AppId verdict, double probability) const {
    const bool is_same =
        verdict == flow_.verdict.best && !flow_.verdict.is_unknown;
    return fmt::format("{}{} {:.3f}", is_same ? "still " : "", app(verdict),
                       probability);
  }

  std::vector<std::string> shape_change() const {
    if (flow_.shape_changes.empty()) {
      return {"no single feature makes it " + app(flow_.rival), "-", "-"};
    }
    const ShapeChange& change = flow_.shape_changes.front();
    const Counterfactual& point = change.point;
    return {
        fmt::format("{} {} {:.6g} instead of {}", model_.columns[point.column],
                    point.at_most ? "at most" : "above", point.bound,
                    value_text(flow_.features[point.column])),
        fmt::format("{} {:.2f}", app(change.app), change.share),
        outcome(change.verdict, change.probability)};
  }

  const FlowExplanation& flow_;
  const ExplanationSetting& setting_;
  const Model& model_;
};

}  // namespace

std::string flow_explanation_text(const FlowExplanation& flow,
                                  const ExplanationSetting& setting) {
  return FlowText(flow, setting).text();
}

std::string classic_line(const KeptFlow& flow, Timestamp origin) {
  std::string line;
  make_flow_writer({})->write(line, {flow.to_flow(), origin, {}, {}, false});
  line.pop_back();
  return line;
}

std::string points_text(double difference) {
  const double points = 100 * difference;
  // No "-0.0".
  return std::abs(points) < 0.05 ? "0.0" : fmt::format("{:+.1f}", points);
}

}  // namespace flowtell
