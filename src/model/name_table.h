// SPDX-License-Identifier: Apache-2.0
//
// What a server's name says of the app: which apps' captures it was met in.
//
// Counted are captures, not flows, for the flows of one capture repeat each
// other; and shares of an app's captures, so that apps recorded more often do
// not claim what all have in common. Digits are folded to '#', since names such
// as r4---sn-p5qlsn7s.example are one of a kind each time, and where even that
// was never met, the registrable domain speaks (the public suffix list tells
// which that is). A name met seldom moves little: the domain's probabilities
// are its prior, and equal ones are the domain's (Dirichlet smoothing; MacKay
// and Peto 1995). A name never met says nothing.
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

// How well a table knows a name.
enum class NameMatch : std::uint8_t {
  kNoName,  // there is none
  kName,    // it was met, but for its digits
  kDomain,  // its registrable domain was
  kNever,   // neither was
};
inline constexpr std::size_t kNameMatches = 4;

class NameTable {
 public:
  NameTable() = default;

  // Learns from the rows' names.
  static NameTable learn(const Dataset& data);

  // Fills in the probability of each app, of equally likely ones.
  // REQUIRES: one place an app of the dataset.
  NameMatch score(std::string_view name, std::span<double> probabilities) const;

  // By key (a folded name, or a registrable domain behind a '.'): of each app's
  // captures, the share in which it was met, times kCaptures.
  // An app's captures count as so many, however many there are.
  static constexpr double kCaptures = 20;
  using Counts = std::map<std::string, std::vector<float>, std::less<>>;
  const Counts& counts() const { return counts_; }
  static NameTable of(Counts counts);

 private:
  Counts counts_;
};

// "R4---sn-p5.example" as "r#---sn-p#.example"
std::string folded_name(std::string_view name);

// The keys under which a name is looked up, the one that tells less first: its
// registrable domain behind a '.', then the folded name.
std::string domain_key(std::string_view name);
std::string name_key(std::string_view name);
std::array<std::string, 2> name_keys(std::string_view name);

// The domain that somebody registered, in small letters: "b.co.uk" of
// "A.b.co.uk"; the name itself where the list knows of none.
std::string registrable_domain(std::string_view name);

}  // namespace flowtell
