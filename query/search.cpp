#include "query/search.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "query/clock_reader.h"
#include "query/detail/clause.h"
#include "query/detail/gather.h"
#include "query/detail/known_words.h"
#include "query/evaluate.h"
#include "query/prompt.h"
#include "query/relevance.h"

namespace hindsight::query {
namespace {

/// A candidate that was looked at.
struct Seen {
  const Candidate* candidate = nullptr;
  double p_yes = 0;
  const index::StoredText* subtitle = nullptr;
  double subtitle_share = 0;
  [[nodiscard]] double score() const { return std::max(p_yes, subtitle_share); }
};

/// The share of `words` that a text has.
double share_of(const std::vector<std::string>& words, const std::string& text) {
  if (words.empty()) return 0;
  const auto said = content_words(text);
  const auto hits = std::count_if(words.begin(), words.end(), [&](const auto& word) {
    return std::find(said.begin(), said.end(), word) != said.end();
  });
  return static_cast<double>(hits) / static_cast<double>(words.size());
}

/// Searches one video after the other with one judge.
class Search {
 public:
  Search(const index::Store& store,
         model::LanguageModel& language_model,
         const model::Tokenizer& tokenizer,
         const SearchOptions& options,
         std::string predicate)
      : store_(store),
        options_(options),
        predicate_(std::move(predicate)),
        is_known_(detail::unknown_words(predicate_, language_model.info()).empty()),
        judge_(store, language_model, tokenizer, options.keep),
        clock_(store, judge_) {}

  void run(const VideoScope& scope,
           const std::vector<std::string>& words,
           const std::vector<float>& query,
           int max_visual_tokens) {
    const auto material = detail::gather(scope, store_, words, query);
    const auto wanted = choose(material, max_visual_tokens);
    std::vector<index::StoredPair> pairs;
    for (const auto* candidate : wanted) pairs.push_back(candidate->pair);
    const auto scores =
        is_known_ ? clock_.p_yes(predicate_, pairs) : std::vector<double>(pairs.size(), 0.0);
    std::vector<Seen> seen;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      seen.push_back({.candidate = wanted[i], .p_yes = scores[i]});
      for (const std::size_t hit : material.wanted) {
        const auto& text = material.texts[hit];
        if (!text.span.overlaps(wanted[i]->pair.covers)) continue;
        const double share = share_of(words, text.text);
        if (share <= seen.back().subtitle_share) continue;
        seen.back().subtitle = &text;
        seen.back().subtitle_share = share;
      }
    }
    add_moments(scope, seen);
  }

  std::vector<Moment> moments;
  [[nodiscard]] Judge& judge() { return judge_; }

 private:
  /// By time: what select_pairs() reads within the budget, every pair with a text hit, and those
  /// that were looked at before.
  std::vector<const Candidate*> choose(const detail::Material& material, int max_visual_tokens) {
    const auto& candidates = material.reading.candidates;
    std::set<std::size_t> chosen;
    if (max_visual_tokens > 0) {
      const auto selection = select_pairs(candidates,
                                          {.max_visual_tokens = max_visual_tokens,
                                           .max_prompt_tokens = max_visual_tokens,
                                           .has_closeness = material.has_closeness});
      for (const auto& choice : selection.choices) chosen.insert(choice.candidate);
    }
    const auto kept = judge_.kept(predicate_, material.reading.scope.run.id);
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (candidates[i].subtitle_hit > 0 || kept.contains(candidates[i].pair.token_pair_id()))
        chosen.insert(i);
    std::vector<const Candidate*> result;
    for (const std::size_t i : chosen)
      if (!candidates[i].pair.covers.empty()) result.push_back(&candidates[i]);
    std::sort(result.begin(), result.end(), [](const auto* a, const auto* b) {
      return std::tuple(a->pair.covers, a->pair.id) < std::tuple(b->pair.covers, b->pair.id);
    });
    return result;
  }

  /// Neighbours that both show it are one moment.
  void add_moments(const VideoScope& scope, const std::vector<Seen>& seen) {
    const Seen* last = nullptr;
    for (const auto& here : seen) {
      const auto& pair = here.candidate->pair;
      const bool goes_on = last != nullptr && last->score() >= kFoundScore &&
                           here.score() >= kFoundScore &&
                           pair.covers.begin <= moments.back().span.end;
      last = &here;
      if (goes_on) {
        auto& moment = moments.back();
        moment.span.end = std::max(moment.span.end, pair.covers.end);
        if (here.score() <= moment.score) continue;
        const auto begin = moment.span.begin;
        const auto end = moment.span.end;
        moment = to_moment(scope, here);
        moment.span = {begin, end};
        continue;
      }
      moments.push_back(to_moment(scope, here));
    }
  }

  static Moment to_moment(const VideoScope& scope, const Seen& seen) {
    Moment moment{.video = scope.label,
                  .video_hash = scope.video.content_hash,
                  .span = seen.candidate->pair.covers,
                  .score = seen.score(),
                  .pair = seen.candidate->pair,
                  .p_yes = seen.p_yes,
                  .closeness = seen.candidate->closeness,
                  .subtitle = std::nullopt,
                  .subtitle_share = seen.subtitle_share};
    if (seen.subtitle != nullptr) moment.subtitle = *seen.subtitle;
    return moment;
  }

