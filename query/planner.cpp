#include "query/planner.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "model/chat.h"
#include "model/constrained_generation.h"
#include "model/prompt.h"
#include "query/detail/known_words.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/plan_schema.h"
#include "query/prompt.h"
#include "query/relevance.h"

namespace hindsight::query {
namespace {

/// Tokens a byte above which a vocabulary has not been learned from texts of this kind.
constexpr double kSpelled = 0.5;

constexpr std::string_view kExamplePlan =
    R"({"version": 1, "type": "count", "of": [{"op": "after", "of": [{"op": "arrivals", "of": [{"op": "timeline", "predicate": "Is a red car visible?"}]}, {"op": "timeline", "predicate": "Is the door open?"}]}]})";

constexpr std::string_view kInstructions =
    "You turn a question about a video into a plan, as one line of JSON.  A timeline is where a "
    "predicate is true; a predicate is a yes/no question that one picture answers, such as \"Is a "
    "red car visible?\", made of the question's own words.  Operators work on timelines: both, "
    "either, not, nth (n, -1 is the last), longest, shortest, gaps, onsets, offsets, "
    "arrivals (one for each thing that comes), before, after, inside, sharing, between, near "
    "(seconds), relation, stretch (from the first to the second).  "
    "Types: when, count, duration, yes_no, list, order (two or more), text (look: the question put "
    "to the pictures that are found).\n"
    "Question: \"how many red cars come by once the door is open\"\n"
    "Plan: ";

/// Words that a predicate may have and a question need not.
bool is_of_the_form(const std::string& word) {
  return word == "visible" || word == "picture" || word == "present";
}

std::vector<std::string> singular_words(std::string_view text) {
  auto words = content_words(text);
  for (auto& word : words) word = detail::singular_of(word);
  return words;
}

std::optional<std::string> fault_of(const std::string& predicate,
                                    const std::vector<std::string>& asked) {
  if (!predicate.ends_with('?'))
    return fmt::format("{} is no question to put to a picture", quote(predicate));
  bool takes_any = false;
  for (const auto& word : singular_words(predicate)) {
    const bool is_asked = std::find(asked.begin(), asked.end(), word) != asked.end();
    if (!is_asked && !is_of_the_form(word))
      return fmt::format("it names {}, which the question does not", quote(word));
    takes_any = takes_any || is_asked;
  }
  if (takes_any) return std::nullopt;
  return fmt::format("{} has no word of the question", quote(predicate));
}

/// How answers name what a predicate is about: "a red car" of "Is a red car visible?".
std::string name_of(const std::string& predicate) {
  constexpr std::string_view kHead = "Is ";
  constexpr std::string_view kTail = " visible?";
  if (predicate.starts_with(kHead) && predicate.ends_with(kTail) &&
      predicate.size() > kHead.size() + kTail.size())
    return predicate.substr(kHead.size(), predicate.size() - kHead.size() - kTail.size());
  return predicate.substr(0, predicate.size() - 1);
}

void name_operands(Plan& plan) {
  for (const auto& node : plan.of) {
    const PlanNode* leaf = &node;
    while (!leaf->of.empty()) leaf = &leaf->of.front();
    plan.names.push_back(name_of(leaf->predicate));
  }
}

}  // namespace

std::optional<std::string> why_not_able(const model::ModelInfo& info,
                                        const model::Tokenizer& tokenizer) {
  const auto ids = tokenizer.encode(kExamplePlan, model::AddedTokens::as_text);
  if (static_cast<double>(ids.size()) <= kSpelled * static_cast<double>(kExamplePlan.size()))
    return std::nullopt;
  return fmt::format(
      "{} was not made to write plans: its vocabulary takes {} tokens for the {} bytes of one",
      detail::name_of(info),
      ids.size(),
      kExamplePlan.size());
}

std::optional<std::string> find_unfaithful(const Plan& plan, std::string_view question) {
  const auto asked = singular_words(question);
  auto predicates = predicates_of(plan);
  if (!plan.look.empty()) predicates.push_back(plan.look);
  for (const auto& predicate : predicates) {
    if (auto fault = fault_of(predicate, asked)) return fault;
  }
  return std::nullopt;
}

Proposal propose_plan(std::string_view question,
                      model::LanguageModel& language_model,
                      const model::Tokenizer& tokenizer,
                      const PlannerOptions& options) {
  Proposal proposal;
  if (options.planning == Planning::if_able) {
    if (auto why = why_not_able(language_model.info(), tokenizer)) {
      proposal.rejected = std::move(*why);
      return proposal;
    }
  }
  std::vector<model::ChatTurn> turns;
  turns.push_back(
      {.role = "user",
       .content = {fmt::format(
           "{}{}\nQuestion: {}\nPlan: ", kInstructions, kExamplePlan, quote(question))}});
  const auto prompt = model::make_chat_prompt(tokenizer, std::move(turns));
  const int room = language_model.info().context_length - model::num_tokens(prompt);
  if (room < options.max_new_tokens) {
    proposal.rejected = fmt::format("the context has room for {} tokens of it, {} are needed",
                                    std::max(room, 0),
                                    options.max_new_tokens);
    return proposal;
  }
  model::GenerationOptions generation{.max_new_tokens = options.max_new_tokens,
                                      .eos_ids = model::end_tokens(tokenizer)};
  generation.filter = model::restrict_to(model::to_grammar(detail::plan_schema()),
                                         tokenizer,
                                         generation.eos_ids,
                                         options.max_new_tokens);
  const auto written = language_model.generate(prompt, generation, [](int) { return true; });
  proposal.json = tokenizer.decode(written.ids, model::SpecialTokens::skip);
  try {
    auto plan = parse_plan(proposal.json, "the proposal");
    if (auto fault = find_unfaithful(plan, question)) {
      proposal.rejected = std::move(*fault);
      return proposal;
    }
    name_operands(plan);
    proposal.plan = std::move(plan);
  } catch (const Error& e) {
    // A language model behind the interface may know nothing of filters.
    proposal.rejected = e.what();
  }
  return proposal;
}

}  // namespace hindsight::query
