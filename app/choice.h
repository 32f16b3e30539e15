// Values of options: one of a few words, or a number with a bound.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace hindsight::app {

/// A word and what it stands for, in the order in which help shows them.
template <class Value>
using Words = std::vector<std::pair<std::string, Value>>;

/// Adds the option `name`: help and settings show the words, a wrong one is refused with all of
/// them. `value` must live as long as the verb and holds the default, which is one of the words'.
template <class Value>
CLI::Option* add_choice(CLI::App& verb,
                        const std::string& name,
                        Value& value,
                        const Words<Value>& words,
                        const std::string& help) {
  std::vector<std::string> names;
  std::string current;
  for (const auto& [word, meaning] : words) {
    names.push_back(word);
    if (meaning == value) current = word;
  }
  const auto assign = [&value, words](const std::string& typed) {
    for (const auto& [word, meaning] : words) {
      if (word == typed) value = meaning;
    }
  };
  return verb.add_option_function<std::string>(name, assign, help)
      ->check(CLI::IsMember(names))
      ->default_str(current);
}

/// Refuses what is no number, or one that `fits` does not let through.
template <class Fits>
CLI::Validator number_that(Fits fits, const std::string& refusal, const std::string& name) {
  return {[fits, refusal](std::string& typed) {
            double number = 0;
            const bool is_good = CLI::detail::lexical_cast(typed, number) && fits(number);
            return is_good ? std::string() : typed + refusal;
          },
          name};
}

[[nodiscard]] inline CLI::Validator above_zero() {
  return number_that([](double n) { return n > 0; }, " is not a number above 0", "POSITIVE");
}

[[nodiscard]] inline CLI::Validator not_negative() {
  return number_that([](double n) { return n >= 0; }, " is not 0 or a number above", "NONNEGATIVE");
}

}  // namespace hindsight::app
