#include "model/torch/detail/vision_tower.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "model/torch/detail/backend.h"
#include "model/torch/detail/module.h"
#include "model/torch/detail/ops.h"
#include "model/torch/detail/vision_layout.h"

namespace hindsight::model::torch::detail {
namespace {

// Hard-coded in the reference for both families.
constexpr double kEps = 1e-6;

struct Norm {
  at::Tensor weight;
  at::Tensor bias;  // undefined: root-mean-square norm
};

struct Block {
  Norm norm1;
  Norm norm2;
  Linear qkv;
  Linear projection;
  Linear gate;  // gated MLP only
  Linear up;
  Linear down;
};

struct Geometry {
  at::Tensor cos;  // [patches, 1, head_dim] float32
  at::Tensor sin;
  std::vector<SegmentRun> frame;
  std::vector<SegmentRun> windows;
  at::Tensor unit_order;  // undefined: in merge order already
  at::Tensor inverse_order;
};

at::Tensor normalise(const at::Tensor& x, const Norm& norm) {
  return norm.bias.defined() ? layer_norm(x, norm.weight, norm.bias, kEps)
                             : rms_norm(x, norm.weight, kEps);
}

at::Tensor index_tensor(const std::vector<std::int64_t>& values, at::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

/// Tower and merger of both families.
class TorchVisionTower final : public VisionTower {
 public:
  TorchVisionTower(const ModelConfig& config,
                   ModelInfo info,
                   const WeightLoader& loader,
                   at::Device device,
                   int threads)
      : config_(config),
        info_(std::move(info)),
        dtype_(scalar_type(info_.dtype)),
        device_(device),
        threads_(threads),
        gated_(config.family == Family::qwen2_5_vl) {
    const VisionConfig& vision = config_.vision;
    // Rank 5 or rank 2 in the file; the columns are in the order of a patch either way.
    patch_embedding_.weight = loader.tensor("visual.patch_embed.proj.weight")
                                  .reshape({vision.width, vision.patch_values()});
    for (int i = 0; i < vision.depth; ++i)
      blocks_.push_back(load_block(loader, fmt::format("visual.blocks.{}.", i)));
    merger_norm_ = load_norm(loader, "visual.merger.ln_q");
    merger_in_ = loader.linear("visual.merger.mlp.0");
    merger_out_ = loader.linear("visual.merger.mlp.2");
  }

  [[nodiscard]] const ModelInfo& info() const override { return info_; }

  [[nodiscard]] std::vector<TokenMatrix> encode(std::span<const PixelPatches> inputs) override {
    for (const PixelPatches& input : inputs) check_input(input);
    return guarded("encode pictures", threads_, [&] {
      std::vector<TokenMatrix> results;
      results.reserve(inputs.size());
      for (const PixelPatches& input : inputs) results.push_back(encode_one(input));
      return results;
    });
  }

 private:
  Norm load_norm(const WeightLoader& loader, const std::string& name) const {
    return {loader.tensor(name + ".weight"), gated_ ? at::Tensor() : loader.tensor(name + ".bias")};
  }

  Block load_block(const WeightLoader& loader, const std::string& name) const {
    Block block;
    block.norm1 = load_norm(loader, name + "norm1");
    block.norm2 = load_norm(loader, name + "norm2");
    block.qkv = loader.linear(name + "attn.qkv");
    block.projection = loader.linear(name + "attn.proj");
    if (gated_) block.gate = loader.linear(name + "mlp.gate_proj");
    block.up = loader.linear(name + (gated_ ? "mlp.up_proj" : "mlp.fc1"));
    block.down = loader.linear(name + (gated_ ? "mlp.down_proj" : "mlp.fc2"));
    return block;
  }

  void check_input(const PixelPatches& input) const {
    const GridThw& grid = input.grid;
    const int merge = config_.vision.spatial_merge_size;
    if (!grid.is_possible() || grid.h % merge != 0 || grid.w % merge != 0) {
      throw Error(ErrorCode::usage,
                  fmt::format("cannot encode a picture of {} x {} x {} patches: sides must be "
                              "positive and even, and "
                              "there are at most {} patches",
                              grid.t,
                              grid.h,
                              grid.w,
                              GridThw::kMaxPatches));
    }
    const std::size_t expected = static_cast<std::size_t>(grid.num_patches()) *
                                 static_cast<std::size_t>(config_.vision.patch_values());
    if (input.values.size() != expected) {
      throw Error(
          ErrorCode::usage,
          fmt::format(
              "cannot encode a picture of {} x {} x {} patches: it has {} values instead of {}",
              grid.t,
              grid.h,
              grid.w,
              input.values.size(),
              expected));
    }
  }

  /// Attention never crosses a temporal patch, so each is computed alone: its tokens have the same
  /// bits in a clip as in a pair, and memory does not grow with the length of a clip.
  TokenMatrix encode_one(const PixelPatches& input) {
    const GridThw frame{1, input.grid.h, input.grid.w};
    const Geometry geometry = make_geometry(frame);
    const std::int64_t patches = frame.num_patches();
    const std::int64_t values = config_.vision.patch_values();
    TokenMatrix tokens{static_cast<int>(input.grid.num_tokens()), config_.vision.out_width, {}};
    tokens.values.reserve(static_cast<std::size_t>(tokens.rows) *
                          static_cast<std::size_t>(tokens.width));
    for (int t = 0; t < input.grid.t; ++t) {
      auto* const rows = const_cast<float*>(input.values.data()) + t * patches * values;
      const at::Tensor pixels =
          at::from_blob(rows, {patches, values}, at::kFloat).to(device_, dtype_);
      const at::Tensor merged =
          encode_frame(pixels, geometry).to(at::kCPU, at::kFloat).contiguous();
      const float* const first = merged.data_ptr<float>();
      tokens.values.insert(tokens.values.end(), first, first + merged.numel());
    }
    return tokens;
  }

  Geometry make_geometry(const GridThw& grid) const {
    Geometry geometry;
    std::vector<float> values = rotary_angles(grid, config_.vision);
    const std::int64_t half = config_.vision.head_dim() / 2;
    at::Tensor angles = at::from_blob(values.data(), {grid.num_patches(), half}, at::kFloat)
                            .to(device_, at::kFloat, false, /*copy=*/true);
    geometry.frame = frame_segments(grid);
    if (gated_) {
      const WindowLayout layout = window_layout(grid, config_.vision);
      geometry.windows = layout.segments;
      geometry.unit_order = index_tensor(layout.unit_order, device_);
      geometry.inverse_order = index_tensor(inverse_of(layout.unit_order), device_);
      angles = reorder_units(angles, geometry.unit_order);
    }
    angles = at::cat({angles, angles}, -1).unsqueeze(1);  // [patches, 1, head_dim]
    geometry.cos = at::cos(angles);
    geometry.sin = at::sin(angles);
    return geometry;
  }

  /// Rows move in groups of one merged unit.
  [[nodiscard]] at::Tensor reorder_units(const at::Tensor& x, const at::Tensor& order) const {
    const std::int64_t unit =
        std::int64_t{config_.vision.spatial_merge_size} * config_.vision.spatial_merge_size;
    return x.view({-1, unit, x.size(1)}).index_select(0, order).reshape(x.sizes());
  }

  /// pixels [patches, values] -> [patches / 4, out_width].
  at::Tensor encode_frame(const at::Tensor& pixels, const Geometry& geometry) {
    at::Tensor x = apply(patch_embedding_, pixels);
    if (geometry.unit_order.defined()) x = reorder_units(x, geometry.unit_order);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Block& block = blocks_[i];
      const auto& segments = attends_to_all(i) ? geometry.frame : geometry.windows;
      x = x + attend(normalise(x, block.norm1), block, geometry, segments);
      x = x + feed_forward(normalise(x, block.norm2), block);
    }
    const std::int64_t unit_width = merger_in_.weight.size(1);
    x = normalise(x, merger_norm_).view({-1, unit_width});
    x = apply(merger_out_, at::gelu(apply(merger_in_, x)));
    return geometry.inverse_order.defined() ? x.index_select(0, geometry.inverse_order) : x;
  }

  [[nodiscard]] bool attends_to_all(std::size_t block) const {
    const auto& all = config_.vision.full_attention_blocks;
    return !gated_ || std::find(all.begin(), all.end(), static_cast<int>(block)) != all.end();
  }

  [[nodiscard]] at::Tensor feed_forward(const at::Tensor& x, const Block& block) const {
    const std::string& activation = config_.vision.activation;
    if (!gated_) return apply(block.down, activate(apply(block.up, x), activation));
    return apply(block.down, activate(apply(block.gate, x), activation) * apply(block.up, x));
  }

  [[nodiscard]] at::Tensor attend(const at::Tensor& x,
                                  const Block& block,
                                  const Geometry& geometry,
                                  const std::vector<SegmentRun>& segments) const {
    const std::int64_t patches = x.size(0);
    const std::int64_t heads = config_.vision.num_heads;
    const std::int64_t head_dim = config_.vision.head_dim();
    const at::Tensor qkv = apply(block.qkv, x).view({patches, 3, heads, head_dim});
    const auto rotated = [&](int which) {
      return rotate(qkv.select(1, which).to(at::kFloat), geometry.cos, geometry.sin)
          .to(x.scalar_type());
    };
    const at::Tensor q = rotated(0);
    const at::Tensor k = rotated(1);
    const at::Tensor v = qkv.select(1, 2);
    std::vector<at::Tensor> parts;
    std::int64_t at = 0;
    for (const SegmentRun& run : segments) {
      // [count * length, heads, d] -> [count * heads, length, d]
      const auto split = [&](const at::Tensor& t) {
        return t.narrow(0, at, run.count * run.length)
            .reshape({run.count, run.length, heads, head_dim})
            .transpose(1, 2)
            .reshape({run.count * heads, run.length, head_dim});
      };
      const at::Tensor out =
          attention(split(q), split(k), split(v), 1.0 / std::sqrt(static_cast<double>(head_dim)));
      parts.push_back(out.view({run.count, heads, run.length, head_dim})
                          .transpose(1, 2)
                          .reshape({run.count * run.length, heads * head_dim}));
      at += run.count * run.length;
    }
    return apply(block.projection, parts.size() == 1 ? parts.front() : at::cat(parts, 0));
  }

  ModelConfig config_;
  ModelInfo info_;
  at::ScalarType dtype_;
  at::Device device_;
  int threads_;
  bool gated_;
  Linear patch_embedding_;
  std::vector<Block> blocks_;
  Norm merger_norm_;
  Linear merger_in_;
  Linear merger_out_;
};

}  // namespace

std::unique_ptr<VisionTower> make_vision_tower(const std::filesystem::path& directory,
                                               const LoadOptions& options,
                                               const Logger& logger) {
  ModelInfo info = read_model_info(directory, options);
  const int threads = resolve_threads(options.threads, info.num_parameters).within;
  return guarded("load the vision tower", threads, [&]() -> std::unique_ptr<VisionTower> {
    set_blas_threads(threads);
    const ModelConfig config = load_model_config(directory);
    const CheckpointWeights weights(directory, config);
    const at::Device device = make_device(options.device);
    const WeightLoader loader(weights, scalar_type(info.dtype), device);
    logger.debug("vision tower of '{}': {} on {}, {} threads",
                 info.directory,
                 info.dtype,
                 options.device,
                 threads);
    return std::make_unique<TorchVisionTower>(config, info, loader, device, threads);
  });
}

}  // namespace hindsight::model::torch::detail
