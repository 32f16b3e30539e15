#include "query/judge.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "core/error.h"
#include "query/looking_model.h"

using namespace hindsight;
using namespace hindsight::query;
using test::LookingModel;
using test::TestStore;
using test::tokenizer;

namespace {

const std::string kRed = "Is a red car visible?";

struct JudgeTest {
  TestStore test;
  index::RunRecord run = test::add_timed_film(test.store);
  std::vector<index::StoredPair> pairs = test.store.pairs(run.id, {}, 40);
  LookingModel model;
  /// What questions are asked of: the writer is gone.
  index::Store reader() {
    const auto path = test.store.path();
    test.store = index::Store::open(test.dir.file("other.db"), index::OpenMode::write);
    return index::Store::open(path, index::OpenMode::read);
  }
};

}  // namespace

TEST_CASE("p_yes is the model's softmax over yes and no, pair by pair") {
  JudgeTest t;
  t.model.truth = [](const std::string& question, double second) {
    return question == kRed ? 0.1 + second / 2000 : 0.5;
  };
  const auto store = t.reader();
  Judge judge(store, t.model, tokenizer());
  const auto scores = judge.p_yes(kRed, t.pairs);
  REQUIRE(scores.size() == t.pairs.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    CHECK(scores[i] ==
          doctest::Approx(0.1 + to_seconds(t.pairs[i].covers.begin) / 2000).epsilon(1e-4));
  CHECK(judge.usage().looks_computed == 40);
  CHECK(judge.usage().visual_tokens == 160);
  CHECK(judge.pairs_seen().size() == 40);
  CHECK(judge.p_yes(kRed, {}).empty());
}

TEST_CASE("a text is read where the model replies with the text alone, and judged elsewhere") {
  const std::string says = "Does the clock say 10:41?";
  JudgeTest t;
  t.model.margin = [](const std::string& question, const std::string& text, double second) {
    CHECK(question == "What time does the clock show?");
    CHECK(text == "10:41");
    return second < 100 ? 0.0 : second < 200 ? -2.0 : -9.0;
  };
  t.model.truth = [](const std::string&, double) { return 0.25; };
  const auto store = t.reader();
  for (const auto& score : Judge(store, t.model, tokenizer()).p_yes(says, t.pairs))
    CHECK(score == doctest::Approx(0.25).epsilon(1e-4));

  t.model.facts.bare_replies = true;
  Judge judge(store, t.model, tokenizer());
  const auto scores = judge.p_yes(says, t.pairs);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double second = to_seconds(t.pairs[i].covers.begin);
    CAPTURE(second);
    if (second < 100) CHECK(scores[i] > 0.9);
    if (second >= 100 && second < 200) CHECK((scores[i] > 0.5 && scores[i] < 0.6));
    if (second >= 200) CHECK(scores[i] < 0.01);
  }
  CHECK(judge.usage().looks_computed == 40);
  // What was judged is no reading, and what was read is kept as such.
  CHECK(judge.kept(says, t.run.id).size() == 40);
  judge.keep();
  Judge again(store, t.model, tokenizer());
  CHECK(again.p_yes(says, t.pairs) == scores);
  CHECK(again.usage().looks_kept == 40);
  CHECK(again.p_yes(kRed, t.pairs).front() == doctest::Approx(0.25).epsilon(1e-4));
}

TEST_CASE("a number of things is the sum over the digits of a count where replies are bare") {
  JudgeTest t;
  t.model.truth = [](const std::string&, double) { return 0.25; };
  t.model.counts = [](const std::string& question, double second) {
    CHECK(question == "How many red cars are visible?");
    return second < 100 ? 3 : 1;
  };
  const auto store = t.reader();
  const std::string three = "Are three red cars visible?";
  CHECK(Judge(store, t.model, tokenizer()).p_yes(three, t.pairs).front() ==
        doctest::Approx(0.25).epsilon(1e-4));
  t.model.facts.bare_replies = true;
  Judge judge(store, t.model, tokenizer());
  for (const auto& [predicate, count] :
       std::map<std::string, int>{{three, 3}, {"Are two red cars visible?", 2}}) {
    CAPTURE(predicate);
    const auto scores = judge.p_yes(predicate, t.pairs);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const int shown = to_seconds(t.pairs[i].covers.begin) < 100 ? 3 : 1;
      CHECK((scores[i] > 0.5) == (shown >= count));
    }
  }
}

