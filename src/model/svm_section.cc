// SPDX-License-Identifier: Apache-2.0
#include "model/model_sections.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowtell {
namespace {

// Invalidates the reader if the numbers do not fit the remaining bytes; no
// value if one is outside -max … max.
template <typename Number>
std::optional<std::vector<Number>> read_numbers(ByteReader& in,
                                                std::uint64_t count,
                                                Number max) {
  std::vector<Number> all;
  if (count > in.left() / sizeof(Number)) {
    in.skip(in.left() + 1);
    return all;
  }
  all.resize(static_cast<std::size_t>(count));
  for (Number& number : all) {
    if constexpr (sizeof(Number) == 4) {
      number = in.f32();
    } else {
      number = in.f64();
    }
    if (!(std::abs(number) <= max)) return std::nullopt;
  }
  return all;
}

// Reads the trained apps; each must exist and occur once.
Result<void> read_trained(ByteReader& in, Svm& svm) {
  const std::uint32_t trained = in.u32();
  if (in.ok() && trained == 0) return wrong("it has no support vectors");
  std::vector<bool> is_trained(svm.apps);
  for (std::uint32_t i = 0; i < trained; ++i) {
    const AppId app = in.u16();
    if (app >= svm.apps || is_trained[app]) {  // bounds the loop
      return wrong("support vectors name an unknown app");
    }
    is_trained[app] = true;
    svm.trained.push_back(app);
    svm.vectors_of.push_back(in.u32());
    if (in.ok() && trained > 1 && svm.vectors_of.back() == 0) {
      return wrong("an app has no support vectors");
    }
  }
  return {};
}

Result<void> read_vectors(ByteReader& in, Svm& svm) {
  // Small enough that sums of them stay finite.
  constexpr double kMax = 1e30;
  std::uint64_t vectors = 0;
  for (const std::uint32_t of_app : svm.vectors_of) vectors += of_app;
  const std::uint64_t others = svm.trained.size() - 1;
  // Keeps products with the columns or apps, fewer than 2^16, small.
  if (vectors > in.left()) {
    in.skip(in.left() + 1);
    return {};
  }
  auto values = read_numbers(in, vectors * svm.width, static_cast<float>(kMax));
  auto factors = read_numbers(in, vectors * others, kMax);
  auto biases = read_numbers(in, svm.trained.size() * others / 2, kMax);
  if (!values || !factors || !biases) return wrong("a vector is out of range");
  svm.vectors = std::move(*values);
  svm.factors = std::move(*factors);
  svm.biases = std::move(*biases);
  return {};
}

}  // namespace

void write_svm(ByteWriter& out, const Model& model) {
  out.u8(model.svm ? 1 : 0);
  if (!model.svm) return;
  const Svm& svm = *model.svm;
  out.f64(svm.gamma);
  for (const float mean : svm.means) out.f32(mean);
  for (const float scale : svm.scales) out.f32(scale);
  out.u32(static_cast<std::uint32_t>(svm.trained.size()));
  for (std::size_t i = 0; i < svm.trained.size(); ++i) {
    out.u16(svm.trained[i]);
    out.u32(svm.vectors_of[i]);
  }
  for (const float value : svm.vectors) out.f32(value);
  for (const double factor : svm.factors) out.f64(factor);
  for (const double bias : svm.biases) out.f64(bias);
}

Result<void> read_svm(ByteReader& in, Model& model) {
  constexpr float kMax = std::numeric_limits<float>::max();
  const std::uint8_t kind = in.u8();
  if (kind > 1) return wrong("its learner is unknown");
  if (kind == 0) {
    if (model.forest.trees.empty()) return wrong("it has no trees");
    return {};
  }
  if (!model.forest.trees.empty()) return wrong("it has trees and vectors");
  Svm& svm = model.svm.emplace();
  svm.apps = model.apps.size();
  svm.width = model.columns.size();
  svm.gamma = in.f64();
  if (in.ok() && !(svm.gamma > 0 && svm.gamma <= 1)) {
    return wrong("its kernel is invalid");
  }
  auto means = read_numbers(in, svm.width, kMax);
  auto scales = read_numbers(in, svm.width, kMax);
  if (!means || !scales ||
      !std::ranges::all_of(*scales, [](float scale) { return scale >= 0; })) {
    return wrong("a column scale is invalid");
  }
  svm.means = std::move(*means);
  svm.scales = std::move(*scales);
  if (auto done = read_trained(in, svm); !done) return done;
  if (!in.ok()) return {};  // decode_sections fails
  return read_vectors(in, svm);
}

}  // namespace flowtell
