// SPDX-License-Identifier: Apache-2.0
#include "model/svm.h"

#include <libsvm/svm.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include "base/portable_math.h"

namespace flowtell {
namespace {

struct FreeModel {
  void operator()(svm_model* model) const {
    svm_free_and_destroy_model(&model);
  }
};

double standardised(const Svm& svm, std::span<const float> row,
                    std::size_t column) {
  return (static_cast<double>(row[column]) -
          static_cast<double>(svm.means[column])) *
         static_cast<double>(svm.scales[column]);
}

double mean_of(const Dataset& data, std::size_t column) {
  double sum = 0;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    sum += static_cast<double>(data.row(i)[column]);
  }
  return sum / static_cast<double>(data.rows());
}

double deviation_of(const Dataset& data, std::size_t column, double mean) {
  double squares = 0;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const double difference = static_cast<double>(data.row(i)[column]) - mean;
    squares += difference * difference;
  }
  return std::sqrt(squares / static_cast<double>(data.rows()));
}

void fit_scales(const Dataset& data, Svm& svm) {
  // Smaller variation is rounding error.
  constexpr double kConstant = 1e-9;
  for (std::size_t column = 0; column < data.width; ++column) {
    const double mean = mean_of(data, column);
    const double deviation = deviation_of(data, column, mean);
    const bool varies = deviation > kConstant * std::max(1.0, std::abs(mean));
    svm.means.push_back(static_cast<float>(mean));
    svm.scales.push_back(varies ? static_cast<float>(1 / deviation) : 0);
  }
}

// The rows in the form of libsvm: each value with its column, then -1.
class Problem {
 public:
  Problem(const Dataset& data, const Svm& svm)
      : nodes_(data.rows() * (data.width + 1)) {
    for (std::size_t i = 0; i < data.rows(); ++i) {
      svm_node* at = &nodes_[i * (data.width + 1)];
      rows_.push_back(at);
      labels_.push_back(data.labels[i]);
      for (std::size_t column = 0; column < data.width; ++column) {
        // Rounded as in a model file.
        const auto value =
            static_cast<float>(standardised(svm, data.row(i), column));
        *at++ = {static_cast<int>(column), static_cast<double>(value)};
      }
      *at = {-1, 0};
    }
    problem_ = {static_cast<int>(data.rows()), labels_.data(), rows_.data()};
  }
  const svm_problem* get() const { return &problem_; }

 private:
  std::vector<svm_node> nodes_;
  std::vector<svm_node*> rows_;
  std::vector<double> labels_;
  svm_problem problem_{};
};

void copy_vectors(const svm_model& model, std::size_t width, Svm& svm) {
  const int trained = model.nr_class;
  for (int i = 0; i < trained; ++i) {
    svm.trained.push_back(static_cast<AppId>(model.label[i]));
    svm.vectors_of.push_back(static_cast<std::uint32_t>(model.nSV[i]));
  }
  for (std::size_t column = 0; column < width; ++column) {
    for (int v = 0; v < model.l; ++v) {
      svm.vectors.push_back(static_cast<float>(model.SV[v][column].value));
    }
  }
  for (int v = 0; v < model.l; ++v) {
    for (int i = 0; i + 1 < trained; ++i) {
      svm.factors.push_back(model.sv_coef[i][v]);
    }
  }
  for (int pair = 0; pair < trained * (trained - 1) / 2; ++pair) {
    svm.biases.push_back(-model.rho[pair]);
  }
}

// The cost factor of each app's flows that gives apps equal weight.
struct AppCosts {
  explicit AppCosts(const Dataset& data) {
    const auto flows = data.flows_per_app();
    const auto trained =
        std::ranges::count_if(flows, [](auto count) { return count > 0; });
    for (std::size_t app = 0; app < flows.size(); ++app) {
      if (flows[app] == 0) continue;
      labels.push_back(static_cast<int>(app));
      factors.push_back(static_cast<double>(data.rows()) /
                        static_cast<double>(trained) /
                        static_cast<double>(flows[app]));
    }
  }
  std::vector<int> labels;
  std::vector<double> factors;
};

// The kernel of a row and each support vector, from 0 to 1.
std::vector<double> kernel_values(const Svm& svm, std::span<const float> row) {
  const std::size_t count = svm.vector_count();
  std::vector<double> all(count);
  for (std::size_t column = 0; column < svm.width; ++column) {
    const double value = standardised(svm, row, column);
    const float* const others = svm.vectors.data() + column * count;
    for (std::size_t v = 0; v < count; ++v) {
      const double difference = value - static_cast<double>(others[v]);
      all[v] += difference * difference;
    }
  }
  for (double& distance : all) distance = portable_exp(-svm.gamma * distance);
  return all;
}

}  // namespace

Svm build_svm(const Dataset& data, const SvmOptions& options) {
  Svm svm;
  svm.apps = data.apps.size();
  svm.width = data.width;
  svm.gamma = 1 / static_cast<double>(data.width);
  fit_scales(data, svm);
  const Problem problem(data, svm);
  AppCosts costs(data);

  svm_parameter parameter{};
  parameter.svm_type = C_SVC;
  parameter.kernel_type = RBF;
  parameter.gamma = svm.gamma;
  parameter.C = options.cost;
  parameter.cache_size = 200;  // MB
  parameter.eps = 1e-3;
  parameter.shrinking = 1;
  if (options.balance_apps) {
    parameter.nr_weight = static_cast<int>(costs.labels.size());
    parameter.weight_label = costs.labels.data();
    parameter.weight = costs.factors.data();
  }
  // libsvm prints to a global function; threads may train at once.
  static std::once_flag is_silenced;
  std::call_once(is_silenced,
                 [] { svm_set_print_string_function([](const char*) {}); });
  const std::unique_ptr<svm_model, FreeModel> model(
      svm_train(problem.get(), &parameter));
  copy_vectors(*model, data.width, svm);
  return svm;
}

std::vector<double> Svm::decide(std::span<const float> row) const {
  const std::vector<double> kernel = kernel_values(*this, row);
  const std::size_t others = trained.size() - 1;
  std::vector<std::size_t> begin = {0};
  for (const std::uint32_t count : vectors_of) {
    begin.push_back(begin.back() + count);
  }
  std::vector<double> decisions = biases;
  std::size_t pair = 0;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    for (std::size_t j = i + 1; j < trained.size(); ++j, ++pair) {
      for (std::size_t v = begin[i]; v < begin[i + 1]; ++v) {
        decisions[pair] += factors[v * others + j - 1] * kernel[v];
      }
      for (std::size_t v = begin[j]; v < begin[j + 1]; ++v) {
        decisions[pair] += factors[v * others + i] * kernel[v];
      }
    }
  }
  return decisions;
}

void Svm::predict(std::span<const float> row, std::span<double> shares) const {
  constexpr double kSlope = 2;
  std::fill(shares.begin(), shares.end(), 0);
  if (trained.size() == 1) {
    shares[trained.front()] = 1;
    return;
  }
  const auto decisions = decide(row);
  const double pairs = static_cast<double>(decisions.size());
  std::size_t pair = 0;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    for (std::size_t j = i + 1; j < trained.size(); ++j, ++pair) {
      const double share = 1 / (1 + portable_exp(-kSlope * decisions[pair]));
      shares[trained[i]] += share / pairs;
      shares[trained[j]] += (1 - share) / pairs;
    }
  }
}

}  // namespace flowtell
