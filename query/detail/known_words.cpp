#include "query/detail/known_words.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "query/detail/named_replies.h"
#include "query/detail/time_lexer.h"
#include "query/detail/verbs.h"
#include "query/detail/written_text.h"

namespace hindsight::query::detail {
namespace {

void add_unknown(std::string_view question,
                 const model::ModelInfo& model,
                 std::vector<std::string>& unknown) {
  std::string asked(question);
  if (const auto written = written_text_of(question)) asked = reading_question(written->thing);
  if (const auto named = named_replies_of(question))
    asked = fmt::format("{} {}", named->question, fmt::join(named->replies, " "));
  std::string word;
  const auto end_word = [&] {
    const bool is_new = !word.empty() &&
                        !std::binary_search(model.words.begin(), model.words.end(), word) &&
                        std::find(unknown.begin(), unknown.end(), word) == unknown.end();
    if (is_new) unknown.push_back(word);
    word.clear();
  };
  for (const char c : asked) {
    // Bytes of other scripts belong to words.
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalpha(byte) != 0)
      word += static_cast<char>(std::tolower(byte));
    else
      end_word();
  }
  end_word();
}

}  // namespace

std::vector<std::string> unknown_words(std::string_view question, const model::ModelInfo& model) {
  std::vector<std::string> unknown;
  if (!model.words.empty()) add_unknown(question, model, unknown);
  return unknown;
}

std::vector<std::string> unknown_words(const Plan& plan, const model::ModelInfo& model) {
  std::vector<std::string> unknown;
  if (model.words.empty()) return unknown;
  for (const auto& predicate : predicates_of(plan)) add_unknown(predicate, model, unknown);
  add_unknown(plan.look, model, unknown);
  return unknown;
}

bool is_question_word(std::string_view word) {
  constexpr std::string_view kAsking =
      "what which who whom whose when where why how many much long often soon far first last next "
      "second third time times hour hours minute minutes seconds moment point video clip recording "
      "more most less least fewer than after before between while during until since once twice "
      "again ever never always any some every each all both either neither nor but if as so "
      "with without into onto out off over under through past within about at in on of to from by "
      "for the a an this that these those it its they them he she we you i me us my there here and "
      "or not no be been being is are was were am do does did has have had can could will would "
      "shall should may might must please tell give find list order same";
  const Word asked{.text = std::string(word)};
  return is_one_of(word, kAsking) || !lemma_at(Words(&asked, 1), 0).empty();
}

std::string name_of(const model::ModelInfo& model) {
  return std::filesystem::path(model.directory).filename().string();
}

std::string no_words_for(const std::vector<std::string>& words, const model::ModelInfo& model) {
  return fmt::format(
      "{} does not know \"{}\", what it would say means nothing; a larger model (--model) knows "
      "more than its {} words, which 'hindsight model info {}' lists",
      name_of(model),
      fmt::join(words, "\", \""),
      model.words.size(),
      model.directory);
}

}  // namespace hindsight::query::detail
