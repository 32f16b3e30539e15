#include "query/evidence_page.h"

#include <doctest/doctest.h>

#include "query/answer_question.h"
#include "query/looking_model.h"

using namespace hindsight;
using namespace hindsight::query;
using test::LookingModel;
using test::TestStore;
using test::tokenizer;

namespace {

bool has(const std::string& page, const std::string& part) {
  return page.find(part) != std::string::npos;
}

Answer answer_about(const std::string& question) {
  TestStore test;
  test::add_timed_film(test.store, {.name = "<b>gate</b>.mp4"});
  LookingModel model;
  model.truth = [](const std::string& asked, double second) {
    return asked == "Is a red car visible?" && second >= 100 && second < 130 ? 0.98 : 0.02;
  };
  const auto plan = plan_question({.text = question}, test.store, model.facts);
  return answer_question(plan, test.store, model, tokenizer());
}

}  // namespace

TEST_CASE(
    "a page shows question, answer, intervals, probabilities, coverage and what was ruled out") {
  const auto answer = answer_about("When is a red car visible?");
  REQUIRE(answer.found);
  const auto id = answer.intervals.front().pairs.front().id;
  const auto page = to_html(answer, {{id, "foob"}});
  for (const std::string part : {"<h1>When is a red car visible?</h1>",
                                 "A red car is visible: from 00:01:40.000 to 00:02:10.000.",
                                 "<time>00:01:40.000</time> \u2013 <time>00:02:10.000</time>",
                                 "data:image/jpeg;base64,Zm9vYg==",
                                 "no picture kept",
                                 "Is a red car visible? <b>0.98</b>",
                                 "Looked at 100.0 %",
                                 "Ruled out",
                                 "Is a red car visible? <b>0.02</b>",
                                 "0 frames decoded",
                                 "name=\"viewport\""}) {
    CAPTURE(part);
    CHECK(has(page, part));
  }
  // Self-contained: nothing is fetched, nothing runs.
  for (const std::string part : {"http:", "https:", "<script", "<link", "src=\"/"}) {
    CAPTURE(part);
    CHECK_FALSE(has(page, part));
  }
}

TEST_CASE("a refusal has a page that says what was looked at") {
  const auto answer = answer_about("When does a dog appear?");
  REQUIRE_FALSE(answer.found);
  const auto page = to_html(answer, {});
  CHECK(has(page, "Not seen: looked at 100.0 %"));
  CHECK(has(page, "Ruled out"));
  CHECK_FALSE(has(page, "Confidence"));
  CHECK_FALSE(has(page, "outside of these times"));
}

TEST_CASE("a generated answer's page says that it is the model's own text") {
  const auto page = to_html(answer_about("Who comes?"), {});
  CHECK(has(page, "The model's own text"));
  CHECK_FALSE(has(page, "Ruled out"));
}

TEST_CASE("what is ruled out by something else has that beside it") {
  auto answer = answer_about("When does a dog appear?");
  REQUIRE_FALSE(answer.findings->counter_evidence.empty());
  auto& counter = answer.findings->counter_evidence.front();
  CHECK_FALSE(has(to_html(answer, {}), "rather"));
  counter.rather = "Is a brown cat visible?";
  counter.p_rather = 0.93;
  CHECK(has(to_html(answer, {}), "rather Is a brown cat visible? <b>0.93</b>"));
}

TEST_CASE("every text on a page is escaped") {
  auto answer = answer_about("When is a red car visible?");
  const std::string bad = "<script>alert(\"1\")</script>&'\x01";
  const std::string good = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39; ";
  answer.question = answer.text = answer.model = answer.store = bad;
  answer.intervals.front().looks.front().question = bad;
  answer.intervals.front().looks.front().reply = bad;
  answer.findings->counter_evidence.front().predicate = bad;
  answer.findings->counter_evidence.front().rather = bad;
  const auto page = to_html(answer, {});
  std::size_t count = 0;
  for (auto at = page.find(good); at != std::string::npos; at = page.find(good, at + 1)) ++count;
  CHECK(count == 9);
  CHECK_FALSE(has(page, "<script"));
  CHECK_FALSE(has(page, "<b>gate"));
  CHECK(has(page, "&lt;b&gt;gate&lt;/b&gt;.mp4"));
  CHECK(page.find('\x01') == std::string::npos);
}
