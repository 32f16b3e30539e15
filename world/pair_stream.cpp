#include "world/pair_stream.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <span>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "world/families/family.h"
#include "world/nuisance.h"
#include "world/tasks.h"

namespace hindsight::world {
namespace {

using nlohmann::ordered_json;

/// Pairs taken of one world: its backdrop is paid once.
constexpr int kPairsPerWorld = 4;
constexpr double kWorldSeconds = 24;

/// Training and testing never share a world: the split is the seed's lowest bit.
std::uint64_t world_seed(const PairStreamOptions& options, std::uint64_t number) {
  Rng rng = Rng(options.seed).fork(number);
  return (rng.next() & ~std::uint64_t{1}) | (options.split == Split::test ? 1U : 0U);
}

ordered_json box_json(const PixelBox& b) { return {b.x0, b.y0, b.x1, b.y1}; }

ordered_json thing_json(const Thing& t) {
  const auto& e = *t.entity;
  return {{"id", e.id},
          {"kind", to_string(e.kind)},
          {"color", to_string(e.color)},
          {"size", to_string(e.size)},
          {"boxes", {box_json(t.boxes[0]), box_json(t.boxes[1])}},
          {"visible", std::round(t.visible * 1000) / 1000},
          {"clear", t.clear},
          {"color_clear", t.color_clear},
          {"motion", to_string(t.motion)},
          {"doing",
           t.holder != 0               ? "held"
           : !can_move(e.kind)         ? "resting"
           : t.motion == Motion::still ? "standing"
                                       : "moving"},
          {"held_by", t.holder},
          {"held_out", is_held_out(e.kind, e.color)}};
}

std::string to_json(const World& world,
                    const PairTruth& truth,
                    const std::vector<Task>& tasks,
                    double first,
                    double second) {
  ordered_json j = {{"seed", world.seed},
                    {"family", world.family},
                    {"split", to_string(world.split)},
                    {"lighting", to_string(world.lighting.time)},
                    {"weather", world.rain ? "rain" : "clear"},
                    {"style", world.nuisance.hazy ? "hazy" : "plain"},
                    {"seconds", {first, second}}};
  j["entities"] = ordered_json::array();
  for (const auto& t : truth.things) j["entities"].push_back(thing_json(t));
  j["texts"] = ordered_json::array();
  for (const auto& t : truth.texts)
    j["texts"].push_back({{"what", t.what},
                          {"text", t.text},
                          {"box", box_json(t.box)},
                          {"clear", t.readable && t.text == t.before}});
  j["states"] = ordered_json::array();
  for (const auto& s : truth.states)
    j["states"].push_back({{"what", s.what}, {"value", s.value}, {"clear", s.clear}});
  j["tasks"] = ordered_json::array();
  for (const auto& t : tasks)
    j["tasks"].push_back({{"skill", t.skill},
                          {"question", t.question},
                          {"answer", t.answer},
                          {"phrasing", t.phrasing},
                          {"held_out", t.held_out},
                          {"held_out_combination", t.combination}});
  return j.dump();
}

void put_u32(std::string& out, std::uint32_t v) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(v >> shift & 0xFF);
}

void append_record(std::string& out, const std::string& json, const Image& a, const Image& b) {
  constexpr std::uint32_t kMagic = 0x50575348;
  put_u32(out, kMagic);
  put_u32(out, static_cast<std::uint32_t>(json.size()));
  put_u32(out, static_cast<std::uint32_t>(a.width));
  put_u32(out, static_cast<std::uint32_t>(a.height));
  out += json;
  for (const auto* image : {&a, &b}) out.append(image->samples.begin(), image->samples.end());
}

bool in_frame(const World& world, const Actor& actor, double t) {
  const auto pose = world.pose_at(actor, t);
  if (!pose) return false;
  const Projection projection{world.camera, 100, 80};
  const Vec3 view =
      world.camera.to_view(pose->placement.at + Vec3{0, extent_of(actor.entity).height / 2, 0});
  if (view.z < 0.1F) return false;
  const Vec3 p = projection.pixel(view);
  return p.x > 4 && p.x < 96 && p.y > 4 && p.y < 76;
}

bool is_empty(const World& world, double t) {
  return std::ranges::none_of(world.actors,
                              [&](const Actor& actor) { return in_frame(world, actor, t); });
}

/// Those within the world's length: what is under way at its end happens behind it.
std::vector<Event> happenings(const World& world, double last) {
  std::vector<Event> out;
  std::ranges::copy_if(world.events, std::back_inserter(out), [&](const Event& event) {
    return event.begin > 0.5 && event.begin < last;
  });
  return out;
}

/// A moment in which the gate swings, if it can be had one with nothing else in the frame: a beam
/// on its way up is not to be taken for a person. None where no gate moves.
std::optional<double> draw_swing(const World& world, std::span<const Event> events, Rng& rng) {
  std::vector<Event> swings;
  std::ranges::copy_if(
      events, std::back_inserter(swings), [](const Event& event) { return event.text == "gate"; });
  if (swings.empty()) return std::nullopt;
  double t = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const Event& swing = rng.pick(swings);
    t = rng.seconds(swing.begin - 0.2, swing.end);
    if (is_empty(world, t)) break;
  }
  return t;
}

