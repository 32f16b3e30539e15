#include "query/detail/compared_things.h"

#include <algorithm>
#include <string_view>

#include "query/detail/event.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/verbs.h"

namespace hindsight::query::detail {
namespace {

/// Verbs by which things are ordered where no other is named, in all forms, and what goes with
/// them.
constexpr std::string_view kAppearing =
    "appear appears appeared come comes came coming happen happens happened occur occurs occurred "
    "arrive arrives arrived seen visible shown be is are was were been can could in into view";

}  // namespace

std::vector<Word> with_noun(Words thing, Words noun) {
  std::vector<Word> named(thing.begin(), thing.end());
  if (noun.empty() || !lacks_noun(thing)) return named;
  if (is_any(thing, thing.size() - 1, "one ones")) named.pop_back();
  named.insert(named.end(), noun.begin(), noun.end());
  return named;
}

std::optional<Compared> read_compared(Words words, bool takes_noun) {
  words = skip_front(words, "of the two these them");
  std::size_t verb = 0;
  while (verb < words.size() && lemma_at(words, verb).empty() && !is_any(words, verb, kAppearing))
    ++verb;
  const Compared compared{words.first(verb), words.subspan(verb)};
  // A verb that is not known is no noun either.
  if (verb == words.size() && verb > 0) return std::nullopt;
  if (verb > 0 && !takes_noun) return std::nullopt;
  if (skip_front(compared.verb, kAppearing).empty()) return Compared{compared.noun, {}};
  return compared;
}

std::size_t own_verb(Words thing) {
  for (std::size_t i = 1; i < thing.size(); ++i) {
    const auto lemma = lemma_at(thing, i);
    const bool is_verb = lemma == thing[i].text || thing[i].text.ends_with("ed");
    if (is_verb && !lemma.empty() && read_thing(thing.first(i))) return i;
  }
  return 0;
}

std::vector<Word> take_verb(Words& list) {
  list = skip_back(list, kAppearing);
  const auto things = split_list(list);
  if (things.empty()) return {};
  const Words last = things.back();
  const std::size_t at = own_verb(last);
  // Where another thing has a verb, too, each does what its own says.
  const bool has_own = std::any_of(
      things.begin(), things.end() - 1, [](Words thing) { return own_verb(thing) > 0; });
  if (at == 0 || has_own) return {};
  list = list.first(list.size() - (last.size() - at));
  std::vector<Word> verb(last.begin() + static_cast<std::ptrdiff_t>(at), last.end());
  if (lemma_at(verb, 0) == verb[0].text) verb[0].text = third_person(verb[0].text);
  return verb;
}

}  // namespace hindsight::query::detail
