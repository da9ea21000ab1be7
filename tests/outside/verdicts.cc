// SPDX-License-Identifier: Apache-2.0
//
// Trains on a folder, saves and loads the model, and prints the verdicts of a
// capture: read as a file, and again frame by frame as from a live link.
//   verdicts CAPTURES MODEL CAPTURE
#include <flowtell/classifier.h>
#include <flowtell/train.h>

#include <cstdio>
#include <optional>
#include <string>

namespace {

std::string line_of(const flowtell::Flow& flow) {
  char counts[80];
  std::snprintf(counts, sizeof counts, ":%u %.4f", flow.remote_port,
                flow.confidence);
  return flow.device.text() + " " + flow.remote.text() + counts + " " +
         std::string(flow.app) + "\n";
}

std::string verdicts(const flowtell::Classifier& classifier,
                     const std::string& path, bool is_live) {
  std::string lines;
  flowtell::ClassifierSession session(
      classifier, [&](const flowtell::Flow& flow) { lines += line_of(flow); });
  flowtell::Capture capture(path);
  if (is_live) {
    // As on a live link, silences are noted when they have passed.
    std::optional<flowtell::Timestamp> last;
    while (const auto frame = capture.next()) {
      if (last && frame->time > *last) {
        session.note_silence(frame->time - *last - flowtell::Duration(1));
      }
      last = frame->time;
      session.add(*frame);
    }
  } else {
    session.add_all(capture);
  }
  session.finish();
  return lines;
}

flowtell::ErrorKind kind_of(const std::string& model) {
  try {
    flowtell::Model::load(model);
  } catch (const flowtell::Error& error) {
    return error.kind();
  }
  return {};
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  try {
    flowtell::TrainOptions options;
    options.trees = 20;
    options.with_score = false;
    train(flowtell::Dataset::load(words[1]), options).save(words[2]);
    const flowtell::Classifier classifier(flowtell::Model::load(words[2]));
    const std::string lines = verdicts(classifier, words[3], false);
    if (lines != verdicts(classifier, words[3], true)) return 3;
    if (kind_of("/absent") != flowtell::ErrorKind::kNotFound) return 4;
    if (kind_of(words[3]) != flowtell::ErrorKind::kCorrupt) return 5;
    std::fputs(lines.c_str(), stdout);
    return 0;
  } catch (const flowtell::Error& error) {
    std::fprintf(stderr, "%s: %s\n", name(error.kind()).c_str(), error.what());
    return 1;
  }
}
