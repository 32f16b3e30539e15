#include "model/json_schema.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

using Kind = JsonSchema::Kind;

JsonSchemaPtr schema(JsonSchema value) {
  return std::make_shared<const JsonSchema>(std::move(value));
}

JsonSchemaPtr text(int least, int most) {
  return schema({.kind = Kind::text, .least = least, .most = most});
}

/// {"kind": "a"|"bc", "of"?: [text, ...], "n"?: integer}
JsonSchemaPtr example() {
  return schema(
      {.kind = Kind::object,
       .members = {
           {"kind", schema({.kind = Kind::word, .words = {"a", "bc"}})},
           {"of", schema({.kind = Kind::array, .of = {text(1, 3)}, .least = 1, .most = 2}), false},
           {"n", schema({.kind = Kind::integer, .least = -1, .most = 2}), false}}});
}

enum class Reading { whole, beginning, wrong };

Reading read(const ByteGrammar& grammar, const std::string& text) {
  const auto state = GrammarState(grammar).after(text);
  return state.complete() ? Reading::whole : state.stuck() ? Reading::wrong : Reading::beginning;
}

}  // namespace

TEST_CASE("a schema's grammar reads what fits, and nothing else") {
  struct Row {
    std::string json;
    Reading expected;
  };
  const std::vector<Row> rows{
      {R"({"kind":"a"})", Reading::whole},
      {R"({"kind": "bc", "of": ["x", "yz"], "n": -12})", Reading::whole},
      {R"({"kind":"bc","n":7})", Reading::whole},
      {R"({"kind":"a","of":["\u00e4\u20ac"]})", Reading::wrong},
      {"{\"kind\":\"a\",\"of\":[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"]}", Reading::whole},
      {R"({"kind":"b)", Reading::beginning},
      {R"({"kind":)", Reading::beginning},
      {"", Reading::beginning},
      {R"({"kind":"b"})", Reading::wrong},
      {R"({"kind":"a","of":[]})", Reading::wrong},
      {R"({"kind":"a","of":[""]})", Reading::wrong},
      {R"({"kind":"a","of":["abcd"]})", Reading::wrong},
      {R"({"kind":"a","of":["a","b","c"]})", Reading::wrong},
      {R"({"kind":"a","n":0})", Reading::wrong},
      {R"({"kind":"a","n":123})", Reading::wrong},
      {R"({"n":1,"kind":"a"})", Reading::wrong},
      {R"({"kind":"a","other":1})", Reading::wrong},
      {R"({"kind":  "a"})", Reading::wrong},
      {R"({"kind":"a"} )", Reading::wrong},
      {"{\"kind\":\"a\",\"of\":[\"\xc3\"]}", Reading::wrong},
      {"{\"kind\":\"a\",\"of\":[\"\xed\xa0\x80\"]}", Reading::wrong},
      {"{\"kind\":\"a\",\"of\":[\"\n\"]}", Reading::wrong},
  };
  const auto grammar = to_grammar(example());
  for (const auto& row : rows) {
    CAPTURE(row.json);
    CHECK(read(grammar, row.json) == row.expected);
  }
}

TEST_CASE("numbers, literals and choices") {
  const auto number = to_grammar(schema({.kind = Kind::number, .most = 3}));
  for (const std::string good : {"0", "0.5", "12", "999.9"})
    CHECK(read(number, good) == Reading::whole);
  for (const std::string bad : {"-1", "01", "1000", "1.25", "x"})
    CHECK(read(number, bad) == Reading::wrong);
  const auto positive = to_grammar(schema({.kind = Kind::integer, .most = 2}));
  CHECK(read(positive, "-1") == Reading::wrong);
  const auto choice = to_grammar(
      schema({.kind = Kind::choice,
              .of = {schema({.kind = Kind::literal, .words = {"true", "null"}}), text(0, 2)}}));
  for (const std::string good : {"true", "null", R"("")", R"("ab")"})
    CHECK(read(choice, good) == Reading::whole);
  CHECK(read(choice, "false") == Reading::wrong);
}

TEST_CASE("a state knows the shortest way to an end") {
  const auto grammar = to_grammar(example());
  const GrammarState begin(grammar);
  CHECK(begin.shortest_ending() == static_cast<int>(std::string(R"({"kind":"a"})").size()));
  CHECK(begin.after(R"({"kind":"a",)").shortest_ending() == 6);  // "n":1}
  CHECK(begin.after(R"({"kind":"bc"})").shortest_ending() == 0);
  CHECK(begin.after("x").stuck());
}

TEST_CASE("schemas and grammars that make no sense are refused") {
  const std::vector<JsonSchema> bad{
      {.kind = Kind::object},
      {.kind = Kind::object, .members = {{"a", text(0, 1), false}}},
      {.kind = Kind::object, .members = {{"a", nullptr}}},
      {.kind = Kind::array, .most = 2},
      {.kind = Kind::choice},
      {.kind = Kind::word},
      {.kind = Kind::number},
      {.kind = Kind::text, .least = 3, .most = 2},
  };
  for (const auto& value : bad) CHECK_THROWS_AS(to_grammar(schema(value)), Error);

  ByteGrammar endless;
  const auto rule = endless.add_rule();
  endless.add_choice(rule, {bytes_in("a"), rule});
  CHECK_THROWS_AS(endless.finish(rule), Error);

  ByteGrammar left;
  const auto first = left.add_rule();
  left.add_choice(first, {first, bytes_in("a")});
  left.add_choice(first, {bytes_in("b")});
  CHECK_THROWS_AS(left.finish(first), Error);
}

TEST_CASE("rules may name themselves behind a byte") {
  ByteGrammar grammar;
  const auto nest = grammar.add_rule();
  grammar.add_choice(nest, {bytes_in("("), nest, bytes_in(")")});
  grammar.add_choice(nest, {});
  grammar.finish(nest);
  CHECK(read(grammar, "((()))") == Reading::whole);
  CHECK(read(grammar, "") == Reading::whole);
  CHECK(read(grammar, "(()") == Reading::beginning);
  CHECK(read(grammar, "())") == Reading::wrong);
  CHECK(GrammarState(grammar).after("(((").shortest_ending() == 3);
}

}  // namespace hindsight::model
