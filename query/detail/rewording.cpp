#include "query/detail/rewording.h"

#include <algorithm>

#include <fmt/format.h>

#include "query/detail/event.h"
#include "query/detail/noun_phrase.h"

namespace hindsight::query::detail {
namespace {

constexpr std::string_view kDeterminers = "a an the any some this that these those";
constexpr std::size_t kMostSubjectWords = 8;

/// True when `noun` stands in `text` as whole words.
bool names(std::string_view text, std::string_view noun) {
  const auto at = text.find(noun);
  if (at == std::string_view::npos) return false;
  const auto is_letter = [&](std::size_t i) {
    return i < text.size() && text[i] >= 'a' && text[i] <= 'z';
  };
  return !(at > 0 && is_letter(at - 1)) && !is_letter(at + noun.size());
}

std::string joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const auto& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : " ") + part;
  }
  return text;
}

/// "the blue one" for "the red car": "the blue car"; "the one in red" for "a person in blue": "a
/// person in red".
std::string for_one(Words thing, std::size_t one, Words subject) {
  const auto body = skip_front(subject, kDeterminers);
  const auto determiner = subject.first(subject.size() - body.size());
  const auto adjectives = skip_front(thing.first(one), kDeterminers);
  return joined(
      {join(determiner), join(adjectives), body[head_of(body)].text, join(thing.subspan(one + 1))});
}

/// "the trucks" where the subject stands bare and in the plural, as in "how many red cars": without
/// its determiner.
std::string for_thing(Words thing, Words subject) {
  const auto body = skip_front(subject, kDeterminers);
  const bool is_bare = body.size() == subject.size();
  const auto& head = body[head_of(body)].text;
  if (!is_bare || singular_of(head) == head) return join(thing);
  const auto bare = skip_front(thing, kDeterminers);
  if (bare.empty()) return join(thing);
  const std::size_t at = head_of(bare);
  std::string noun = bare[at].text;
  if (singular_of(noun) == noun) noun += "s";
  return joined({join(bare.first(at)), noun, join(bare.subspan(at + 1))});
}

}  // namespace

std::optional<Subject> find_subject(std::string_view question, const Plan& plan) {
  const auto predicates = predicates_of(plan);
  if (predicates.empty()) return std::nullopt;
  // "visible" is of the predicate's form and may be of the question, but names nothing.
  const auto named =
      std::string_view(predicates.front()).substr(0, predicates.front().find(" visible?"));
  const auto words = split_words(question);
  const Words all(words);
  for (std::size_t length = std::min(kMostSubjectWords, all.size()); length > 0; --length) {
    for (std::size_t i = 0; i + length <= all.size(); ++i) {
      const Words run = all.subspan(i, length);
      const auto phrase = read_noun_phrase(run);
      if (!phrase) continue;
      // "Are two cars" names the thing in the plural.
      const bool is_named =
          names(named, phrase->noun) || (!phrase->plural.empty() && names(named, phrase->plural));
      const auto number = read_number(run, 0);
      const bool is_number = number && number->next == run.size();
      if (!is_named || is_number) continue;
      const auto begin = run.front().begin;
      const auto end = run.back().end;
      return Subject{begin, end, std::string(question.substr(begin, end - begin))};
    }
  }
  return std::nullopt;
}

std::optional<std::string> with_other_subject(std::string_view question,
                                              const Subject& subject,
                                              Words thing) {
  const auto old_words = split_words(subject.text);
  const auto one = static_cast<std::size_t>(
      std::find_if(thing.begin(),
                   thing.end(),
                   [](const Word& word) { return word.text == "one" || word.text == "ones"; }) -
      thing.begin());
  // "one car" is a number, not a stand-in.
  const bool stands_in = one < thing.size() && head_of(thing) == one;
  if (!stands_in && !read_noun_phrase(thing)) return std::nullopt;
  const std::string named =
      stands_in ? for_one(thing, one, old_words) : for_thing(thing, old_words);
  return fmt::format(
      "{}{}{}", question.substr(0, subject.begin), named, question.substr(subject.end));
}

std::optional<std::string> with_pronoun_named(std::string_view question,
                                              Words words,
                                              const Subject& subject) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_any(words, i, "it they them he she him")) continue;
    const auto old_words = split_words(subject.text);
    const auto body = skip_front(old_words, kDeterminers);
    return fmt::format("{}the {}{}",
                       question.substr(0, words[i].begin),
                       join(body),
                       question.substr(words[i].end));
  }
  return std::nullopt;
}

}  // namespace hindsight::query::detail
