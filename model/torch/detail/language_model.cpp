#include "model/torch/detail/language_model.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/generation.h"
#include "model/prompt.h"
#include "model/torch/detail/backend.h"
#include "model/torch/detail/decoder.h"
#include "model/torch/detail/module.h"
#include "model/torch/detail/thread_choice.h"

namespace hindsight::model::torch::detail {
namespace {

// Prompt tokens that go through all layers together: enough for full-speed products, little enough
// to bound memory.
constexpr std::int64_t kPrefillChunk = 1024;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<float> to_floats(const at::Tensor& x) {
  const at::Tensor flat = x.to(at::kCPU, at::kFloat).contiguous();
  const float* const first = flat.data_ptr<float>();
  return {first, first + flat.numel()};
}

class TorchLanguageModel final : public CheckpointModel {
 public:
  TorchLanguageModel(ModelConfig config,
                     ModelInfo info,
                     PositionOptions positions,
                     Decoder decoder,
                     Threads threads)
      : config_(std::move(config)),
        info_(std::move(info)),
        position_options_(positions),
        decoder_(std::move(decoder)),
        threads_(threads.within),
        scoring_(threads.within, threads.scoring) {}

  [[nodiscard]] const ModelInfo& info() const override { return info_; }

  [[nodiscard]] Generation generate(const Prompt& prompt,
                                    const GenerationOptions& options,
                                    const OnToken& on_token) override {
    TokenSampler sampler(options);
    check_prompt(prompt, options.max_new_tokens);
    return guarded("generate text", threads_, [&] {
      return run_generation(prompt, options, sampler, on_token);
    });
  }

  [[nodiscard]] std::vector<float> next_token_logits(const Prompt& prompt) override {
    check_prompt(prompt, 0);
    return guarded("score a prompt", threads_, [&] {
      const Positions positions = positions_of(segments_of(prompt), position_options_);
      KeyValueCache cache = decoder_.make_cache(positions.length);
      return to_floats(decoder_.logits(prefill(prompt, positions, cache)));
    });
  }

  [[nodiscard]] std::vector<std::vector<float>> score_next(std::span<const Prompt> prompts,
                                                           std::span<const int> ids) override {
    for (const int id : ids) check_id(id);
    std::map<int, std::vector<const Prompt*>> by_length;
    for (const Prompt& prompt : prompts) {
      check_prompt(prompt, 0);
      by_length[num_tokens(prompt)].push_back(&prompt);
    }
    std::vector<std::vector<float>> scores(prompts.size());
    if (ids.empty()) return scores;
    for (const auto& [length, group] : by_length) {
      const auto most = static_cast<std::size_t>(std::max<std::int64_t>(kPrefillChunk / length, 1));
      for (std::size_t at = 0; at < group.size(); at += most) {
        const auto part = std::span(group).subspan(at, std::min(most, group.size() - at));
        const auto start = std::chrono::steady_clock::now();
        const auto rows = guarded("score prompts", scoring_.threads(), [&] {
          return length > kPrefillChunk ? score_alone(*part.front(), ids)
                                        : score_together(part, ids);
        });
        scoring_.add(seconds_since(start), length * std::ssize(part));
        for (std::size_t i = 0; i < part.size(); ++i) {
          const auto first = rows.begin() + static_cast<std::ptrdiff_t>(i * ids.size());
          scores[static_cast<std::size_t>(part[i] - prompts.data())].assign(
              first, first + static_cast<std::ptrdiff_t>(ids.size()));
        }
      }
    }
    return scores;
  }

  [[nodiscard]] std::vector<double> reply_margins(
      const Prompt& prompt, std::span<const std::vector<int>> replies) override {
    std::size_t longest = 0;
    for (const auto& reply : replies) {
      for (const int id : reply) check_id(id);
      longest = std::max(longest, reply.size());
    }
    check_prompt(prompt, static_cast<int>(longest));
    if (longest == 0) return std::vector<double>(replies.size());
    return guarded("score replies", threads_, [&] {
      const Positions positions = positions_of(segments_of(prompt), position_options_);
      KeyValueCache cache =
          decoder_.make_cache(positions.length + static_cast<std::int64_t>(longest) - 1);
      const at::Tensor hidden = prefill(prompt, positions, cache);
      std::vector<double> margins;
      for (const auto& reply : replies) {
        cache.rewind(positions.length);
        margins.push_back(reply.empty() ? 0 : margin_of(reply, hidden, positions.next, cache));
      }
      return margins;
    });
  }

  [[nodiscard]] TokenMatrix all_logits(const Prompt& prompt) override {
    check_prompt(prompt, 0);
    return guarded("score a prompt", threads_, [&] {
      const Positions positions = positions_of(segments_of(prompt), position_options_);
      KeyValueCache cache = decoder_.make_cache(positions.length);
      TokenMatrix logits{positions.length, config_.text.vocab_size, {}};
      prefill(prompt, positions, cache, [&](const at::Tensor& hidden) {
        const std::vector<float> rows = to_floats(decoder_.logits(hidden));
        logits.values.insert(logits.values.end(), rows.begin(), rows.end());
      });
      return logits;
    });
  }

