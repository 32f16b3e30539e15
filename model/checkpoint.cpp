#include "model/checkpoint.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/bfloat16.h"
#include "core/content_hash.h"
#include "core/error.h"
#include "model/preprocess.h"

namespace hindsight::model {
namespace {

constexpr std::string_view kPatchEmbedding = "visual.patch_embed.proj.weight";

/// Collects specs; `linear` and `norm` know which of a module's tensors exist.
class SpecList {
 public:
  void tensor(std::string name, std::vector<std::int64_t> shape) {
    specs_.push_back({std::move(name), std::move(shape)});
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in, bool bias) {
    tensor(name + ".weight", {out, in});
    if (bias) tensor(name + ".bias", {out});
  }
  void norm(const std::string& name, std::int64_t width, bool bias) {
    tensor(name + ".weight", {width});
    if (bias) tensor(name + ".bias", {width});
  }
  std::vector<WeightSpec> take() { return std::move(specs_); }

 private:
  std::vector<WeightSpec> specs_;
};

/// "a", "b" and 3 more.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  const std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
  const std::string text = fmt::format("'{}'", fmt::join(shown, "', '"));
  return names.size() <= kShown ? text : fmt::format("{} and {} more", text, names.size() - kShown);
}

[[noreturn]] void refuse(const std::filesystem::path& directory, const std::string& why) {
  throw Error(ErrorCode::model,
              fmt::format("cannot use the weights in '{}': {}", directory.string(), why));
}

bool starts_with_any(std::string_view name, std::string_view a, std::string_view b) {
  return name.substr(0, a.size()) == a || name.substr(0, b.size()) == b;
}

/// Files of old transformers versions carry these; they follow from the configuration.
bool is_derived(std::string_view name) {
  constexpr std::string_view kSuffix = ".inv_freq";
  return name.size() > kSuffix.size() && name.substr(name.size() - kSuffix.size()) == kSuffix;
}

bool shape_fits(const WeightSpec& wanted, const std::vector<std::int64_t>& stored) {
  if (stored == wanted.shape) return true;
  if (wanted.name != kPatchEmbedding || stored.size() != 2) return false;
  std::int64_t values = 1;
  for (std::size_t i = 1; i < wanted.shape.size(); ++i) values *= wanted.shape[i];
  return stored[0] == wanted.shape[0] && stored[1] == values;
}

void add_content(ContentHash& hash, std::span<const std::byte> bytes) {
  constexpr std::size_t kWholeBelow = std::size_t{1} << 20;
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kPages = 16;
  if (bytes.size() <= kWholeBelow) {
    hash.add(bytes);
    return;
  }
  for (std::size_t i = 0; i < kPages; ++i) {
    hash.add(bytes.subspan((bytes.size() - kPage) / (kPages - 1) * i, kPage));
  }
}

void add_weights(ContentHash& hash,
                 const std::vector<WeightSpec>& specs,
                 const CheckpointWeights& weights) {
  for (const WeightSpec& spec : specs) {
    const MappedTensor& tensor = weights.at(spec.name);
    hash.add(fmt::format("{} {} {} ",
                         spec.name,
                         element_type_name(tensor.spec.type),
                         shape_text(tensor.spec.shape)));
    add_content(hash, tensor.bytes);
  }
}

}  // namespace

std::vector<WeightSpec> vision_weights(const ModelConfig& config) {
  const VisionConfig& vision = config.vision;
  const bool gated = config.family == Family::qwen2_5_vl;
  const std::int64_t width = vision.width;
  SpecList list;
  list.tensor(std::string(kPatchEmbedding),
              {width,
               vision.in_channels,
               vision.temporal_patch_size,
               vision.patch_size,
               vision.patch_size});
  for (int i = 0; i < vision.depth; ++i) {
    const std::string block = fmt::format("visual.blocks.{}.", i);
    list.norm(block + "norm1", width, !gated);
    list.norm(block + "norm2", width, !gated);
    list.linear(block + "attn.qkv", 3 * width, width, true);
    list.linear(block + "attn.proj", width, width, true);
    if (gated) {
      list.linear(block + "mlp.gate_proj", vision.mlp_width, width, true);
      list.linear(block + "mlp.up_proj", vision.mlp_width, width, true);
      list.linear(block + "mlp.down_proj", width, vision.mlp_width, true);
    } else {
      list.linear(block + "mlp.fc1", vision.mlp_width, width, true);
      list.linear(block + "mlp.fc2", width, vision.mlp_width, true);
    }
  }
  const std::int64_t merged = width * vision.spatial_merge_size * vision.spatial_merge_size;
  list.norm("visual.merger.ln_q", width, !gated);
  list.linear("visual.merger.mlp.0", merged, merged, true);
  list.linear("visual.merger.mlp.2", vision.out_width, merged, true);
  return list.take();
}

