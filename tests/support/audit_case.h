// SPDX-License-Identifier: Apache-2.0
//
// A fixture for audit tests: a dataset without findings, to be changed by each
// test, and accessors to the findings.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "audit/audit.h"
#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {

// Captures a day apart without any finding: three per app, of ten flows each,
// whose values all differ and carry no information.
class AuditCase : public testing::Test {
 protected:
  using Texts = std::vector<std::string>;

  AuditCase() {
    for (AppId app = 0; app < 2; ++app) {
      for (int i = 0; i < 3; ++i) add_capture(app, 10);
    }
  }

  // Returns its number. Flow values have the same distribution for all apps.
  std::uint32_t add_capture(AppId app, std::uint32_t flows) {
    const std::uint32_t number = captures_++;
    for (std::uint32_t i = 0; i < flows; ++i) {
      const float value =
          static_cast<float>((number * 7919 + i * 104729) % 997);
      rows_.push_back({{value, 0}, app, number, i});
    }
    return number;
  }

  LoadedDataset load() const {
    LoadedDataset loaded;
    loaded.dataset = table_of(rows_, 2);
    Dataset& data = loaded.dataset;
    for (std::size_t i = 0; i < data.rows(); ++i) {
      const auto days = std::chrono::days(data.capture_of[i]);
      data.facts[i].first += days;
      data.facts[i].last += days;
    }
    for (std::size_t i = 0; i < data.captures.size(); ++i) {
      data.captures[i].sha256 = fmt::format("hash {}", i);
      data.captures[i].first = kTestStart + std::chrono::days(i);
      data.captures[i].last = *data.captures[i].first + 1h;
    }
    loaded.recordings.resize(data.captures.size());
    for (CaptureFacts& facts : loaded.recordings) {
      facts.meter.links.insert(LinkType::kEthernet);
      facts.meter.first = kTestStart;
      facts.format = CaptureFormat::kPcap;
      facts.max_captured = 1514;
      facts.full_packets = 100;
    }
    return loaded;
  }

  static std::vector<Finding> audited(const LoadedDataset& loaded) {
    AuditOptions options;
    options.columns = {"size", "count"};
    return audit(loaded, options);
  }

  // The only finding of its kind.
  static Finding only(const LoadedDataset& loaded, FindingKind kind) {
    std::vector<Finding> of_kind;
    for (const Finding& finding : audited(loaded)) {
      if (finding.kind == kind) of_kind.push_back(finding);
    }
    EXPECT_EQ(of_kind.size(), 1u) << info_of(kind).name;
    return of_kind.size() == 1 ? of_kind.front()
                               : Finding{kind, Severity::kNote, "", {}, {}};
  }

  // The sentences of all findings of a kind.
  static Texts said(const LoadedDataset& loaded, FindingKind kind) {
    Texts all;
    for (const Finding& finding : audited(loaded)) {
      if (finding.kind == kind) all.push_back(finding.what);
    }
    return all;
  }

  static double figure(const Finding& finding, std::string_view name) {
    for (const auto& [each, value] : finding.figures) {
      if (each == name) return value;
    }
    ADD_FAILURE() << "no figure " << name;
    return -1;
  }

  static Texts kinds(const std::vector<Finding>& findings) {
    Texts names;
    for (const Finding& finding : findings) {
      names.emplace_back(info_of(finding.kind).name);
    }
    return names;
  }

  std::vector<TestRow> rows_;
  std::uint32_t captures_ = 0;
};

}  // namespace flowtell
