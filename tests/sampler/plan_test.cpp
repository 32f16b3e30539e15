#include "sampler/plan.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "sampler/budget.h"
#include "sampler/detail.h"
#include "sampler/overview.h"

using namespace std::chrono_literals;
using namespace hindsight;
using namespace hindsight::sampler;

TEST_CASE("options that contradict themselves are refused, and the message says which") {
  struct Row {
    std::string part;
    PlanOptions options;
  };
  const std::vector<Row> rows{
      {"token budget an hour", {.tokens_per_hour = 0}},
      {"token budget an hour", {.tokens_per_hour = -5}},
      {"must not be negative", {.max_tokens = -1}},
      {"coverage floor must be at least", {.coverage_floor = 0s}},
      {"coverage floor must not be longer", {.coverage_floor = 10min}},
      {"smallest size", {.min_pair_tokens = 0}},
      {"below the smallest", {.min_pair_tokens = 600}},
      {"at most 16384", {.max_pair_tokens = 20000}},
      {"stretch length", {.coverage_floor = 1s, .stretch_length = 9s}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.part);
    try {
      validate(row.options);
      FAIL("accepted");
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::usage);
      CHECK(std::string(e.what()).find(row.part) != std::string::npos);
    }
  }
  CHECK_NOTHROW(validate({}));
}

TEST_CASE("every option changes the canonical text") {
  const std::vector<PlanOptions> options{{},
                                         {.tokens_per_hour = 1},
                                         {.max_tokens = 1},
                                         {.coverage_floor = 7s},
                                         {.min_pair_tokens = 17},
                                         {.max_pair_tokens = 99},
                                         {.stretch_length = 77s},
                                         {.exact = true},
                                         {.every_frame = true},
                                         {.encode_repeats = true}};
  for (std::size_t i = 0; i < options.size(); ++i) {
    for (std::size_t j = 0; j < options.size(); ++j) {
      CHECK((to_canonical_text(options[i]) == to_canonical_text(options[j])) == (i == j));
    }
  }
}

TEST_CASE("stretches share out the video and the last one takes a short remainder") {
  const PlanOptions options;
  for (const auto seconds : {0, 1, 30, 299, 300, 449, 450, 451, 3600, 36000, 36149}) {
    CAPTURE(seconds);
    const MediaTime end{std::chrono::seconds{seconds}};
    const int count = num_stretches(end, options);
    REQUIRE(count >= 1);
    MediaTime from;
    for (int i = 0; i < count; ++i) {
      const auto span = stretch_span(i, end, options);
      CHECK(span.begin == from);
      CHECK(span.length() <= options.stretch_length * 3 / 2);
      if (count > 1) CHECK(span.length() >= options.stretch_length / 2);
      from = span.end;
    }
    CHECK(from == end);
  }
}

