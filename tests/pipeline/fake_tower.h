// A vision tower without a model: tokens are a hash of the pixels, so equal pixels give equal
// tokens and others do not.
#pragma once

#include <functional>
#include <string>

#include "model/vision_language_model.h"

namespace hindsight::test {

class FakeTower : public model::VisionTower {
 public:
  static constexpr int kTokenWidth = 16;

  explicit FakeTower(const std::string& fingerprint = "fake-1", const std::string& dtype = "fp32");

  [[nodiscard]] const model::ModelInfo& info() const override { return info_; }
  [[nodiscard]] std::vector<TokenMatrix> encode(
      std::span<const model::PixelPatches> inputs) override;

  /// Inputs encoded so far.
  int num_encoded = 0;
  /// Called before each input with the number of inputs before it.
  std::function<void(int)> before_input;

 private:
  model::ModelInfo info_;
};

}  // namespace hindsight::test
