// Noun phrases of a question in the form that single pairs are asked with: "the red cars" becomes
// "a red car".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {

/// Words as the user spaced them, lower case.
[[nodiscard]] std::string join(Words words);

/// The words without those of `choices` (space-separated) at their front.
[[nodiscard]] Words skip_front(Words words, std::string_view choices);
/// Likewise from the end.
[[nodiscard]] Words skip_back(Words words, std::string_view choices);

/// "cars" -> "car", "people" -> "person", "boxes" -> "box"; singular words stay.
[[nodiscard]] std::string singular_of(std::string_view noun);

/// "car" -> "cars", "person in red" -> "people in red".
[[nodiscard]] std::string plural_of(std::string_view noun);

/// Whether "an" stands before it.
[[nodiscard]] bool begins_with_vowel(std::string_view text);

/// The text with its first letter large.
[[nodiscard]] std::string upper_first(std::string_view text);

/// What things have, and no picture shows by itself.
inline constexpr std::string_view kProperties =
    "colour colours color colors kind kinds type types sort sorts";

/// What a number of things means.
enum class HowMany { at_least, exactly, more_than, fewer_than, at_most };

/// What a question is about.
struct NounPhrase {
  std::string noun;                      ///< singular, no article: "red car", "person in red"
  std::string plural;                    ///< as written when it was plural, else empty: "red cars"
  std::string number;                    ///< "two", "3": as written, when it says how many
  int count = 0;                         ///< `number`; 0 where there is none
  HowMany how_many = HowMany::at_least;  ///< "two cars" are two or more
  bool is_compared = false;              ///< "only one car": the words say how to take the number

  /// "a red car", "an orange ball", "smoke".
  [[nodiscard]] std::string with_article() const;
};

/// The words as a noun phrase: "the red car", "any people in red", "someone", "two cars".  Empty
/// for no words, a pronoun that points elsewhere ("it", "they"), and words that are none ("and",
/// "is").
[[nodiscard]] std::optional<NounPhrase> read_noun_phrase(Words words);

/// The same of what names a thing by itself: not "noon", "twice", "the blue one", "10".
[[nodiscard]] std::optional<NounPhrase> read_thing(Words words);

/// "the blue one", "the blue", "10": what it is of stands elsewhere.
[[nodiscard]] bool lacks_noun(Words words);

/// A length or a time stands somewhere in the words, which no picture shows: "10 seconds", "noon",
/// "twice"; a "five minute walk" is a thing.
[[nodiscard]] bool says_when(Words words);

/// Whether the head of a phrase is one of the 80 classes of COCO (cocodataset.org), in the singular
/// or plural, or one of a few more: what pictures show most.  words: not empty.
[[nodiscard]] bool names_common_thing(Words words);

/// Where the head stands in the words of a phrase: "car" of "the red car in front".  words: not
/// empty.
[[nodiscard]] std::size_t head_of(Words words);

}  // namespace hindsight::query::detail
