// The weights of a checkpoint folder: which tensors a configuration asks for, and where they lie in
// the files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/token_matrix.h"
#include "model/config.h"
#include "model/safetensors.h"

namespace hindsight::model {

/// A tensor that a checkpoint must hold, under the name that the released files use: "visual.*",
/// "model.*" or "lm_head.weight".  These names are the ones used throughout Hindsight.
struct WeightSpec {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// Tower and merger.  The patch embedding comes as [width, channels, frames, patch, patch].
[[nodiscard]] std::vector<WeightSpec> vision_weights(const ModelConfig& config);
/// Without lm_head.weight when the head is tied to the embedding.
[[nodiscard]] std::vector<WeightSpec> language_weights(const ModelConfig& config);

/// released: "visual.*" and "model.*"; nested: "model.visual.*" and "model.language_model.*", as
/// transformers writes since 4.52.
enum class NameLayout { released, nested };

/// A stored name of either layout to the released one.
[[nodiscard]] std::string released_name(std::string_view stored);
/// A released name to the one that `layout` stores.
[[nodiscard]] std::string stored_name(std::string_view released, NameLayout layout);

/// The mapped weights of a folder, checked against its configuration.  Immutable, thread-safe.
class CheckpointWeights {
 public:
  /// Reads headers only.  Throws Error(model) naming the folder and the tensor that is missing,
  /// unknown, of another shape than config.json implies, or of a dtype other than BF16, F16 and
  /// F32.  The patch embedding may be stored as a matrix [width, values] too.
  CheckpointWeights(const std::filesystem::path& directory, const ModelConfig& config);

  /// By released name; throws Error(internal) for a name that the configuration does not ask for.
  [[nodiscard]] const MappedTensor& at(std::string_view name) const;
  [[nodiscard]] NameLayout layout() const { return layout_; }
  /// Of the tensors that are used.
  [[nodiscard]] std::int64_t num_parameters() const { return num_parameters_; }
  [[nodiscard]] std::int64_t num_bytes() const { return num_bytes_; }
  /// The type of the language model's embedding.
  [[nodiscard]] ElementType type() const { return at("model.embed_tokens.weight").spec.type; }
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  std::filesystem::path directory_;
  std::vector<std::filesystem::path> files_;
  std::map<std::string, MappedTensor, std::less<>> tensors_;
  NameLayout layout_ = NameLayout::released;
  std::int64_t num_parameters_ = 0;
  std::int64_t num_bytes_ = 0;
};

/// Rows of the input embedding, [ids.size(), hidden_size].  Throws Error(model) when it is not
/// stored in bf16, Error(usage) for an id that has no row.
[[nodiscard]] TokenMatrix embedding_rows(const CheckpointWeights& weights,
                                         std::span<const int> ids);

/// 32 hex digits that change with the vision configuration, the preprocessing constants, and the
/// name, type, shape or content of any vision tensor.  Of a tensor above 1 MiB only 16 pages of
/// 4 KiB, evenly spread, are read: a change beside them is not noticed.
[[nodiscard]] std::string vision_fingerprint(const ModelConfig& config,
                                             const PreprocessorConfig& preprocessor,
                                             const CheckpointWeights& weights);

/// The same of the language model: its shape, and name, type, shape and content of its tensors,
/// read likewise.
[[nodiscard]] std::string language_fingerprint(const ModelConfig& config,
                                               const CheckpointWeights& weights);

}  // namespace hindsight::model