  const index::Store& store_;
  SearchOptions options_;
  std::string predicate_;
  bool is_known_;
  Judge judge_;
  ClockReader clock_;
};

nlohmann::ordered_json seconds(MediaTime time) {
  return nlohmann::ordered_json::parse(to_decimal_seconds(time));
}

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

nlohmann::ordered_json moment_json(const Moment& moment) {
  nlohmann::ordered_json json{{"video", moment.video},
                              {"video_hash", moment.video_hash},
                              {"from", seconds(moment.span.begin)},
                              {"to", seconds(moment.span.end)},
                              {"score", rounded(moment.score)},
                              {"pair",
                               {{"first", seconds(moment.pair.first)},
                                {"second", seconds(moment.pair.second)},
                                {"width", moment.pair.width},
                                {"height", moment.pair.height}}},
                              {"p_yes", rounded(moment.p_yes)},
                              {"closeness", rounded(moment.closeness)},
                              {"subtitle", nullptr}};
  if (moment.subtitle) {
    json["subtitle"] = {{"from", seconds(moment.subtitle->span.begin)},
                        {"to", seconds(moment.subtitle->span.end)},
                        {"text", moment.subtitle->text},
                        {"share", rounded(moment.subtitle_share)}};
  }
  return json;
}

}  // namespace

std::string look_question(std::string_view text) {
  const auto words = detail::split_words(text);
  if (const auto clause = detail::read_clause(words, text)) {
    const auto leaves = leaves_of(clause->node);
    if (leaves.size() == 1 && leaves.front().is_true) return leaves.front().predicate;
  }
  return fmt::format("Does this show {}?", quote(text));
}

SearchResult search(const QuestionPlan& plan,
                    const index::Store& store,
                    model::LanguageModel& language_model,
                    const model::Tokenizer& tokenizer,
                    const SearchOptions& options) {
  if (options.limit < 1) throw Error(ErrorCode::usage, "a search must ask for at least 1 moment");
  if (options.max_visual_tokens < 1)
    throw Error(ErrorCode::usage, "a search must be allowed at least 1 visual token");
  const auto& text = plan.scopes.front().words.question;
  SearchResult result{.text = plan.question.text, .predicate = look_question(text)};
  if (result.predicate.size() > kMaxPredicateBytes) {
    throw Error(ErrorCode::usage,
                fmt::format("the search text is too long: the question about each pair may have {} "
                            "bytes, this one has {}; use fewer words",
                            kMaxPredicateBytes,
                            result.predicate.size()));
  }
  const auto unknown = detail::unknown_words(result.predicate, language_model.info());
  if (!unknown.empty()) result.not_asked = detail::no_words_for(unknown, language_model.info());
  const std::int64_t bytes_before = store.bytes_read();
  const auto words = content_words(text);
  const auto query = embed_words(words, language_model, tokenizer);
  Search search(store, language_model, tokenizer, options, result.predicate);
  std::vector<std::int64_t> claims;
  for (const auto& scope : plan.scopes) claims.push_back(store.tokens_spent(scope.run.id));
  const auto budgets = split_budget(options.max_visual_tokens, claims);
  for (std::size_t i = 0; i < plan.scopes.size(); ++i)
    search.run(plan.scopes[i], words, query, budgets[i]);
  auto& judge = search.judge();
  judge.keep();
  result.not_kept = judge.not_kept();
  result.moments = std::move(search.moments);
  std::stable_sort(result.moments.begin(), result.moments.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.score, a.closeness) > std::tuple(b.score, b.closeness);
  });
  result.moments.resize(std::min(result.moments.size(), options.limit));
  result.usage = {.pairs_read = static_cast<int>(judge.pairs_seen().size()),
                  .visual_tokens = judge.usage().visual_tokens,
                  .bytes_read = store.bytes_read() - bytes_before,
                  .prompt_tokens = static_cast<int>(judge.usage().prompt_tokens),
                  .looks_computed = judge.usage().looks_computed,
                  .looks_kept = judge.usage().looks_kept};
  return result;
}

std::string to_json(const SearchResult& result, std::string_view model, std::string_view store) {
  using Json = nlohmann::ordered_json;
  Json moments = Json::array();
  for (const auto& moment : result.moments) moments.push_back(moment_json(moment));
  const bool is_found = !result.moments.empty() && result.moments.front().score >= kFoundScore;
  const Json json{{"text", result.text},
                  {"predicate", result.predicate},
                  {"not_asked", result.not_asked},
                  {"found", is_found},
                  {"moments", std::move(moments)},
                  {"usage",
                   {{"pairs_read", result.usage.pairs_read},
                    {"visual_tokens", result.usage.visual_tokens},
                    {"bytes_read", result.usage.bytes_read},
                    {"looks_computed", result.usage.looks_computed},
                    {"looks_kept", result.usage.looks_kept},
                    {"frames_decoded", Usage::frames_decoded},
                    {"pairs_encoded", Usage::pairs_encoded}}},
                  {"model", model},
                  {"store", store}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hindsight::query
