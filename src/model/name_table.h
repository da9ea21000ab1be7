// SPDX-License-Identifier: Apache-2.0
//
// Scores apps by server name, from the captures in which the name occurred in
// training.
//
// Captures are counted, as the flows of one capture repeat each other; and as
// shares of an app's captures, so that apps recorded more often do not dominate
// common names. A run of digits folds to one '#', since names such as
// r4---sn-p5qlsn7s.video.example rarely repeat; but not within the registrable
// domain (by the public suffix list), whose digits are a name: 163.com is not
// 58.com. The registrable domain covers other names. Rare names count little:
// the domain's probabilities are the prior of the name, and equal ones that of
// the domain (Dirichlet smoothing; MacKay and Peto 1995). An unseen name gives
// equal probabilities.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

// How a name matches the table.
enum class NameMatch : std::uint8_t {
  kNoName,  // the flow has no name
  kName,    // the folded name is known
  kRare,    // it is known, but from few captures of each app
  kDomain,  // only its registrable domain is known
  kNever,   // neither is known
};

class NameTable {
 public:
  NameTable() = default;

  // Trains on the names of the rows.
  static NameTable train(const Dataset& data);

  // Writes the probability of each app, under a uniform prior. REQUIRES: one
  // entry per app of the dataset.
  NameMatch score(std::string_view name, std::span<double> probabilities) const;

  // By key (a folded name, or '.' and a registrable domain) and app: the share
  // of its captures with the key, times kCaptures.
  static constexpr double kCaptures = 20;  // per app
  using Counts = std::map<std::string, std::vector<float>, std::less<>>;
  const Counts& counts() const { return counts_; }
  static NameTable of(Counts counts);

 private:
  Counts counts_;
};

// "R4---sn-p5.video8.com" as "r#---sn-p#.video8.com". A name without a
// registrable domain (an IP address, "router7") keeps its digits.
std::string folded_name(std::string_view name);

// The keys of a name, the less specific first: '.' and its registrable domain,
// then the folded name.
std::string domain_key(std::string_view name);
std::string name_key(std::string_view name);
std::array<std::string, 2> name_keys(std::string_view name);

// The registered domain in lower case: "b.co.uk" of "A.b.co.uk"; the name
// itself if the list has none, or if it is an IP address.
std::string registrable_domain(std::string_view name);

}  // namespace flowtell
