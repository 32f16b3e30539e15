#include "query/detail/noun_phrase.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "query/detail/colors.h"
#include "query/detail/verbs.h"

namespace hindsight::query::detail {
namespace {

constexpr std::array<std::string_view, 5> kSibilants{"x", "s", "sh", "ch", "z"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kIrregular{
    {{"people", "person"},
     {"persons", "person"},
     {"men", "man"},
     {"women", "woman"},
     {"children", "child"},
     {"feet", "foot"},
     {"mice", "mouse"},
     {"geese", "goose"},
     {"lorries", "lorry"},
     {"buses", "bus"},
     {"movies", "movie"},
     {"knives", "knife"}}};
constexpr std::string_view kUncountable =
    "smoke fire water snow rain traffic fog dust light text movement motion furniture luggage food "
    "blood ice steam mud grass sand";
constexpr std::string_view kDeterminers =
    "a an the any some this that these those each every all of";
/// A phrase with one of these in it is a clause or a list, not something to be seen.
constexpr std::string_view kNoPart =
    "and or but is are was were be been does do did has have had can could will would when while "
    "before after until since because if than whether who whom whose which what where why how then "
    "it he she they them him her we you i not no never ever there per each every other both only "
    "almost most fewest more less least average";
/// What follows the head of a phrase.
constexpr std::string_view kAfterHead =
    "in with on of at near by from under behind beside inside outside around above below dressed "
    "wearing carrying "
    "holding "
    "moving standing sitting without for between next";

std::optional<std::string> irregular_singular(std::string_view noun) {
  for (const auto& [plural, singular] : kIrregular)
    if (plural == noun) return std::string(singular);
  return std::nullopt;
}

/// "red cars" -> "red car", "hands with red sleeves" -> "hand with a red sleeve".
std::string singular_phrase(Words words, std::size_t head) {
  std::string text = head > 0 ? join(words.first(head)) + " " : "";
  text += singular_of(words[head].text);
  if (head + 1 >= words.size()) return text;
  const std::string& last = words.back().text;
  const auto single = singular_of(last);
  if (is(words, head + 1, "with") && single != last && head + 2 < words.size()) {
    auto thing = head + 3 < words.size()
                     ? join(words.subspan(head + 2, words.size() - head - 3)) + " "
                     : std::string();
    thing += single;
    return fmt::format("{} with {} {}", text, begins_with_vowel(thing) ? "an" : "a", thing);
  }
  return text + " " + join(words.subspan(head + 1));
}

/// "10 seconds", which no picture shows, somewhere in the words; a "five minute walk" is a thing.
bool has_length(Words words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto number = read_number(words, i);
    if (!number || is(words, number->next, "m")) continue;
    const auto amount = read_units(words, number->next, number->value);
    if (amount && !amount->singular) return true;
  }
  return false;
}

/// A word that says when or how often, beside the times that time_words.h reads: "noon", "twice".
bool is_time_word(const Word& word) {
  return is_one_of(word.text,
                   "once twice thrice times noon midnight midday morning afternoon evening today "
                   "yesterday tomorrow tonight monday tuesday wednesday thursday friday saturday "
                   "sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays "
                   "o'clock");
}

}  // namespace

std::string join(Words words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && !words[i].glued) text += ' ';
    text += words[i].text;
  }
  return text;
}

bool begins_with_vowel(std::string_view text) {
  return !text.empty() && std::string_view("aeiou").find(text[0]) != std::string_view::npos;
}

Words skip_front(Words words, std::string_view choices) {
  while (!words.empty() && is_any(words, 0, choices)) words = words.subspan(1);
  return words;
}

Words skip_back(Words words, std::string_view choices) {
  while (!words.empty() && is_any(words, words.size() - 1, choices))
    words = words.first(words.size() - 1);
  return words;
}

std::string singular_of(std::string_view noun) {
  if (const auto irregular = irregular_singular(noun)) return *irregular;
  // Of these one is a pair.
  if (is_one_of(noun, "glasses sunglasses headphones scissors trousers jeans pants clothes"))
    return std::string(noun);
  const auto ends = [&](std::string_view tail) {
    return noun.size() > tail.size() && noun.ends_with(tail);
  };
  if (noun.size() < 4 || !ends("s") || ends("ss") || ends("us") || ends("is"))
    return std::string(noun);
  if (ends("ies")) return std::string(noun.substr(0, noun.size() - 3)) + "y";
  for (const std::string_view tail : {"xes", "ches", "shes", "sses", "zzes"})
    if (ends(tail)) return std::string(noun.substr(0, noun.size() - 2));
  return std::string(noun.substr(0, noun.size() - 1));
}

