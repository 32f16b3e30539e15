#include "query/relevance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <thread>

#include "query/detail/code_products.h"
#include "query/detail/time_lexer.h"

namespace hindsight::query {
namespace {

/// Closeness that differs by less than this over all pairs ranks rounding errors of int8 vectors.
constexpr float kFlat = 1e-4F;
/// Fewer vectors are multiplied before another thread has started.
constexpr std::size_t kLeastPart = 1 << 17;

/// The mean of so many is known to a 128th of their spread.  Each of them is a jump in memory.
constexpr std::size_t kMeanOf = 16'384;

using detail::FineVector;

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

/// Of at most kMeanOf vectors, evenly chosen.
std::vector<double> mean_vector(const index::PairVectors& vectors) {
  // Blocks are added up in single precision, which loses nothing that int8 codes had.
  constexpr std::size_t kBlock = 64;
  std::vector<double> mean(static_cast<std::size_t>(vectors.width));
  std::vector<float> sums(mean.size());
  const std::size_t size = vectors.pair_ids.size();
  const std::size_t count = std::min(size, kMeanOf);
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    for (std::size_t n = begin; n < std::min(begin + kBlock, count); ++n) {
      const std::size_t i = n * size / count;
      const auto codes = codes_of(vectors, i);
      const float scale = vectors.scales[i];
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += scale * codes[k];
    }
    for (std::size_t k = 0; k < sums.size(); ++k) mean[k] += double{sums[k]};
  }
  for (double& value : mean) value /= static_cast<double>(count);
  return mean;
}

/// Closeness of single vectors to a query, given what its codes give with both.
class Closeness {
 public:
  Closeness(std::span<const double> query, std::span<const double> mean)
      : query_(detail::to_fine(query)),
        mean_(detail::to_fine(mean)),
        shared_dot_(mean_.scale * static_cast<double>(detail::multiply(query_.codes, mean_.codes))),
        shared_norm_(mean_.scale * mean_.scale *
                     static_cast<double>(detail::multiply(mean_.codes, mean_.codes))),
        rounding_(mean_.scale * mean_.scale * static_cast<double>(mean.size())) {}

  [[nodiscard]] const FineVector& query() const { return query_; }
  [[nodiscard]] const FineVector& mean() const { return mean_; }

  /// products: with the query, with the mean.
  [[nodiscard]] float of(double scale, const detail::CodeProducts& products) const {
    const double dot = query_.scale * (scale * static_cast<double>(products.with_a) - shared_dot_);
    const double norm = scale * scale * static_cast<double>(products.with_itself) -
                        2 * scale * mean_.scale * static_cast<double>(products.with_b) +
                        shared_norm_;
    if (!(norm > rounding_)) return 0;
    return static_cast<float>(std::clamp(dot / std::sqrt(norm), -1.0, 1.0));
  }

 private:
  FineVector query_;
  FineVector mean_;
  double shared_dot_;   ///< of query and mean, but for the query's scale
  double shared_norm_;  ///< of the mean with itself
  double rounding_;     ///< squared distance from the mean that its rounding may make
};

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

std::vector<float> score_pairs(const index::PairVectors& vectors, const std::vector<float>& query) {
  if (query.empty() || vectors.pair_ids.empty()) return {};
  const Closeness closeness(std::vector<double>(query.begin(), query.end()), mean_vector(vectors));
  const auto width = static_cast<std::size_t>(vectors.width);
  std::vector<float> scores(vectors.pair_ids.size());
  const auto score = [&](std::size_t first, std::size_t last) {
    std::array<detail::CodeProducts, 256> products;
    for (std::size_t begin = first; begin < last; begin += products.size()) {
      const std::size_t count = std::min(products.size(), last - begin);
      detail::multiply_rows(std::span(vectors.codes).subspan(begin * width, count * width),
                            closeness.query().codes,
                            closeness.mean().codes,
                            std::span(products).first(count));
      for (std::size_t i = 0; i < count; ++i)
        scores[begin + i] = closeness.of(vectors.scales[begin + i], products[i]);
    }
  };
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t parts = std::clamp<std::size_t>(scores.size() / kLeastPart, 1, cores);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < parts; ++i)
      threads.emplace_back(score, scores.size() * i / parts, scores.size() * (i + 1) / parts);
    score(0, scores.size() / parts);
  }
  const auto [lowest, highest] = std::minmax_element(scores.begin(), scores.end());
  if (*highest - *lowest < kFlat) return {};
  return scores;
}

std::vector<std::size_t> best_positions(std::span<const float> scores, std::size_t count) {
  count = std::min(count, scores.size());
  if (count == 0) return {};
  const auto is_better = [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  // Nearly all of many scores fall below the worst of the best so far: one comparison each.
  std::vector<std::size_t> best;
  float worst = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!(scores[i] > worst)) continue;
    best.push_back(i);
    if (best.size() < 2 * count) continue;
    const auto last = best.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(best.begin(), last, best.end(), is_better);
    worst = scores[*last];
    best.resize(count);
  }
  std::sort(best.begin(), best.end(), is_better);
  best.resize(std::min(count, best.size()));
  return best;
}

std::vector<std::size_t> positions_of(const index::PairVectors& vectors,
                                      std::span<const std::int64_t> pair_ids) {
  std::vector<std::size_t> by_id(vectors.pair_ids.size());
  std::iota(by_id.begin(), by_id.end(), std::size_t{0});
  const auto id_of = [&](std::size_t position) { return vectors.pair_ids[position]; };
  if (!std::is_sorted(vectors.pair_ids.begin(), vectors.pair_ids.end()))
    std::ranges::sort(by_id, {}, id_of);
  std::vector<std::size_t> positions;
  positions.reserve(pair_ids.size());
  for (const std::int64_t id : pair_ids) {
    const auto found = std::ranges::lower_bound(by_id, id, {}, id_of);
    const bool is_there = found != by_id.end() && id_of(*found) == id;
    positions.push_back(is_there ? *found : kNoVector);
  }
  return positions;
}

index::PairVectors vectors_of(const index::PairVectors& vectors,
                              std::span<const std::int64_t> pair_ids) {
  const auto width = static_cast<std::size_t>(vectors.width);
  index::PairVectors chosen;
  chosen.width = vectors.width;
  chosen.pair_ids.assign(pair_ids.begin(), pair_ids.end());
  chosen.codes.resize(pair_ids.size() * width);
  chosen.scales.resize(pair_ids.size());
  const auto from = positions_of(vectors, pair_ids);
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] == kNoVector) continue;
    std::ranges::copy(codes_of(vectors, from[i]),
                      chosen.codes.begin() + static_cast<std::ptrdiff_t>(i * width));
    chosen.scales[i] = vectors.scales[from[i]];
  }
  return chosen;
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
