// SPDX-License-Identifier: Apache-2.0
//
// The parts stand in the order of the questions: what was said, by what kind of
// evidence, by which features, like which flows, and what would have changed
// it.
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

constexpr std::size_t kAppsShown = 6;
constexpr std::size_t kFeaturesShown = 8;

class FlowText {
 public:
  FlowText(const FlowExplanation& reported, const ExplanationSetting& setting)
      : told_(reported), setting_(setting), model_(setting.model) {}

  std::string text() const {
    std::string out = head() + '\n' + evidence() + '\n' + fewer();
    if (told_.kinds.shape) {
      out += '\n';
      out += model_.svm ? no_features() : features() + '\n' + neighbours();
    }
    return out + '\n' + changes();
  }

 private:
  const std::string& app(std::size_t id) const { return model_.apps[id]; }

  std::string named(const Verdict& verdict) const {
    if (heard_nothing(verdict)) return "unknown: nothing was said";
    if (!verdict.is_unknown) {
      return fmt::format("{} {:.3f}", app(verdict.best), verdict.confidence);
    }
    return fmt::format("unknown ({} {:.3f}, any other app {:.3f})",
                       app(verdict.best), verdict.confidence, told_.any_other);
  }

  std::string head() const {
    const Flow flow = told_.flow.reported();
    std::string server = "none seen";
    if (!told_.kinds.name) server = "not looked for";
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
        "in short   {}\n",
        told_.number, told_.capture, classic_line(told_.flow, told_.origin),
        server, named(told_.verdict), app(told_.runner_up),
        told_.probabilities[told_.runner_up], setting_.rule.text(),
        told_.verdict.is_unknown ? "not sure enough to name it" : "named",
        in_short());
  }

  // What each kind of evidence says, and which of them decided.
  std::string in_short() const {
    std::vector<std::string> said;
    const auto add = [&](std::string_view kind, const std::vector<double>& by) {
      if (!by.empty())
        said.push_back(fmt::format("{} says {}", kind, likeliest(by)));
    };
    add("shape", told_.shape);
    add("name", told_.name);
    add("time", told_.others);
    std::string decided;
    for (const FewerKinds& fewer : told_.fewer) {
      const std::string without = left_out(fewer.kinds);
      const std::string then = likeliest_text(fewer.verdict);
      if (without.empty() || then == likeliest_text(told_.verdict)) continue;
      decided += fmt::format("; without {}: {}", without, then);
    }
    if (said.size() > 1 && decided.empty()) {
      decided = "; whichever of them is left out, the same";
    }
    return fmt::format("{}{}", fmt::join(said, ", "), decided);
  }

  // The one kind in use that a selection lacks; empty where it lacks more.
  std::string left_out(const EvidenceKinds& kinds) const {
    std::vector<std::string> lacking;
    if (told_.kinds.shape && !kinds.shape) lacking.emplace_back("shape");
    if (told_.kinds.name && !kinds.name) lacking.emplace_back("name");
    if (told_.kinds.time && !kinds.time) lacking.emplace_back("time");
    return lacking.size() == 1 ? lacking.front() : "";
  }

  bool says_nothing(double most) const {
    return most < 1 / static_cast<double>(model_.apps.size()) + 1e-9;
  }
  std::string likeliest(const std::vector<double>& said) const {
    const AppId best = first_two(said).first;
    return says_nothing(said[best]) ? "nothing" : app(best);
  }
  std::string likeliest_text(const Verdict& verdict) const {
    return heard_nothing(verdict) ? "nothing" : app(verdict.best);
  }
  // All apps are as likely as before anything was heard.
  bool heard_nothing(const Verdict& verdict) const {
    const double start = (1 - told_.weights.novelty.prior) /
                         static_cast<double>(model_.apps.size());
    return std::abs(verdict.confidence - start) < 1e-9;
  }

  static std::string source_text(NameSource source) {
    switch (source) {
      case NameSource::kDns:
        return "as DNS told before";
      case NameSource::kQuestion:
        return "it is the question to DNS";
      case NameSource::kTls:
        return "in its TLS hello";
      case NameSource::kQuic:
        return "in its QUIC hello";
      case NameSource::kGoogleQuic:
        return "in its Google QUIC hello";
      case NameSource::kNone:
        break;
    }
    return "unknown source";
  }

  // The apps of the table's columns: those that matter here, by their numbers.
  std::vector<std::size_t> apps_shown() const {
    std::vector<double> weights = told_.probabilities;
    for (std::size_t id = 0; id < told_.shape.size(); ++id) {
      weights[id] = std::max(weights[id], told_.shape[id] / 2);
    }
    std::vector<std::size_t> order = order_by(weights);
    order.resize(std::min(order.size(), kAppsShown));
    std::sort(order.begin(), order.end());
    return order;
  }

  std::string evidence() const {
    const auto shown = apps_shown();
    std::vector<std::string> header = {"what was said"};
    for (const std::size_t id : shown) header.push_back(app(id));
    const bool with_other = told_.weights.novelty.prior > 0;
    if (with_other) header.emplace_back("any other");
    TextTable table(header);
    const auto add = [&](std::string what, const std::vector<double>& said,
                         bool of_other = false) {
      std::vector<std::string> row = {std::move(what)};
      for (const std::size_t id : shown) {
        row.push_back(said.empty() ? "-" : fmt::format("{:.2f}", said[id]));
      }
      if (with_other) {
        row.push_back(of_other && !said.empty()
                          ? fmt::format("{:.2f}", lack(said))
                          : "-");
      }
      table.add(std::move(row));
    };
    if (told_.kinds.shape) {
      add(fmt::format("shape: {} (weight {:.2f})", vote(), told_.weights.shape),
          told_.shape);
    }
    if (told_.kinds.name) add(name_row(), name_said());
    if (told_.kinds.shape && told_.kinds.name) {
      add("shape and name, weighed", told_.own);
    }
    if (told_.kinds.time) {
      add(belief_row(), told_.silence ? told_.belief : std::vector<double>{},
          true);
      if (told_.burst.flows > 0) {
        add("time: with the rest of its burst", told_.others);
      }
    }
    table.add_line();
    add("all together", told_.probabilities, true);
    return table.text() + remarks();
  }

  // What probabilities lack to 1.
  static double lack(const std::vector<double>& probabilities) {
    return std::max(0.0, 1 - std::accumulate(probabilities.begin(),
                                             probabilities.end(), 0.0));
  }

  std::string name_row() const {
    if (told_.flow.reported().name.server.empty()) return "name: there is none";
    if (told_.name_record.keys.empty()) return "name: never met, says nothing";
    return fmt::format(
        "name: what the table says (weight {:.2f}{})", told_.weights.name,
        told_.sharing == 1 ? ""
                           : fmt::format(" for its {} flows", told_.sharing));
  }
  std::vector<double> name_said() const {
    return told_.name_record.keys.empty() ? std::vector<double>{} : told_.name;
  }
  std::string belief_row() const {
    if (!told_.silence) return "time: the device was not known";
    return fmt::format("time: believed before its burst, {:.1f} s old",
                       in_seconds(*told_.silence));
  }

  // What the table's numbers cannot say.
  std::string remarks() const {
    std::string out;
    if (told_.kinds.time) out += burst_remark();
    std::string said;
    for (const NameRecord::Key& key : told_.name_record.keys) {
      const bool is_domain = key.key.starts_with('.');
      // Some names are domains themselves.
      if (is_domain && key.key.substr(1) == said) continue;
      said = key.key;
      out += fmt::format(
          "The {} {} was met in {} captures.\n", is_domain ? "domain" : "name",
          is_domain ? key.key.substr(1) : key.key, met_text(key.met));
    }
    return out;
  }

  // The apps in whose captures a key was met most, most first.
  std::string met_text(const std::vector<double>& met) const {
    constexpr std::size_t kShown = 4;
    std::vector<std::string> parts;
    for (const std::size_t id : order_by(met)) {
      if (met[id] == 0) break;
      parts.push_back(
          parts.size() < kShown
              ? fmt::format("{:.0f} % of {}'s", 100 * met[id], app(id))
              : "others'");
      if (parts.size() > kShown) break;
    }
    return listed(parts);
  }

  // The numbers of values, largest value first.
  template <typename Value>
  static std::vector<std::size_t> order_by(const std::vector<Value>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return values[a] > values[b]; });
    return order;
  }

  std::string burst_remark() const {
    const BurstWord& burst = told_.burst;
    if (burst.flows == 0) return "It is the only flow of its burst.\n";
    std::vector<std::string> say;
    for (const std::size_t id : order_by(burst.saying)) {
      if (burst.saying[id] == 0) break;
      say.push_back(burst.flows == 1
                        ? app(id)
                        : fmt::format("{} {}", burst.saying[id], app(id)));
    }
    const std::string all = say.empty() ? "nothing" : listed(say);
    if (burst.flows == 1) {
      return fmt::format("The other flow of its burst, by itself: {}.\n", all);
    }
    return fmt::format("The {} other flows of its burst, each by itself: {}.\n",
                       burst.flows, all);
  }

  std::string fewer() const {
    if (told_.fewer.empty()) return "There is no other kind of evidence.\n";
    TextTable table({"by which evidence", "verdict", "confidence"});
    const auto add = [&](const EvidenceKinds& kinds, const Verdict& verdict) {
      const std::string likeliest = likeliest_text(verdict);
      table.add({kinds.text(),
                 verdict.is_unknown ? "unknown, " + likeliest : likeliest,
                 fmt::format("{:.3f}", verdict.confidence)});
    };
    add(told_.kinds, told_.verdict);
    for (const FewerKinds& fewer : told_.fewer) add(fewer.kinds, fewer.verdict);
    return table.text();
  }

  // How much a column moved the forest's first or its rival, or one against
  // the other.
  std::vector<double> strengths() const {
    const Attribution& vote = told_.attribution;
    std::vector<double> strengths;
    for (std::size_t column = 0; column < told_.features.size(); ++column) {
      const double first = vote.of(column, told_.forest_first);
      const double rival = vote.of(column, told_.rival);
      strengths.push_back(std::max(
          {std::abs(first - rival), std::abs(first), std::abs(rival)}));
    }
    return strengths;
  }

  std::string_view vote() const {
    return model_.svm ? "the svm's shares" : "the forest's vote";
  }

  static std::string no_features() {
    return "This model is an svm, which cannot tell the features that moved it "
           "nor the training\nflows most like this one.\n";
  }

  std::string features() const {
    const std::array<std::size_t, 2> shown = {told_.forest_first, told_.rival};
    const auto order = order_by(strengths());
    const auto named = std::min(order.size(), kFeaturesShown);
    std::vector<std::string> header = {"what moved the forest", "value"};
    for (const std::size_t id : shown) header.push_back(app(id));
    TextTable table(header);
    const auto add = [&](std::string what, std::string value, auto&& cell) {
      std::vector<std::string> row = {std::move(what), std::move(value)};
      for (const std::size_t id : shown) row.push_back(cell(id));
      table.add(std::move(row));
    };
    const Attribution& vote = told_.attribution;
    add("before any feature", "",
        [&](std::size_t id) { return percent(vote.base[id]); });
    for (std::size_t i = 0; i < named; ++i) {
      add(model_.columns[order[i]], value_text(told_.features[order[i]]),
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
        [&](std::size_t id) { return percent(told_.shape[id]); });
    return table.text() + "In points of probability, of 100.\n";
  }

  static std::string value_text(float value) {
    return fmt::format("{:.6g}", value);
  }

  std::string neighbours() const {
    if (model_.examples.size() == 0) {
      return "The training flows most like it: the model keeps none "
             "(--no-examples).\n";
    }
    if (told_.neighbours.empty()) {
      return "No training flow that the model keeps is like it.\n";
    }
    TextTable table({"training flows most like it", "flow", "app", "alike"});
    for (const Neighbour& neighbour : told_.neighbours) {
      const Example& example = model_.examples.flows[neighbour.example];
      const CaptureRecord& capture = model_.captures[example.capture];
      table.add({capture.path, std::to_string(example.flow), app(capture.app),
                 fmt::format("{:.2f}", neighbour.proximity)});
    }
    return table.text() +
           "Alike: the share of the trees in which both end in one leaf.\n";
  }

  std::string changes() const {
    TextTable table({"what would have changed it",
                     model_.svm ? "svm's shares" : "forest's vote",
                     "likeliest then"});
    const bool by_forest = told_.kinds.shape && !model_.svm;
    bool any = by_forest;
    if (by_forest) table.add(shape_change());
    const bool has_name = !told_.flow.reported().name.server.empty();
    for (const NameChange& change : told_.name_changes) {
      if (change.name.empty() && !has_name) continue;
      any = true;
      table.add({change.name.empty() ? std::string("without its name")
                                     : "with the name " + change.name,
                 "the same", outcome(change.verdict, change.probability)});
    }
    if (!any) return "Nothing that the model knows would have changed it.\n";
    return table.text();
  }

  std::string outcome(AppId verdict, double probability) const {
    const bool is_same =
        verdict == told_.verdict.best && !told_.verdict.is_unknown;
    return fmt::format("{}{} {:.3f}", is_same ? "still " : "", app(verdict),
                       probability);
  }

  std::vector<std::string> shape_change() const {
    if (told_.shape_changes.empty()) {
      return {"no single feature makes it " + app(told_.rival), "-", "-"};
    }
    const ShapeChange& change = told_.shape_changes.front();
    const Counterfactual& point = change.point;
    return {
        fmt::format("{} {} {:.6g} instead of {}", model_.columns[point.column],
                    point.at_most ? "at most" : "above", point.bound,
                    value_text(told_.features[point.column])),
        fmt::format("{} {:.2f}", app(change.app), change.share),
        outcome(change.verdict, change.probability)};
  }

  const FlowExplanation& told_;
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
  make_flow_writer({})->write(line, {flow.reported(), origin, {}, {}, false});
  line.pop_back();
  return line;
}

std::string points_text(double difference) {
  const double points = 100 * difference;
  // No "-0.0".
  return std::abs(points) < 0.05 ? "0.0" : fmt::format("{:+.1f}", points);
}

}  // namespace flowtell
