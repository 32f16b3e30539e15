#include "query/detail/written_clause.h"

#include <algorithm>

#include <fmt/format.h>

#include "query/detail/in_view.h"
#include "query/detail/verbs.h"
#include "query/detail/written_text.h"

namespace hindsight::query::detail {
namespace {

/// The words as the user typed them, without the quotes around them.
std::string written(Words words, std::string_view question) {
  auto text = question.substr(words.front().begin, words.back().end - words.front().begin);
  while (!text.empty() && std::string_view("\"'`").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  while (!text.empty() && std::string_view("\"'`").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  return std::string(text);
}

/// What stands in the question behind one word, up to another: "NOW" on a display is no adverb.
std::string written_behind(const Word& before, const Word& last, std::string_view question) {
  Word text = last;
  text.begin = question.find_first_not_of(' ', before.end);
  return written(Words(&text, 1), question);
}

Clause says(std::string predicate) { return {timeline_of(std::move(predicate)), {}, {}}; }

}  // namespace

std::optional<Clause> read_written(Words subject, Words verb_phrase, std::string_view question) {
  Words rest = skip_front(verb_phrase, kBe);
  if (!is(rest, 0, "written") || !is(rest, 1, "on")) return std::nullopt;
  rest = skip_front(rest.subspan(2), "the a");
  if (rest.empty()) return std::nullopt;
  return says(says_predicate(join(rest), written(subject, question)));
}

std::optional<Clause> read_board(Words subject, Words verb_phrase, std::string_view question) {
  const Words board = skip_front(subject, "the a");
  const auto surface = read_surface(board);
  if (!surface || board.size() <= surface->num_words) return std::nullopt;
  if (!is_visible(skip_front(verb_phrase, kBe))) return std::nullopt;
  const auto said = written_behind(board[surface->num_words - 1], board.back(), question);
  const bool is_lettering =
      std::none_of(said.begin(), said.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!is_lettering) return std::nullopt;
  return says(says_predicate(surface->name, said));
}

std::optional<Clause> read_text_on(Words words, std::string_view question) {
  if (!is_any(words, 0, "you we one i someone") || !is(words, 1, "read")) return std::nullopt;
  for (std::size_t on = words.size() - 1; on > 2; --on) {
    if (!is(words, on, "on")) continue;
    const Words thing = skip_front(words.subspan(on + 1), "the a");
    if (thing.empty()) return std::nullopt;
    const auto text = written_behind(words[1], words[on - 1], question);
    auto clause = says(says_predicate(join(thing), text));
    clause.name = fmt::format("{} can be read {}", text, join(words.subspan(on)));
    return clause;
  }
  return std::nullopt;
}

std::optional<Clause> read_saying(const NounPhrase& noun, Words rest, std::string_view question) {
  const auto lemma = lemma_at(rest, 0);
  const auto words = split_words(noun.noun);
  const auto surface = read_surface(words);
  const bool is_sign = surface && surface->num_words == words.size();
  const bool is_saying =
      lemma == "say" || (is_sign && (lemma == "read" || lemma == "show" || lemma == "display"));
  if (!is_saying || rest.size() < 2) return std::nullopt;
  return says(says_predicate(noun.noun, written_behind(rest[0], rest.back(), question)));
}

}  // namespace hindsight::query::detail
