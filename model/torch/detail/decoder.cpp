#include "model/torch/detail/decoder.h"

#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace hindsight::model::torch::detail {
KeyValueCache::KeyValueCache(const TextConfig& config,
                             std::int64_t capacity,
                             const at::TensorOptions& options)
    : keys_(at::empty({config.num_layers, config.num_kv_heads, capacity, config.head_dim()},
                      options)),
      values_(at::empty_like(keys_)) {}

std::pair<at::Tensor, at::Tensor> KeyValueCache::append(int layer,
                                                        const at::Tensor& k,
                                                        const at::Tensor& v) {
  const std::int64_t n = k.size(1);
  const at::Tensor keys = keys_.select(0, layer);
  const at::Tensor values = values_.select(0, layer);
  keys.narrow(1, length_, n).copy_(k);
  values.narrow(1, length_, n).copy_(v);
  return {keys.narrow(1, 0, length_ + n), values.narrow(1, 0, length_ + n)};
}

Decoder::Decoder(const TextConfig& config,
                 const WeightLoader& loader,
                 at::ScalarType dtype,
                 at::Device device)
    : config_(config),
      options_(at::TensorOptions().dtype(dtype).device(device)),
      axes_(mrope_axes(config.mrope_section, config.head_dim())) {
  const int half = config.head_dim() / 2;
  for (int k = 0; k < half; ++k) {
    const float exponent = static_cast<float>(2 * k) / static_cast<float>(config.head_dim());
    inverse_frequencies_.push_back(1.0F /
                                   std::pow(static_cast<float>(config.rope_theta), exponent));
  }
  embedding_ = loader.tensor("model.embed_tokens.weight");
  for (int i = 0; i < config.num_layers; ++i) layers_.push_back(load_layer(loader, i));
  final_norm_ = loader.tensor("model.norm.weight");
  head_.weight = config.tie_word_embeddings ? embedding_ : loader.tensor("lm_head.weight");
}

Decoder::Layer Decoder::load_layer(const WeightLoader& loader, int index) {
  const std::string name = fmt::format("model.layers.{}.", index);
  Layer layer;
  layer.input_norm = loader.tensor(name + "input_layernorm.weight");
  layer.mlp_norm = loader.tensor(name + "post_attention_layernorm.weight");
  layer.q = loader.linear(name + "self_attn.q_proj");
  layer.k = loader.linear(name + "self_attn.k_proj");
  layer.v = loader.linear(name + "self_attn.v_proj");
  layer.o = loader.linear_without_bias(name + "self_attn.o_proj");
  layer.gate = loader.linear_without_bias(name + "mlp.gate_proj");
  layer.up = loader.linear_without_bias(name + "mlp.up_proj");
  layer.down = loader.linear_without_bias(name + "mlp.down_proj");
  return layer;
}

KeyValueCache Decoder::make_cache(std::int64_t capacity) const {
  return {config_, capacity, options_};
}

at::Tensor Decoder::embed(std::span<const int> ids) const {
  const std::vector<std::int64_t> rows(ids.begin(), ids.end());
  return embedding_.index_select(0, at::tensor(rows, at::kLong).to(options_.device()));
}

Decoder::Rotation Decoder::make_rotation(const std::vector<std::int64_t>& positions) const {
  const std::size_t n = positions.size() / 3;
  const std::size_t columns = axes_.size();
  std::vector<float> angles(n * columns);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < columns; ++c) {
      const auto position = positions[static_cast<std::size_t>(axes_[c]) * n + i];
      angles[i * columns + c] =
          static_cast<float>(position) * inverse_frequencies_[c % inverse_frequencies_.size()];
    }
  }
  const auto rows = static_cast<std::int64_t>(n);
  const at::Tensor table = at::from_blob(angles.data(), {rows, 1, config_.head_dim()}, at::kFloat);
  // Rounded to the model's dtype before they meet q and k, unlike the tower's.
  return {at::cos(table).to(options_), at::sin(table).to(options_)};
}

template <class Asking>
Decoder::Projections Decoder::project(const at::Tensor& x,
                                      const Layer& layer,
                                      const Rotation& rotation,
                                      const Asking& asking) const {
  const std::int64_t n = x.size(0);
  const std::int64_t d = config_.head_dim();
  const std::int64_t heads = config_.num_heads;
  const std::int64_t kv_heads = config_.num_kv_heads;
  const at::Tensor q = rotate(
      apply(layer.q, asking(x)).view({-1, heads, d}), asking(rotation.cos), asking(rotation.sin));
  return {q.view({-1, kv_heads, heads / kv_heads, d}),
          rotate(apply(layer.k, x).view({n, kv_heads, d}), rotation.cos, rotation.sin),
          apply(layer.v, x).view({n, kv_heads, d})};
}

