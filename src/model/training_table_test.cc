// SPDX-License-Identifier: Apache-2.0
#include "model/training_table.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Whole and broken numbers, parts, other traffic, two devices.
Dataset measured() {
  Dataset data = table_of({{{0, 0.5F, 300}, 0, 0, 0, "a1.example.com"},
                           {{127, -1, 70'000}, 0, 0, 0, "a2.example.com"},
                           {{128, 3e38F, 1 << 24}, 1, 1, 0, ""},
                           {{16'384, 0, 0}, 1, 1, 1, "163.com"}},
                          2);
  data.facts[1].device = *Address::parse("192.168.12.101");
  data.facts[3].device = *Address::parse("fd00::7");
  data.facts[2].protocol = Protocol::kUdp;
  data.facts[2].remote_port = 443;
  data.facts[2].packets = 12;
  data.parts.values = {1, 2, 3, 4, 5, 6};
  data.parts.whole = {1, 3};
  data.others = {9, 8, 7};
  return data;
}

// A table with the parts of a model that it is read into.
Dataset empty_like(const Dataset& data) {
  Dataset table;
  table.apps = data.apps;
  table.captures = data.captures;
  table.width = data.width;
  return table;
}

std::string written(const Dataset& data) {
  ByteWriter out;
  write_training_table(out, training_table(data));
  return out.bytes();
}

Result<Dataset> read_back_table(const std::string& bytes) {
  Dataset table = empty_like(measured());
  ByteReader in(as_bytes(bytes), ByteOrder::kLittle);
  auto done = read_training_table(in, table);
  if (!done) return fail(std::move(done).error());
  if (!in.ok()) return fail(ErrorKind::kCorrupt, "it is cut short");
  return table;
}

TEST(TrainingTable, IsReadAsItWasWritten) {
  const Dataset table = training_table(measured());
  const auto read = read_back_table(written(measured()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->values, table.values);
  EXPECT_EQ(read->labels, table.labels);
  EXPECT_EQ(read->capture_of, table.capture_of);
  EXPECT_EQ(read->names, table.names);
  EXPECT_EQ(read->parts.values, table.parts.values);
  EXPECT_EQ(read->parts.whole, table.parts.whole);
  EXPECT_EQ(read->others, table.others);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const RowFacts& a = read->facts[row];
    const RowFacts& b = table.facts[row];
    EXPECT_EQ(a.device, b.device);
    EXPECT_EQ(a.first, b.first);
    EXPECT_EQ(a.last, b.last);
    EXPECT_EQ(a.burst, b.burst);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.protocol, b.protocol);
    EXPECT_EQ(a.remote_port, b.remote_port);
    EXPECT_EQ(a.packets, b.packets);
    EXPECT_EQ(a.number, b.number);
  }
}

// What privacy.md promises.
TEST(TrainingTable, KeepsNoAddressesAndFoldsNames) {
  const Dataset table = training_table(measured());
  EXPECT_EQ(table.names,
            (std::vector<std::string>{"", "a#.example.com", "163.com"}));
  EXPECT_EQ(table.facts[0].name, table.facts[1].name);
  for (const RowFacts& facts : table.facts) {
    EXPECT_NE(facts.device.text(), "192.168.12.100");
    EXPECT_NE(facts.device.text(), "192.168.12.101");
    EXPECT_NE(facts.device.text(), "fd00::7");
  }
  EXPECT_NE(table.facts[0].device, table.facts[1].device);
  EXPECT_NE(table.facts[2].device, table.facts[3].device);
  // Devices are numbered anew in each capture.
  EXPECT_EQ(table.facts[0].device, table.facts[2].device);
}

TEST(TrainingTable, OfATableIsTheSame) {
  EXPECT_EQ(written(training_table(measured())), written(measured()));
}

TEST(TrainingTable, RejectsEveryTruncation) {
  const std::string bytes = written(measured());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_back_table(bytes.substr(0, size))) << size;
  }
}

// Any changed byte is rejected or leaves a valid dataset.
TEST(TrainingTable, StaysSafeIfAnyByteChanges) {
  const std::string bytes = written(measured());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int mask : {0x01, 0x10, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ mask);
      const auto table = read_back_table(changed);
      if (!table) continue;
      ASSERT_EQ(table->values.size(), table->rows() * table->width);
      ASSERT_EQ(table->parts.values.size(), table->parts.size() * table->width);
      for (std::size_t row = 0; row < table->rows(); ++row) {
        ASSERT_LT(table->labels[row], table->apps.size());
        ASSERT_LT(table->capture_of[row], table->captures.size());
        ASSERT_LT(table->facts[row].name, table->names.size());
        ASSERT_LE(table->facts[row].first, table->facts[row].last);
      }
    }
  }
}

}  // namespace
}  // namespace flowtell