TEST_CASE("of two replies that a question names the likelier one is given where replies are bare") {
  const std::string which = "Which way is the car moving, left or right?";
  JudgeTest t;
  t.model.replies = [&](const std::string& question, double) {
    CHECK(question == which);
    return std::string("It goes up.");
  };
  t.model.margin = [](const std::string& question, const std::string& text, double second) {
    CHECK(question == "Which way is the car moving?");
    CHECK((text == "left" || text == "right"));
    return (text == "left") == (second < 100) ? -1.0 : -4.0;
  };
  const auto store = t.reader();
  CHECK(Judge(store, t.model, tokenizer()).replies(which, t.pairs).front() == "It goes up.");
  t.model.facts.bare_replies = true;
  Judge judge(store, t.model, tokenizer());
  const auto replies = judge.replies(which, t.pairs);
  for (std::size_t i = 0; i < replies.size(); ++i)
    CHECK(replies[i] == (to_seconds(t.pairs[i].covers.begin) < 100 ? "left" : "right"));
  judge.keep();
  Judge again(store, t.model, tokenizer());
  CHECK(again.replies(which, t.pairs) == replies);
  CHECK(again.usage().looks_computed == 0);
}

TEST_CASE("questions that name two replies are told from others") {
  using query::detail::named_replies_of;
  const auto named = named_replies_of("Which way is the car moving, up or down?");
  REQUIRE(named);
  CHECK(named->question == "Which way is the car moving?");
  CHECK(named->replies == std::vector<std::string>{"up", "down"});
  CHECK(query::detail::name_replies(named->question, "up", "down") ==
        "Which way is the car moving, up or down?");
  for (const auto* other : {"Which way is the car moving?",
                            "Is a car, or a truck visible?",
                            "Which is it, a red car or a blue one?",
                            "Which is it, left or ?",
                            "Which is it, left or right",
                            "left or right?",
                            ""})
    CHECK_FALSE(named_replies_of(other));
}

TEST_CASE("a repeated look is read, in the same judge and from the store") {
  JudgeTest t;
  t.model.truth = [](const std::string&, double second) { return second < 600 ? 0.9 : 0.2; };
  const auto store = t.reader();
  std::vector<double> first;
  {
    Judge judge(store, t.model, tokenizer());
    first = judge.p_yes(kRed, t.pairs);
    CHECK(judge.p_yes(kRed, t.pairs) == first);
    CHECK(t.model.num_scored == 40);
    judge.keep();
    CHECK(judge.not_kept().empty());
  }
  Judge again(store, t.model, tokenizer());
  CHECK(again.p_yes(kRed, t.pairs) == first);
  CHECK(t.model.num_scored == 40);
  CHECK(again.usage().looks_kept == 40);
  CHECK(again.usage().looks_computed == 0);

  SUBCASE("another question is another look") {
    (void)again.p_yes("Is a blue car visible?", t.pairs);
    CHECK(t.model.num_scored == 80);
  }
  SUBCASE("another language model looks for itself") {
    t.model.facts.language_fingerprint = "2b2b";
    Judge other(store, t.model, tokenizer());
    (void)other.p_yes(kRed, t.pairs);
    CHECK(t.model.num_scored == 80);
  }
  SUBCASE("another dtype looks for itself") {
    t.model.facts.dtype = "bf16";
    Judge other(store, t.model, tokenizer());
    (void)other.p_yes(kRed, t.pairs);
    CHECK(t.model.num_scored == 80);
  }
}

TEST_CASE("replies are the model's text without spaces, and are kept apart from scores") {
  JudgeTest t;
  t.model.replies = [](const std::string& question, double second) {
    return " " + question.substr(0, 4) + (second < 600 ? " red \n" : " blue ");
  };
  const auto store = t.reader();
  Judge judge(store, t.model, tokenizer());
  const auto pairs = std::span(t.pairs).first(5);
  const auto replies = judge.replies("What colour is the car?", pairs);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    CHECK(replies[i] ==
          (to_seconds(pairs[i].covers.begin) < 600 ? std::string("What red") : "What blue"));
  (void)judge.p_yes("What colour is the car?", pairs);
  CHECK(t.model.num_scored == 5);
  judge.keep();
  Judge again(store, t.model, tokenizer());
  CHECK(again.replies("What colour is the car?", pairs) == replies);
  CHECK(t.model.num_replies == 5);
}

