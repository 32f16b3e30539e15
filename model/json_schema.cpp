#include "model/json_schema.h"

#include <map>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

using Rule = ByteGrammar::Rule;
using Kind = JsonSchema::Kind;

/// Writes the rules of a schema, of a schema that is used twice once.
class GrammarWriter {
 public:
  ByteGrammar write(const JsonSchemaPtr& schema) {
    character_ = character();
    space_ = grammar_.add_rule();
    grammar_.add_choice(space_, {});
    grammar_.add_choice(space_, {bytes_in(" ")});
    comma_ = grammar_.add_rule();
    grammar_.add_choice(comma_, {bytes_in(","), space_});
    grammar_.finish(rule_of(schema));
    return std::move(grammar_);
  }

 private:
  static void require(bool holds, const char* what) {
    if (!holds) throw Error(ErrorCode::internal, fmt::format("a JSON schema {}", what));
  }

  /// One character of a JSON text that needs no escape, as UTF-8.
  Rule character() {
    const auto rule = grammar_.add_rule();
    ByteSet plain = bytes_between(0x20, 0x7e);
    plain.reset('"');
    plain.reset('\\');
    const auto tail = bytes_between(0x80, 0xbf);
    grammar_.add_choice(rule, {plain});
    grammar_.add_choice(rule, {bytes_between(0xc2, 0xdf), tail});
    grammar_.add_choice(rule, {bytes_in("\xe0"), bytes_between(0xa0, 0xbf), tail});
    grammar_.add_choice(rule, {bytes_between(0xe1, 0xec), tail, tail});
    grammar_.add_choice(rule, {bytes_in("\xed"), bytes_between(0x80, 0x9f), tail});
    grammar_.add_choice(rule, {bytes_between(0xee, 0xef), tail, tail});
    grammar_.add_choice(rule, {bytes_in("\xf0"), bytes_between(0x90, 0xbf), tail, tail});
    grammar_.add_choice(rule, {bytes_between(0xf1, 0xf3), tail, tail, tail});
    grammar_.add_choice(rule, {bytes_in("\xf4"), bytes_between(0x80, 0x8f), tail, tail});
    return rule;
  }

  /// `least` ... `most` of `item` with `between` between two.
  Rule repeat(const ByteGrammar::Element& item,
              int least,
              int most,
              const ByteGrammar::Sequence& between = {}) {
    Rule rest = grammar_.add_rule();
    grammar_.add_choice(rest, {});
    for (int left = 1; left <= most; ++left) {
      const Rule rule = grammar_.add_rule();
      const int behind = most - left;
      if (behind >= least) grammar_.add_choice(rule, {});
      ByteGrammar::Sequence sequence;
      if (behind > 0) sequence = between;
      sequence.push_back(item);
      sequence.emplace_back(rest);
      grammar_.add_choice(rule, std::move(sequence));
      rest = rule;
    }
    return rest;
  }

  Rule object(const JsonSchema& schema) {
    require(!schema.members.empty() && schema.members.front().required,
            "must begin with a member that is required");
    ByteGrammar::Sequence sequence{bytes_in("{")};
    for (const auto& member : schema.members) {
      ByteGrammar::Sequence pair;
      if (&member != &schema.members.front()) pair.emplace_back(comma_);
      pair.emplace_back(grammar_.add_text(fmt::format("\"{}\":", member.name)));
      pair.emplace_back(space_);
      pair.emplace_back(rule_of(member.value));
      const Rule rule = grammar_.add_rule();
      grammar_.add_choice(rule, std::move(pair));
      if (!member.required) grammar_.add_choice(rule, {});
      sequence.emplace_back(rule);
    }
    sequence.emplace_back(bytes_in("}"));
    return rule_with({std::move(sequence)});
  }

  Rule rule_with(std::vector<ByteGrammar::Sequence> choices) {
    const Rule rule = grammar_.add_rule();
    for (auto& choice : choices) grammar_.add_choice(rule, std::move(choice));
    return rule;
  }

  Rule words(const JsonSchema& schema) {
    require(!schema.words.empty(), "has no word");
    const std::string_view quotes = schema.kind == Kind::word ? "\"" : "";
    std::vector<ByteGrammar::Sequence> choices;
    for (const auto& word : schema.words)
      choices.push_back({grammar_.add_text(fmt::format("{0}{1}{0}", quotes, word))});
    return rule_with(std::move(choices));
  }

  Rule number(const JsonSchema& schema) {
    require(schema.most >= 1, "has a number without digits");
    const auto digit = bytes_between('0', '9');
    const Rule more = repeat(digit, 0, schema.most - 1);
    const ByteGrammar::Sequence whole{bytes_between('1', '9'), more};
    if (schema.kind == Kind::integer) {
      if (schema.least >= 0) return rule_with({whole});
      return rule_with({whole, {bytes_in("-"), bytes_between('1', '9'), more}});
    }
    const Rule point = rule_with({{}, {bytes_in("."), digit}});
    return rule_with({{bytes_between('1', '9'), more, point}, {bytes_in("0"), point}});
  }

  Rule write_rule(const JsonSchema& schema) {
    require(
        schema.least <= schema.most || schema.kind == Kind::word || schema.kind == Kind::literal,
        "has bounds that exclude each other");
    switch (schema.kind) {
      case Kind::object:
        return object(schema);
      case Kind::array:
        require(schema.of.size() == 1, "has an array without an item");
        return rule_with({{bytes_in("["),
                           repeat(rule_of(schema.of[0]), schema.least, schema.most, {comma_}),
                           bytes_in("]")}});
      case Kind::text:
        return rule_with(
            {{bytes_in("\""), repeat(character_, schema.least, schema.most), bytes_in("\"")}});
      case Kind::integer:
      case Kind::number:
        return number(schema);
      case Kind::word:
      case Kind::literal:
        return words(schema);
      case Kind::choice:
        break;
    }
    require(!schema.of.empty(), "has nothing to choose from");
    std::vector<ByteGrammar::Sequence> choices;
    for (const auto& choice : schema.of) choices.push_back({rule_of(choice)});
    return rule_with(std::move(choices));
  }

  Rule rule_of(const JsonSchemaPtr& schema) {
    require(schema != nullptr, "lacks a part");
    if (const auto known = rules_.find(schema.get()); known != rules_.end()) return known->second;
    const Rule rule = write_rule(*schema);
    rules_.emplace(schema.get(), rule);
    return rule;
  }

  ByteGrammar grammar_;
  std::map<const JsonSchema*, Rule> rules_;
  Rule character_ = 0;
  Rule space_ = 0;
  Rule comma_ = 0;
};

}  // namespace

ByteGrammar to_grammar(const JsonSchemaPtr& schema) { return GrammarWriter().write(schema); }

}  // namespace hindsight::model
