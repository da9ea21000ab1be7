// SPDX-License-Identifier: Apache-2.0
#include "model/model_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/byte_writer.h"
#include "base/checksum.h"
#include "base/file.h"
#include "support/samples.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

constexpr std::size_t kVersionAt = 8;

std::string decode_error(std::string_view bytes,
                         ErrorKind kind = ErrorKind::kCorrupt) {
  const auto model = decode_model(as_bytes(bytes));
  if (model) return "accepted";
  EXPECT_EQ(model.error().kind, kind);
  return model.error().message;
}

// The bytes with a recomputed checksum.
std::string resealed(std::string bytes) {
  bytes.resize(bytes.size() - 4);
  ByteWriter sum;
  sum.u32(crc32(as_bytes(bytes)));
  return bytes + sum.bytes();
}

TEST(ModelFile, RoundTripsEveryField) {
  const Model model = small_model();
  const auto read = decode_model(as_bytes(*encode_model(model)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->apps, model.apps);
  EXPECT_EQ(read->flows_per_app, model.flows_per_app);
  EXPECT_EQ(read->feature_sets, model.feature_sets);
  EXPECT_EQ(read->columns, model.columns);
  EXPECT_EQ(read->feature_identity, model.feature_identity);
  EXPECT_EQ(read->flow_key, model.flow_key);
  EXPECT_EQ(read->burst_gap, model.burst_gap);
  EXPECT_EQ(read->burst_limit, model.burst_limit);
  EXPECT_EQ(read->forest, model.forest);
  EXPECT_EQ(read->names.counts(), model.names.counts());
  EXPECT_EQ(read->weights, model.weights);
  EXPECT_EQ(read->importance, model.importance);
  EXPECT_EQ(read->out_of_bag_accuracy, model.out_of_bag_accuracy);
  EXPECT_EQ(read->held_out_score, model.held_out_score);
  EXPECT_EQ(read->feature_profile, model.feature_profile);
  EXPECT_FALSE(model.feature_profile.attractors.empty());
  EXPECT_EQ(read->examples, model.examples);
  EXPECT_EQ(model.examples.size(), 7u);
  EXPECT_EQ(read->trained_by, model.trained_by);
  EXPECT_EQ(read->seed, model.seed);
  ASSERT_EQ(read->captures.size(), model.captures.size());
  for (std::size_t i = 0; i < model.captures.size(); ++i) {
    EXPECT_EQ(read->captures[i].path, model.captures[i].path);
    EXPECT_EQ(read->captures[i].group, model.captures[i].group);
    EXPECT_EQ(read->captures[i].app, model.captures[i].app);
    EXPECT_EQ(read->captures[i].sha256, model.captures[i].sha256);
    EXPECT_EQ(read->captures[i].flows, model.captures[i].flows);
    EXPECT_EQ(read->captures[i].first, model.captures[i].first);
    EXPECT_EQ(read->captures[i].last, model.captures[i].last);
  }
}

TEST(ModelFile, RoundTripsEveryByte) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Model model = small_model(seed);
    if (seed % 2 == 0) model.held_out_score.reset();
    const std::string bytes = *encode_model(model);
    const auto read = decode_model(as_bytes(bytes));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*encode_model(*read), bytes);
  }
}

// A model from an untrusted source may contain control characters.
TEST(ModelFile, RemovesControlCharacters) {
  Model model = small_model();
  model.apps[0] = "chat\x1b[2J\n";
  const auto read = decode_model(as_bytes(*encode_model(model)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->apps[0], "chat?[2J?");
}

TEST(ModelFile, BeginsWithItsNameVersionAndLength) {
  const std::string bytes = *encode_model(small_model());
  EXPECT_EQ(bytes.substr(0, 12), std::string("flowtell\x05\0\0\0", 12));
  ByteReader reader(as_bytes(bytes).subspan(12), ByteOrder::kLittle);
  EXPECT_EQ(reader.u64(), bytes.size() - 8 - 4 - 8 - 4);
}

TEST(ModelFile, DetectsEveryFlippedByte) {
  std::string bytes = *encode_model(small_model());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int mask = 1; mask < 256; mask += at < 24 ? 1 : 37) {
      bytes[at] = static_cast<char>(bytes[at] ^ mask);
      ASSERT_FALSE(decode_model(as_bytes(bytes))) << "byte " << at;
      bytes[at] = static_cast<char>(bytes[at] ^ mask);
    }
  }
  EXPECT_EQ(decode_error(bytes), "accepted");
}

