// SPDX-License-Identifier: Apache-2.0
#include "model/model_sections.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace flowtell {
namespace {

void write_unknown(ByteWriter& out, const UnknownModel& unknown) {
  out.u8(unknown.is_fitted ? 1 : 0);
  out.f64(unknown.bias);
  for (const double weight : unknown.weights.values) out.f64(weight);
  for (const double value : unknown.typical.values) out.f64(value);
  for (const double threshold : unknown.thresholds) out.f64(threshold);
}

bool is_share(double value) { return value >= 0 && value <= 1; }

bool is_weight(double value) { return value >= 0 && value <= kMaxWeight; }

Result<void> read_unknown(ByteReader& in, UnknownModel& unknown) {
  // A bound for coefficients of columns from 0 to 1.
  const auto is_coefficient = [](double value) {
    return value >= -1e6 && value <= 1e6;
  };
  unknown.is_fitted = in.u8() != 0;
  unknown.bias = in.f64();
  for (double& weight : unknown.weights.values) weight = in.f64();
  for (double& value : unknown.typical.values) value = in.f64();
  for (double& threshold : unknown.thresholds) threshold = in.f64();
  if (!is_coefficient(unknown.bias) ||
      !std::ranges::all_of(unknown.weights.values, is_coefficient)) {
    return wrong("a coefficient of the unknown score is out of range");
  }
  // A mean of rounded values may exceed 1 a little.
  const auto is_mean = [](double value) {
    return value >= 0 && value <= 1 + 1e-6;
  };
  if (!std::ranges::all_of(unknown.typical.values, is_mean) ||
      !std::ranges::all_of(unknown.thresholds, is_share)) {
    return wrong("a value of the unknown score is out of range");
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
    out.f64(weights.shape_alone);
    out.f64(weights.name_alone);
    out.f64(weights.temperature);
    write_unknown(out, weights.unknown);
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
  out.u32(static_cast<std::uint32_t>(model.known_rows.hashes().size()));
  for (const std::uint32_t hash : model.known_rows.hashes()) out.u32(hash);
}

Result<void> read_evidence(ByteReader& in, Model& model) {
  for (EvidenceWeights& weights : model.weights) {
    weights.shape = in.f64();
    weights.name = in.f64();
    weights.shape_alone = in.f64();
    weights.name_alone = in.f64();
    weights.temperature = in.f64();
    if (!is_weight(weights.shape) || !is_weight(weights.name) ||
        !is_weight(weights.shape_alone) || !is_weight(weights.name_alone)) {
      return wrong("a weight is out of range");
    }
    if (!(weights.temperature >= 1 && weights.temperature <= kMaxTemperature)) {
      return wrong("a temperature is out of range");
    }
    if (auto done = read_unknown(in, weights.unknown); !done) return done;
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
  std::vector<std::uint32_t> hashes(read_length(in, 4));
  for (std::uint32_t& hash : hashes) hash = in.u32();
  if (std::ranges::adjacent_find(hashes, std::greater_equal<>()) !=
      hashes.end()) {
    return wrong("its known rows are not in order");
  }
  model.known_rows = KnownRows::of_hashes(std::move(hashes));
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
