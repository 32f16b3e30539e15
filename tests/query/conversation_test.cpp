#include "query/conversation.h"

#include <map>

#include <doctest/doctest.h>

#include "core/error.h"
#include "query/answer_question.h"
#include "query/detail/rewording.h"
#include "query/looking_model.h"
#include "query/plan_grammar.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::LookingModel;
using test::span;
using test::TestStore;
using test::tokenizer;

namespace {

/// A film of 25 minutes and a conversation about it.
struct Talk {
  TestStore test;
  LookingModel model;
  Conversation conversation{Question{}};
  std::map<std::string, Intervals> truth{
      {"Is a red car visible?", {span(100, 150), span(300, 330), span(900, 920)}},
      {"Is a blue car visible?", {span(500, 520)}},
      {"Is a truck visible?", {span(700, 760)}}};

  Talk() {
    test::add_timed_film(test.store);
    model.truth = [this](const std::string& question, double second) {
      const auto found = truth.find(question);
      return found != truth.end() && holds_at(found->second, at(second)) ? 0.98 : 0.02;
    };
    model.replies = [](const std::string& question, double second) -> std::string {
      if (question == "What colour is the red car?") return second < 200 ? "red" : "pink";
      return "a road";
    };
  }

  FollowUp resolve(const std::string& text) const { return conversation.resolve(text); }

  Answer say(const std::string& text) {
    const auto asked = resolve(text);
    INFO(text, ": ", asked.unresolved);
    REQUIRE(asked.unresolved.empty());
    const auto question = plan_question(asked.question, test.store, model.facts);
    auto answer = asked.plan ? execute(*asked.plan, question, test.store, model, tokenizer())
                             : answer_question(question, test.store, model, tokenizer());
    conversation.remember(asked, question, answer);
    return answer;
  }
};

Intervals spans_of(const Answer& answer) {
  Intervals spans;
  for (const auto& interval : answer.intervals) spans.push_back(interval.span);
  return spans;
}

}  // namespace

TEST_CASE("\"and after that?\" is the same within what follows the answer") {
  Talk talk;
  CHECK(spans_of(talk.say("When does a red car first appear?")) == Intervals{span(100, 150)});
  CHECK(spans_of(talk.say("And after that?")) == Intervals{span(300, 330)});
  CHECK(spans_of(talk.say("and then?")) == Intervals{span(900, 920)});
  CHECK_FALSE(talk.say("and after that?").found);
  CHECK(talk.resolve("and after that?").unresolved ==
        "the last question found nothing that \"and after that?\" could follow; ask a whole "
        "question");
}

TEST_CASE("\"and before that?\" is the nearest of what precedes it") {
  Talk talk;
  CHECK(spans_of(talk.say("When does the red car last appear?")) == Intervals{span(900, 920)});
  CHECK(spans_of(talk.say("What about before that?")) == Intervals{span(300, 330)});
  CHECK(spans_of(talk.say("and before that?")) == Intervals{span(100, 150)});
}

TEST_CASE("how long, when and how often are of what the last question was about") {
  Talk talk;
  static_cast<void>(talk.say("When does a red car first appear?"));
  const auto duration = talk.say("How long did it last?");
  CHECK(std::get<double>(duration.findings->value) == 50);
  CHECK(spans_of(talk.say("When was that?")) == Intervals{span(100, 150)});
  CHECK(talk.say("When did it end?").findings->plan.edge == Edge::end);
  CHECK(std::get<double>(talk.say("How many times?").findings->value) == 3);
}

TEST_CASE("another thing takes the place of the last one") {
  struct Row {
    std::string first;
    std::string then;
    std::string full;
  };
  const std::vector<Row> rows{
      {"When does the red car appear?", "And the blue one?", "When does the blue car appear?"},
      {"When does the red car appear?", "what about a truck?", "When does a truck appear?"},
      {"When is the red car visible?", "and the one in blue?", "When is the car in blue visible?"},
      {"How many red cars appear?", "and blue ones?", "How many blue cars appear?"},
      {"How many red cars appear?", "And the truck?", "How many trucks appear?"},
      {"When are two cars visible?", "and three trucks?", "When are three trucks visible?"},
      {"Is there a red car between 1:00 and 3:00?",
       "and a truck?",
       "Is there a truck between 1:00 and 3:00?"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.then);
    Talk talk;
    static_cast<void>(talk.say(row.first));
    const auto asked = talk.resolve(row.then);
    CHECK(asked.question.text == row.full);
    CHECK(asked.reading == row.full);
  }
  Talk talk;
  static_cast<void>(talk.say("When does the red car appear?"));
  CHECK(spans_of(talk.say("And the blue one?")) == Intervals{span(500, 520)});
  CHECK(spans_of(talk.say("and the truck?")) == Intervals{span(700, 760)});
}

