// A language model that says what a test tells it to, and a store whose pairs a test can aim at.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "index/support.h"
#include "model/preprocess.h"
#include "model/prompt.h"
#include "model/tokenizer.h"
#include "query/ask.h"
#include "support/temp_dir.h"

namespace hindsight::test {

inline const model::Tokenizer& tokenizer() {
  static const auto loaded =
      model::Tokenizer::load(test::source_dir() + "/tests/model/goldens/small_tokenizer.json");
  return loaded;
}

inline model::ModelInfo fake_info() {
  return {.architecture = "Qwen2VLForConditionalGeneration",
          .directory = "models/fake",
          .vision_fingerprint = "f00d",
          .num_parameters = 1,
          .token_width = kTokenWidth,
          .context_length = 4096,
          .dtype = "fp32"};
}

/// Embeddings are random directions, one a token id; the answer is `reply`, whatever is asked.
class FakeLanguageModel : public model::LanguageModel {
 public:
  std::string reply = "A red car leaves at 605 seconds.";
  model::ModelInfo facts = fake_info();
  std::vector<model::Prompt> prompts;  ///< of every call

  const model::ModelInfo& info() const override { return facts; }

  model::Generation generate(const model::Prompt& prompt,
                             const model::GenerationOptions& options,
                             const model::OnToken& on_token) override {
    prompts.push_back(prompt);
    model::Generation result;
    result.prompt_tokens = model::num_tokens(prompt);
    for (const int id : tokenizer().encode(reply, model::AddedTokens::as_text)) {
      if (static_cast<int>(result.ids.size()) == options.max_new_tokens) {
        result.stop = model::Generation::Stop::length;
        break;
      }
      result.ids.push_back(id);
      if (!on_token(id)) break;
    }
    return result;
  }

  std::vector<float> next_token_logits(const model::Prompt&) override { return {0.0F}; }

  TokenMatrix embed(std::span<const int> ids) override {
    TokenMatrix rows{static_cast<int>(ids.size()), facts.token_width, {}};
    for (const int id : ids) {
      const auto row = make_tokens(1, static_cast<unsigned>(id) + 1'000'000U, facts.token_width);
      rows.values.insert(rows.values.end(), row.values.begin(), row.values.end());
    }
    return rows;
  }
};

/// What the fake model thinks `word` looks like, as the tokens of a 56 x 56 pair.
inline TokenMatrix picture_of(const std::string& word) {
  FakeLanguageModel fake;
  const auto ids = tokenizer().encode(" " + word, model::AddedTokens::as_text);
  const auto rows = fake.embed(ids);
  TokenMatrix tokens{4, kTokenWidth, {}};
  for (int t = 0; t < 4; ++t) {
    for (int k = 0; k < kTokenWidth; ++k) {
      float sum = 0;
      for (int i = 0; i < rows.rows; ++i) sum += rows.row(i)[static_cast<std::size_t>(k)];
      tokens.values.push_back(sum);
    }
  }
  return tokens;
}

struct FilmOptions {
  std::string name = "gate.mp4";
  std::string content_hash = "aaaa1111";
  std::string path = "/videos/gate.mp4";
  int minutes = 25;
  int stretches = 5;   ///< of five minutes, that are committed; the run is complete when all are
  double red_at = -1;  ///< the pair that covers this second shows "red"
  std::string fingerprint = "f00d";
  int token_width = kTokenWidth;
  std::string preprocessing = std::string(model::kPreprocessingVersion);
};

/// A pair of 4 tokens every 10 seconds of a film, random but for the red one.  Within a stretch of
/// 30 pairs, rank r is the pair r * 7 mod 30.
inline index::StretchRecord film_stretch(const FilmOptions& film, int number) {
  index::StretchRecord stretch;
  stretch.number = number;
  const double begin = number * 300.0;
  stretch.span = span(begin, begin + 300);
  for (int rank = 0; rank < 30; ++rank) {
    const double first = begin + (rank * 7 % 30) * 10.0;
    index::EncodedPair& encoded = stretch.pairs.emplace_back();
    encoded.pair = {.rank = rank,
                    .first = at(first + 4.5),
                    .second = at(first + 5.5),
                    .covers = span(first, first + 10),
                    .width = 56,
                    .height = 56,
                    .num_tokens = 4,
                    .reason = "coverage"};
    encoded.tokens = make_tokens(4, static_cast<unsigned>(first), film.token_width);
    if (first <= film.red_at && film.red_at < first + 10) encoded.tokens = picture_of("red");
  }
  return stretch;
}

inline std::int64_t add_film(index::Store& store, const FilmOptions& film = {}) {
  auto video = make_video(film.name, film.content_hash);
  video.path = film.path;
  video.end = at(film.minutes * 60.0);
  const auto video_id = store.put_video(video);
  auto key = make_run(video_id);
  key.model_fingerprint = film.fingerprint;
  key.model_name = "model-" + film.fingerprint;
  key.preprocessing = film.preprocessing;
  key.token_width = film.token_width;
  const auto run = store.find_or_create_run(key);
  for (int number = 0; number < film.stretches; ++number)
    store.commit_stretch(run.id, film_stretch(film, number));
  if (film.stretches * 5 == film.minutes) store.finish_run(run.id);
  return video_id;
}

/// A store in a folder of its own.
struct TestStore {
  TempDir dir;
  index::Store store = index::Store::open(dir.file("s.db"), index::OpenMode::write);
};

inline index::StoredText subtitle(double begin, double end, const std::string& text) {
  return {.video_id = 0, .span = span(begin, end), .text = text, .language = "en", .origin = "srt"};
}

}  // namespace hindsight::test
