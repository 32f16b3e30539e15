#include "query/relevance.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "query/detail/time_lexer.h"

namespace hindsight::query {
namespace {

/// Closeness that differs by less than this over all pairs ranks rounding errors of int8 vectors.
constexpr double kFlat = 1e-4;

const std::set<std::string_view>& stop_words() {
  static const std::set<std::string_view> words{
      "a",      "about",   "after",    "again", "all",  "also",   "am",       "an",        "and",
      "any",    "anyone",  "anything", "are",   "as",   "at",     "be",       "been",      "before",
      "being",  "between", "but",      "by",    "can",  "could",  "did",      "do",        "does",
      "during", "ever",    "first",    "for",   "from", "happen", "happened", "happens",   "has",
      "have",   "he",      "her",      "him",   "his",  "how",    "i",        "if",        "in",
      "into",   "is",      "it",       "its",   "last", "many",   "me",       "much",      "my",
      "of",     "often",   "on",       "or",    "our",  "over",   "please",   "say",       "see",
      "seen",   "she",     "show",     "shown", "so",   "some",   "someone",  "something", "tell",
      "than",   "that",    "the",      "their", "them", "then",   "there",    "these",     "they",
      "this",   "those",   "time",     "times", "to",   "until",  "up",       "us",        "video",
      "was",    "we",      "were",     "what",  "when", "where",  "which",    "while",     "who",
      "whom",   "whose",   "why",      "will",  "with", "would",  "you",      "your"};
  return words;
}

std::span<const std::int8_t> codes_of(const index::PairVectors& vectors, std::size_t i) {
  const auto width = static_cast<std::size_t>(vectors.width);
  return std::span(vectors.codes).subspan(i * width, width);
}

std::vector<double> mean_vector(const index::PairVectors& vectors) {
  std::vector<double> mean(static_cast<std::size_t>(vectors.width));
  for (std::size_t i = 0; i < vectors.pair_ids.size(); ++i) {
    const auto codes = codes_of(vectors, i);
    for (std::size_t k = 0; k < codes.size(); ++k) mean[k] += double{vectors.scales[i]} * codes[k];
  }
  for (double& value : mean) value /= static_cast<double>(vectors.pair_ids.size());
  return mean;
}

}  // namespace

std::vector<std::string> content_words(std::string_view question) {
  std::vector<std::string> words;
  for (auto& word : detail::split_words(question)) {
    std::string text = std::move(word.text);
    if (text.ends_with("'s")) text.resize(text.size() - 2);
    if (word.kind == detail::Word::Kind::mark || stop_words().contains(text)) continue;
    if (std::find(words.begin(), words.end(), text) == words.end())
      words.push_back(std::move(text));
  }
  return words;
}

std::vector<float> embed_words(const std::vector<std::string>& words,
                               model::LanguageModel& language_model,
                               const model::Tokenizer& tokenizer) {
  std::vector<int> ids;
  for (const auto& word : words) {
    // With the space before it a word is the token that running text has.
    const auto piece = tokenizer.encode(" " + word, model::AddedTokens::as_text);
    ids.insert(ids.end(), piece.begin(), piece.end());
  }
  if (ids.empty()) return {};
  const TokenMatrix rows = language_model.embed(ids);
  std::vector<float> mean(static_cast<std::size_t>(rows.width));
  for (int i = 0; i < rows.rows; ++i) {
    const auto row = rows.row(i);
    for (std::size_t k = 0; k < row.size(); ++k) mean[k] += row[k];
  }
  double norm = 0;
  for (const float value : mean) norm += double{value} * value;
  norm = std::sqrt(norm);
  if (!(norm > 0)) return {};
  for (float& value : mean) value = static_cast<float>(value / norm);
  return mean;
}

std::unordered_map<std::int64_t, double> score_pairs(const index::PairVectors& vectors,
                                                     const std::vector<float>& query) {
  if (query.empty() || vectors.pair_ids.empty()) return {};
  const auto mean = mean_vector(vectors);
  std::unordered_map<std::int64_t, double> scores;
  double lowest = 1;
  double highest = -1;
  for (std::size_t i = 0; i < vectors.pair_ids.size(); ++i) {
    const auto codes = codes_of(vectors, i);
    double dot = 0;
    double norm = 0;
    for (std::size_t k = 0; k < codes.size(); ++k) {
      const double own = double{vectors.scales[i]} * codes[k] - mean[k];
      dot += own * query[k];
      norm += own * own;
    }
    const double score = norm > 0 ? std::clamp(dot / std::sqrt(norm), -1.0, 1.0) : 0;
    scores.emplace(vectors.pair_ids[i], score);
    lowest = std::min(lowest, score);
    highest = std::max(highest, score);
  }
  if (highest - lowest < kFlat) return {};
  return scores;
}

double similarity(const index::PairVectors& vectors, std::size_t a, std::size_t b) {
  const auto x = codes_of(vectors, a);
  const auto y = codes_of(vectors, b);
  std::int64_t dot = 0;
  std::int64_t xx = 0;
  std::int64_t yy = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    dot += int{x[k]} * y[k];
    xx += int{x[k]} * x[k];
    yy += int{y[k]} * y[k];
  }
  if (xx == 0 || yy == 0) return 0;
  return static_cast<double>(dot) / std::sqrt(static_cast<double>(xx) * static_cast<double>(yy));
}

}  // namespace hindsight::query