std::vector<WeightSpec> language_weights(const ModelConfig& config) {
  const TextConfig& text = config.text;
  const std::int64_t width = text.hidden_size;
  const std::int64_t kv_width = std::int64_t{text.num_kv_heads} * text.head_dim();
  SpecList list;
  list.tensor("model.embed_tokens.weight", {text.vocab_size, width});
  for (int i = 0; i < text.num_layers; ++i) {
    const std::string layer = fmt::format("model.layers.{}.", i);
    list.norm(layer + "input_layernorm", width, false);
    list.norm(layer + "post_attention_layernorm", width, false);
    list.linear(layer + "self_attn.q_proj", width, width, true);
    list.linear(layer + "self_attn.k_proj", kv_width, width, true);
    list.linear(layer + "self_attn.v_proj", kv_width, width, true);
    list.linear(layer + "self_attn.o_proj", width, width, false);
    list.linear(layer + "mlp.gate_proj", text.mlp_width, width, false);
    list.linear(layer + "mlp.up_proj", text.mlp_width, width, false);
    list.linear(layer + "mlp.down_proj", width, text.mlp_width, false);
  }
  list.norm("model.norm", width, false);
  if (!text.tie_word_embeddings) list.tensor("lm_head.weight", {text.vocab_size, width});
  return list.take();
}

std::string released_name(std::string_view stored) {
  constexpr std::string_view kVision = "model.visual.";
  constexpr std::string_view kLanguage = "model.language_model.";
  if (starts_with_any(stored, kVision, kVision))
    return fmt::format("visual.{}", stored.substr(kVision.size()));
  if (starts_with_any(stored, kLanguage, kLanguage))
    return fmt::format("model.{}", stored.substr(kLanguage.size()));
  return std::string(stored);
}

std::string stored_name(std::string_view released, NameLayout layout) {
  constexpr std::string_view kLanguage = "model.";
  if (layout == NameLayout::nested) {
    if (released.substr(0, 7) == "visual.") return fmt::format("model.{}", released);
    if (released.substr(0, 6) == kLanguage)
      return fmt::format("model.language_model.{}", released.substr(6));
  }
  return std::string(released);
}

CheckpointWeights::CheckpointWeights(const std::filesystem::path& directory,
                                     const ModelConfig& config)
    : directory_(directory) {
  const SafetensorsReader reader(directory);
  files_ = reader.files();
  std::map<std::string, MappedTensor, std::less<>> stored;
  for (const auto& [name, tensor] : reader.tensors()) {
    if (starts_with_any(name, "model.visual.", "model.language_model."))
      layout_ = NameLayout::nested;
    if (is_derived(name)) continue;
    if (!stored.emplace(released_name(name), tensor).second) {
      refuse(directory, fmt::format("tensor '{}' is there under both of its names", name));
    }
  }
  std::vector<WeightSpec> wanted = vision_weights(config);
  for (WeightSpec& spec : language_weights(config)) wanted.push_back(std::move(spec));
  std::vector<std::string> missing;
  for (const WeightSpec& spec : wanted) {
    const auto found = stored.find(spec.name);
    if (found == stored.end()) {
      missing.push_back(spec.name);
      continue;
    }
    const TensorSpec& have = found->second.spec;
    if (!shape_fits(spec, have.shape)) {
      refuse(directory,
             fmt::format("tensor '{}' has shape {}, but config.json implies {}",
                         have.name,
                         shape_text(have.shape),
                         shape_text(spec.shape)));
    }
    if (have.type != ElementType::bf16 && have.type != ElementType::f16 &&
        have.type != ElementType::f32) {
      refuse(directory,
             fmt::format("tensor '{}' is {}; only BF16, F16 and F32 weights are supported",
                         have.name,
                         element_type_name(have.type)));
    }
    num_parameters_ += have.num_elements();
    num_bytes_ += static_cast<std::int64_t>(have.num_bytes());
    tensors_.insert(stored.extract(found));
  }
  if (!missing.empty()) {
    refuse(directory,
           fmt::format("tensor {} {} missing; the download may be incomplete",
                       some_of(missing),
                       missing.size() == 1 ? "is" : "are"));
  }
  if (config.text.tie_word_embeddings) stored.erase("lm_head.weight");  // a copy of the embedding
  std::vector<std::string> unknown;
  for (const auto& [name, tensor] : stored) unknown.push_back(tensor.spec.name);
  if (!unknown.empty()) {
    refuse(directory,
           fmt::format(
               "tensor {} {} unknown to {}; quantised and adapted checkpoints are not supported",
               some_of(unknown),
               unknown.size() == 1 ? "is" : "are",
               to_string(config.family)));
  }
}

