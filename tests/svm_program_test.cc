// SPDX-License-Identifier: Apache-2.0
//
// The support vector machine as the learner.
#include <filesystem>

#include "base/file.h"
#include "support/app_captures.h"
#include "support/program.h"

namespace flowtell {
namespace {

class SvmProgram : public ProgramTest {
 protected:
  void SetUp() override {
    std::filesystem::create_directory_symlink(FLOWTELL_SAMPLES_FOLDER,
                                              folder() / "samples");
    put_app_captures(folder(), "home", 100, 4);
    put("phone.pcap", app_capture(MadeUpApp::kVideo, 500));
  }
};

TEST_F(SvmProgram, TrainsClassifiesAndExplains) {
  run("flowtell train home -o svm.model --learner svm");
  run("flowtell model svm.model");
  run("flowtell model svm.model --json - | grep -A 1 -e svm -e out_of_bag");
  run("flowtell classify svm.model phone.pcap | head -n 5");
  run("flowtell explain svm.model");
  run("flowtell explain svm.model phone.pcap --flow 3");
  run("flowtell explain svm.model phone.pcap --flow 3 --evidence "
      "shape");
  run("flowtell explain svm.model --json - | grep -m 1 features");
  run("flowtell explain svm.model phone.pcap --flow 3 --json - | "
      "grep -A 4 -m 1 '\"base\"'");
  expect("svm");
}

TEST_F(SvmProgram, IsEvaluatedLikeAForest) {
  run("flowtell evaluate samples/home --learner svm");
  run("flowtell evaluate samples/home --test samples/mobile --learner svm");
  run("flowtell evaluate samples/home --learner svm --json - | "
      "grep learner");
  expect("svm_evaluated");
}

TEST_F(SvmProgram, RejectsForestOptions) {
  run("flowtell train samples/home -o svm.model --learner svm --trees 10");
  run("flowtell evaluate samples/home --learner svm --trees 100");
  run("flowtell evaluate samples/home --learner svm --preset eurosp16");
  run("flowtell evaluate samples/home --learner bayes");
  run("ls");
  expect("svm_refused");
}

TEST_F(SvmProgram, GivesTheSameBytesOnAnyNumberOfThreads) {
  const std::string line = "flowtell train samples/home --learner svm -o ";
  run(line + "one.model --threads 1");
  run(line + "two.model --threads 2");
  EXPECT_EQ(*read_file(folder() / "one.model"),
            *read_file(folder() / "two.model"));
}

}  // namespace
}  // namespace flowtell
