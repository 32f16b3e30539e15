#include "query/judge.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "model/chat.h"
#include "model/prompt.h"
#include "query/detail/number_predicate.h"
#include "query/detail/written_text.h"
#include "query/prompt.h"

namespace hindsight::query {
namespace {

/// Changes with the prompt, the tokens that are compared or the length of replies: looks of another
/// form are not read.
constexpr std::string_view kForm = "alone-1";
/// Prompts that are in memory at once: enough that a small model's go to several cores.
constexpr std::size_t kBatch = 128;
/// And their visual tokens, where one prompt has no more.
constexpr std::int64_t kBatchTokens = 8192;
/// New looks after which they are written: what an interrupted question has seen is not lost.
constexpr std::size_t kKeepEvery = 512;

/// How likely a text is beside the greedy reply, where both say as much for "yes" as for "no". With
/// hindsight-tiny on 372 questions about texts of unseen worlds, asked about pairs that show one:
/// 84 % of the true ones lie above it and 4.5 % of the false ones; the yes of the same model has
/// 49 % of the false ones above what 95 % of the true ones reach.
constexpr double kEvenLikelihood = 0.1;

/// The first tokens of the spellings that are one token, or of the first spelling.
std::vector<int> first_tokens(const model::Tokenizer& tokenizer,
                              std::initializer_list<std::string_view> spellings) {
  std::vector<int> ids;
  std::vector<int> fallback;
  for (const auto spelling : spellings) {
    const auto encoded = tokenizer.encode(spelling, model::AddedTokens::as_text);
    if (encoded.size() == 1) ids.push_back(encoded[0]);
    if (fallback.empty() && !encoded.empty()) fallback.push_back(encoded[0]);
  }
  return ids.empty() ? fallback : ids;
}

double log_sum(std::span<const float> logits) {
  const double peak = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - peak);
  return peak + std::log(sum);
}

/// The number that a predicate asks for where one digit decides, else 0: of "12" only the "1" would
/// be read.
int count_in_digits(const std::string& predicate) {
  const auto counted = detail::counted_things_of(predicate);
  return counted && counted->count <= 9 ? counted->count : 0;
}

std::span<const index::StoredPair> first_batch(std::span<const index::StoredPair> pairs) {
  std::size_t count = 0;
  std::int64_t tokens = 0;
  while (count < std::min(kBatch, pairs.size())) {
    tokens += pairs[count].num_tokens;
    if (count > 0 && tokens > kBatchTokens) break;
    ++count;
  }
  return pairs.first(count);
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

Judge::Judge(const index::Store& store,
             model::LanguageModel& language_model,
             const model::Tokenizer& tokenizer,
             KeepLooks keep)
    : store_(store),
      language_model_(language_model),
      tokenizer_(tokenizer),
      keep_(keep),
      key_(fmt::format("{} {} {}",
                       kForm,
                       language_model.info().language_fingerprint,
                       language_model.info().dtype)),
      yes_no_ids_(first_tokens(tokenizer, {"yes", "Yes"})),
      num_yes_(yes_no_ids_.size()) {
  const auto no = first_tokens(tokenizer, {"no", "No"});
  const bool clash = std::any_of(no.begin(), no.end(), [&](int id) {
    return std::find(yes_no_ids_.begin(), yes_no_ids_.end(), id) != yes_no_ids_.end();
  });
  if (yes_no_ids_.empty() || no.empty() || clash) {
    throw Error(ErrorCode::model,
                fmt::format("the tokenizer of {} does not tell \"yes\" from \"no\" by their first "
                            "token; use another checkpoint",
                            language_model.info().directory));
  }
  yes_no_ids_.insert(yes_no_ids_.end(), no.begin(), no.end());
  for (char digit = '0'; digit <= '9'; ++digit) {
    const auto ids = tokenizer.encode(std::string(1, digit), model::AddedTokens::as_text);
    if (ids.size() == 1) digit_ids_.push_back(ids.front());
  }
  if (digit_ids_.size() != 10) digit_ids_.clear();
}

std::vector<double> Judge::p_yes(const std::string& predicate,
                                 std::span<const index::StoredPair> pairs) {
  std::vector<double> scores;
  for (const auto& seen : look(predicate, pairs, /*max_reply_tokens=*/0))
    scores.push_back(seen.score);
  return scores;
}

std::vector<std::string> Judge::replies(const std::string& question,
                                        std::span<const index::StoredPair> pairs,
                                        int max_tokens) {
  std::vector<std::string> texts;
  for (auto& seen : look(question, pairs, max_tokens)) texts.push_back(std::move(seen.reply));
  return texts;
}

std::set<std::int64_t> Judge::kept(const std::string& predicate, std::int64_t run_id) {
  std::set<std::int64_t> ids;
  for (const auto& [pair_id, look] : known(kept_as(predicate, 0), run_id)) ids.insert(pair_id);
  return ids;
}

Judge::Known& Judge::known(const std::string& question, std::int64_t run_id) {
  const auto [it, is_new] = known_.try_emplace({question, run_id});
  if (is_new && keep_ != KeepLooks::fresh) {
    for (auto& kept : store_.looks({key_, question}, run_id))
      it->second.emplace(kept.pair_id, std::move(kept));
  }
  return it->second;
}

bool Judge::is_read(const std::string& predicate) const {
  return is_read_as_text(predicate) || (language_model_.info().bare_replies &&
                                        !digit_ids_.empty() && count_in_digits(predicate) > 0);
}

bool Judge::is_read_as_text(const std::string& predicate) const {
  return language_model_.info().bare_replies && detail::written_text_of(predicate);
}

std::string Judge::kept_as(const std::string& question, int max_reply_tokens) const {
  if (max_reply_tokens == 0)
    return is_read(question) ? fmt::format("read: {}", question) : question;
  if (choice_in(question)) return fmt::format("choice: {}", question);
  if (max_reply_tokens == kMaxReplyTokens) return fmt::format("reply: {}", question);
  return fmt::format("reply of {}: {}", max_reply_tokens, question);
}

std::vector<index::Look> Judge::look(const std::string& question,
                                     std::span<const index::StoredPair> pairs,
                                     int max_reply_tokens) {
  const std::string asked = kept_as(question, max_reply_tokens);
  std::vector<index::StoredPair> missing;
  std::map<std::int64_t, std::int64_t> looked_at;
  for (const auto& pair : pairs) {
    pairs_seen_.insert(pair.id);
    // A repeat and its original have the same tokens: one look is both.
    const auto id = pair.token_pair_id();
    const bool is_repeat = looked_at.try_emplace(id, pair.id).first->second != pair.id;
    if (is_repeat || known(asked, pair.run_id).contains(id)) {
      ++usage_.looks_kept;
    } else {
      missing.push_back(pair);
    }
  }
  if (!missing.empty()) language_model_.prepare();
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < missing.size();) {
    const auto batch = first_batch(std::span(missing).subspan(i));
    i += batch.size();
    std::vector<index::Look> looks;
    compute(question, batch, max_reply_tokens, looks);
    for (std::size_t k = 0; k < looks.size(); ++k) {
      known(asked, batch[k].run_id).insert_or_assign(looks[k].pair_id, looks[k]);
      new_[asked].push_back(looks[k]);
    }
    num_new_ += looks.size();
    if (num_new_ >= kKeepEvery) keep();
  }
  usage_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::vector<index::Look> result;
  for (const auto& pair : pairs)
    result.push_back(known(asked, pair.run_id).at(pair.token_pair_id()));
  return result;
}

void Judge::compute(const std::string& question,
                    std::span<const index::StoredPair> pairs,
                    int max_reply_tokens,
                    std::vector<index::Look>& looks) {
  const bool is_read_off = max_reply_tokens == 0 && is_read(question);
  const auto written = is_read_off ? detail::written_text_of(question) : std::nullopt;
  const auto counted = is_read_off ? detail::counted_things_of(question) : std::nullopt;
  const auto choice = max_reply_tokens > 0 ? choice_in(question) : std::nullopt;
  const auto put = choice    ? choice->question
                   : written ? detail::reading_question(written->thing)
                   : counted ? detail::counting_question(counted->plural)
                             : question;
  std::vector<std::int64_t> ids;
  for (const auto& pair : pairs) ids.push_back(pair.id);
  const TokenMatrix all = store_.read_tokens(ids);
  auto next = all.values.begin();
  std::vector<model::Prompt> prompts;
  for (const auto& pair : pairs) {
    const auto count = std::ptrdiff_t{pair.num_tokens} * all.width;
    prompts.push_back(make_look_prompt(
        tokenizer_,
        pair,
        {.rows = pair.num_tokens, .width = all.width, .values = {next, next + count}},
        put));
    next += count;
    usage_.visual_tokens += pair.num_tokens;
    usage_.prompt_tokens += model::num_tokens(prompts.back());
  }
  usage_.looks_computed += static_cast<std::int64_t>(pairs.size());
  if (max_reply_tokens > 0) {
    for (std::size_t i = 0; i < pairs.size(); ++i)
      looks.push_back({.pair_id = pairs[i].token_pair_id(),
                       .score = 0,
                       .reply = choice ? likeliest_of(choice->replies, prompts[i])
                                       : reply_to(prompts[i], max_reply_tokens)});
    return;
  }
  const auto scores = written   ? score_text(prompts, written->text)
                      : counted ? score_count(prompts, counted->count)
                                : score_yes_no(prompts);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    looks.push_back({.pair_id = pairs[i].token_pair_id(), .score = scores[i], .reply = {}});
}

std::vector<double> Judge::score_yes_no(std::span<const model::Prompt> prompts) {
  std::vector<double> scores;
  for (const auto& row : language_model_.score_next(prompts, yes_no_ids_)) {
    const std::span logits(row);
    const double margin = log_sum(logits.subspan(num_yes_)) - log_sum(logits.first(num_yes_));
    scores.push_back(1 / (1 + std::exp(margin)));
  }
  return scores;
}

std::vector<double> Judge::score_text(std::span<const model::Prompt> prompts,
                                      const std::string& text) {
  // Signs are in capitals more often than questions are.
  std::string capitals = text;
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::vector<std::vector<int>> spellings{reply_tokens(text)};
  if (capitals != text) spellings.push_back(reply_tokens(capitals));
  std::vector<double> scores;
  for (const auto& prompt : prompts) {
    const double likelihood =
        std::exp(std::ranges::max(language_model_.reply_margins(prompt, spellings)));
    scores.push_back(likelihood / (likelihood + kEvenLikelihood));
  }
  return scores;
}

std::vector<double> Judge::score_count(std::span<const model::Prompt> prompts, int count) {
  std::vector<double> scores;
  const auto at_least = static_cast<std::size_t>(count);
  for (const auto& row : language_model_.score_next(prompts, digit_ids_)) {
    const std::span logits(row);
    scores.push_back(std::exp(log_sum(logits.subspan(at_least)) - log_sum(logits)));
  }
  return scores;
}

std::string Judge::reply_to(const model::Prompt& prompt, int max_tokens) {
  const model::GenerationOptions options{.max_new_tokens = max_tokens,
                                         .eos_ids = model::end_tokens(tokenizer_)};
  auto generation = language_model_.generate(prompt, options);
  usage_.new_tokens += static_cast<std::int64_t>(generation.ids.size());
  // The embedding is padded with rows that stand for no token.
  std::erase_if(generation.ids, [&](int id) { return id >= tokenizer_.num_ids(); });
  return trimmed(tokenizer_.decode(generation.ids, model::SpecialTokens::skip));
}

std::string Judge::likeliest_of(const std::vector<std::string>& replies,
                                const model::Prompt& prompt) {
  std::vector<std::vector<int>> tokens;
  for (const auto& reply : replies) tokens.push_back(reply_tokens(reply));
  const auto margins = language_model_.reply_margins(prompt, tokens);
  return replies.at(static_cast<std::size_t>(std::ranges::max_element(margins) - margins.begin()));
}

std::vector<int> Judge::reply_tokens(const std::string& text) const {
  auto ids = tokenizer_.encode(text, model::AddedTokens::as_text);
  ids.push_back(model::end_tokens(tokenizer_).front());
  return ids;
}

std::optional<detail::NamedReplies> Judge::choice_in(const std::string& question) const {
  return language_model_.info().bare_replies ? detail::named_replies_of(question) : std::nullopt;
}

void Judge::keep() {
  const auto fresh = std::exchange(new_, {});
  num_new_ = 0;
  if (keep_ != KeepLooks::yes || fresh.empty()) return;
  try {
    auto store = index::Store::open(store_.path(),
                                    index::OpenMode::update,
                                    {.wait = std::chrono::milliseconds{0}, .purpose = "ask"});
    for (const auto& [question, looks] : fresh) store.put_looks({key_, question}, looks);
  } catch (const Error& e) {
    not_kept_ = e.what();
  }
}

}  // namespace hindsight::query
