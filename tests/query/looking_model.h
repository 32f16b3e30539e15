// A model that looks at pairs and knows the truth, and films whose pairs it can tell apart.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "query/answer_question.h"
#include "query/support.h"

namespace hindsight::test {

/// What the pair of a second looks like, as a direction of 0..1; pairs of one look the same.
using Looks = std::function<float(double second)>;

/// The tokens of a pair say at which second it was taken.
inline index::StretchRecord timed_stretch(const FilmOptions& film,
                                          int number,
                                          const Looks& looks = {}) {
  auto stretch = film_stretch(film, number);
  for (auto& encoded : stretch.pairs) {
    const auto second = static_cast<float>(to_seconds(encoded.pair.covers.begin));
    for (int t = 0; t < encoded.tokens.rows; ++t) {
      for (int k = 0; k < encoded.tokens.width; ++k)
        encoded.tokens.values[static_cast<std::size_t>(t * encoded.tokens.width + k)] =
            k == 0            ? second + 1
            : k == 1 && looks ? looks(second) * (second + 1)
                              : 0;
    }
  }
  return stretch;
}

/// A film of pairs that cover 10 seconds each, finished when all its stretches are there.
inline index::RunRecord add_timed_film(index::Store& store,
                                       const FilmOptions& film = {},
                                       const Looks& looks = {}) {
  auto video = make_video(film.name, film.content_hash);
  video.path = film.path;
  video.end = at(film.minutes * 60.0);
  const auto video_id = store.put_video(video);
  auto key = make_run(video_id);
  key.model_fingerprint = film.fingerprint;
  key.preprocessing = film.preprocessing;
  const auto run = store.find_or_create_run(key);
  for (int number = 0; number < film.stretches; ++number)
    store.commit_stretch(run.id, timed_stretch(film, number, looks));
  if (film.stretches * 5 == film.minutes) store.finish_run(run.id);
  return store.find_run(run.id).value();
}

/// Answers from `truth` (the probability of yes) and `replies`, both of (question, second at which
/// the pair's `covers` begin).
class LookingModel : public FakeLanguageModel {
 public:
  std::function<double(const std::string& question, double second)> truth =
      [](const std::string&, double) { return 0.01; };
  std::function<std::string(const std::string& question, double second)> replies =
      [](const std::string&, double) { return "nothing"; };
  /// Nats that a text lacks to what the pair taken at `second` says.
  std::function<double(const std::string& question, const std::string& text, double second)>
      margin = [](const std::string&, const std::string&, double) { return -20.0; };
  /// What is counted where digits are scored.
  std::function<int(const std::string& question, double second)> counts = [](const std::string&,
                                                                             double) { return 0; };
  int num_scored = 0;
  int num_replies = 0;

  LookingModel() {
    facts.language_fingerprint = "1a1a";
    // So large that no look is made that was not asked for.
    facts.num_parameters = 2'000'000'000;
  }

  std::vector<std::vector<float>> score_next(std::span<const model::Prompt> asked,
                                             std::span<const int> ids) override {
    std::vector<std::vector<float>> scores;
    for (const auto& prompt : asked) {
      ++num_scored;
      if (ids.size() == 10) {
        scores.emplace_back(10, 0.0F).at(
            static_cast<std::size_t>(counts(question_of(prompt), second_of(prompt)))) = 5;
        continue;
      }
      const double p = truth(question_of(prompt), second_of(prompt));
      auto& row = scores.emplace_back(ids.size(), -100.0F);
      row.at(0) = static_cast<float>(std::log(p));
      row.at(1) = static_cast<float>(std::log(1 - p));
    }
    return scores;
  }

  std::vector<double> reply_margins(const model::Prompt& prompt,
                                    std::span<const std::vector<int>> said_each) override {
    std::vector<double> margins;
    for (const std::span<const int> said : said_each) {
      const auto text = tokenizer().decode(said.first(said.size() - 1), model::SpecialTokens::keep);
      margins.push_back(margin(question_of(prompt), text, second_of(prompt)));
    }
    return margins;
  }

  model::Generation generate(const model::Prompt& prompt,
                             const model::GenerationOptions& options,
                             const model::OnToken& on_token) override {
    // One pair alone, and not the prompt of ask().
    if (prompt.size() != 3) return FakeLanguageModel::generate(prompt, options, on_token);
    ++num_replies;
    model::Generation result;
    result.ids = tokenizer().encode(replies(question_of(prompt), second_of(prompt)),
                                    model::AddedTokens::as_text);
    return result;
  }

 private:
  static std::string question_of(const model::Prompt& prompt) {
    const auto text =
        tokenizer().decode(std::get<model::TextPart>(prompt.back()), model::SpecialTokens::skip);
    return text.substr(0, text.find("\nassistant"));
  }
  static double second_of(const model::Prompt& prompt) {
    for (const auto& part : prompt) {
      if (const auto* visual = std::get_if<model::VisualPart>(&part))
        return std::round(visual->tokens.values.at(0)) - 1;
    }
    return -1;
  }
};

/// A film in a store of its own, and a model that is asked about it.
struct AskedFilm {
  TestStore test;
  LookingModel model;

  explicit AskedFilm(const FilmOptions& options = {}) { add_timed_film(test.store, options); }

  query::Answer ask(const std::string& text) {
    const auto plan = query::plan_question({.text = text}, test.store, model.facts);
    return query::answer_question(plan, test.store, model, tokenizer());
  }
};

}  // namespace hindsight::test