/// 0 where key j <= row, else minus infinity: [group * n, n], the n x n triangle once a query head
/// of a group.
at::Tensor Decoder::causal_tail(std::int64_t n) const {
  const std::int64_t group = config_.num_heads / config_.num_kv_heads;
  const at::Tensor square =
      at::full({n, n}, -std::numeric_limits<float>::infinity(), options_.dtype(at::kFloat));
  return at::triu(square, 1).to(options_.dtype()).repeat({group, 1});
}

template <class Attend>
at::Tensor Decoder::run_layers(at::Tensor x,
                               const Rotation& rotation,
                               std::int64_t count,
                               Rows rows,
                               const Attend& attend) const {
  for (int i = 0; i < config_.num_layers; ++i) {
    const Layer& layer = layers_[static_cast<std::size_t>(i)];
    const at::Tensor normed = rms_norm(x, layer.input_norm, config_.rms_norm_eps);
    const bool is_narrow = rows == Rows::last && i + 1 == config_.num_layers;
    const auto asking = [&](const at::Tensor& t) {
      const std::int64_t n = t.size(0) / count;
      return is_narrow ? t.slice(0, n - 1, c10::nullopt, n).contiguous() : t;
    };
    x = asking(x) + apply(layer.o, attend(project(normed, layer, rotation, asking), i));
    const at::Tensor y = rms_norm(x, layer.mlp_norm, config_.rms_norm_eps);
    x = x + apply(layer.down, at::silu(apply(layer.gate, y)) * apply(layer.up, y));
  }
  return rms_norm(x, final_norm_, config_.rms_norm_eps);
}

at::Tensor Decoder::forward(at::Tensor x,
                            const std::vector<std::int64_t>& positions,
                            KeyValueCache& cache,
                            Rows rows) const {
  const std::int64_t n = x.size(0);
  const std::int64_t d = config_.head_dim();
  const std::int64_t kv_heads = config_.num_kv_heads;
  const std::int64_t group = config_.num_heads / kv_heads;
  const at::Tensor mask = n > 1 ? causal_tail(n) : at::Tensor();
  const auto attend = [&](const Projections& p, int layer) {
    const auto [keys, values] = cache.append(layer, p.k.transpose(0, 1), p.v.transpose(0, 1));
    const std::int64_t asking = p.q.size(0);
    const at::Tensor queries = p.q.permute({1, 2, 0, 3}).reshape({kv_heads, group * asking, d});
    const at::Tensor out = attention(queries,
                                     keys,
                                     values,
                                     1.0 / std::sqrt(static_cast<double>(d)),
                                     asking > 1 ? mask : at::Tensor());
    return out.view({kv_heads, group, asking, d})
        .permute({2, 0, 1, 3})
        .reshape({asking, kv_heads * group * d});
  };
  x = run_layers(std::move(x), make_rotation(positions), 1, rows, attend);
  cache.advance(n);
  return x;
}

at::Tensor Decoder::last_of_each(at::Tensor x,
                                 const std::vector<std::int64_t>& positions,
                                 std::int64_t count) const {
  const std::int64_t n = x.size(0) / count;
  const std::int64_t d = config_.head_dim();
  const std::int64_t kv_heads = config_.num_kv_heads;
  const std::int64_t group = config_.num_heads / kv_heads;
  const at::Tensor mask = causal_tail(n);
  const auto attend = [&](const Projections& p, int) {
    const auto split = [&](const at::Tensor& t) {
      return t.view({count, n, kv_heads, d}).transpose(1, 2).reshape({count * kv_heads, n, d});
    };
    const std::int64_t asking = p.q.size(0) / count;
    const at::Tensor queries = p.q.view({count, asking, kv_heads, group, d})
                                   .permute({0, 2, 3, 1, 4})
                                   .reshape({count * kv_heads, group * asking, d});
    const at::Tensor out = attention(queries,
                                     split(p.k),
                                     split(p.v),
                                     1.0 / std::sqrt(static_cast<double>(d)),
                                     asking > 1 ? mask : at::Tensor());
    return out.view({count, kv_heads, group, asking, d})
        .permute({0, 3, 1, 2, 4})
        .reshape({count * asking, kv_heads * group * d});
  };
  return run_layers(std::move(x), make_rotation(positions), count, Rows::last, attend);
}

at::Tensor Decoder::logits(const at::Tensor& hidden, std::span<const int> ids) const {
  const std::vector<std::int64_t> rows(ids.begin(), ids.end());
  const at::Tensor chosen =
      head_.weight.index_select(0, at::tensor(rows, at::kLong).to(options_.device()));
  return at::linear(hidden, chosen);
}

}  // namespace hindsight::model::torch::detail
