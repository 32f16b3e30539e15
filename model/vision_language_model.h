// What a vision-language model is to the rest of Hindsight: a tower that turns frame pairs into
// visual tokens, and a language model that reads them.  Implementations live in model/torch/;
// nothing here names a vendor.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/token_matrix.h"

namespace hindsight::model {

/// Patches along time, height and width, before merging: a pair of H x W pixels is {1, H/14, W/14}.
struct GridThw {
  /// No picture has more; sums and products of so many do not overflow.
  static constexpr std::int64_t kMaxPatches = std::int64_t{1} << 31;
  int t = 1;
  int h = 0;
  int w = 0;
  friend bool operator==(const GridThw&, const GridThw&) = default;
  /// Every side is positive, and so many patches can be.
  [[nodiscard]] bool is_possible() const {
    return t > 0 && h > 0 && w > 0 && std::int64_t{t} * h <= kMaxPatches / w;
  }
  /// Of a grid that is possible.
  [[nodiscard]] std::int64_t num_patches() const { return std::int64_t{t} * h * w; }
  /// After the 2 x 2 merger.
  [[nodiscard]] std::int64_t num_tokens() const { return num_patches() / 4; }
};

/// The vision tower's input for one image, pair or clip: row-major [grid.num_patches(), 1176]
/// float32, rows in merge order (see preprocess.h).
struct PixelPatches {
  GridThw grid{};
  std::vector<float> values{};
};

/// What identifies and describes a loaded checkpoint.
struct ModelInfo {
  std::string architecture;  ///< config.json's architectures[0]
  std::string directory;
  /// Changes with any shape or preprocessing setting that changes visual tokens, and with the
  /// weights as far as they are read: of a tensor above 1 MiB only 64 KiB, evenly spread (see
  /// checkpoint.h).  Key of the token cache.
  std::string vision_fingerprint;
  /// The same of the language model's shapes and weights: what it said of cached tokens is of this
  /// one.
  std::string language_fingerprint{};
  std::int64_t num_parameters = 0;
  int token_width = 0;     ///< d of the visual tokens = hidden_size of the language model
  int context_length = 0;  ///< max_position_embeddings
  std::string dtype;       ///< dtype of the computation: "bf16", "fp32" or "fp16"
  /// ModelConfig::bare_replies.
  bool bare_replies = false;
  std::vector<std::string> words{};  ///< ModelConfig::words
};

/// Frames in, tokens out.  Not thread-safe: one tower, one thread.
class VisionTower {
 public:
  virtual ~VisionTower() = default;
  [[nodiscard]] virtual const ModelInfo& info() const = 0;

  /// Returns one matrix [grid.num_tokens(), token_width] an input, in the same order.  The tokens
  /// of an input do not depend on what else is in the call.  Throws Error(exhausted) when memory
  /// does not suffice.
  [[nodiscard]] virtual std::vector<TokenMatrix> encode(std::span<const PixelPatches> inputs) = 0;
};

/// A stretch of text in a prompt: token ids, special tokens included.
using TextPart = std::vector<int>;

/// Visual tokens in a prompt.  The surrounding vision_start and vision_end ids belong to the text
/// parts.
struct VisualPart {
  enum class Kind { image, video };
  Kind kind = Kind::video;
  GridThw grid{};
  TokenMatrix tokens{};  ///< [grid.num_tokens(), token_width]
  /// Seconds between two temporal patches; read by Qwen2.5-VL for videos with grid.t > 1.
  double second_per_grid = 1.0;
};

using Prompt = std::vector<std::variant<TextPart, VisualPart>>;

/// Takes tokens out of a choice by setting their logits to minus infinity.  chosen: the ids that
/// were generated so far.
using TokenFilter = std::function<void(std::span<const int> chosen, std::span<float> logits)>;

/// How the next token is chosen.  Applied in this order: filter, repetition penalty, temperature,
/// top-k, top-p.
struct GenerationOptions {
  int max_new_tokens = 256;
  /// false: the most likely token, whatever the sampling values below are.
  bool do_sample = false;
  double temperature = 1.0;
  int top_k = 0;                    ///< 0: no limit
  double top_p = 1.0;               ///< 1: no limit
  double repetition_penalty = 1.0;  ///< 1: none; applies to prompt tokens too, as in transformers
  std::uint64_t seed = 0;
  /// Of one generation; empty: none.  constrained_generation.h makes them.
  TokenFilter filter{};
  std::vector<int> eos_ids{};  ///< generation ends after any of these; not part of the returned ids
};

struct Generation {
  enum class Stop { eos, length, cancelled };
  std::vector<int> ids;
  Stop stop = Stop::eos;
  int prompt_tokens = 0;
  double prefill_seconds = 0;
  double decode_seconds = 0;
};

/// Called with every new id; return false to stop.
using OnToken = std::function<bool(int id)>;

/// Prompt in, text or scores out.  Not thread-safe: one model, one thread.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  [[nodiscard]] virtual const ModelInfo& info() const = 0;

  /// Brings the weights into memory where they are not yet, so that what follows can be timed.
  virtual void prepare() {}

  /// Throws Error(exhausted), naming both numbers, when prompt and answer exceed the context
  /// length.
  [[nodiscard]] virtual Generation generate(const Prompt& prompt,
                                            const GenerationOptions& options,
                                            const OnToken& on_token = {}) = 0;

  /// Logits [vocab] of the token after the prompt.
  [[nodiscard]] virtual std::vector<float> next_token_logits(const Prompt& prompt) = 0;

  /// Logits of the tokens `ids` after each prompt: [prompts.size()][ids.size()].  What is with a
  /// prompt changes its result by rounding at most.
  [[nodiscard]] virtual std::vector<std::vector<float>> score_next(std::span<const Prompt> prompts,
                                                                   std::span<const int> ids);

  /// How far each of the replies to the prompt is from greedy decoding, in nats: the sum over its
  /// ids, each behind the ones before it, of its logit less the largest one.  0 for what greedy
  /// decoding says, below 0 for anything else.
  [[nodiscard]] virtual std::vector<double> reply_margins(
      const Prompt& prompt, std::span<const std::vector<int>> replies);

  /// Rows of the input embedding: [ids.size(), token_width].
  [[nodiscard]] virtual TokenMatrix embed(std::span<const int> ids) = 0;
};

}  // namespace hindsight::model