  [[nodiscard]] TokenMatrix embed(std::span<const int> ids) override {
    for (const int id : ids) check_id(id);
    return guarded("embed tokens", threads_, [&] {
      return TokenMatrix{
          static_cast<int>(ids.size()), info_.token_width, to_floats(decoder_.embed(ids))};
    });
  }

 private:
  using OnHidden = std::function<void(const at::Tensor& hidden)>;

  void check_id(int id) const {
    if (id >= 0 && id < config_.text.vocab_size) return;
    throw Error(
        ErrorCode::usage,
        fmt::format(
            "token id {} is not one of the model's {}; the tokenizer belongs to another model",
            id,
            config_.text.vocab_size));
  }

  void check_visual(const VisualPart& part) const {
    const TokenMatrix& tokens = part.tokens;
    if (tokens.width != info_.token_width) {
      throw Error(
          ErrorCode::usage,
          fmt::format(
              "visual tokens are {} wide, but this model reads {}; they come from another model",
              tokens.width,
              info_.token_width));
    }
    const auto values =
        static_cast<std::size_t>(tokens.rows) * static_cast<std::size_t>(tokens.width);
    if (tokens.rows != part.grid.num_tokens() || tokens.values.size() != values) {
      throw Error(
          ErrorCode::usage,
          fmt::format("a picture of {} x {} x {} patches has {} visual tokens instead of {}",
                      part.grid.t,
                      part.grid.h,
                      part.grid.w,
                      tokens.rows,
                      part.grid.num_tokens()));
    }
  }

  /// Everything a caller can get wrong, before any work.
  void check_prompt(const Prompt& prompt, int max_new_tokens) const {
    for (const auto& part : prompt) {
      if (const auto* text = std::get_if<TextPart>(&part)) {
        for (const int id : *text) check_id(id);
      } else {
        check_visual(std::get<VisualPart>(part));
      }
    }
    const int tokens = num_tokens(prompt);
    if (tokens == 0) throw Error(ErrorCode::usage, "the prompt is empty");
    if (tokens > info_.context_length - max_new_tokens) {
      throw Error(ErrorCode::exhausted,
                  fmt::format("the prompt has {} tokens and the answer may have {}, but the "
                              "model's context holds {}; use a smaller token budget",
                              tokens,
                              max_new_tokens,
                              info_.context_length));
    }
  }

  /// Input embeddings [num_tokens(prompt), hidden]: rows of text from the table, visual tokens as
  /// they are.
  at::Tensor embed_prompt(const Prompt& prompt) const {
    std::vector<at::Tensor> parts;
    for (const auto& part : prompt) {
      if (const auto* text = std::get_if<TextPart>(&part)) {
        if (!text->empty()) parts.push_back(decoder_.embed(*text));
        continue;
      }
      const TokenMatrix& tokens = std::get<VisualPart>(part).tokens;
      auto* const values = const_cast<float*>(tokens.values.data());
      parts.push_back(
          at::from_blob(values, {tokens.rows, tokens.width}, at::kFloat).to(decoder_.options()));
    }
    return at::cat(parts, 0);
  }

  /// Logits [ids.size()] after a prompt of any length.
  std::vector<float> score_alone(const Prompt& prompt, std::span<const int> ids) const {
    const Positions positions = positions_of(segments_of(prompt), position_options_);
    KeyValueCache cache = decoder_.make_cache(positions.length);
    return to_floats(decoder_.logits(prefill(prompt, positions, cache), ids));
  }

  /// Logits [prompts.size(), ids.size()] after prompts of equal length, which go through the layers
  /// whole: at most kPrefillChunk tokens, all together.
  std::vector<float> score_together(std::span<const Prompt* const> prompts,
                                    std::span<const int> ids) const {
    std::vector<at::Tensor> embeddings;
    std::vector<std::int64_t> positions[3];
    for (const Prompt* prompt : prompts) {
      embeddings.push_back(embed_prompt(*prompt));
      const Positions own = positions_of(segments_of(*prompt), position_options_);
      for (int axis = 0; axis < 3; ++axis) {
        const auto part = own.axis(axis);
        positions[axis].insert(positions[axis].end(), part.begin(), part.end());
      }
    }
    for (int axis = 1; axis < 3; ++axis)
      positions[0].insert(positions[0].end(), positions[axis].begin(), positions[axis].end());
    const auto count = static_cast<std::int64_t>(prompts.size());
    const at::Tensor hidden = decoder_.last_of_each(at::cat(embeddings, 0), positions[0], count);
    return to_floats(decoder_.logits(hidden, ids));
  }

