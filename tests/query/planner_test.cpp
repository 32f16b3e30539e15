#include "query/planner.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "model/chat.h"
#include "model/constrained_generation.h"
#include "model/generation.h"
#include "model/random_checkpoint.h"
#include "query/answer_question.h"
#include "query/detail/plan_schema.h"
#include "query/looking_model.h"

using namespace hindsight;
using namespace hindsight::query;
using test::LookingModel;
using test::span;
using test::TestStore;
using test::tokenizer;

namespace {

constexpr std::string_view kWhenRed =
    R"({"version":1,"type":"when","of":[{"op":"timeline","predicate":"Is a red car visible?"}]})";

/// Writes what it is told, whatever the filter says, as a model behind a server may.
class Proposing : public LookingModel {
 public:
  explicit Proposing(std::string_view proposal) { reply = proposal; }
};

/// A model whose logits are noise, but which keeps to the filter.
class Noise : public test::FakeLanguageModel {
 public:
  Noise(model::Tokenizer tokenizer, unsigned seed)
      : tokenizer_(std::move(tokenizer)), seed_(seed) {}

  model::Generation generate(const model::Prompt&,
                             const model::GenerationOptions& options,
                             const model::OnToken&) override {
    std::mt19937 random(seed_);
    std::normal_distribution<float> noise(0, 4);
    model::TokenSampler sampler(options);
    model::Generation result;
    while (static_cast<int>(result.ids.size()) < options.max_new_tokens) {
      std::vector<float> logits(static_cast<std::size_t>(tokenizer_.num_ids()));
      for (float& logit : logits) logit = noise(random);
      const int id = sampler.next(logits, {});
      if (std::count(options.eos_ids.begin(), options.eos_ids.end(), id) > 0) break;
      result.ids.push_back(id);
    }
    return result;
  }

 private:
  model::Tokenizer tokenizer_;
  unsigned seed_;
};

Proposal propose(std::string_view proposal, std::string_view question) {
  Proposing model(proposal);
  return propose_plan(question, model, tokenizer(), {.planning = Planning::always});
}

}  // namespace

TEST_CASE("a plan that is proposed for the question's own things is used, with names") {
  const auto proposal = propose(kWhenRed, "tell of red cars coming by");
  REQUIRE(proposal.plan);
  CHECK(proposal.rejected.empty());
  CHECK(proposal.plan->names == std::vector<std::string>{"a red car"});
  CHECK(proposal.json == kWhenRed);
}

TEST_CASE("proposals that are no plan of the question are rejected with the reason") {
  struct Row {
    std::string proposal;
    std::string question;
    std::string reason;
  };
  const std::vector<Row> rows{
      {std::string(kWhenRed), "tell of blue cars", "it names \"red\", which the question does not"},
      {R"({"version":1,"type":"when","of":[{"op":"timeline","predicate":"Is it visible?"}]})",
       "tell of cars",
       "\"Is it visible?\" has no word of the question"},
      {R"({"version":1,"type":"when","of":[{"op":"timeline","predicate":"red car"}]})",
       "tell of red cars",
       "\"red car\" is no question to put to a picture"},
      {R"({"version":1,"type":"text","of":[{"op":"timeline","predicate":"Is a car visible?"}],"look":"What is the password?"})",
       "tell of cars",
       "it names \"password\", which the question does not"},
      {R"({"version":1,"type":"order","of":[]})",
       "tell of cars",
       "the plan makes no sense: 'order' has 0 operands in 'of', but takes 2 to 16"},
      {"I do not know.",
       "tell of cars",
       "the proposal is not JSON; query/README.md has the schema of a plan"},
      {"", "tell of cars", "the proposal is not JSON; query/README.md has the schema of a plan"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.proposal);
    const auto proposal = propose(row.proposal, row.question);
    CHECK_FALSE(proposal.plan);
    CHECK(proposal.rejected == row.reason);
  }
}

