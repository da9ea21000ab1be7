// SPDX-License-Identifier: Apache-2.0
#include "model/model_sections.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace flowtell {
namespace {

void write_novelty(ByteWriter& out, const Novelty& novelty) {
  out.f64(novelty.prior);
  for (const double ratio : novelty.shape) out.f64(ratio);
  for (const double ratio : novelty.name) out.f64(ratio);
}

// A likelihood ratio of smoothed shares (novelty_fit.cc).
bool is_ratio(double value) { return value >= 1e-6 && value <= 1e6; }

bool is_share(double value) { return value >= 0 && value <= 1; }

bool is_weight(double value) { return value >= 0 && value <= kMaxWeight; }

Result<void> read_novelty(ByteReader& in, Novelty& novelty) {
  novelty.prior = in.f64();
  for (double& ratio : novelty.shape) ratio = in.f64();
  for (double& ratio : novelty.name) ratio = in.f64();
  if (!(novelty.prior >= 0 && novelty.prior <= 0.5) ||
      !std::ranges::all_of(novelty.shape, is_ratio) ||
      !std::ranges::all_of(novelty.name, is_ratio)) {
    return wrong("a novelty ratio is out of range");
  }
  return {};
}

Result<AmbiguousGroup> read_group(ByteReader& in, const Model& model) {
  AmbiguousGroup group;
  group.flows = in.u64();
  group.right = in.f64();
  group.apps.resize(read_length(in, 2));
  for (AppId& app : group.apps) app = in.u16();
  if (!in.ok()) return group;  // decode_sections fails
  if (!(group.right >= 0 && group.right <= 1)) {
    return wrong("a share is out of range");
  }
  if (!group.apps.empty() && group.apps.back() >= model.apps.size()) {
    return wrong("an ambiguous group names an unknown app");
  }
  const auto in_order = [](AppId a, AppId b) { return a < b; };
  if (group.apps.size() < 2 ||
      std::adjacent_find(group.apps.begin(), group.apps.end(),
                         std::not_fn(in_order)) != group.apps.end()) {
    return wrong("an ambiguous group has fewer than two apps");
  }
  return group;
}

Result<void> read_attractor(ByteReader& in, const Model& model,
                            Attractor& attractor) {
  attractor.from = in.u16();
  attractor.to = in.u16();
  attractor.flows = in.u64();
  if (std::max(attractor.from, attractor.to) >= model.apps.size()) {
    return wrong("an attractor names an unknown app");
  }
  attractor.signs.resize(read_length(in, 10));
  for (Attractor::Sign& sign : attractor.signs) {
    sign.column = in.u16();
    sign.pull = in.f32();
    sign.typical = in.f32();
    if (sign.column >= model.columns.size() || !std::isfinite(sign.pull) ||
        !std::isfinite(sign.typical)) {
      return wrong("an attractor has an invalid sign");
    }
  }
  return {};
}

}  // namespace

void write_evidence(ByteWriter& out, const Model& model) {
  for (const EvidenceWeights& weights : model.weights) {
    out.f64(weights.shape);
    out.f64(weights.name);
    write_novelty(out, weights.novelty);
    for (const ErrorTarget& error_target : weights.error_targets) {
      out.f64(error_target.floor);
      out.f64(error_target.coverage);
    }
  }
  const NameTable::Counts& names = model.names.counts();
  out.u32(static_cast<std::uint32_t>(names.size()));
  for (const auto& [name, counts] : names) {
    out.text(name);
    for (const float count : counts) out.f32(count);
  }
}

