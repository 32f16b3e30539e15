#include "world/make.h"

#include <cmath>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "ingest/video_writer.h"
#include "world/families/family.h"
#include "world/questions.h"

namespace hindsight::world {
namespace {

using nlohmann::ordered_json;

constexpr int kQuestionsPerType = 8;

void write_lines(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  std::ofstream file(path, std::ios::binary);
  for (const auto& line : lines) file << line << '\n';
  if (!file.flush()) throw Error(ErrorCode::store, fmt::format("cannot write '{}'", path.string()));
}

ordered_json entity_json(const World& world, int id) {
  const Actor* actor = world.find_actor(id);
  if (actor == nullptr) return nullptr;
  const auto& e = actor->entity;
  return {{"id", e.id},
          {"kind", to_string(e.kind)},
          {"color", to_string(e.color)},
          {"size", to_string(e.size)}};
}

std::vector<std::string> event_lines(const Chronicle& chronicle) {
  const World& world = chronicle.world();
  std::vector<std::string> lines;
  for (const auto& e : world.events) {
    ordered_json j = {{"event", to_string(e.type)}, {"begin", e.begin}, {"end", e.end}};
    if (e.entity != 0) j["entity"] = entity_json(world, e.entity);
    if (e.other != 0) j["other"] = entity_json(world, e.other);
    if (!e.text.empty()) j["text"] = e.text;
    lines.push_back(j.dump());
  }
  for (const auto& [id, p] : chronicle.presences())
    for (const auto& i : p.clear)
      lines.push_back(ordered_json{{"event", "visible"},
                                   {"begin", i.begin},
                                   {"end", i.end},
                                   {"entity", entity_json(world, id)}}
                          .dump());
  return lines;
}

void check(const MakeOptions& o) {
  if (!(o.minutes > 0) || o.minutes > 600)
    throw Error(
        ErrorCode::usage,
        fmt::format("--minutes {} is out of range; give more than 0, at most 600", o.minutes));
  if (o.fps < 1 || o.fps > 120)
    throw Error(ErrorCode::usage, fmt::format("--fps {} is out of range; give 1 to 120", o.fps));
  if (!(o.spacing >= 0.5))
    throw Error(ErrorCode::usage,
                fmt::format("--spacing {} is out of range; give at least 0.5", o.spacing));
}

}  // namespace

MakeReport make_video(const MakeOptions& options) {
  check(options);
  // The split is the seed's lowest bit, as in the pair stream.
  const std::uint64_t seed =
      (Rng(options.seed).next() & ~std::uint64_t{1}) | (options.split == Split::test ? 1U : 0U);
  Rng rng = Rng(seed).fork(1);
  const World world = make_world({.family = draw_family(options.family, options.split, rng),
                                  .seed = seed,
                                  .split = options.split,
                                  .seconds = options.minutes * 60,
                                  .spacing = options.spacing});
  ingest::VideoWriter writer(options.out.string(),
                             {.width = options.width,
                              .height = options.height,
                              .rate = options.fps,
                              .codec = options.codec});
  Renderer renderer(world, options.width, options.height);
  Chronicle chronicle(world, 1.0 / options.fps);
  const auto frames = static_cast<std::int64_t>(std::llround(options.minutes * 60 * options.fps));
  for (std::int64_t i = 0; i < frames; ++i) {
    const double t = static_cast<double>(i) / options.fps;
    const Shot shot = renderer.render(t, false);
    chronicle.add(t, shot);
    writer.write(shot.picture.view());
  }
  writer.finish();
  const auto beside = [&](const char* extension) {
    return std::filesystem::path(options.out).replace_extension(extension);
  };
  const auto events = event_lines(chronicle);
  const auto questions =
      make_questions(chronicle, options.out.filename().string(), kQuestionsPerType);
  write_lines(beside(".events.jsonl"), events);
  write_lines(beside(".questions.jsonl"), questions);
  return {.family = world.family,
          .frames = frames,
          .events = static_cast<int>(events.size()),
          .questions = static_cast<int>(questions.size())};
}

}  // namespace hindsight::world