const MappedTensor& CheckpointWeights::at(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw Error(ErrorCode::internal, fmt::format("no weight is called '{}'", name));
  }
  return found->second;
}

TokenMatrix embedding_rows(const CheckpointWeights& weights, std::span<const int> ids) {
  const MappedTensor& table = weights.at("model.embed_tokens.weight");
  if (table.spec.type != ElementType::bf16)
    throw Error(ErrorCode::model, fmt::format("tensor '{}' is not BF16", table.spec.name));
  const std::int64_t num_rows = table.spec.shape.at(0);
  const auto width = static_cast<std::size_t>(table.spec.shape.at(1));
  TokenMatrix rows{static_cast<int>(ids.size()), static_cast<int>(width), {}};
  rows.values.reserve(ids.size() * width);
  for (const int id : ids) {
    if (id < 0 || id >= num_rows)
      throw Error(ErrorCode::usage,
                  fmt::format("token {} is not among the {} of the model", id, num_rows));
    const std::byte* row = table.bytes.data() + static_cast<std::size_t>(id) * width * 2;
    for (std::size_t i = 0; i < width; ++i) {
      std::uint16_t value = 0;
      std::memcpy(&value, row + 2 * i, sizeof value);
      rows.values.push_back(from_bf16(value));
    }
  }
  return rows;
}

std::string vision_fingerprint(const ModelConfig& config,
                               const PreprocessorConfig& preprocessor,
                               const CheckpointWeights& weights) {
  const VisionConfig& v = config.vision;
  ContentHash hash;
  hash.add(fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} [{}] ",
                       to_string(config.family),
                       v.depth,
                       v.width,
                       v.num_heads,
                       v.mlp_width,
                       v.out_width,
                       v.activation,
                       v.in_channels,
                       v.patch_size,
                       v.temporal_patch_size,
                       v.spatial_merge_size,
                       v.window_size,
                       fmt::join(v.full_attention_blocks, ",")));
  hash.add(fmt::format("{} [{}] [{}] {} ",
                       kPreprocessingVersion,
                       fmt::join(preprocessor.image_mean, ","),
                       fmt::join(preprocessor.image_std, ","),
                       preprocessor.rescale_factor));
  add_weights(hash, vision_weights(config), weights);
  return hash.hex();
}

std::string language_fingerprint(const ModelConfig& config, const CheckpointWeights& weights) {
  const TextConfig& t = config.text;
  ContentHash hash;
  hash.add(fmt::format("{} {} {} {} {} {} {} {} {} {} [{}] ",
                       to_string(config.family),
                       t.hidden_size,
                       t.num_layers,
                       t.num_heads,
                       t.num_kv_heads,
                       t.mlp_width,
                       t.vocab_size,
                       t.tie_word_embeddings,
                       t.rms_norm_eps,
                       t.rope_theta,
                       fmt::join(t.mrope_section, ",")));
  add_weights(hash, language_weights(config), weights);
  return hash.hex();
}

}  // namespace hindsight::model