Result<void> read_evidence(ByteReader& in, Model& model) {
  for (EvidenceWeights& weights : model.weights) {
    weights.shape = in.f64();
    weights.name = in.f64();
    if (!is_weight(weights.shape) || !is_weight(weights.name)) {
      return wrong("a weight is out of range");
    }
    if (auto done = read_novelty(in, weights.novelty); !done) return done;
    for (ErrorTarget& error_target : weights.error_targets) {
      error_target.floor = in.f64();
      error_target.coverage = in.f64();
      if (!is_share(error_target.floor) || !is_share(error_target.coverage)) {
        return wrong("an error target is out of range");
      }
    }
  }
  NameTable::Counts names;
  const std::uint32_t count = read_length(in, 4 + 4 * model.apps.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    std::vector<float>& counts = names[read_text(in)];
    if (!counts.empty()) return wrong("a name is listed twice");
    counts.resize(model.apps.size());
    for (float& app : counts) {
      app = in.f32();
      if (!(app >= 0 && app <= 1e6F)) return wrong("a name count is invalid");
    }
  }
  model.names = NameTable::of(std::move(names));
  return {};
}

void write_ambiguity(ByteWriter& out, const Model& model) {
  const AmbiguityTable::Groups& groups = model.ambiguity.groups();
  out.u32(static_cast<std::uint32_t>(groups.size()));
  for (const auto& [key, group] : groups) {
    out.text(key);
    out.u64(group.flows);
    out.f64(group.right);
    out.u32(static_cast<std::uint32_t>(group.apps.size()));
    for (const AppId app : group.apps) out.u16(app);
  }
}

Result<void> read_ambiguity(ByteReader& in, Model& model) {
  AmbiguityTable::Groups groups;
  const std::uint32_t count = read_length(in, 28);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string key = read_text(in);
    if (in.ok() && key.empty()) return wrong("an ambiguous group has no key");
    auto group = read_group(in, model);
    if (!group) return fail(std::move(group).error());
    if (!groups.try_emplace(std::move(key), std::move(*group)).second) {
      return wrong("an ambiguous group is listed twice");
    }
    if (!in.ok()) break;
  }
  model.ambiguity = AmbiguityTable(std::move(groups));
  return {};
}

void write_feature_profile(ByteWriter& out, const Model& model) {
  for (const float sign : model.feature_profile.signs) out.f32(sign);
  out.u32(static_cast<std::uint32_t>(model.feature_profile.attractors.size()));
  for (const Attractor& attractor : model.feature_profile.attractors) {
    out.u16(attractor.from);
    out.u16(attractor.to);
    out.u64(attractor.flows);
    out.u32(static_cast<std::uint32_t>(attractor.signs.size()));
    for (const Attractor::Sign& sign : attractor.signs) {
      out.u16(sign.column);
      out.f32(sign.pull);
      out.f32(sign.typical);
    }
  }
}

Result<void> read_feature_profile(ByteReader& in, Model& model) {
  const std::size_t signs = model.apps.size() * model.columns.size();
  if (signs > in.left() / sizeof(float)) return wrong("a section is cut short");
  model.feature_profile.signs.resize(signs);
  for (float& sign : model.feature_profile.signs) {
    sign = in.f32();
    if (!(sign >= -1 && sign <= 1)) return wrong("a share is out of range");
  }
  model.feature_profile.attractors.resize(read_length(in, 16));
  for (Attractor& attractor : model.feature_profile.attractors) {
    auto done = read_attractor(in, model, attractor);
    if (!done) return done;
  }
  return {};
}

void write_examples(ByteWriter& out, const Model& model) {
  out.u32(static_cast<std::uint32_t>(model.examples.size()));
  for (std::size_t i = 0; i < model.examples.size(); ++i) {
    out.u32(model.examples.flows[i].capture);
    out.u32(model.examples.flows[i].flow);
    for (const float value : model.examples.row(i)) out.f32(value);
  }
}

Result<void> read_examples(ByteReader& in, Model& model) {
  const std::size_t width = model.columns.size();
  Examples& examples = model.examples;
  examples.flows.resize(read_length(in, 8 + 4 * width));
  for (Example& example : examples.flows) {
    example.capture = in.u32();
    example.flow = in.u32();
    if (example.capture >= model.captures.size()) {
      return wrong("an example names an unknown capture");
    }
    for (std::size_t i = 0; i < width; ++i) {
      const float value = in.f32();
      if (!std::isfinite(value)) return wrong("an example value is invalid");
      examples.values.push_back(value);
    }
  }
  return {};
}

}  // namespace flowtell
