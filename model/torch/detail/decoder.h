// The layers of the language model: embeddings and positions in, normalised hidden states out.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "model/config.h"
#include "model/mrope.h"
#include "model/torch/detail/ops.h"
#include "model/torch/detail/weights.h"

namespace hindsight::model::torch::detail {

/// Keys and values of all layers for one sequence, with room for `capacity` tokens.
class KeyValueCache {
 public:
  KeyValueCache(const TextConfig& config, std::int64_t capacity, const at::TensorOptions& options);

  [[nodiscard]] std::int64_t length() const { return length_; }
  /// Appends k and v [kv_heads, n, d] after length() and returns all keys and values of the layer
  /// so far.
  [[nodiscard]] std::pair<at::Tensor, at::Tensor> append(int layer,
                                                         const at::Tensor& k,
                                                         const at::Tensor& v);
  /// Once all layers have appended n tokens.
  void advance(std::int64_t n) { length_ += n; }
  /// Forgets what follows the first `length` tokens.
  void rewind(std::int64_t length) { length_ = length; }

 private:
  at::Tensor keys_;  // [layers, kv_heads, capacity, d]
  at::Tensor values_;
  std::int64_t length_ = 0;
};

/// Of which tokens the hidden states are wanted.  Where it is the last one alone, the last layer
/// computes no more than keys and values for the others.
enum class Rows { all, last };

/// Immutable: its calls may run side by side.
class Decoder {
 public:
  Decoder(const TextConfig& config,
          const WeightLoader& loader,
          at::ScalarType dtype,
          at::Device device);

  /// x: [n, hidden] embeddings of the tokens after cache.length(); positions: their ids, axis by
  /// axis [3, n]. Returns [n, hidden] after the final norm, or [1, hidden].
  [[nodiscard]] at::Tensor forward(at::Tensor x,
                                   const std::vector<std::int64_t>& positions,
                                   KeyValueCache& cache,
                                   Rows rows = Rows::all) const;

  /// Several prompts of equal length that do not see each other: x [count * n, hidden], one prompt
  /// after another, as are the positions [3, count * n].  Returns the hidden states of their last
  /// tokens, [count, hidden], after the final norm.
  [[nodiscard]] at::Tensor last_of_each(at::Tensor x,
                                        const std::vector<std::int64_t>& positions,
                                        std::int64_t count) const;

  /// hidden [n, hidden] -> logits [n, vocab].
  [[nodiscard]] at::Tensor logits(const at::Tensor& hidden) const { return apply(head_, hidden); }

  /// hidden [n, hidden] -> logits of the tokens `ids`, [n, ids.size()].
  [[nodiscard]] at::Tensor logits(const at::Tensor& hidden, std::span<const int> ids) const;

  /// Rows of the input embedding.
  [[nodiscard]] at::Tensor embed(std::span<const int> ids) const;

  [[nodiscard]] KeyValueCache make_cache(std::int64_t capacity) const;

  /// dtype and device of the computation.
  [[nodiscard]] const at::TensorOptions& options() const { return options_; }

 private:
  struct Layer {
    at::Tensor input_norm;
    at::Tensor mlp_norm;
    Linear q;
    Linear k;
    Linear v;
    Linear o;
    Linear gate;
    Linear up;
    Linear down;
  };
  struct Rotation {
    at::Tensor cos;  // [n, 1, head_dim]
    at::Tensor sin;
  };

  [[nodiscard]] static Layer load_layer(const WeightLoader& loader, int index);
  [[nodiscard]] Rotation make_rotation(const std::vector<std::int64_t>& positions) const;
  struct Projections {
    at::Tensor q;  // [queries, kv_heads, group, d]: query heads of a group share a key head
    at::Tensor k;  // [n, kv_heads, d]
    at::Tensor v;
  };
  /// Queries of the tokens that `asking` takes out of [n, …].
  template <class Asking>
  [[nodiscard]] Projections project(const at::Tensor& x,
                                    const Layer& layer,
                                    const Rotation& rotation,
                                    const Asking& asking) const;
  [[nodiscard]] at::Tensor causal_tail(std::int64_t n) const;
  /// Runs all layers over `count` prompts of equal length; attend(Projections, layer index) returns
  /// [queries, heads * d].
  template <class Attend>
  [[nodiscard]] at::Tensor run_layers(at::Tensor x,
                                      const Rotation& rotation,
                                      std::int64_t count,
                                      Rows rows,
                                      const Attend& attend) const;

  TextConfig config_;
  at::TensorOptions options_;
  std::vector<int> axes_;                   // of each rotary column
  std::vector<float> inverse_frequencies_;  // [head_dim / 2]
  at::Tensor embedding_;
  std::vector<Layer> layers_;
  at::Tensor final_norm_;
  Linear head_;
};

}  // namespace hindsight::model::torch::detail
