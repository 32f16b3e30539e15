#include "query/ask.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include <fmt/format.h>

#include "core/error.h"
#include "model/prompt.h"
#include "query/detail/gather.h"
#include "query/evidence.h"
#include "query/prompt.h"
#include "query/relevance.h"

namespace hindsight::query {
namespace {

using detail::Material;

/// Of a picture that hardly changes, relevance reads one pair.
constexpr double kNearDuplicate = 0.995;

class Stopwatch {
 public:
  /// Milliseconds since construction or the last lap.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::milli> passed = now - last_;
    last_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

ShownVideo without_pairs(const VideoReading& reading) {
  return {.label = reading.scope.label,
          .end = reading.scope.video.end,
          .ranges = reading.scope.ranges,
          .pairs = {},
          .tokens = {},
          .subtitles = reading.subtitles};
}

/// Prompt tokens left for pairs once all text is in.
int room_for_pairs(const std::vector<Material>& materials,
                   const std::string& question,
                   const model::ModelInfo& info,
                   const model::Tokenizer& tokenizer,
                   int max_new_tokens) {
  std::vector<ShownVideo> videos;
  for (const auto& material : materials) videos.push_back(without_pairs(material.reading));
  const int text_tokens = model::num_tokens(make_prompt(tokenizer, std::move(videos), question));
  const int room = info.context_length - max_new_tokens - text_tokens;
  if (room > 0) return room;
  throw Error(ErrorCode::exhausted,
              fmt::format("the question and what belongs to it take {} tokens, but the model reads "
                          "{} and {} of them are "
                          "kept for the answer; ask a shorter question or lower --max-new-tokens",
                          text_tokens,
                          info.context_length,
                          max_new_tokens));
}

void select(std::vector<Material>& materials,
            const AskOptions& options,
            const model::Tokenizer& tokenizer,
            int room) {
  std::vector<std::int64_t> visual_claims;
  std::vector<std::int64_t> prompt_claims;
  std::vector<int> around;
  for (const auto& material : materials) {
    const auto& reading = material.reading;
    around.push_back(count_tokens_around_pair(tokenizer, reading.scope.video.end));
    std::int64_t visual = 0;
    for (const auto& candidate : reading.candidates) visual += candidate.pair.num_tokens;
    visual_claims.push_back(visual);
    prompt_claims.push_back(visual +
                            around.back() * static_cast<std::int64_t>(reading.candidates.size()));
  }
  const auto visual = split_budget(options.max_visual_tokens, visual_claims);
  const auto prompt = split_budget(room, prompt_claims);
  for (std::size_t m = 0; m < materials.size(); ++m) {
    auto& material = materials[m];
    auto& reading = material.reading;
    if (visual[m] < 1 || prompt[m] < 1) continue;
    const SelectOptions limits{.max_visual_tokens = visual[m],
                               .max_prompt_tokens = prompt[m],
                               .tokens_around_pair = around[m],
                               .coverage_share = options.coverage_share,
                               .has_closeness = material.has_closeness};
    if (options.choose_pairs) {
      const auto order = options.choose_pairs(reading.candidates, limits);
      reading.selection = take_pairs(reading.candidates, order, limits);
      continue;
    }
    const auto near_duplicates = [&](std::size_t a, std::size_t b) {
      if (material.vector_of.empty()) return false;
      const std::size_t x = material.vector_of[a];
      const std::size_t y = material.vector_of[b];
      if (x == kNoVector || y == kNoVector) return false;
      return similarity(material.vectors, x, y) > kNearDuplicate;
    };
    reading.selection = select_pairs(reading.candidates, limits, near_duplicates);
  }
}

/// Tokens out of the store, one matrix a pair.
ShownVideo read(const VideoReading& reading, const index::Store& store) {
  ShownVideo shown = without_pairs(reading);
  std::vector<std::int64_t> ids;
  for (const auto& choice : reading.selection.choices) {
    shown.pairs.push_back(reading.candidates[choice.candidate].pair);
    ids.push_back(shown.pairs.back().id);
  }
  if (ids.empty()) return shown;
  const TokenMatrix all = store.read_tokens(ids);
  auto next = all.values.begin();
  for (const auto& pair : shown.pairs) {
    const auto count = std::ptrdiff_t{pair.num_tokens} * all.width;
    shown.tokens.push_back(
        {.rows = pair.num_tokens, .width = all.width, .values = {next, next + count}});
    next += count;
  }
  return shown;
}

std::string nothing_cached(const std::vector<Material>& materials) {
  const auto& scope = materials.front().reading.scope;
  return fmt::format("Nothing of {} from {} to {} has been read yet.",
                     scope.label,
                     to_clock(scope.ranges.front().begin),
                     to_clock(scope.ranges.back().end));
}

/// When there are pairs but none was chosen.
void refuse_small_budget(const std::vector<Material>& materials,
                         const AskOptions& options,
                         int room) {
  for (const auto& material : materials) {
    const auto& candidates = material.reading.candidates;
    if (candidates.empty()) continue;
    throw Error(
        ErrorCode::exhausted,
        fmt::format(
            "no pair fits: {} visual tokens are allowed and the context has room for {}, but the "
            "first "
            "pair of {} has {}; raise --max-visual-tokens or use a model with a longer context",
            options.max_visual_tokens,
            room,
            material.reading.scope.label,
            candidates.front().pair.num_tokens));
  }
}

/// Runs the model and fills in text, usage and timings.
void generate(Answer& answer,
              const model::Prompt& prompt,
              model::LanguageModel& language_model,
              const model::Tokenizer& tokenizer,
              const model::GenerationOptions& options,
              const OnText& on_text) {
  model::StreamingDecoder decoder(tokenizer);
  const auto add = [&](const std::string& piece) {
    if (piece.empty()) return;
    answer.text += piece;
    if (on_text) on_text(piece);
  };
  const auto generation = language_model.generate(prompt, options, [&](int id) {
    // The embedding is padded with rows that stand for no token.
    if (id < tokenizer.num_ids()) add(decoder.push(id));
    return true;
  });
  add(decoder.finish());
  answer.cut_off = generation.stop == model::Generation::Stop::length;
  answer.usage.prompt_tokens = generation.prompt_tokens;
  answer.usage.new_tokens = static_cast<int>(generation.ids.size());
  answer.timings.prefill = generation.prefill_seconds * 1e3;
  answer.timings.decode = generation.decode_seconds * 1e3;
}

/// What is known about every video, and the subtitles that go into the prompt.
std::vector<Material> gather_all(const QuestionPlan& plan,
                                 const index::Store& store,
                                 model::LanguageModel& language_model,
                                 const model::Tokenizer& tokenizer,
                                 const AskOptions& options) {
  const auto words = content_words(plan.scopes.front().words.question);
  const auto query = embed_words(words, language_model, tokenizer);
  const int subtitle_tokens =
      std::min(options.max_subtitle_tokens, language_model.info().context_length / 8) /
      static_cast<int>(plan.scopes.size());
  std::vector<Material> materials;
  for (const auto& scope : plan.scopes) {
    auto material = detail::gather(scope, store, words, query);
    material.reading.subtitles =
        choose_subtitles(tokenizer, material.texts, material.wanted, subtitle_tokens);
    materials.push_back(std::move(material));
  }
  return materials;
}

}  // namespace

Answer ask(const QuestionPlan& plan,
           const index::Store& store,
           model::LanguageModel& language_model,
           const model::Tokenizer& tokenizer,
           const AskOptions& options,
           const OnText& on_text) {
  Stopwatch total;
  Stopwatch step;
  const std::int64_t bytes_before = store.bytes_read();
  auto answer = empty_answer(plan, store, language_model.info());
  auto materials = gather_all(plan, store, language_model, tokenizer, options);
  const int room = room_for_pairs(materials,
                                  answer.question,
                                  language_model.info(),
                                  tokenizer,
                                  options.generation.max_new_tokens);
  select(materials, options, tokenizer, room);
  answer.timings.select = step.lap();

  std::vector<ShownVideo> shown;
  for (const auto& material : materials) {
    shown.push_back(read(material.reading, store));
    answer.usage.pairs_read += static_cast<int>(shown.back().pairs.size());
    answer.usage.visual_tokens += material.reading.selection.visual_tokens;
  }
  answer.usage.bytes_read = store.bytes_read() - bytes_before;
  answer.timings.read = step.lap();

  if (answer.usage.pairs_read > 0 || options.choose_pairs) {
    const auto prompt = make_prompt(tokenizer, std::move(shown), answer.question);
    generate(answer, prompt, language_model, tokenizer, options.generation, on_text);
    answer.found = states_finding(answer.text);
  } else {
    refuse_small_budget(materials, options, room);
    answer.text = nothing_cached(materials);
    if (on_text) on_text(answer.text);
  }
  for (auto& material : materials) answer.readings.push_back(std::move(material.reading));
  if (answer.found) answer.intervals = find_evidence(answer.text, answer.readings);
  answer.timings.total = total.lap();
  return answer;
}

}  // namespace hindsight::query