TEST_CASE("other times take the place of the last ones") {
  Talk talk;
  CHECK(spans_of(talk.say("When does the red car appear in the first 4 minutes?")) ==
        Intervals{span(100, 150)});
  CHECK(spans_of(talk.say("And after 10:00?")) == Intervals{span(900, 920)});
  CHECK(spans_of(talk.say("what about between 4:00 and 6:00?")) == Intervals{span(300, 330)});
}

TEST_CASE("\"it\" is what the last question was about, where it was found") {
  Talk talk;
  static_cast<void>(talk.say("When does the red car first appear?"));
  const auto asked = talk.resolve("What colour is it?");
  CHECK(asked.question.text == "What colour is the red car?");
  CHECK(asked.question.from == at(100));
  CHECK(asked.question.to == at(150));
  CHECK(talk.say("What colour is it?").text == "red");
}

TEST_CASE("what happens after, before and during an answer is a summary of that stretch") {
  Talk talk;
  static_cast<void>(talk.say("When does a truck appear?"));
  const auto after = talk.resolve("What happens after that?");
  CHECK(after.question.text == "What happens?");
  CHECK(after.question.from == at(760));
  CHECK_FALSE(after.question.to);
  const auto during = talk.resolve("What is going on at that time?");
  CHECK(during.question.from == at(700));
  CHECK(during.question.to == at(760));
  const auto answer = talk.say("what happens next?");
  REQUIRE(answer.summaries.size() == 1);
  CHECK(answer.intervals.front().span == span(760, 1500));
}

TEST_CASE("a whole question leans on nothing, whatever was said before") {
  Talk talk;
  for (const int round : {0, 1}) {
    CAPTURE(round);
    for (const std::string text : {"When does the red car appear?",
                                   "How long is the door open?",
                                   "Is it dark?",
                                   "When does the car come next?",
                                   "How many times does a dog appear?",
                                   "xyzzy",
                                   "?"}) {
      CAPTURE(text);
      const auto asked = talk.resolve(text);
      CHECK(asked.question.text == text);
      CHECK(asked.reading.empty());
      CHECK(asked.unresolved.empty());
      CHECK_FALSE(asked.plan);
    }
    static_cast<void>(talk.say("When does a truck appear?"));
  }
}

TEST_CASE("what leans on nothing is told so") {
  Talk talk;
  for (const std::string text : {"And after that?", "How long did it last?", "and the blue one?"}) {
    CAPTURE(text);
    CHECK(talk.resolve(text).unresolved ==
          "nothing was asked yet that \"" + text + "\" could follow; ask a whole question first");
  }
  static_cast<void>(talk.say("When does a green dog appear?"));
  CHECK(
      talk.resolve("how long was that?").unresolved.starts_with("the last question found nothing"));
  static_cast<void>(talk.say("Which came first, the red car or the truck?"));
  CHECK(
      talk.resolve("how long did it last?").unresolved ==
      "\"how long did it last?\" can mean one of several things here; name the one that is meant");
}

TEST_CASE("a time beyond the video in a follow-up is refused like any other") {
  Talk talk;
  static_cast<void>(talk.say("When does the red car appear?"));
  CHECK_THROWS_AS(static_cast<void>(talk.resolve("and after 3:00:00?")), Error);
}

TEST_CASE("subjects are found in the words of the question") {
  const auto subject = [](const std::string& question) {
    const auto plan = read_question_plan(question, std::nullopt);
    const auto found = plan ? detail::find_subject(question, *plan) : std::nullopt;
    return found ? found->text : std::string();
  };
  CHECK(subject("When does the red car appear?") == "the red car");
  CHECK(subject("How many red cars appear?") == "red cars");
  CHECK(subject("When is the first time a person in blue appears?") == "a person in blue");
}