std::string NounPhrase::with_article() const {
  const auto head_end = noun.find(' ');
  if (head_end == std::string::npos && is_one_of(noun, kUncountable)) return noun;
  return fmt::format("{} {}", begins_with_vowel(noun) ? "an" : "a", noun);
}

std::size_t head_of(Words words) {
  std::size_t head = 0;
  while (head + 1 < words.size() && !is_one_of(words[head + 1].text, kAfterHead)) ++head;
  return head;
}

std::string upper_first(std::string_view text) {
  const bool is_lower = !text.empty() && text[0] >= 'a' && text[0] <= 'z';
  if (!is_lower) return std::string(text);
  return static_cast<char>(text[0] - 'a' + 'A') + std::string(text.substr(1));
}

std::string plural_of(std::string_view noun) {
  const auto words = split_words(noun);
  if (words.empty()) return std::string(noun);
  const std::size_t head = head_of(words);
  std::string text = words[head].text;
  const auto irregular = std::find_if(
      kIrregular.begin(), kIrregular.end(), [&](const auto& row) { return row.second == text; });
  const bool is_after_vowel =
      text.size() < 2 || std::string_view("aeiou").find(text[text.size() - 2]) != std::string::npos;
  if (irregular != kIrregular.end()) {
    text = irregular->first;
  } else if (text.ends_with('y') && !is_after_vowel) {
    text.replace(text.size() - 1, 1, "ies");
  } else {
    const bool is_sibilant = std::any_of(
        kSibilants.begin(), kSibilants.end(), [&](auto end) { return text.ends_with(end); });
    text += is_sibilant ? "es" : "s";
  }
  const Words all(words);
  return fmt::format("{}{}{}{}{}",
                     join(all.first(head)),
                     head > 0 ? " " : "",
                     text,
                     head + 1 < all.size() ? " " : "",
                     join(all.subspan(head + 1)));
}

namespace {

/// "people wear a hat", "man sits down": up to its head a phrase has no article, no plural and no
/// particle.
bool is_clause(Words words) {
  constexpr std::string_view kPluralModifiers = "sports glasses news clothes goods arms customs";
  const auto& head = words.back().text;
  if (head == "to") return true;
  const bool is_close_up = words.size() > 1 && words[words.size() - 2].text == "-";
  if (words.size() > 1 && !is_close_up &&
      is_one_of(head, "down up away off out back over open closed shut"))
    return true;
  constexpr std::string_view kDoes =
      "starts begins ends rings barks happens falls lands speaks talks sings cries jumps sits "
      "stands "
      "sleeps eats drinks scores wins loses fights dances swims flies explodes burns breaks "
      "arrives";
  if (words.size() > 1 && is_one_of(head, kDoes)) return true;
  // "after leaving", "before the end".
  const bool is_doing = head.ends_with("ing") && !lemma_at(words, 0).empty();
  if (words.size() == 1 && (is_doing || is_one_of(head, "end start beginning middle"))) return true;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const auto& word = words[i].text;
    const bool is_plural =
        singular_of(word) != word && !word.ends_with("'s") && !is_one_of(word, kPluralModifiers);
    if (is_plural || (i > 0 && is_one_of(word, "a an the"))) return true;
  }
  return false;
}

/// "more than two", "exactly 3", "two or more", "two": puts the number into the phrase, and gives
/// what follows it.  Words without a number, or with nothing behind it, stay as they are.
Words read_how_many(Words words, NounPhrase& phrase) {
  struct Form {
    std::string_view words;
    HowMany how_many;
  };
  constexpr std::array<Form, 11> kForms{{{"no more than", HowMany::at_most},
                                         {"not more than", HowMany::at_most},
                                         {"more than", HowMany::more_than},
                                         {"fewer than", HowMany::fewer_than},
                                         {"less than", HowMany::fewer_than},
                                         {"at least", HowMany::at_least},
                                         {"at most", HowMany::at_most},
                                         {"exactly", HowMany::exactly},
                                         {"precisely", HowMany::exactly},
                                         {"only", HowMany::exactly},
                                         {"just", HowMany::exactly}}};
  HowMany how_many = HowMany::at_least;
  std::size_t at = 0;
  for (const auto& form : kForms) {
    const auto length =
        static_cast<std::size_t>(std::count(form.words.begin(), form.words.end(), ' ')) + 1;
    if (words.size() <= length || join(words.first(length)) != form.words) continue;
    how_many = form.how_many;
    at = length;
    break;
  }
  const auto number = read_number(words, at);
  if (!number || number->next >= words.size() || number->value > 1e6) return words;
  // No picture shows fewer than none, and every one shows none or more.
  const bool says_nothing = number->value < 1 && at > 0 &&
                            (how_many == HowMany::fewer_than || how_many == HowMany::at_least);
  if (says_nothing) return words;
  if (number->value < 1 && at == 0) how_many = HowMany::exactly;
  std::size_t next = number->next;
  const bool is_or_more = at == 0 && is(words, next, "or") && is(words, next + 1, "more");
  if (is_or_more) next += 2;
  if (next >= words.size()) return words;
  phrase.number = join(words.subspan(at, number->next - at));
  phrase.count = static_cast<int>(number->value);
  phrase.how_many = how_many;
  phrase.is_compared = at > 0 || is_or_more || phrase.count == 0;
  return words.subspan(next);
}

}  // namespace

