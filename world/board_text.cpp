#include "world/board_text.h"

#include <array>

#include <fmt/format.h>

namespace hindsight::world {

std::string draw_sign_text(Rng& rng) {
  constexpr std::array<std::string_view, 24> kWords = {
      "GATE", "EXIT", "ROOM", "BAY",  "LANE", "HALL", "DOCK",  "ZONE",
      "OPEN", "STOP", "SLOW", "TAXI", "BUS",  "SALE", "STAFF", "PARK",
      "WARD", "DESK", "PIER", "LIFT", "SHOP", "CAFE", "TOLL",  "YARD"};
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";
  const float k = rng.uniform();
  if (k < 0.5F)
    return fmt::format("{} {}", rng.pick(kWords), rng.whole(1, rng.chance(0.5F) ? 9 : 99));
  if (k < 0.65F) return std::string(rng.pick(kWords));
  if (k < 0.85F) return fmt::format("{}{}", rng.pick(kLetters), rng.whole(10, 999));
  return fmt::format("{}{}-{}", rng.pick(kLetters), rng.pick(kLetters), rng.whole(1, 99));
}

std::string draw_title_text(Rng& rng) {
  constexpr std::array<std::string_view, 28> kTopics = {
      "WATER", "TRAFFIC", "ENERGY",  "HEALTH", "CITIES", "FOREST",  "LIGHT",
      "SOUND", "MUSIC",   "MONEY",   "SAFETY", "SPACE",  "WEATHER", "HISTORY",
      "FOOD",  "TRADE",   "SCHOOLS", "RIVERS", "MODELS", "MEMORY",  "TESTS",
      "GOALS", "RESULTS", "SUMMARY", "PLANS",  "COSTS",  "BRIDGES", "ANIMALS"};
  constexpr std::array<std::string_view, 5> kParts = {"PART", "SLIDE", "STEP", "UNIT", "DAY"};
  const float k = rng.uniform();
  if (k < 0.45F) return std::string(rng.pick(kTopics));
  if (k < 0.75F) return fmt::format("{} {}", rng.pick(kTopics), rng.whole(1, 9));
  if (k < 0.92F) return fmt::format("{} {}", rng.pick(kParts), rng.whole(1, 99));
  return draw_sign_text(rng);
}

std::string clock_text(int minutes) {
  const int of_day = minutes % (24 * 60);
  return fmt::format("{:02}:{:02}", of_day / 60, of_day % 60);
}

std::string number_text(std::string_view prefix, int number) {
  return fmt::format("{}{}", prefix, 1 + number % 99);
}

std::string_view draw_number_prefix(Rng& rng) {
  constexpr std::array<std::string_view, 8> kPrefixes = {
      "NEXT ", "NOW ", "NO ", "", "A", "B", "C", "K"};
  return rng.pick(kPrefixes);
}

std::string draw_board_text(std::string_view board, Rng& rng) {
  if (board == "clock") return clock_text(rng.below(24 * 60));
  if (board == "display") return number_text(draw_number_prefix(rng), rng.below(99));
  return board == "sign" ? draw_sign_text(rng) : draw_title_text(rng);
}

}  // namespace hindsight::world
