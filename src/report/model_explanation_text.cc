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

constexpr std::size_t kSignsShown = 4;
constexpr std::size_t kDrawsShown = 3;  // of an app
constexpr std::size_t kDrawSignsShown = 3;

// The columns that add most to an app's own flows, strongest first.
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
    if (parts.size() == kSignsShown || !(signs[column] > 0)) break;
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

std::string knows_text(const Model& model) {
  const std::size_t longest = longest_name(model);
  std::string out =
      "What the forest knows each app by\n"
      "(points of 100 that a feature adds to its flows, on average)\n";
  for (std::size_t app = 0; app < model.apps.size(); ++app) {
    out += fmt::format("  {:<{}}  {}\n", model.apps[app], longest,
                       signs_text(model, app));
  }
  return out;
}

std::string draw_text(const Model& model, const Attractor& draw,
                      std::size_t longest) {
  std::vector<std::string> parts;
  for (const Attractor::Sign& sign : draw.signs) {
    if (parts.size() == kDrawSignsShown) break;
    parts.push_back(fmt::format("{} {:.6g} ({})", model.columns[sign.column],
                                sign.typical,
                                points_text(static_cast<double>(sign.pull))));
  }
  return fmt::format("    {:>6} of {:>6} of {:<{}}  {}\n",
                     grouped_text(draw.flows),
                     grouped_text(model.flows_per_app[draw.from]),
                     model.apps[draw.from], longest,
                     parts.empty() ? "no feature in particular"
                                   : fmt::format("{}", fmt::join(parts, ", ")));
}

std::string draws_text(const Model& model) {
  std::vector<std::uint64_t> drawn(model.apps.size());
  for (const Attractor& draw : model.feature_profile.attractors)
    drawn[draw.to] += draw.flows;
  std::vector<std::size_t> order(model.apps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return drawn[a] > drawn[b]; });
  std::string out =
      "Whose flows the forest, by shape alone, takes for another's, and by "
      "what\n"
      "(a feature, its median among them, and the points by which it pulls)\n";
  for (const std::size_t to : order) {
    if (drawn[to] == 0) continue;
    out += fmt::format("  {} draws {}\n", model.apps[to],
                       counted(drawn[to], "flow"));
    std::size_t shown = 0;
    for (const Attractor& draw : model.feature_profile.attractors) {
      if (draw.to != to || shown == kDrawsShown) continue;
      out += draw_text(model, draw, longest_name(model));
      ++shown;
    }
  }
  if (model.feature_profile.attractors.empty()) out += "  none\n";
  return out;
}

std::string honest_text(const Model& model) {
  if (!model.honest) {
    return "The model was trained with --no-score: what its verdicts confuse "
           "on captures held out\nis not known.\n";
  }
  TextTable table({"on captures held out", "flows", "named so", "of others",
                   "most of them"});
  std::vector<std::uint64_t> flows(model.apps.size());
  std::vector<std::uint64_t> named(model.apps.size());
  std::vector<std::uint64_t> right(model.apps.size());
  std::vector<Confusion> most(model.apps.size());
  for (const Confusion& some : model.honest->confusions) {
    flows[some.app] += some.flows;
    named[some.named] += some.flows;
    if (some.app == some.named) {
      right[some.app] = some.flows;
    } else if (some.flows > most[some.named].flows) {
      most[some.named] = some;
    }
  }
  for (std::size_t app = 0; app < model.apps.size(); ++app) {
    table.add({model.apps[app], std::to_string(flows[app]),
               std::to_string(named[app]),
               std::to_string(named[app] - right[app]),
               most[app].flows == 0 ? "-"
                                    : fmt::format("{} of {}", most[app].flows,
                                                  model.apps[most[app].app])});
  }
  return table.text();
}

}  // namespace

std::string model_explanation_text(const Model& model) {
  if (model.svm) {
    return "This model is an svm, which keeps no account of what it knows each "
           "app by; explain a\ncapture with it to see what its witnesses, "
           "shape, name and time, say of it.\n\n" +
           honest_text(model);
  }
  return knows_text(model) + '\n' + draws_text(model) + '\n' +
         honest_text(model);
}

}  // namespace flowtell
