#include "query/plan.h"

#include <functional>

#include <doctest/doctest.h>

#include "core/error.h"
#include "query/detail/plan_names.h"

using namespace hindsight;
using namespace hindsight::query;

namespace {

PlanNode seen(const std::string& what) { return {.predicate = "Is " + what + " visible?"}; }

Plan when(PlanNode node) { return {.type = AnswerType::when, .of = {std::move(node)}}; }

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::usage);
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a plan is the same after a trip through JSON, whatever is in it") {
  for (int op = 0; detail::find_op("stretch")->op >= static_cast<PlanOp>(op); ++op) {
    const auto& facts = detail::op_facts(static_cast<PlanOp>(op));
    CAPTURE(facts.name);
    PlanNode node{.op = facts.op};
    if (facts.op == PlanOp::timeline) node = seen("a \"quoted\" car");
    for (int i = 0; i < facts.min_operands; ++i) node.of.push_back(seen("a dog"));
    if (facts.op == PlanOp::nth) node.n = -2;
    if (facts.op == PlanOp::near) node.distance = std::chrono::milliseconds{1500};
    if (facts.op == PlanOp::relation) node.relation = Relation::met_by;
    const auto plan = when(node);
    CHECK(parse_plan(to_json(plan), "test") == plan);
    CHECK(detail::find_op(facts.name)->op == facts.op);
    CHECK(to_text(plan).find(facts.op == PlanOp::timeline ? "quoted" : facts.name) !=
          std::string::npos);
  }
  Plan all{.type = AnswerType::count,
           .of = {seen("a car")},
           .names = {"a car"},
           .edge = Edge::end,
           .per_hour = true,
           .look = "How many cars are visible?",
           .at = MediaTime{std::chrono::milliseconds{90'500}},
           .merge = std::chrono::seconds{7}};
  CHECK(parse_plan(to_json(all), "test") == all);
  all = {.type = AnswerType::yes_no, .of = {seen("a car")}, .never = true};
  CHECK(parse_plan(to_json(all), "test") == all);
}

TEST_CASE("a plan written by hand is read") {
  const auto plan = parse_plan(R"({"version": 1, "type": "count", "of": [
    {"op": "after", "of": [{"op": "timeline", "predicate": "Is a car visible?"},
                           {"op": "timeline", "predicate": "Is it raining?"}]}]})",
                               "plan.json");
  CHECK(plan.type == AnswerType::count);
  CHECK(predicates_of(plan) == std::vector<std::string>{"Is a car visible?", "Is it raining?"});
  CHECK(to_text(plan) == "count\n  after\n    \"Is a car visible?\"\n    \"Is it raining?\"\n");
}

TEST_CASE("predicates of a plan are named once, in order") {
  const auto plan =
      when({.op = PlanOp::both,
            .of = {seen("b"), {.op = PlanOp::negation, .of = {seen("a")}}, seen("b")}});
  CHECK(predicates_of(plan) == std::vector<std::string>{"Is b visible?", "Is a visible?"});
}

TEST_CASE("JSON that is no plan is refused with the key at fault") {
  struct Row {
    std::string json;
    std::string reason;
  };
  const std::string leaf = R"({"op":"timeline","predicate":"Is it night?"})";
  const auto plan_with = [&](const std::string& node) {
    return R"({"version":1,"type":"when","of":[)" + node + "]}";
  };
  std::string deep = leaf;
  for (int i = 0; i < 5000; ++i) deep = R"({"op":"not","of":[)" + deep + "]}";
  const std::vector<Row> rows{
      {"", "is not JSON"},
      {"{", "is not JSON"},
      {"[]", "is not an object"},
      {"{}", "'version' is missing"},
      {R"({"version":2,"type":"when"})", "its version is 2, not 1"},
      {R"({"version":"1","type":"when"})", "'version' must be a whole number"},
      {R"({"version":1})", "'type' is missing"},
      {R"({"version":1,"type":"guess"})", "there is no type 'guess'"},
      {R"({"version":1,"type":"when","sudo":true})", "it has no key 'sudo'"},
      {R"({"version":1,"type":"when"})", "'when' has 0 operands in 'of', but takes 1"},
      {R"({"version":1,"type":"when","of":{}})", "'of' must be a list"},
      {R"({"version":1,"type":"order","of":[)" + leaf + "]}", "takes 2 to 16"},
      {R"({"version":1,"type":"text","of":[)" + leaf + "]}", "'look' is empty"},
      {R"({"version":1,"type":"when","look":"Who?","of":[)" + leaf + "]}", "does not take 'look'"},
      {R"({"version":1,"type":"when","edge":"middle","of":[)" + leaf + "]}", "no edge 'middle'"},
      {R"({"version":1,"type":"when","at":-1,"of":[)" + leaf + "]}", "'at' is negative"},
      {R"({"version":1,"type":"when","merge_seconds":"2","of":[)" + leaf + "]}",
       "'merge_seconds' must be a number"},
      {plan_with(R"({"op":"explode"})"), "there is no operator 'explode'"},
      {plan_with(R"({"op":"timeline"})"), "'predicate' is missing"},
      {plan_with(R"({"op":"timeline","predicate":""})"), "'predicate' is empty"},
      {plan_with(R"({"op":"timeline","predicate":"a\nb"})"), "holds a control character"},
      {plan_with(R"({"op":"timeline","predicate":")" + std::string(301, 'x') + "\"}"),
       "has 301 bytes, at most 300"},
      {plan_with(R"({"op":"not","of":[]})"), "'not' has 0 operands, but takes 1"},
      {plan_with(R"({"op":"between","of":[)" + leaf + "," + leaf + "]}"), "takes 3"},
      {plan_with(R"({"op":"nth","n":0,"of":[)" + leaf + "]}"), "'n' is 0"},
      {plan_with(R"({"op":"nth","n":1e99,"of":[)" + leaf + "]}"), "must be a whole number"},
      {plan_with(R"({"op":"near","seconds":-1,"of":[)" + leaf + "," + leaf + "]}"), "is negative"},
      {plan_with(R"({"op":"relation","relation":"beside","of":[)" + leaf + "," + leaf + "]}"),
       "there is no relation 'beside'"},
      {plan_with(deep), "nested deeper than 16"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.reason);
    const auto message = refusal([&] { (void)parse_plan(row.json, "plan.json"); });
    CAPTURE(message);
    CHECK(message.find(row.reason) != std::string::npos);
  }
}
