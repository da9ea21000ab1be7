// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "base/text.h"
#include "capture/capture_file.h"
#include "classify/classifier.h"
#include "learn/adaptation.h"
#include "model/model_file.h"
#include "report/table.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/each_capture.h"
#include "tool/model_output.h"
#include "tool/output_check.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

class AdaptCommand : public Command {
 public:
  explicit AdaptCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "adapt", "Fit a model to another network by its own traffic");
    command.add_option("MODEL", model_, "A model made by 'flowtell train'")
        ->type_name("")
        ->required();
    command
        .add_option("CAPTURE", paths_,
                    "Captures of the network and folders of them; they need "
                    "no labels")
        ->type_name("");
    command
        .add_option("--labelled", labelled_,
                    "Labelled captures of the network, as for 'flowtell train'")
        ->type_name("CAPTURES");
    command.add_flag("--undo", undo_,
                     "Train without what earlier adaptations added");
    command.add_option("-o,--output", output_, "The adapted model to write")
        ->type_name("MODEL")
        ->required();
    command.add_flag("--no-score", no_score_,
                     "Skip cross-validation; faster, but the model has no "
                     "accuracy estimate");
    meter_.define(command);
    define_threads(command, threads_);
    define_separate(command, joining_);
    command.footer(
        "Sessions of the captures are labelled by server names and time; the "
        "surest half\nof each app's is added to the training flows.\n"
        "\n"
        "Examples:\n"
        "  flowtell adapt home.model office/ -o office.model\n"
        "      office/ holds captures of any traffic there\n"
        "  flowtell adapt home.model --labelled office-apps/ -o office.model\n"
        "      a few captures with known apps, or per-flow labels\n"
        "  flowtell adapt office.model --undo -o home.model");
  }

  Result<ExitCode> run() override {
    if (undo_ == !(paths_.empty() && labelled_.empty())) {
      return fail(ErrorKind::kUsage, "{}",
                  undo_ ? "--undo takes no captures; leave one of them out"
                        : "give captures of the network, --labelled or --undo");
    }
    auto flow = meter_.resolve();
    if (!flow) return fail(std::move(flow).error());
    std::vector<std::string> inputs = paths_;
    inputs.push_back(labelled_);
    auto distinct = check_outputs({output_}, inputs);
    if (!distinct) return fail(std::move(distinct).error());
    auto output = Output::open(output_);
    if (!output) return fail(std::move(output).error());
    auto model = load_model(model_);
    if (!model) return fail(std::move(model).error());
    auto features = model->features();
    if (!features)
      return fail(fmt::format("cannot use {}", model_),
                  std::move(features).error());
    auto adapted = undo_ ? undo(*model) : adapt_to(*model, *features, *flow);
    if (!adapted) return fail(std::move(adapted).error());
    if (auto saved = save(*adapted, *output); !saved) {
      return fail(std::move(saved).error());
    }
    print_note(summary(*adapted));
    return any_damage_ ? ExitCode::kDamaged : ExitCode::kDone;
  }

 private:
  TrainOptions train_options(const Model& model, StepProgress& progress) const {
    TrainOptions options = options_of(model);
    options.shape.threads = threads_;
    if (no_score_) options.with_score = false;
    options.progress = std::ref(progress);
    return options;
  }

  Result<Model> undo(const Model& model) {
    StepProgress progress;
    auto trained = undo_adaptation(model, train_options(model, progress));
    if (!trained) return fail(model_, std::move(trained).error());
    return trained;
  }

  Result<Model> adapt_to(const Model& model, const FeatureList& features,
                         FlowOptions flow) {
    flow.key = model.flow_key;
    flow.burst_gap = model.burst_gap;
    flow.burst_limit = model.burst_limit;
    flow.names = true;
    auto site = load_site(model, features, flow);
    if (!site) return fail(std::move(site).error());
    auto labelled = load_labelled(model, features, flow);
    if (!labelled) return fail(std::move(labelled).error());
    StepProgress progress;
    auto adapted =
        adapt(model, *site, *labelled, train_options(model, progress));
    if (!adapted) return fail(model_, std::move(adapted).error());
    sessions_ = std::move(adapted->sessions);
    if (adapted->known_captures > 0) {
      warn(fmt::format(
          "{} left out, because the model was trained on the same file",
          counted(adapted->known_captures, "capture")));
    }
    return std::move(adapted->model);
  }

  LoadOptions load_options(const Model& model, const FeatureList& features,
                           const FlowOptions& flow, Progress& progress) const {
    LoadOptions load;
    load.flow = flow;
    load.features = features;
    load.threads = threads_;
    load.apps = model.apps;
    load.parts = model.table && model.table->parts.size() > 0;
    load.progress = std::ref(progress);
    return load;
  }

  Result<Dataset> load(std::span<const LabelledCapture> captures,
                       const Model& model, const FeatureList& features,
                       const FlowOptions& flow) {
    Progress progress("reading captures");
    auto loaded =
        load_dataset(captures, load_options(model, features, flow, progress));
    if (!loaded) return fail(std::move(loaded).error());
    any_damage_ |= warn_of_loading(*loaded);
    return std::move(loaded->dataset);
  }

  Result<Dataset> load_site(const Model& model, const FeatureList& features,
                            const FlowOptions& flow) {
    if (paths_.empty()) return empty_dataset(model, features);
    auto paths = find_captures(paths_);
    if (!paths) return fail(std::move(paths).error());
    return load(unlabelled_captures(whole_captures(*paths, joining_),
                                    model.apps.front()),
                model, features, flow);
  }

  Result<Dataset> load_labelled(const Model& model, const FeatureList& features,
                                const FlowOptions& flow) {
    if (labelled_.empty()) return empty_dataset(model, features);
    auto captures = find_captures_with_labels(labelled_, model.apps, joining_);
    if (!captures) return fail(std::move(captures).error());
    return load(*captures, model, features, flow);
  }

  static Dataset empty_dataset(const Model& model,
                               const FeatureList& features) {
    Dataset data;
    data.apps = model.apps;
    data.width = features.width();
    data.features = features;
    return data;
  }

  // The numbers of sessions by likeliest app.
  std::string summary(const Model& model) const {
    if (undo_)
      return fmt::format("Without adaptation, written to {}.\n", output_);
    std::string text;
    if (!sessions_.empty()) {
      struct Count {
        std::size_t sessions = 0;
        std::size_t used = 0;
        double sureness = 0;
      };
      std::map<AppId, Count> counts;
      for (const SiteSession& session : sessions_) {
        Count& count = counts[session.app];
        ++count.sessions;
        if (!session.is_used) continue;
        ++count.used;
        count.sureness += session.sureness;
      }
      TextTable table({"likeliest app", "sessions", "trained on", "sureness"});
      for (const auto& [app, count] : counts) {
        table.add(
            {model.apps[app], std::to_string(count.sessions),
             std::to_string(count.used),
             count.used == 0
                 ? "-"
                 : fmt::format("{:.2f}", count.sureness /
                                             static_cast<double>(count.used))});
      }
      text += table.text();
    }
    std::size_t used = 0;
    std::size_t labelled = 0;
    for (const CaptureRecord& capture : model.captures) {
      if (capture.origin == CaptureOrigin::kSiteSession) ++used;
      if (capture.origin == CaptureOrigin::kSiteLabelled) ++labelled;
    }
    return text + fmt::format("Adapted to {} and {}, written to {}.\n",
                              counted(used, "session"),
                              counted(labelled, "labelled capture"), output_);
  }

  std::string model_;
  std::vector<std::string> paths_;
  std::string labelled_;
  bool undo_ = false;
  std::string output_;
  bool no_score_ = false;
  int threads_ = 1;
  Joining joining_ = Joining::kJoin;
  MeterArguments meter_;
  std::vector<SiteSession> sessions_;
  bool any_damage_ = false;
};

}  // namespace

std::unique_ptr<Command> make_adapt_command(CLI::App& program) {
  return std::make_unique<AdaptCommand>(program);
}

}  // namespace flowtell
