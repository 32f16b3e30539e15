// The model looks at single pairs: how probable is it that a predicate is true of each, or what
// does it reply to a question about each.  What it said is kept in the store and read from there
// the next time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "index/store.h"
#include "model/tokenizer.h"
#include "model/vision_language_model.h"
#include "query/detail/named_replies.h"

namespace hindsight::query {

/// What a Judge does with looks.
enum class KeepLooks {
  yes,    ///< reads kept ones, keeps new ones
  no,     ///< reads kept ones, keeps none
  fresh,  ///< neither: whatever is asked is looked at now
};

/// Of the answer to a short question.
inline constexpr int kMaxReplyTokens = 24;

/// What looking cost.
struct JudgeUsage {
  std::int64_t looks_computed = 0;
  /// Read from the store instead, or from the pair that this one repeats.
  std::int64_t looks_kept = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t new_tokens = 0;
  std::int64_t visual_tokens = 0;  ///< put into prompts
  double seconds = 0;              ///< of new looks: tokens out of the store and through the model
};

/// Reads the store, and writes to it in keep() only.  Not thread-safe.
class Judge {
 public:
  /// Borrows all of them.  Throws Error(model) when "yes" and "no" begin with the same token.
  Judge(const index::Store& store,
        model::LanguageModel& language_model,
        const model::Tokenizer& tokenizer,
        KeepLooks keep = KeepLooks::yes);

  /// Probability of "yes" for each pair: the softmax over the tokens of "yes" and "no", in the
  /// spellings that the tokenizer has as one token.  A model of bare replies is asked otherwise for
  /// what is written on a thing (the nearer the text is to the greedy reply, see reply_margins(),
  /// the more probable) and for a number of things up to nine (the softmax over the first digit of
  /// its count).
  [[nodiscard]] std::vector<double> p_yes(const std::string& predicate,
                                          std::span<const index::StoredPair> pairs);
  /// The greedy reply for each pair, at most `max_tokens` long, spaces at its ends removed.  Where
  /// the question names two replies ("…, left or right?") a model of bare replies is asked without
  /// them, and the likelier of the two is its reply.
  [[nodiscard]] std::vector<std::string> replies(const std::string& question,
                                                 std::span<const index::StoredPair> pairs,
                                                 int max_tokens = kMaxReplyTokens);

  /// Pairs of a run of which a look is kept for p_yes(): asking it costs nothing.
  [[nodiscard]] std::set<std::int64_t> kept(const std::string& predicate, std::int64_t run_id);

  /// Writes what is new into the store; p_yes() and replies() do so now and then.  An ingest that
  /// holds the store, or a store that cannot be written, keeps nothing.
  void keep();
  /// Why looks were not kept; empty when they were.
  [[nodiscard]] const std::string& not_kept() const { return not_kept_; }

  [[nodiscard]] const JudgeUsage& usage() const { return usage_; }
  /// Pairs that were looked at, or whose kept look was read.
  [[nodiscard]] const std::set<std::int64_t>& pairs_seen() const { return pairs_seen_; }

  /// Whether the predicate is about a text or a number, and the model one of bare replies: then
  /// p_yes tells how likely the text or number is, not a yes.
  [[nodiscard]] bool is_read(const std::string& predicate) const;
  /// Likewise, about a text.
  [[nodiscard]] bool is_read_as_text(const std::string& predicate) const;

 private:
  using Known = std::unordered_map<std::int64_t, index::Look>;  ///< by StoredPair::token_pair_id()

  Known& known(const std::string& question, std::int64_t run_id);
  /// max_reply_tokens: 0 where only the score is wanted.
  std::vector<index::Look> look(const std::string& question,
                                std::span<const index::StoredPair> pairs,
                                int max_reply_tokens);
  void compute(const std::string& question,
               std::span<const index::StoredPair> pairs,
               int max_reply_tokens,
               std::vector<index::Look>& looks);
  /// What looks are kept under.  A question may be asked in several forms, and what is kept of one
  /// is not the other.
  [[nodiscard]] std::string kept_as(const std::string& question, int max_reply_tokens) const;
  std::vector<double> score_yes_no(std::span<const model::Prompt> prompts);
  std::vector<double> score_text(std::span<const model::Prompt> prompts, const std::string& text);
  std::vector<double> score_count(std::span<const model::Prompt> prompts, int count);
  std::string reply_to(const model::Prompt& prompt, int max_tokens);
  std::string likeliest_of(const std::vector<std::string>& replies, const model::Prompt& prompt);
  /// As the model would write it, with the end of its turn.
  [[nodiscard]] std::vector<int> reply_tokens(const std::string& text) const;
  /// Empty where the model is asked the question as it stands.
  [[nodiscard]] std::optional<detail::NamedReplies> choice_in(const std::string& question) const;

  const index::Store& store_;
  model::LanguageModel& language_model_;
  const model::Tokenizer& tokenizer_;
  KeepLooks keep_;
  std::string key_;  ///< index::LookKey::judge
  std::vector<int> yes_no_ids_;
  std::size_t num_yes_ = 0;
  std::vector<int> digit_ids_;  ///< of 0 to 9; empty where they are not one token each
  std::map<std::pair<std::string, std::int64_t>, Known> known_;
  std::map<std::string, std::vector<index::Look>> new_;  ///< by question
  std::size_t num_new_ = 0;
  std::string not_kept_;
  JudgeUsage usage_;
  std::set<std::int64_t> pairs_seen_;
};

}  // namespace hindsight::query
