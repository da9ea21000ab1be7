// SPDX-License-Identifier: Apache-2.0
#include "tool/watch_reporting.h"

#include <filesystem>

#include "model/model_file.h"

namespace flowtell {
namespace {

constexpr Duration kDrawEvery = std::chrono::milliseconds(200);

}  // namespace

Result<std::unique_ptr<ModelInUse>> ModelInUse::load(const std::string& path,
                                                     const UnknownRule& rule) {
  auto model = load_model(path);
  if (!model) return fail(std::move(model).error());
  std::unique_ptr<ModelInUse> in_use(new ModelInUse(std::move(*model)));
  auto judge = Judge::make(in_use->model_, rule);
  if (!judge) {
    return fail(fmt::format("cannot use {}", path), std::move(judge).error());
  }
  in_use->judge_ = std::move(*judge);
  return in_use;
}

Result<std::unique_ptr<WatchReporting>> WatchReporting::make(
    const WriterArguments& arguments, std::unique_ptr<ModelInUse> model,
    Options options) {
  auto writer = arguments.resolve();
  if (!writer) return fail(std::move(writer).error());
  auto features = FeatureList::parse(arguments.features);
  if (!features) return fail(std::move(features).error());
  auto output = Output::open_growing(arguments.output);
  if (!output) return fail(std::move(output).error());
  writer->with_verdicts = true;
  writer->with_early = options.with_early;
  writer->with_names = options.with_names;
  return std::unique_ptr<WatchReporting>(new WatchReporting(
      std::move(*writer), std::move(*features), std::move(*output),
      std::move(model), std::move(options)));
}

WatchReporting::WatchReporting(FlowWriterOptions writer, FeatureList features,
                               Output output, std::unique_ptr<ModelInUse> model,
                               Options options)
    : options_(std::move(options)),
      model_(std::move(model)),
      features_(std::move(features)),
      writer_(make_flow_writer(std::move(writer))),
      output_(std::move(output)),
      lines_(*writer_, text_),
      screen_("flowtell  " +
                  std::filesystem::path(options_.title).filename().string(),
              [](const Address& address) { return address.text(); }),
      reporter_(
          features_, model_->naming(),
          {&tally_, options_.on_screen ? static_cast<FlowListener*>(&screen_)
                                       : &lines_}) {}

void WatchReporting::begin() {
  if (options_.on_screen) {
    terminal_.emplace();
  } else {
    writer_->begin_output(text_);
    writer_->begin_capture(text_, options_.title);
  }
}

Result<void> WatchReporting::refresh(
    const std::function<LiveStatus()>& status) {
  if (!options_.on_screen) return write_lines();
  const Duration now = monotonic_now();
  if (now < next_draw_) return {};
  next_draw_ = now + kDrawEvery;
  return terminal_->show(screen_.draw(status(), terminal_->size()));
}

Result<void> WatchReporting::write_lines() {
  if (text_.empty()) return {};
  auto done = output_.write(text_);
  text_.clear();
  return done;
}

void WatchReporting::use(std::unique_ptr<ModelInUse> model) {
  reporter_.use(model->naming());
  model_ = std::move(model);
}

}  // namespace flowtell