TEST_CASE("budgets grow to the whole and are split by time and by change") {
  const PlanOptions options;
  const MediaTime end{40min};
  PacketProfile profile;
  for (int i = 0; i < 2400; ++i) profile.change_bytes.push_back(i < 300 ? 90'000 : 1'000);
  for (const auto& used : {PacketProfile{}, profile}) {
    const auto budgets = cumulative_budgets(end, options, used);
    REQUIRE(budgets.size() == 8);
    CHECK(budgets.back() == 80'000);
    for (std::size_t i = 0; i < budgets.size(); ++i) {
      const auto own = budgets[i] - (i == 0 ? 0 : budgets[i - 1]);
      CAPTURE(i);
      CHECK(own >= 4'999);
    }
  }
  CHECK(cumulative_budgets(end, options, {})[0] == 10'000);
  CHECK(cumulative_budgets(end, options, profile)[0] > 20'000);
  CHECK(token_budget(end, {.max_tokens = 500}) == 500);
  CHECK(token_budget(end, {.tokens_per_hour = 600, .max_tokens = 500}) == 400);
  CHECK(token_budget(MediaTime{40ms}, {.tokens_per_hour = 360'000}) == 100);
}

TEST_CASE("sizes are multiples of 28, within bounds, and keep the aspect ratio") {
  const PlanOptions options;
  for (const auto& display : {PictureSize{1920, 1080},
                              {768, 432},
                              {1080, 1920},
                              {640, 480},
                              {2560, 1080},
                              {100, 100},
                              {320, 40},
                              {27, 27},
                              {1, 1},
                              {8000, 20}}) {
    for (const int tokens : {1, 16, 40, 100, 250, 576, 5000}) {
      CAPTURE(display.width);
      CAPTURE(display.height);
      CAPTURE(tokens);
      const auto size = encoded_size(tokens, display, options);
      CHECK(size.width % 28 == 0);
      CHECK(size.height % 28 == 0);
      CHECK(size.width >= 28);
      CHECK(size.height >= 28);
      CHECK(size.width <= (display.width + 27) / 28 * 28);
      CHECK(size.height <= (display.height + 27) / 28 * 28);
      const int used = size.width / 28 * (size.height / 28);
      CHECK(used <= options.max_pair_tokens);
      CHECK(used <= std::max(tokens, options.min_pair_tokens * 4 / 3));
    }
  }
  const auto large = encoded_size(576, {1920, 1080}, options);
  CHECK(static_cast<double>(large.width) / large.height == doctest::Approx(16.0 / 9).epsilon(0.05));
  CHECK(large.width / 28 * (large.height / 28) >= 520);
}

TEST_CASE("text and edges are detail, a plain wall is none") {
  const int w = kDetailWidth;
  const int h = kDetailHeight;
  Image wall(w, h, 1);
  Image page(w, h, 1);
  Image edge(w, h, 1);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      wall.row(y)[x] = static_cast<std::uint8_t>(100 + x / 16);
      page.row(y)[x] = y % 6 < 4 && x % 4 < 2 ? 20 : 240;
      edge.row(y)[x] = x < w / 2 ? 20 : 240;
    }
  }
  CHECK(measure_detail(wall.view()) == 0);
  CHECK(measure_detail(page.view()) > 0.9F);
  CHECK(measure_detail(edge.view()) < 0.3F);
  CHECK_THROWS_AS((void)measure_detail(Image(8, 8, 3).view()), Error);
  const PlanOptions options;
  const PictureSize display{640, 360};
  const auto wanted = [&](double detail, const Extent& smallest) {
    return wanted_tokens(detail, smallest, display, options);
  };
  CHECK(wanted(0, {}) < wanted(0.5, {}));
  CHECK(wanted(0.5, {}) < wanted(1, {}));
  CHECK(wanted(0, {0.9F, 0.9F}) == wanted(0, {}));
}

TEST_CASE("the smaller what moves, the more tokens, so that it is larger than one") {
  PlanOptions options;
  options.max_pair_tokens = 1000;
  const PictureSize display{1920, 1080};
  for (const float height : {0.08F, 0.1F, 0.15F, 0.2F}) {
    CAPTURE(height);
    // Half as wide as high: its width counts.
    const Extent person{height / 2 * 9 / 16, height};
    const Extent car{height * 2, height};
    for (const auto& thing : {person, car}) {
      const auto size = encoded_size(wanted_tokens(0, thing, display, options), display, options);
      const double side =
          std::min(double{thing.width} * size.width, double{thing.height} * size.height);
      CHECK((side >= 28 || size.width * size.height / 784 > 900));
      CHECK((side <= 80 || size.width * size.height / 784 < 40));
    }
  }
  CHECK(wanted_tokens(0, {0.001F, 0.001F}, display, options) == options.max_pair_tokens);
}

TEST_CASE("every prefix of the global order spreads over the stretches") {
  std::vector<StretchPlan> plans(13);
  for (int i = 0; i < 13; ++i) {
    auto& plan = plans[static_cast<std::size_t>(i)];
    plan.number = i;
    plan.pairs.resize(static_cast<std::size_t>(i % 5 + 1));
    for (std::size_t r = 0; r < plan.pairs.size(); ++r) plan.pairs[r].rank = static_cast<int>(r);
  }
  const auto order = global_order(plans);
  std::vector<std::size_t> taken(plans.size(), 0);
  for (const auto& place : order) {
    CHECK(place.pair == taken[place.stretch]);
    ++taken[place.stretch];
    for (std::size_t s = 0; s < plans.size(); ++s) {
      // Nobody is more than one behind unless it has no more.
      CHECK((taken[s] + 1 >= taken[place.stretch] || taken[s] == plans[s].pairs.size()));
    }
  }
  CHECK(order.size() == 36);
  CHECK(order[0].stretch == 0);
  CHECK(order[1].stretch == 8);
}

TEST_CASE("shots and activity go on over the end of a stretch unless a cut is there") {
  const auto at = [](int s) { return MediaTime{std::chrono::seconds{s}}; };
  std::vector<StretchPlan> plans(2);
  plans[0] = {0, {at(0), at(300)}, {{{at(0), at(300)}, false}}, {{{at(290), at(300)}, 0.6}}, {}};
  plans[1] = {
      1, {at(300), at(600)}, {{{at(300), at(600)}, false}}, {{{at(300), at(310)}, 0.9}}, {}};
  CHECK(join_shots(plans).size() == 1);
  REQUIRE(join_activity(plans).size() == 1);
  CHECK(join_activity(plans)[0].span == TimeSpan{at(290), at(310)});
  CHECK(join_activity(plans)[0].score == doctest::Approx(0.9));
  plans[1].shots[0].begins_at_cut = true;
  CHECK(join_shots(plans).size() == 2);
  CHECK(join_activity(plans).size() == 2);
}
