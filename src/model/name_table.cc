// SPDX-License-Identifier: Apache-2.0
#include "model/name_table.h"

#include <libpsl.h>

#include <algorithm>
#include <set>
#include <utility>

#include "decode/address.h"

namespace flowtell {
namespace {

// The weight of the prior, in captures.
constexpr double kPrior = 1;
// A name is rare if each app has it in less than a tenth of its captures.
constexpr auto kRareBelow = static_cast<float>(NameTable::kCaptures / 10);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Updates the prior with the counts.
void update(std::span<const float> counts, std::span<double> prior) {
  double sum = kPrior;
  for (const float count : counts) sum += count;
  for (std::size_t app = 0; app < prior.size(); ++app) {
    prior[app] = (counts[app] + kPrior * prior[app]) / sum;
  }
}

}  // namespace

std::string registrable_domain(std::string_view name) {
  // The list has lower-case names only.
  std::string text(name);
  for (char& c : text) c = to_lower(c);
  if (Address::parse(text)) return text;
  const char* domain = psl_registrable_domain(psl_builtin(), text.c_str());
  return domain == nullptr ? text : domain;
}

std::array<std::string, 2> name_keys(std::string_view name) {
  std::string domain = registrable_domain(name);
  std::string folded;
  for (char c : name.substr(0, name.size() - domain.size())) {
    if (is_digit(c)) {
      if (!folded.empty() && folded.back() == '#') continue;
      c = '#';
    }
    folded += to_lower(c);
  }
  folded += domain;
  return {"." + domain, std::move(folded)};
}

std::string folded_name(std::string_view name) { return name_keys(name)[1]; }

std::string name_key(std::string_view name) { return folded_name(name); }

std::string domain_key(std::string_view name) {
  return "." + registrable_domain(name);
}

NameTable NameTable::train(const Dataset& data) {
  // By key: the captures in which it occurs.
  std::map<std::string, std::set<std::uint32_t>, std::less<>> seen_in;
  std::vector<std::set<std::uint32_t>> captures_of(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const std::uint32_t capture = data.capture_of[row];
    captures_of[data.labels[row]].insert(capture);
    const std::string& name = data.names[data.facts[row].name];
    if (name.empty()) continue;
    for (std::string& key : name_keys(name)) {
      seen_in[std::move(key)].insert(capture);
    }
  }
  NameTable table;
  for (const auto& [key, captures] : seen_in) {
    std::vector<float>& counts = table.counts_[key];
    counts.resize(data.apps.size());
    for (const std::uint32_t capture : captures) {
      const AppId app = data.captures[capture].app;
      counts[app] += static_cast<float>(
          kCaptures / static_cast<double>(captures_of[app].size()));
    }
  }
  return table;
}

NameTable NameTable::of(Counts counts) {
  NameTable table;
  table.counts_ = std::move(counts);
  return table;
}

NameMatch NameTable::score(std::string_view name,
                           std::span<double> probabilities) const {
  std::fill(probabilities.begin(), probabilities.end(),
            1 / static_cast<double>(probabilities.size()));
  if (name.empty()) return NameMatch::kNoName;
  NameMatch match = NameMatch::kNever;
  const auto look_up = [&](const std::string& key) {
    const auto at = counts_.find(key);
    if (at == counts_.end()) return 0.0F;
    update(at->second, probabilities);
    return std::ranges::max(at->second);
  };
  const auto [domain, whole] = name_keys(name);
  if (look_up(domain) > 0) match = NameMatch::kDomain;
  if (const float most = look_up(whole); most > 0) {
    match = most < kRareBelow ? NameMatch::kRare : NameMatch::kName;
  }
  return match;
}

}  // namespace flowtell