TEST_CASE("whatever a model's logits are, what it proposes parses as a plan") {
  const auto config = model::checkpoint_shape("tiny", model::Family::qwen2_vl);
  const auto bytes = model::Tokenizer::parse(model::byte_level_tokenizer_json(config), "generated");
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Noise model(bytes, seed);
    const auto proposal = propose_plan(
        "how do red cars go",
        model,
        bytes,
        {.planning = Planning::always, .max_new_tokens = 120 + static_cast<int>(seed) * 10});
    CAPTURE(proposal.json);
    CHECK_NOTHROW(static_cast<void>(parse_plan(proposal.json, "the proposal")));
    // Noise is no plan of the question.
    CHECK_FALSE(proposal.plan);
    CHECK_FALSE(proposal.rejected.empty());
  }
}

TEST_CASE("the plan schema reads what to_json() writes of such plans") {
  const auto grammar = model::to_grammar(detail::plan_schema());
  const auto reads = [&](std::string_view json) {
    return model::GrammarState(grammar).after(json).complete();
  };
  CHECK(reads(kWhenRed));
  CHECK(reads(
      R"({"version": 1, "type": "count", "of": [{"op": "near", "seconds": 10.5, "of": [{"op": "timeline", "predicate": "a"}, {"op": "timeline", "predicate": "b"}]}]})"));
  CHECK(reads(
      R"({"version":1,"type":"when","of":[{"op":"nth","n":-1,"of":[{"op":"both","of":[{"op":"timeline","predicate":"a"},{"op":"timeline","predicate":"b"}]}]}],"edge":"begin"})"));
  CHECK_FALSE(reads(R"({"version":2,"type":"when","of":[{"op":"timeline","predicate":"a"}]})"));
  CHECK_FALSE(reads(R"({"version":1,"type":"when","of":[{"op":"timeline","predicate":""}]})"));
  CHECK_FALSE(reads(R"({"version":1,"type":"order","of":[{"op":"timeline","predicate":"a"}]})"));
  CHECK_FALSE(reads(
      R"({"version":1,"type":"when","of":[{"op":"nth","n":0,"of":[{"op":"timeline","predicate":"a"}]}]})"));
}

TEST_CASE("a checkpoint whose vocabulary spells JSON letter by letter is not asked") {
  Proposing model(kWhenRed);
  const auto proposal = propose_plan("tell of red cars", model, tokenizer());
  CHECK_FALSE(proposal.plan);
  CHECK(proposal.json.empty());
  CHECK(proposal.rejected.starts_with("fake was not made to write plans: its vocabulary takes "));
  CHECK(model.prompts.empty());
}

TEST_CASE("a context without room for a plan is no room to ask in") {
  Proposing model(kWhenRed);
  model.facts.context_length = 300;
  const auto proposal =
      propose_plan("tell of red cars", model, tokenizer(), {.planning = Planning::always});
  CHECK(proposal.rejected == "the context has room for 0 tokens of it, 400 are needed");
  CHECK(model.prompts.empty());
}

TEST_CASE("what the grammar does not read is planned by the model, else generated, and says so") {
  TestStore test;
  test::add_timed_film(test.store);
  const std::string question = "Tell me how it goes with red cars.";
  Proposing model(kWhenRed);
  model.truth = [](const std::string&, double second) {
    return second >= 300 && second < 330 ? 0.98 : 0.02;
  };
  const auto asked = plan_question({.text = question}, test.store, model.facts);
  const auto planned = answer_question(
      asked, test.store, model, tokenizer(), {.planner = {.planning = Planning::always}});
  REQUIRE(planned.findings);
  REQUIRE(planned.intervals.size() == 1);
  CHECK(planned.intervals[0].span == span(300, 330));
  CHECK(planned.text == "A red car: from 00:05:00.000 to 00:05:30.000.");
  CHECK(nlohmann::json::parse(to_json(planned, 0))["proposal"]["rejected"] == "");

  model.reply = "A red car leaves at 605 seconds.";
  const auto generated = answer_question(
      asked, test.store, model, tokenizer(), {.planner = {.planning = Planning::always}});
  CHECK_FALSE(generated.findings);
  CHECK(generated.text == "A red car leaves at 605 seconds.");
  REQUIRE(generated.proposal);
  CHECK_FALSE(generated.proposal->rejected.empty());

  const auto never = answer_question(
      asked, test.store, model, tokenizer(), {.planner = {.planning = Planning::never}});
  CHECK_FALSE(never.findings);
  CHECK(never.proposal->json.empty());
}
