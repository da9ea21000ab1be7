// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "evaluate/drift.h"
#include "learn/sessions.h"

namespace flowtell {
namespace {

struct WeightedValue {
  float value = 0;
  double weight = 0;
};

// Writes the greatest value of each bin but the last. The bins between the
// first and the last have equal parts of the total weight, or more where one
// value has more. Unused bins are at the end.
void find_tops(std::vector<WeightedValue>& values, std::span<float> tops) {
  std::ranges::sort(values, {}, &WeightedValue::value);
  double total = 0;
  for (const WeightedValue& value : values) total += value.weight;
  const double part = total / static_cast<double>(DriftReference::kParts);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::ranges::fill(tops, kInfinity);
  std::size_t count = 0;
  tops[count++] = std::nextafter(values.front().value, -kInfinity);
  double sum = 0;
  double next = part;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    sum += values[i].weight;
    if (sum < next || values[i].value == values[i + 1].value) continue;
    if (count + 1 == tops.size()) break;
    tops[count++] = values[i].value;
    while (next <= sum) next += part;
  }
  tops[count] = values.back().value;
}

// The names of training flows by key, and the recordings with them.
class SeenNames {
 public:
  explicit SeenNames(const Dataset& table) : keys_(table.names.size()) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::uint32_t name = table.facts[row].name;
      if (name == 0) continue;
      const std::uint32_t recording = table.recording_of(row);
      if (keys_[name][0] == nullptr) {
        const auto keys = name_keys(table.names[name]);
        for (std::size_t i = 0; i < keys.size(); ++i) {
          keys_[name][i] =
              &seen_.emplace(keys[i], Seen{recording}).first->second;
        }
      }
      for (Seen* key : keys_[name]) {
        key->is_elsewhere |= key->recording != recording;
      }
    }
  }

  bool empty() const { return seen_.empty(); }
  // Whether only one recording has it. REQUIRES: the name is not empty.
  bool is_new_domain(std::uint32_t name) const {
    return !keys_[name][0]->is_elsewhere;
  }
  bool is_new_name(std::uint32_t name) const {
    return !keys_[name][1]->is_elsewhere;
  }

 private:
  struct Seen {
    std::uint32_t recording = 0;  // the first
    bool is_elsewhere = false;
  };
  std::map<std::string, Seen, std::less<>> seen_;
  std::vector<std::array<Seen*, 2>> keys_;  // by name: domain, folded name
};

}  // namespace

DriftReference DriftReference::of(std::shared_ptr<const Model> model) {
  DriftReference reference;
  reference.model_ = std::move(model);
  const Sessions sessions =
      find_sessions(*reference.model_->table, kLongestSession);
  reference.add_columns(sessions);
  reference.add_names(sessions);
  return reference;
}

void DriftReference::add_columns(const Sessions& sessions) {
  const Dataset& table = *model_->table;
  sessions_.resize(apps());
  for (const auto& rows : sessions) ++sessions_[table.labels[rows.front()]];
  tops_.resize(width() * (kBins - 1));
  shares_.resize(apps() * width() * kBins);
  std::vector<WeightedValue> values(table.rows());
  for (std::size_t column = 0; column < width(); ++column) {
    // Each app has a weight of 1, which its sessions share.
    for (const auto& rows : sessions) {
      const double weight =
          1 / static_cast<double>(rows.size() *
                                  sessions_[table.labels[rows.front()]]);
      for (const std::uint32_t row : rows) {
        values[row] = {table.row(row)[column], weight};
      }
    }
    find_tops(values,
              std::span(tops_).subspan(column * (kBins - 1), kBins - 1));
    for (const auto& rows : sessions) {
      std::array<double, kBins> own{};
      for (const std::uint32_t row : rows) {
        own[bin(column, table.row(row)[column])] +=
            1 / static_cast<double>(rows.size());
      }
      const std::size_t cell = table.labels[rows.front()] * width() + column;
      for (std::size_t i = 0; i < kBins; ++i) {
        Share& share = shares_[cell * kBins + i];
        share.mean += own[i];
        share.variance += own[i] * own[i];
      }
    }
  }
  // From sums to means and variances.
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    const auto count = static_cast<double>(sessions_[i / (width() * kBins)]);
    if (count == 0) continue;
    Share& share = shares_[i];
    share.mean /= count;
    const double spread =
        std::max(0.0, share.variance / count - share.mean * share.mean);
    // A single session shows no variance; assume the largest.
    share.variance = count > 1 ? spread * count / (count - 1)
                               : share.mean * (1 - share.mean);
  }
}

void DriftReference::add_names(const Sessions& sessions) {
  const Dataset& table = *model_->table;
  const SeenNames seen(table);
  has_names_ = !seen.empty();
  new_names_.resize(apps());
  std::vector<double> named(apps());  // sessions
  for (const auto& rows : sessions) {
    double count = 0;
    NewNames fresh;
    for (const std::uint32_t row : rows) {
      const std::uint32_t name = table.facts[row].name;
      if (name == 0) continue;
      ++count;
      if (seen.is_new_name(name)) ++fresh.names;
      if (seen.is_new_domain(name)) ++fresh.domains;
    }
    if (count == 0) continue;
    const AppId app = table.labels[rows.front()];
    ++named[app];
    new_names_[app].names += fresh.names / count;
    new_names_[app].domains += fresh.domains / count;
  }
  for (std::size_t app = 0; app < apps(); ++app) {
    if (named[app] == 0) continue;
    new_names_[app].names /= named[app];
    new_names_[app].domains /= named[app];
  }
}

std::size_t DriftReference::bin(std::size_t column, float value) const {
  std::size_t bin = 0;
  const auto tops = std::span(tops_).subspan(column * (kBins - 1), kBins - 1);
  for (const float top : tops) bin += value > top ? 1 : 0;
  return bin;
}

std::span<const DriftReference::Share> DriftReference::shares(
    std::size_t app, std::size_t column) const {
  return std::span(shares_).subspan((app * width() + column) * kBins, kBins);
}

}  // namespace flowtell
