// SPDX-License-Identifier: Apache-2.0
#include "model/model_sections.h"

#include <algorithm>
#include <cmath>

#include "base/byte_writer.h"
#include "model/training_table.h"

namespace flowtell {
namespace {

// In file order; each section occurs once.
enum class SectionTag : std::uint32_t {
  kApps = 1,
  kFeatures = 2,
  kFlows = 3,
  kForest = 4,
  kScores = 5,
  kTraining = 6,
  kEvidence = 7,
  kAmbiguity = 8,
  kFeatureProfile = 9,
  kExamples = 10,
  kSvm = 11,
  kOtherForest = 12,
  kTrainingTable = 13,
};

// --- parts that several sections share ---------------------------------------

void write_texts(ByteWriter& out, const std::vector<std::string>& texts) {
  out.u32(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) out.text(text);
}

std::vector<std::string> read_texts(ByteReader& in) {
  std::vector<std::string> texts(read_length(in, 4));
  for (std::string& text : texts) text = read_text(in);
  return texts;
}

void write_time(ByteWriter& out, const std::optional<Timestamp>& time) {
  out.u8(time ? 1 : 0);
  out.u64(static_cast<std::uint64_t>(
      time.value_or(Timestamp{}).time_since_epoch().count()));
}

std::optional<Timestamp> read_time(ByteReader& in) {
  const bool is_set = in.u8() != 0;
  const Timestamp time{Duration{static_cast<std::int64_t>(in.u64())}};
  if (!is_set) return std::nullopt;
  return std::clamp(time, kEarliestTime, kLatestTime);
}

// --- the sections ------------------------------------------------------------

void write_apps(ByteWriter& out, const Model& model) {
  out.u32(static_cast<std::uint32_t>(model.apps.size()));
  for (std::size_t i = 0; i < model.apps.size(); ++i) {
    out.text(model.apps[i]);
    out.u64(model.flows_per_app[i]);
  }
}

Result<void> read_apps(ByteReader& in, Model& model) {
  const std::uint32_t count = read_length(in, 12);
  if (count == 0 || count > kMaxApps) return wrong("it has no apps");
  for (std::uint32_t i = 0; i < count; ++i) {
    model.apps.push_back(read_text(in));
    model.flows_per_app.push_back(in.u64());
  }
  return {};
}

void write_features(ByteWriter& out, const Model& model) {
  write_texts(out, model.feature_sets);
  write_texts(out, model.columns);
  out.text(model.feature_identity);
}

Result<void> read_features(ByteReader& in, Model& model) {
  model.feature_sets = read_texts(in);
  model.columns = read_texts(in);
  model.feature_identity = read_text(in);
  if (model.columns.empty() || model.columns.size() >= TreeNode::kLeaf) {
    return wrong("it has no columns");
  }
  return {};
}

void write_flows(ByteWriter& out, const Model& model) {
  out.u8(static_cast<std::uint8_t>(model.flow_key));
  out.u64(static_cast<std::uint64_t>(model.burst_gap.count()));
  out.u64(static_cast<std::uint64_t>(model.burst_limit.count()));
}

Result<void> read_flows(ByteReader& in, Model& model) {
  const std::uint8_t key = in.u8();
  const Duration gap{static_cast<std::int64_t>(in.u64())};
  const Duration limit{static_cast<std::int64_t>(in.u64())};
  if (key > static_cast<std::uint8_t>(FlowKey::kRemoteHost)) {
    return wrong("its flow key is unknown");
  }
  if (gap < Duration{} || gap > kMaxBurstGap) {
    return wrong("its burst gap is out of range");
  }
  if (limit < Duration{} || limit > kMaxBurstGap) {
    return wrong("its burst limit is out of range");
  }
  model.flow_key = static_cast<FlowKey>(key);
  model.burst_gap = gap;
  model.burst_limit = limit;
  return {};
}

void write_trees(ByteWriter& out, const Forest& forest) {
  out.u32(static_cast<std::uint32_t>(forest.leaf_shares.size()));
  for (const float share : forest.leaf_shares) out.f32(share);
  out.u32(static_cast<std::uint32_t>(forest.trees.size()));
  for (const Tree& tree : forest.trees) {
    out.u32(static_cast<std::uint32_t>(tree.size()));
    for (const TreeNode& node : tree) {
      out.u16(node.column);
      out.f32(node.threshold);
      out.u32(node.next);
    }
  }
}

// Whether a node is valid, except for child indices (see is_pre_order).
bool is_sound(const TreeNode& node, const Forest& forest) {
  if (node.is_leaf()) {
    // A bound for any sum of flow weights.
    const bool is_weight = node.weight() >= 0 && node.weight() <= 1e12F;
    return is_weight && (node.next + std::uint64_t{1}) * forest.apps <=
                            forest.leaf_shares.size();
  }
  return node.column < forest.width && std::isfinite(node.threshold);
}

// Whether the nodes are one tree in pre-order: each leaf is followed by the
// latest pending right child, and the last leaf leaves none pending. Every walk
// then ends, and no node is reached twice.
bool is_pre_order(const Tree& tree) {
  std::vector<std::size_t> pending;
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (!tree[i].is_leaf()) {
      pending.push_back(tree[i].next);
    } else if (pending.empty()) {
      return i + 1 == tree.size();
    } else if (pending.back() != i + 1) {
      return false;
    } else {
      pending.pop_back();
    }
  }
  return false;
}

Result<Tree> read_tree(ByteReader& in, const Forest& forest) {
  constexpr std::size_t kNodeSize = 10;
  Tree tree(read_length(in, kNodeSize));
  for (TreeNode& node : tree) {
    node.column = in.u16();
    node.threshold = in.f32();
    node.next = in.u32();
    if (!is_sound(node, forest)) return wrong("a tree node is invalid");
  }
  if (!is_pre_order(tree)) return wrong("a tree is malformed");
  return tree;
}

// REQUIRES: the forest has its apps and its width.
Result<void> read_trees(ByteReader& in, Forest& forest) {
  forest.leaf_shares.resize(read_length(in, 4));
  for (float& share : forest.leaf_shares) {
    share = in.f32();
    if (!(share >= 0 && share <= 1)) return wrong("a share is out of range");
  }
  const std::size_t leaves = forest.leaf_shares.size();
  if (leaves % forest.apps != 0 ||
      (leaves > 0 && leaves < forest.apps * forest.apps)) {
    return wrong("its leaves do not match its apps");
  }
  const std::uint32_t trees = read_length(in, 14);
  for (std::uint32_t i = 0; i < trees; ++i) {
    auto tree = read_tree(in, forest);
    if (!tree) return fail(std::move(tree).error());
    forest.trees.push_back(std::move(*tree));
  }
  return {};
}

void write_forest(ByteWriter& out, const Model& model) {
  write_trees(out, model.forest);
}

Result<void> read_forest(ByteReader& in, Model& model) {
  model.forest.apps = model.apps.size();
  model.forest.width = model.columns.size();
  return read_trees(in, model.forest);
}

void write_other_forest(ByteWriter& out, const Model& model) {
  write_trees(out, model.other_forest);
}

Result<void> read_other_forest(ByteReader& in, Model& model) {
  model.other_forest.apps = 2;
  model.other_forest.width = model.columns.size();
  return read_trees(in, model.other_forest);
}

void write_scores(ByteWriter& out, const Model& model) {
  for (const ColumnImportance& importance : model.importance) {
    out.f64(importance.impurity);
    out.f64(importance.permutation);
  }
  out.f64(model.out_of_bag_accuracy);
  out.u8(model.held_out_score ? 1 : 0);
  const HeldOutScore held_out_score =
      model.held_out_score.value_or(HeldOutScore{});
  out.f64(held_out_score.score.accuracy);
  out.f64(held_out_score.score.balanced_accuracy);
  out.text(held_out_score.split);
  out.u32(held_out_score.folds);
  out.u32(static_cast<std::uint32_t>(held_out_score.confusions.size()));
  for (const Confusion& confusion : held_out_score.confusions) {
    out.u16(confusion.app);
    out.u16(confusion.named);
    out.u64(confusion.flows);
  }
}

// Whether the value is from `low` to 1; a mean of rounded values may exceed its
// range a little.
bool is_mean_within(double low, double value) {
  constexpr double kRounding = 1e-6;
  return value >= low - kRounding && value <= 1 + kRounding;
}

Result<void> read_scores(ByteReader& in, Model& model) {
  model.importance.resize(model.columns.size());
  for (ColumnImportance& importance : model.importance) {
    importance.impurity = in.f64();
    importance.permutation = in.f64();
    if (!is_mean_within(0, importance.impurity) ||
        !is_mean_within(-1, importance.permutation)) {
      return wrong("an importance is out of range");
    }
  }
  model.out_of_bag_accuracy = in.f64();
  const bool has_held_out_score = in.u8() != 0;
  HeldOutScore held_out_score;
  held_out_score.score.accuracy = in.f64();
  held_out_score.score.balanced_accuracy = in.f64();
  if (!is_mean_within(0, model.out_of_bag_accuracy) ||
      !is_mean_within(0, held_out_score.score.accuracy) ||
      !is_mean_within(0, held_out_score.score.balanced_accuracy)) {
    return wrong("an accuracy is out of range");
  }
  held_out_score.split = read_text(in);
  held_out_score.folds = in.u32();
  held_out_score.confusions.resize(read_length(in, 12));
  for (Confusion& confusion : held_out_score.confusions) {
    confusion.app = in.u16();
    confusion.named = in.u16();
    confusion.flows = in.u64();
    if (std::max(confusion.app, confusion.named) >= model.apps.size()) {
      return wrong("a confusion names an unknown app");
    }
  }
  if (has_held_out_score) model.held_out_score = held_out_score;
  return {};
}

void write_training(ByteWriter& out, const Model& model) {
  out.text(model.trained_by);
  out.u64(model.seed);
  out.u8(model.balance_apps ? 1 : 0);
  out.u32(static_cast<std::uint32_t>(model.captures.size()));
  for (const CaptureRecord& capture : model.captures) {
    out.text(capture.path);
    out.text(capture.group);
    out.u16(capture.app);
    out.text(capture.sha256);
    out.u64(capture.flows);
    write_time(out, capture.first);
    write_time(out, capture.last);
    out.u32(capture.recording);
    out.u8(static_cast<std::uint8_t>(capture.origin));
    out.f64(capture.sureness);
  }
}

Result<void> read_training(ByteReader& in, Model& model) {
  model.trained_by = read_text(in);
  model.seed = in.u64();
  model.balance_apps = in.u8() != 0;
  const std::uint32_t count = read_length(in, 53);
  for (std::uint32_t i = 0; i < count; ++i) {
    CaptureRecord capture;
    capture.path = read_text(in);
    capture.group = read_text(in);
    capture.app = in.u16();
    capture.sha256 = read_text(in);
    capture.flows = in.u64();
    capture.first = read_time(in);
    capture.last = read_time(in);
    capture.recording = in.u32();
    const std::uint8_t origin = in.u8();
    capture.sureness = in.f64();
    if (origin > static_cast<std::uint8_t>(CaptureOrigin::kSiteSession) ||
        !(capture.sureness >= 0 && capture.sureness <= 1 + 1e-6)) {
      return wrong("the origin of a capture is invalid");
    }
    capture.origin = static_cast<CaptureOrigin>(origin);
    if (capture.app >= model.apps.size()) {
      return wrong("a capture names an unknown app");
    }
    model.captures.push_back(std::move(capture));
  }
  return {};
}

void write_table(ByteWriter& out, const Model& model) {
  out.u8(model.table ? 1 : 0);
  if (model.table) write_training_table(out, *model.table);
}

Result<void> read_table(ByteReader& in, Model& model) {
  if (in.u8() == 0) return {};
  Dataset& table = model.table.emplace();
  table.apps = model.apps;
  table.width = model.columns.size();
  table.flow_key = model.flow_key;
  table.burst_gap = model.burst_gap;
  table.burst_limit = model.burst_limit;
  table.captures = model.captures;
  // Without them (another program's features) the model is unusable anyway.
  if (auto features = model.features()) table.features = std::move(*features);
  return read_training_table(in, table);
}

struct Section {
  SectionTag tag;
  void (*write)(ByteWriter&, const Model&);
  Result<void> (*read)(ByteReader&, Model&);
};

constexpr Section kSections[] = {
    {SectionTag::kApps, write_apps, read_apps},
    {SectionTag::kFeatures, write_features, read_features},
    {SectionTag::kFlows, write_flows, read_flows},
    {SectionTag::kForest, write_forest, read_forest},
    {SectionTag::kScores, write_scores, read_scores},
    {SectionTag::kTraining, write_training, read_training},
    {SectionTag::kEvidence, write_evidence, read_evidence},
    {SectionTag::kAmbiguity, write_ambiguity, read_ambiguity},
    {SectionTag::kFeatureProfile, write_feature_profile, read_feature_profile},
    {SectionTag::kExamples, write_examples, read_examples},
    {SectionTag::kSvm, write_svm, read_svm},
    {SectionTag::kOtherForest, write_other_forest, read_other_forest},
    {SectionTag::kTrainingTable, write_table, read_table},
};

}  // namespace

std::string encode_sections(const Model& model) {
  ByteWriter body;
  for (const Section& section : kSections) {
    ByteWriter content;
    section.write(content, model);
    body.u32(static_cast<std::uint32_t>(section.tag));
    body.u64(content.bytes().size());
    body.raw(content.bytes());
  }
  return body.bytes();
}

Result<Model> decode_sections(Bytes body) {
  Model model;
  ByteReader reader(body, ByteOrder::kLittle);
  for (const Section& section : kSections) {
    const auto tag = static_cast<SectionTag>(reader.u32());
    const std::uint64_t length = reader.u64();
    ByteReader content(reader.take(length), ByteOrder::kLittle);
    if (!reader.ok() || tag != section.tag)
      return wrong("a section is missing");
    if (auto done = section.read(content, model); !done) {
      return fail(std::move(done).error());
    }
    if (!content.ok()) return wrong("a section is cut short");
    if (content.left() > 0) return wrong("a section is too long");
  }
  if (reader.left() > 0) return wrong("data follows its sections");
  return model;
}

}  // namespace flowtell