std::optional<NounPhrase> read_noun_phrase(Words words) {
  NounPhrase phrase;
  words = skip_front(words, kDeterminers);
  if (words.empty()) return std::nullopt;
  const bool is_dangling_behind = std::any_of(words.begin() + 1, words.end(), [](const Word& word) {
    return is_one_of(word.text, kNoPart);
  });
  if (!is_dangling_behind &&
      (is_any(words, 0, "someone somebody anyone anybody everyone everybody") ||
       (words.size() == 1 && is(words, 0, "who")))) {
    phrase.noun = words.size() == 1 ? "person" : fmt::format("person {}", join(words.subspan(1)));
    return phrase;
  }
  words = read_how_many(words, phrase);
  const bool is_dangling = std::any_of(words.begin(), words.end(), [](const Word& word) {
    const bool is_mark = word.kind == Word::Kind::mark && word.text != "-";
    return is_mark || word.kind == Word::Kind::clock || is_one_of(word.text, kNoPart) ||
           word.text.ends_with("n't");
  });
  if (is_dangling || is_one_of(words.front().text, kAfterHead)) return std::nullopt;
  // "the light on" has lost its end.
  if (is_one_of(words.back().text,
                "in with on of at near by from under behind without for between"))
    return std::nullopt;
  const std::size_t head = head_of(words);
  if (words[head].kind == Word::Kind::mark || is_one_of(words[head].text, kAfterHead) ||
      is_clause(words.first(head + 1)))
    return std::nullopt;
  phrase.noun = singular_phrase(words, head);
  if (singular_of(words[head].text) != words[head].text) phrase.plural = join(words);
  return phrase;
}

std::optional<NounPhrase> read_thing(Words words) {
  if (says_when(words) || lacks_noun(words)) return std::nullopt;
  return read_noun_phrase(words);
}

bool names_common_thing(Words words) {
  constexpr std::string_view kCommon =
      "person bicycle car motorcycle airplane bus train truck boat light hydrant sign meter bench "
      "bird cat dog horse sheep cow elephant bear zebra giraffe backpack umbrella handbag tie "
      "suitcase frisbee skis snowboard ball kite bat glove skateboard surfboard racket bottle "
      "glass "
      "cup fork knife spoon bowl banana apple sandwich orange broccoli carrot pizza donut cake "
      "chair couch plant bed table toilet tv laptop mouse remote keyboard phone microwave oven "
      "toaster sink refrigerator book clock vase scissors drier toothbrush man woman child "
      "boy girl bike motorbike van vehicle plane ship animal bag box door gate window display "
      "screen hand face goal";
  words = skip_front(words, kDeterminers);
  if (words.empty()) return false;
  return is_one_of(singular_of(words[head_of(words)].text), kCommon);
}

bool says_when(Words words) {
  return has_length(words) || std::any_of(words.begin(), words.end(), is_time_word);
}

bool lacks_noun(Words words) {
  words = skip_front(words, kDeterminers);
  // "a person on the" has lost its end.
  if (words.empty() || is_any(words, words.size() - 1, "a an the")) return true;
  const auto number = read_number(words, 0);
  const auto& head = words[head_of(words)].text;
  // An orange is a thing.
  const bool is_bare_color = is_color(head) && head != "orange";
  return (number && number->next == words.size()) || is_bare_color ||
         is_one_of(head, "one ones nothing none big large small little tall short");
}

}  // namespace hindsight::query::detail