TEST_CASE("what cannot be kept is said, and the answer is the same") {
  JudgeTest t;
  SUBCASE("while an ingest holds the store") {
    // The writer of the test store is still open.
    Judge judge(t.test.store, t.model, tokenizer());
    CHECK(judge.p_yes(kRed, t.pairs).size() == 40);
    judge.keep();
    CHECK(judge.not_kept().find("s.db") != std::string::npos);
    CHECK(t.test.store.looks({"alone-1 1a1a fp32", kRed}, t.run.id).empty());
  }
  SUBCASE("when it is not wanted") {
    const auto store = t.reader();
    Judge judge(store, t.model, tokenizer(), KeepLooks::no);
    CHECK(judge.p_yes(kRed, t.pairs).size() == 40);
    judge.keep();
    CHECK(judge.not_kept().empty());
    CHECK(store.looks({"alone-1 1a1a fp32", kRed}, t.run.id).empty());
  }
}

TEST_CASE("special tokens in a question are text") {
  JudgeTest t;
  const auto store = t.reader();
  std::string asked;
  t.model.truth = [&](const std::string& question, double) {
    asked = question;
    return 0.5;
  };
  Judge judge(store, t.model, tokenizer());
  const std::string question = "Does the sign say <|im_end|>?";
  (void)judge.p_yes(question, std::span(t.pairs).first(1));
  CHECK(asked == question);
}

TEST_CASE("a repeat is not looked at: it has the look of its original") {
  TestStore test;
  auto video = test::make_video("still.mp4", "5715");
  video.end = test::at(300);
  const auto run = test.store.find_or_create_run(test::make_run(test.store.put_video(video)));
  auto stretch = test::timed_stretch({}, 0);
  for (std::size_t rank = 1; rank < stretch.pairs.size(); ++rank) {
    auto& encoded = stretch.pairs[rank];
    if (rank % 3 == 0) continue;
    encoded.pair.same_as = static_cast<int>(rank / 3 * 3);
    encoded.tokens = {};
  }
  test.store.commit_stretch(run.id, stretch);
  const auto pairs = test.store.pairs(run.id);
  REQUIRE(pairs.size() == 30);
  LookingModel model;
  model.truth = [](const std::string&, double second) { return 0.1 + second / 1000; };
  model.replies = [](const std::string&, double second) { return second < 100 ? "early" : "late"; };

  const auto check_all_the_same = [&](Judge& judge, std::vector<index::StoredPair> asked) {
    const auto scores = judge.p_yes(kRed, asked);
    const auto replies = judge.replies("What is it?", asked);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const auto original =
          std::ranges::find(pairs, asked[i].token_pair_id(), &index::StoredPair::id);
      REQUIRE(original != pairs.end());
      const double second = to_seconds(original->covers.begin);
      CHECK(scores[i] == doctest::Approx(0.1 + second / 1000).epsilon(1e-4));
      CHECK(replies[i] == (second < 100 ? "early" : "late"));
    }
  };
  {
    Judge judge(test.store, model, tokenizer(), KeepLooks::no);
    check_all_the_same(judge, pairs);
    CHECK(model.num_scored == 10);
    CHECK(model.num_replies == 10);
    CHECK(judge.usage().looks_computed == 20);
    CHECK(judge.usage().looks_kept == 40);
    CHECK(judge.usage().visual_tokens == 2 * 10 * 4);
    CHECK(judge.pairs_seen().size() == 30);
  }
  {
    // Repeats first: theirs is the look that their originals find.
    Judge judge(test.store, model, tokenizer(), KeepLooks::no);
    check_all_the_same(judge, {pairs.rbegin(), pairs.rend()});
    check_all_the_same(judge, pairs);
    CHECK(model.num_scored == 20);
  }
}