  /// Runs the prompt through the layers in chunks.  Returns the hidden state [1, hidden] of its
  /// last token; every chunk's hidden states go to `on_hidden` too.
  at::Tensor prefill(const Prompt& prompt,
                     const Positions& positions,
                     KeyValueCache& cache,
                     const OnHidden& on_hidden = {}) const {
    const at::Tensor embeddings = embed_prompt(prompt);
    at::Tensor hidden;
    for (std::int64_t at = 0; at < positions.length; at += kPrefillChunk) {
      const std::int64_t n = std::min<std::int64_t>(kPrefillChunk, positions.length - at);
      std::vector<std::int64_t> ids;
      for (int axis = 0; axis < 3; ++axis) {
        const auto part =
            positions.axis(axis).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(n));
        ids.insert(ids.end(), part.begin(), part.end());
      }
      hidden = decoder_.forward(
          embeddings.narrow(0, at, n), ids, cache, on_hidden ? Rows::all : Rows::last);
      if (on_hidden) on_hidden(hidden);
    }
    return hidden.narrow(0, hidden.size(0) - 1, 1).contiguous();
  }

  /// `hidden` [1, hidden] of the token before the reply, whose first token stands at `position`;
  /// the cache holds what is before it.
  double margin_of(std::span<const int> reply,
                   at::Tensor hidden,
                   std::int64_t position,
                   KeyValueCache& cache) const {
    const auto behind = static_cast<std::int64_t>(reply.size()) - 1;
    if (behind > 0) {
      std::vector<std::int64_t> ids;
      for (int axis = 0; axis < 3; ++axis) {
        for (std::int64_t i = 0; i < behind; ++i) ids.push_back(position + i);
      }
      const at::Tensor embedded = decoder_.embed(reply.first(reply.size() - 1));
      hidden = at::cat({hidden, decoder_.forward(embedded, ids, cache)}, 0);
    }
    const at::Tensor logits = decoder_.logits(hidden).to(at::kCPU, at::kFloat);
    const at::Tensor own = at::tensor(std::vector<std::int64_t>(reply.begin(), reply.end()));
    return (logits.gather(1, own.unsqueeze(1)).squeeze(1) - logits.amax(1)).sum().item<double>();
  }

  Generation run_generation(const Prompt& prompt,
                            const GenerationOptions& options,
                            TokenSampler& sampler,
                            const OnToken& on_token) const {
    const auto start = std::chrono::steady_clock::now();
    const Positions positions = positions_of(segments_of(prompt), position_options_);
    KeyValueCache cache =
        decoder_.make_cache(std::int64_t{positions.length} + options.max_new_tokens);
    Generation result;
    result.prompt_tokens = positions.length;
    at::Tensor hidden = prefill(prompt, positions, cache);
    result.prefill_seconds = seconds_since(start);

    std::vector<int> seen = to_input_ids(prompt, config_);
    result.stop = Generation::Stop::length;
    for (std::int64_t position = positions.next;
         static_cast<int>(result.ids.size()) < options.max_new_tokens;
         ++position) {
      std::vector<float> logits = to_floats(decoder_.logits(hidden));
      const int id = sampler.next(logits, seen);
      if (std::find(options.eos_ids.begin(), options.eos_ids.end(), id) != options.eos_ids.end()) {
        result.stop = Generation::Stop::eos;
        break;
      }
      result.ids.push_back(id);
      seen.push_back(id);
      if (on_token && !on_token(id)) {
        result.stop = Generation::Stop::cancelled;
        break;
      }
      if (static_cast<int>(result.ids.size()) == options.max_new_tokens) break;
      hidden = decoder_.forward(
          decoder_.embed(std::span(&id, 1)), {position, position, position}, cache);
    }
    result.decode_seconds = seconds_since(start) - result.prefill_seconds;
    return result;
  }

  ModelConfig config_;
  ModelInfo info_;
  PositionOptions position_options_;
  Decoder decoder_;
  int threads_;
  ThreadChoice scoring_;  ///< of score_next()
};

}  // namespace

std::unique_ptr<CheckpointModel> make_language_model(const std::filesystem::path& directory,
                                                     const LoadOptions& options,
                                                     const Logger& logger) {
  ModelInfo info = read_model_info(directory, options);
  const Threads threads = resolve_threads(options.threads, info.num_parameters);
  return guarded(
      "load the language model", threads.within, [&]() -> std::unique_ptr<CheckpointModel> {
        set_blas_threads(threads.within);
        const ModelConfig config = load_model_config(directory);
        const CheckpointWeights weights(directory, config);
        const at::Device device = make_device(options.device);
        const at::ScalarType dtype = scalar_type(info.dtype);
        Decoder decoder(config.text, WeightLoader(weights, dtype, device), dtype, device);
        PositionOptions positions = position_options(config);
        positions.rule = options.positions;
        logger.debug("language model of '{}': {} on {}, {} threads",
                     info.directory,
                     info.dtype,
                     options.device,
                     threads.scoring);
        return std::make_unique<TorchLanguageModel>(
            config, info, positions, std::move(decoder), threads);
      });
}

}  // namespace hindsight::model::torch::detail
