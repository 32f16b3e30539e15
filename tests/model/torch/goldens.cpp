#include "model/torch/goldens.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "model/mrope.h"

namespace hindsight::test {
namespace {

using namespace hindsight::model;

// As in make_goldens.py.
constexpr double kSecondsPerGrid = 1.5;

std::vector<GridThw> grids(const std::string& name) {
  const auto values = golden_inputs().at(name).values<std::int64_t>();
  std::vector<GridThw> result;
  for (std::size_t i = 0; i < values.size(); i += 3) {
    result.push_back({static_cast<int>(values[i]),
                      static_cast<int>(values[i + 1]),
                      static_cast<int>(values[i + 2])});
  }
  return result;
}

std::vector<PixelPatches> pictures(const std::string& patches, const std::string& grid_name) {
  const MappedTensor& tensor = golden_inputs().at(patches);
  const auto values = tensor.values<float>();
  std::vector<PixelPatches> result;
  auto at = values.begin();
  for (const GridThw& grid : grids(grid_name)) {
    const auto end = at + grid.num_patches() * tensor.spec.shape[1];
    result.push_back({grid, {at, end}});
    at = end;
  }
  return result;
}

}  // namespace

std::filesystem::path golden_checkpoint(const std::string& family) {
  return std::filesystem::path(GOLDENS_DIR) / family;
}

SafetensorsReader golden_results(const std::string& family) {
  return SafetensorsReader(std::filesystem::path(GOLDENS_DIR) / (family + ".golden.safetensors"));
}

const SafetensorsReader& golden_inputs() {
  static const SafetensorsReader inputs(std::filesystem::path(GOLDENS_DIR) / "inputs.safetensors");
  return inputs;
}

std::filesystem::path shipped_checkpoint() {
  // tests/model/torch/goldens is four folders below the root.
  return std::filesystem::path(GOLDENS_DIR) / "../../../../models/hindsight-tiny";
}

std::filesystem::path shipped_goldens(const std::string& extension) {
  return std::filesystem::path(GOLDENS_DIR) / ("hindsight-tiny" + extension);
}

std::vector<PixelPatches> golden_images() { return pictures("image_patches", "image_grid_thw"); }

std::vector<PixelPatches> golden_videos() { return pictures("video_patches", "video_grid_thw"); }

Prompt golden_prompt(const ModelConfig& config,
                     const std::vector<TokenMatrix>& images,
                     const std::vector<TokenMatrix>& videos) {
  const auto ids64 = golden_inputs().at("input_ids").values<std::int64_t>();
  const std::vector<int> ids(ids64.begin(), ids64.end());
  const VisualGrids all{grids("image_grid_thw"), grids("video_grid_thw"), {kSecondsPerGrid}};
  Prompt prompt;
  auto at = ids.begin();
  auto image = images.begin();
  auto video = videos.begin();
  for (const Segment& segment : segments_of(ids, all, config)) {
    if (const auto* text = std::get_if<TextRun>(&segment)) {
      prompt.emplace_back(TextPart(at, at + text->num_tokens));
      at += text->num_tokens;
      continue;
    }
    const auto& block = std::get<VisualBlock>(segment);
    auto& next = block.kind == VisualPart::Kind::image ? image : video;
    prompt.emplace_back(VisualPart{block.kind, block.grid, *next++, block.second_per_grid});
    at += block.grid.num_tokens();
  }
  return prompt;
}

std::vector<float> joined(const std::vector<TokenMatrix>& matrices) {
  std::vector<float> values;
  for (const TokenMatrix& matrix : matrices)
    values.insert(values.end(), matrix.values.begin(), matrix.values.end());
  return values;
}

double relative_error(const std::vector<float>& actual, const std::vector<float>& expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double difference = 0;
  double magnitude = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (!std::isfinite(actual[i])) return std::numeric_limits<double>::infinity();
    difference = std::max(
        difference, std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i])));
    magnitude = std::max(magnitude, std::abs(static_cast<double>(expected[i])));
  }
  return difference / magnitude;
}

}  // namespace hindsight::test