/// A moment worth a question: a change, at which a sampler looks as well (a gate that swings,
/// someone half in the frame), else mostly one with something in the frame.
double draw_moment(const World& world, Rng& rng) {
  const double last = world.length - 1.5;
  const std::vector<Event> events = happenings(world, last);
  if (rng.chance(0.25F))
    if (const auto swing = draw_swing(world, events, rng)) return std::clamp(*swing, 0.5, last);
  if (!events.empty() && rng.chance(0.35F))
    return std::clamp(rng.pick(events).begin + rng.seconds(-0.6, 0.7), 0.5, last);
  double t = 0;
  for (int trial = 0; trial < 6; ++trial) {
    t = rng.seconds(0.5, last);
    if (!is_empty(world, t) || rng.chance(0.2F)) return t;
  }
  return t;
}

/// The records of one world.
std::vector<std::string> make_records(const PairStreamOptions& options, std::uint64_t number) {
  const std::uint64_t seed = world_seed(options, number);
  Rng rng = Rng(seed).fork(1);
  WorldSpec spec{.family = draw_family(options.family, options.split, rng),
                 .seed = seed,
                 .split = options.split,
                 .seconds = kWorldSeconds};
  spec.spacing = rng.chance(0.6F) ? rng.seconds(1.5, 5) : rng.seconds(5, 15);
  const World world = make_world(spec);
  const PictureSize size = rng.pick(options.sizes);
  Renderer renderer(world, size.width, size.height);
  std::vector<std::string> records;
  for (int i = 0; i < kPairsPerWorld; ++i) {
    const double first = draw_moment(world, rng);
    const double second =
        first + (rng.chance(0.7F) ? rng.seconds(0.2, 0.5) : rng.seconds(0.1, 1.0));
    Shot a = renderer.render(first);
    Shot b = renderer.render(second);
    if (world.nuisance.quantizer > 0) {
      compress_blocks(a.picture, world.nuisance.quantizer);
      compress_blocks(b.picture, world.nuisance.quantizer);
    }
    const PairTruth truth = judge_pair(world, a, first, b, second);
    const auto tasks = make_tasks(truth, options.split, rng);
    append_record(
        records.emplace_back(), to_json(world, truth, tasks, first, second), a.picture, b.picture);
  }
  return records;
}

void check(const PairStreamOptions& options) {
  if (options.threads < 1 || options.threads > 256)
    throw Error(ErrorCode::usage,
                fmt::format("--threads {} is out of range; give 1 to 256", options.threads));
  if (options.sizes.empty())
    throw Error(ErrorCode::usage, "no picture size is given; give sizes such as 168x112");
  Rng rng(1);
  (void)draw_family(options.family, options.split, rng);
}

}  // namespace

std::vector<PictureSize> parse_sizes(std::string_view text) {
  std::vector<PictureSize> sizes;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view item = text.substr(at, end - at);
    const std::size_t cross = item.find('x');
    PictureSize size{0, 0};
    const auto read = [](std::string_view digits, int& value) {
      const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      return result.ec == std::errc{} && result.ptr == digits.data() + digits.size() &&
             value >= 56 && value <= 1120 && value % 28 == 0;
    };
    if (cross == std::string_view::npos || !read(item.substr(0, cross), size.width) ||
        !read(item.substr(cross + 1), size.height))
      throw Error(
          ErrorCode::usage,
          fmt::format(
              "'{}' is no picture size; give WIDTHxHEIGHT, both multiples of 28 from 56 to 1120",
              item));
    sizes.push_back(size);
    at = end + 1;
  }
  return sizes;
}

void stream_pairs(const PairStreamOptions& options,
                  const std::function<bool(std::string_view)>& write) {
  check(options);
  std::uint64_t written = 0;
  const auto batch = static_cast<std::uint64_t>(options.threads);
  for (std::uint64_t number = 0;; number += batch) {
    std::vector<std::vector<std::string>> made(static_cast<std::size_t>(batch));
    {
      std::vector<std::jthread> workers;
      for (std::uint64_t k = 1; k < batch; ++k)
        workers.emplace_back(
            [&, k] { made[static_cast<std::size_t>(k)] = make_records(options, number + k); });
      made[0] = make_records(options, number);
    }
    for (const auto& records : made) {
      for (const auto& record : records) {
        if (options.count != 0 && written == options.count) return;
        ++written;
        if (!write(record)) return;
      }
    }
  }
}

}  // namespace hindsight::world
