// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <numeric>

#include "base/text.h"
#include "report/explanation.h"
#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxSigns = 4;
constexpr std::size_t kMaxAttractors = 3;  // of an app
constexpr std::size_t kMaxAttractorSigns = 3;

// The columns that contribute most to an app's own flows, strongest first.
std::string signs_text(const Model& model, std::size_t app) {
  const std::size_t width = model.columns.size();
  const auto signs =
      std::span(model.feature_profile.signs).subspan(app * width, width);
  std::vector<std::size_t> order(width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return signs[a] > signs[b]; });
  std::vector<std::string> parts;
  for (const std::size_t column : order) {
    if (parts.size() == kMaxSigns || !(signs[column] > 0)) break;
    parts.push_back(
        fmt::format("{} {}", model.columns[column],
                    points_text(static_cast<double>(signs[column]))));
  }
  return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, ", "));
}

std::size_t longest_name(const Model& model) {
  std::size_t longest = 0;
  for (const std::string& app : model.apps) {
    longest = std::max(longest, app.size());
  }
  return longest;
}

std::string profile_text(const Model& model) {
  const std::size_t longest = longest_name(model);
  std::string out =
      "Features by which the forest recognises each app\n"
      "(mean contribution to the app's own flows, in percentage points)\n";
  for (std::size_t app = 0; app < model.apps.size(); ++app) {
    out += fmt::format("  {:<{}}  {}\n", model.apps[app], longest,
                       signs_text(model, app));
  }
  return out;
}

std::string attractor_text(const Model& model, const Attractor& attractor,
                           std::size_t longest) {
  std::vector<std::string> parts;
  for (const Attractor::Sign& sign : attractor.signs) {
    if (parts.size() == kMaxAttractorSigns) break;
    parts.push_back(fmt::format("{} {:.6g} ({})", model.columns[sign.column],
                                sign.typical,
                                points_text(static_cast<double>(sign.pull))));
  }
  return fmt::format("    {:>6} of {:>6} of {:<{}}  {}\n",
                     grouped_text(attractor.flows),
                     grouped_text(model.flows_per_app[attractor.from]),
                     model.apps[attractor.from], longest,
                     parts.empty() ? "no feature in particular"
                                   : fmt::format("{}", fmt::join(parts, ", ")));
}

std::string attractors_text(const Model& model) {
  std::vector<std::uint64_t> attracted(model.apps.size());
  for (const Attractor& attractor : model.feature_profile.attractors)
    attracted[attractor.to] += attractor.flows;
  std::vector<std::size_t> order(model.apps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return attracted[a] > attracted[b]; });
  std::string out =
      "Flows that the forest, by shape alone, assigns to another app\n"
      "(a feature, its median over these flows, and its contribution)\n";
  for (const std::size_t to : order) {
    if (attracted[to] == 0) continue;
    out += fmt::format("  {} attracts {}\n", model.apps[to],
                       counted(attracted[to], "flow"));
    std::size_t shown = 0;
    for (const Attractor& attractor : model.feature_profile.attractors) {
      if (attractor.to != to || shown == kMaxAttractors) continue;
      out += attractor_text(model, attractor, longest_name(model));
      ++shown;
    }
  }
  if (model.feature_profile.attractors.empty()) out += "  none\n";
  return out;
}

std::string held_out_text(const Model& model) {
  if (!model.held_out_score) {
    return "The model has no accuracy estimate: its confusions on held-out "
           "captures are not known.\n";
  }
  TextTable table({"on held-out captures", "flows", "named so", "of others",
                   "most of them"});
  std::vector<std::uint64_t> flows(model.apps.size());
  std::vector<std::uint64_t> named(model.apps.size());
  std::vector<std::uint64_t> right(model.apps.size());
  std::vector<Confusion> worst(model.apps.size());
  for (const Confusion& confusion : model.held_out_score->confusions) {
    flows[confusion.app] += confusion.flows;
    named[confusion.named] += confusion.flows;
    if (confusion.app == confusion.named) {
      right[confusion.app] = confusion.flows;
    } else if (confusion.flows > worst[confusion.named].flows) {
      worst[confusion.named] = confusion;
    }
  }
  for (std::size_t app = 0; app < model.apps.size(); ++app) {
    table.add(
        {model.apps[app], std::to_string(flows[app]),
         std::to_string(named[app]), std::to_string(named[app] - right[app]),
         worst[app].flows == 0 ? "-"
                               : fmt::format("{} of {}", worst[app].flows,
                                             model.apps[worst[app].app])});
  }
  return table.text();
}

}  // namespace

std::string model_explanation_text(const Model& model) {
  if (model.svm) {
    return "This model is an SVM and has no feature profiles; explain a "
           "capture with it to see the\nevidence by shape, name and time.\n\n" +
           held_out_text(model);
  }
  return profile_text(model) + '\n' + attractors_text(model) + '\n' +
         held_out_text(model);
}

}  // namespace flowtell