TEST(ModelFile, RejectsEveryTruncation) {
  const std::string bytes = *encode_model(small_model());
  for (std::size_t size = 8; size < bytes.size(); ++size) {
    ASSERT_EQ(decode_error(bytes.substr(0, size)),
              "the model is damaged (it is cut short); copy it again or train "
              "it again")
        << size;
  }
}

TEST(ModelFile, RejectsOtherFiles) {
  for (const std::string_view bytes :
       {"", "f", "flowtel", "flowtelL and more", "path,app\na.pcap,chat\n"}) {
    EXPECT_EQ(decode_error(bytes),
              "it is not a flowtell model; make one with 'flowtell train'");
  }
}

TEST(ModelFile, RejectsAnotherVersionWithAValidChecksum) {
  std::string bytes = *encode_model(small_model());
  for (const char version : {'\x01', '\x09'}) {
    bytes[kVersionAt] = version;
    EXPECT_EQ(decode_error(resealed(bytes), ErrorKind::kWrongVersion),
              fmt::format("the model is of format version {}, this program "
                          "reads version 5; train it again",
                          int{version}));
  }
}

TEST(ModelFile, RejectsTrailingData) {
  EXPECT_EQ(decode_error(*encode_model(small_model()) + '\0'),
            "the model is damaged (data follows its end); copy it "
            "again or train it again");
}

TEST(ModelFile, IsSavedAndLoaded) {
  const TemporaryFolder folder;
  const Model model = small_model();
  ASSERT_TRUE(write_file(folder / "apps.model", *encode_model(model)));
  const auto loaded = load_model(folder / "apps.model");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(*encode_model(*loaded), *encode_model(model));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"apps.model"});
}

TEST(ModelFile, NamesTheRejectedFile) {
  const TemporaryFolder folder;
  const std::string path = folder.put("notes.txt", "to do: train");
  const auto refused = load_model(path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(refused.error().message,
            "cannot use " + path +
                ": it is not a flowtell model; make one with 'flowtell train'");
  const auto absent = load_model(folder / "absent");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(absent.error().message.find(folder / "absent"), std::string::npos);
}

TEST(ModelFile, IsNotSavedIntoAMissingFolder) {
  const TemporaryFolder folder;
  const auto saved =
      write_file(folder / "absent/apps.model", *encode_model(small_model()));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(saved.error().message.find(folder / "absent/apps.model"),
            std::string::npos);
  EXPECT_TRUE(folder.names().empty());
}

TEST(ModelFile, IsNotSavedOntoAFullDisk) {
  const auto saved = write_file("/dev/full", *encode_model(small_model()));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().message,
            "cannot write /dev/full: No space left on device; choose another "
            "path");
}

// Simulates a full disk: no file of this process may grow beyond.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit less{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &less);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(ModelFile, KeepsTheOldModelIfTheNewOneDoesNotFit) {
  const TemporaryFolder folder;
  const std::string path = folder / "apps.model";
  ASSERT_TRUE(write_file(path, *encode_model(small_model(1))));
  {
    const FileSizeLimit limit(100);
    const auto saved = write_file(path, *encode_model(small_model(2)));
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().kind, ErrorKind::kNotWritable);
  }
  EXPECT_EQ(*read_file(path), *encode_model(small_model(1)));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"apps.model"});
}

}  // namespace
}  // namespace flowtell
