// Several words of a question that mean one, or nothing.
#include <algorithm>
#include <array>
#include <string_view>

#include "query/detail/event.h"

namespace hindsight::query::detail {
namespace {

/// Several words that mean one.
struct Idiom {
  std::array<std::string_view, 4> words;  ///< unused ones are empty
  std::string_view meaning;               ///< empty: they mean nothing here
};

constexpr std::array kIdioms{Idiom{{"earlier", "than"}, "before"},
                             Idiom{{"sooner", "than"}, "before"},
                             Idiom{{"prior", "to"}, "before"},
                             Idiom{{"later", "than"}, "after"},
                             Idiom{{"as", "soon", "as"}, "after"},
                             Idiom{{"at", "the", "moment", "when"}, "when"},
                             Idiom{{"at", "the", "moment"}, "when"},
                             Idiom{{"the", "time", "in", "which"}, ""},
                             Idiom{{"as", "long", "as"}, "whenever"},
                             Idiom{{"at", "the", "same", "time"}, ""},
                             Idiom{{"right", "after"}, "after"},
                             Idiom{{"just", "after"}, "after"},
                             Idiom{{"soon", "after"}, "after"},
                             Idiom{{"shortly", "after"}, "after"},
                             Idiom{{"immediately", "after"}, "after"},
                             Idiom{{"directly", "after"}, "after"},
                             Idiom{{"right", "before"}, "before"},
                             Idiom{{"just", "before"}, "before"},
                             Idiom{{"immediately", "before"}, "before"},
                             Idiom{{"till"}, "until"},
                             Idiom{{"final"}, "last"},
                             Idiom{{"together"}, ""},
                             Idiom{{"simultaneously"}, ""},
                             Idiom{{"anywhere"}, ""},
                             Idiom{{"somewhere"}, ""},
                             Idiom{{"at", "any", "point"}, ""},
                             Idiom{{"at", "any", "time"}, ""},
                             Idiom{{"at", "any", "moment"}, ""},
                             Idiom{{"at", "some", "point"}, ""},
                             Idiom{{"at", "some", "time"}, ""},
                             Idiom{{"at", "least", "once"}, ""},
                             Idiom{{"at", "all"}, ""}};

/// When all of a clause takes place, behind it: "during" and what.
constexpr std::array kSettings{Idiom{{"at", "night"}, "night"},
                               Idiom{{"by", "night"}, "night"},
                               Idiom{{"in", "the", "night"}, "night"},
                               Idiom{{"in", "the", "dark"}, "night"},
                               Idiom{{"after", "dark"}, "night"},
                               Idiom{{"by", "day"}, "day"},
                               Idiom{{"in", "the", "daytime"}, "day"},
                               Idiom{{"in", "daylight"}, "day"},
                               Idiom{{"in", "the", "rain"}, "rain"}};

struct Contraction {
  std::string_view word;
  std::string_view first;
  std::string_view second;
};
constexpr std::array kContractions{Contraction{"what's", "what", "is"},
                                   Contraction{"when's", "when", "is"},
                                   Contraction{"who's", "who", "is"},
                                   Contraction{"where's", "where", "is"},
                                   Contraction{"how's", "how", "is"},
                                   Contraction{"there's", "there", "is"},
                                   Contraction{"it's", "it", "is"}};

bool matches(Words words, std::size_t i, const Idiom& idiom, std::size_t& length) {
  length = 0;
  while (length < idiom.words.size() && !idiom.words[length].empty()) {
    if (!is(words, i + length, idiom.words[length])) return false;
    ++length;
  }
  return true;
}

bool ends_clause(Words words, std::size_t i) {
  return i >= words.size() || words[i].kind == Word::Kind::mark || is_any(words, i, kConnectors) ||
         is_any(words, i, "and or");
}

}  // namespace

std::vector<Word> plain_words(std::string_view question) {
  const auto words = split_words(question);
  std::vector<Word> plain;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t length = 0;
    const auto fits = [&](const Idiom& idiom) { return matches(words, i, idiom, length); };
    const auto add = [&](std::string_view text) {
      Word word = words[i];
      word.end = words[i + length - 1].end;
      word.text = text;
      plain.push_back(std::move(word));
    };
    if (const auto* idiom = std::ranges::find_if(kIdioms, fits); idiom != kIdioms.end()) {
      if (!idiom->meaning.empty()) add(idiom->meaning);
      i += length;
      continue;
    }
    const auto* setting = i == 0 ? kSettings.end() : std::ranges::find_if(kSettings, fits);
    // "When is it at night?" is about the night itself, "in the dark blue car" about no night.
    if (setting != kSettings.end() && !is_any(words, i - 1, "it is was") &&
        ends_clause(words, i + length)) {
      add("during");
      add(setting->meaning);
      i += length;
      continue;
    }
    const auto* contraction =
        std::find_if(kContractions.begin(), kContractions.end(), [&](const Contraction& c) {
          return c.word == words[i].text;
        });
    plain.push_back(words[i]);
    if (contraction != kContractions.end()) {
      plain.back().text = contraction->first;
      plain.push_back(words[i]);
      plain.back().text = contraction->second;
      plain.back().glued = false;
    }
    ++i;
  }
  return plain;
}

}  // namespace hindsight::query::detail
