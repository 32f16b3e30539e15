// What counts as seen, and what is asked about it.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "world/chronicle.h"
#include "world/question_sheet.h"
#include "world/questions.h"

namespace hindsight::world {
namespace {

constexpr double kStep = 0.1;
constexpr Entity kRedCar{.id = 1, .kind = Kind::car, .color = Color::red};
constexpr Entity kBlueCar{.id = 2, .kind = Kind::car, .color = Color::blue};

Sight sight_of(const Entity& entity, float visible) {
  return {.entity = entity.id,
          .box = {10, 10, 40, 40},
          .pixels = 900 * visible,
          .visible = visible,
          .contrast = 60,
          .brightness = 90};
}

/// Shows an entity for `seconds` from `begin` on, this much of it.
struct Appearance {
  Entity entity;
  double begin;
  double seconds;
  float visible;
};

Story story_of_two() {
  Story story{.seed = 4, .split = Split::test};
  story.cast = {{kRedCar.id, kRedCar}, {kBlueCar.id, kBlueCar}};
  return story;
}

void play(Chronicle& chronicle, const std::vector<Appearance>& appearances, double seconds) {
  for (int i = 0; i * kStep < seconds; ++i) {
    const double t = i * kStep;
    Shot shot;
    shot.picture.width = 320;
    for (const auto& a : appearances)
      if (t >= a.begin && t < a.begin + a.seconds)
        shot.sights.push_back(sight_of(a.entity, a.visible));
    chronicle.add(t, shot);
  }
}

std::vector<std::string> types_about(const Chronicle& chronicle, std::string_view noun) {
  std::vector<std::string> types;
  for (const auto& line : make_questions(chronicle, "v.mp4", 50)) {
    const auto question = nlohmann::json::parse(line);
    if (question["question"].get<std::string>().find(noun) != std::string::npos)
      types.push_back(question["type"]);
  }
  return types;
}

bool has(const std::vector<std::string>& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

TEST_CASE("a strip at the edge of the frame is not plainly visible, however many pixels it has") {
  CHECK(is_plain(sight_of(kRedCar, 0.8F), kRedCar));
  Sight strip = sight_of(kRedCar, 0.1F);
  strip.pixels = 5000;
  CHECK_FALSE(is_plain(strip, kRedCar));
}

TEST_CASE("intervals tell what was plain, and what may be said either way") {
  const Story story = story_of_two();
  Chronicle chronicle(story, kStep);
  play(chronicle, {{kRedCar, 5, 10, 0.9F}, {kRedCar, 30, 20, 0.2F}}, 60);
  const auto& presence = chronicle.presences().at(kRedCar.id);
  REQUIRE(presence.clear.size() == 1);
  CHECK(presence.clear[0].begin == doctest::Approx(5));
  CHECK(presence.clear[0].end == doctest::Approx(15));
  REQUIRE(presence.doubtful.size() == 1);
  CHECK(presence.doubtful[0].begin == doctest::Approx(30));
}

TEST_CASE("what is half out of the frame for a while is not asked about") {
  const Story story = story_of_two();
  SUBCASE("it comes and goes") {
    Chronicle chronicle(story, kStep);
    play(chronicle, {{kRedCar, 4, 1, 0.2F}, {kRedCar, 5, 10, 0.9F}, {kBlueCar, 25, 10, 1}}, 60);
    const auto types = types_about(chronicle, "red car");
    CHECK(has(types, "when"));
    CHECK(has(types, "duration"));
    CHECK(has(types_about(chronicle, "cars"), "count_events"));
  }
  SUBCASE("a strip of it stands at the edge later") {
    Chronicle chronicle(story, kStep);
    play(chronicle,
         {{kRedCar, 5, 10, 0.9F}, {kRedCar, 40, 15, 0.2F}, {kBlueCar, 25, 10, 1}},
         60);
    const auto types = types_about(chronicle, "red car");
    CHECK_FALSE(has(types, "when"));
    CHECK_FALSE(has(types, "duration"));
    CHECK_FALSE(has(types_about(chronicle, "cars"), "count_events"));
    CHECK(has(types_about(chronicle, "blue car"), "when"));
    // It is there all the same, so that nobody may say that it never is.
    CHECK_FALSE(has(types, "absent"));
  }
}

TEST_CASE("how long a text stands there is not asked when it is in the dark for a while") {
  const Story story = story_of_two();
  const auto play_sign = [](Chronicle& chronicle, double lit_until) {
    for (int i = 0; i * kStep < 60; ++i) {
      const double t = i * kStep;
      Shot shot;
      shot.picture.width = 320;
      if (t >= 10 && t < 30)
        shot.boards.push_back({.what = "sign",
                               .text = "GATE 4",
                               .box = {20, 20, 90, 40},
                               .letter_height = 18,
                               .clear = t < lit_until});
      chronicle.add(t, shot);
    }
  };
  Chronicle lit(story, kStep), dark(story, kStep);
  play_sign(lit, 30);
  play_sign(dark, 15);
  CHECK(has(types_about(lit, "GATE 4"), "duration"));
  CHECK_FALSE(has(types_about(dark, "GATE 4"), "duration"));
  CHECK_FALSE(has(types_about(dark, "GATE 4"), "when"));
}

}  // namespace hindsight::world
