#include "world/needles.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "world/chronicle.h"
#include "world/families/builder.h"

namespace hindsight::world {
namespace {

constexpr double kMargin = 1;  ///< seconds without it before and after
constexpr double kDwell = 4;   ///< a long needle is a clip of this length again and again
constexpr double kDistractorEach = 0.6;
constexpr int kDistractors = 6;
constexpr int kNeededDistractors = 5;
constexpr int kTrials = 40;
constexpr std::array kNeedleKinds = {Kind::person,
                                     Kind::box,
                                     Kind::bag,
                                     Kind::ball,
                                     Kind::bottle,
                                     Kind::bicycle,
                                     Kind::car,
                                     Kind::truck};

std::int64_t frames_of(double seconds, const ingest::VideoWriterOptions& video) {
  return std::max<std::int64_t>(1, std::llround(seconds * rate_of(video)));
}

/// The world as it stands at a pause, for ever.
World freeze(const World& world, const Pause& pause, int width, int height) {
  World still = world;
  still.events.clear();
  for (auto& dial : still.dials) dial.changes = {{0, dial.value_at(pause.t)}};
  for (auto& board : still.boards) board.text.changes = {{0, board.text.value_at(pause.t)}};
  still.actors.clear();
  const Shot shot = Renderer(world, width, height).render(pause.t);
  for (const auto& sight : shot.sights) {
    if (sight.pixels < kNoPixels) continue;
    Actor actor{.entity = world.find_actor(sight.entity)->entity};
    actor.ground = world.find_actor(sight.entity)->ground;
    actor.stays.push_back({{{0, sight.pose.placement.at, sight.pose.placement.heading},
                            {1e6, sight.pose.placement.at, sight.pose.placement.heading}}});
    still.actors.push_back(std::move(actor));
  }
  return still;
}

Clip record(const World& world,
            std::size_t camera,
            const ingest::VideoWriterOptions& video,
            std::int64_t from,
            std::int64_t count,
            const std::string& key) {
  ClipRecorder recorder(world, camera, video);
  for (std::int64_t f = from; f < from + count; ++f) {
    (void)recorder.peek(static_cast<double>(f) / rate_of(video));
    recorder.keep();
  }
  Clip clip = recorder.take();
  clip.entry = clip.exit = key;
  return clip;
}

/// Lead, `shown` pictures that the world shows from kMargin on, tail; a long stretch repeats.
void record_needle(Insert& insert,
                   const World& world,
                   const ingest::VideoWriterOptions& video,
                   std::int64_t shown) {
  const std::int64_t margin = frames_of(kMargin, video), dwell = frames_of(kDwell, video);
  const auto add = [&](std::int64_t from, std::int64_t count) {
    insert.order.push_back(insert.clips.size());
    insert.clips.push_back(record(world, insert.camera, video, from, count, insert.key));
  };
  insert.first = margin;
  insert.last = margin + shown;
  if (shown < 2 * dwell) return add(0, shown + 2 * margin);
  const std::int64_t rounds = (shown - dwell) / dwell;
  add(0, margin + dwell / 2);
  add(margin + dwell / 2, dwell);
  for (std::int64_t i = 1; i < rounds; ++i) insert.order.push_back(1);
  add(margin + dwell / 2 + rounds * dwell, shown - dwell / 2 - rounds * dwell + margin);
}

/// Changes a letter into another letter or a digit into another digit.
std::string vary(std::string text, Rng& rng) {
  constexpr std::string_view kDigits = "0123456789", kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";
  const std::string before = text;
  while (text == before) {
    char& c = text[static_cast<std::size_t>(rng.below(static_cast<int>(text.size())))];
    if (c >= '0' && c <= '9')
      c = rng.pick(kDigits);
    else if (c >= 'A' && c <= 'Z')
      c = rng.pick(kLetters);
  }
  return text;
}

bool contains(const std::vector<Combination>& all, Kind kind, Color color) {
  return std::any_of(all.begin(), all.end(), [&](const Combination& c) {
    return c.kind == kind && c.color == color;
  });
}

/// Whether the entity can be seen plainly in a picture of the insert.
bool shows(const Insert& insert, std::int64_t picture, const Entity& entity) {
  auto left = static_cast<std::size_t>(picture);
  for (const std::size_t i : insert.order) {
    const auto& frames = insert.clips[i].frames;
    if (left < frames.size())
      return std::any_of(
          frames[left].sights.begin(), frames[left].sights.end(), [&](const Sight& s) {
            return s.entity == entity.id && is_plain(s, entity);
          });
    left -= frames.size();
  }
  return false;
}

}  // namespace

std::int64_t needle_frames(std::int64_t shown, const ingest::VideoWriterOptions& video) {
  return shown + 2 * frames_of(kMargin, video);
}

std::int64_t distractor_frames(const ingest::VideoWriterOptions& video) {
  return kDistractors * frames_of(kDistractorEach, video) + 2 * frames_of(kMargin, video);
}

std::vector<Combination> reserve_combinations(Rng& rng) {
  std::vector<Combination> reserved;
  for (int round = 0; round < 2; ++round)
    for (const Kind kind : kNeedleKinds) {
      Color color{};
      do {
        color = rng.pick(colors_of(kind));
      } while (contains(reserved, kind, color));
      reserved.push_back({kind, color});
    }
  rng.shuffle(reserved);
  return reserved;
}

NeedleMaker::NeedleMaker(const Library& library,
                         std::vector<Combination> reserved,
                         const ingest::VideoWriterOptions& video,
                         Rng rng)
    : library_(library), reserved_(std::move(reserved)), video_(video), rng_(rng) {
  for (const auto& set : library.cameras)
    for (const auto& board : set.world.boards)
      for (const auto& change : board.text.changes)
        texts_.insert(std::string(title_of(change.value)));
}

NeedleMaker::Pair NeedleMaker::make(std::int64_t shown) {
  const bool entity_first = rng_.chance(0.6F);
  for (int trial = 0; trial < kTrials; ++trial) {
    auto pair = entity_first == (trial % 2 == 0) ? try_entity(shown) : try_text(shown);
    if (pair) return std::move(*pair);
  }
  throw Error(ErrorCode::usage,
              "no camera of this video has a place where a needle could be seen; choose another "
              "--seed, --family or a larger --size");
}

Actor NeedleMaker::dress(const Station& station, Color color, std::int64_t from, std::int64_t to) {
  Actor actor{.entity = station.like};
  actor.entity.id = next_id_++;
  actor.entity.color = color;
  actor.entity.tint = shade_of(color, rng_);
  actor.ground = station.ground;
  // It ends just before the picture `to`, whatever way the division is rounded.
  const auto& at = station.placement;
  const double rate = rate_of(video_);
  actor.stays.push_back({{{static_cast<double>(from) / rate - 1e-4, at.at, at.heading},
                          {static_cast<double>(to) / rate - 1e-4, at.at, at.heading}}});
  return actor;
}

std::vector<Color> NeedleMaker::usual_colors(Kind kind) {
  std::vector<Color> colors;
  for (const Color color : colors_of(kind))
    if (!contains(reserved_, kind, color) &&
        std::find(colors.begin(), colors.end(), color) == colors.end())
      colors.push_back(color);
  rng_.shuffle(colors);
  return colors;
}

std::optional<Insert> NeedleMaker::try_likes(const World& still,
                                             const Insert& needle,
                                             const Station& station) {
  const std::int64_t margin = frames_of(kMargin, video_), each = frames_of(kDistractorEach, video_);
  const auto colors = usual_colors(station.like.kind);
  World world = still;
  std::vector<Entity> cast;
  for (int i = 0; i < kDistractors; ++i) {
    const std::int64_t from = margin + i * each;
    world.actors.push_back(
        dress(station, colors[static_cast<std::size_t>(i) % colors.size()], from, from + each));
    cast.push_back(world.actors.back().entity);
  }
  Insert insert{.order = {0}, .camera = needle.camera, .key = needle.key};
  insert.clips.push_back(
      record(world, needle.camera, video_, 0, distractor_frames(video_), needle.key));
  int plain = 0;
  for (std::size_t i = 0; i < cast.size(); ++i)
    if (shows(insert, margin + static_cast<std::int64_t>(i) * each, cast[i])) ++plain;
  return plain >= kNeededDistractors ? std::optional(std::move(insert)) : std::nullopt;
}

std::optional<NeedleMaker::Pair> NeedleMaker::try_entity(std::int64_t shown) {
  const auto camera =
      static_cast<std::size_t>(rng_.below(static_cast<int>(library_.cameras.size())));
  const CameraSet& set = library_.cameras[camera];
  if (set.pauses.empty() || set.stations.empty()) return std::nullopt;
  const Pause& pause = rng_.pick(set.pauses);
  const Station& station = rng_.pick(set.stations);
  const auto wanted =
      std::find_if(reserved_.begin() + next_reserved_, reserved_.end(), [&](const Combination& c) {
        return c.kind == station.like.kind;
      });
  if (wanted == reserved_.end()) return std::nullopt;
  const World still = freeze(set.world, pause, video_.width, video_.height);
  const std::int64_t margin = frames_of(kMargin, video_);
  World world = still;
  world.actors.push_back(dress(station, wanted->color, margin, margin + shown));
  const Entity entity = world.actors.back().entity;
  Insert needle{.camera = camera, .key = pause.key, .entity = entity.id};
  record_needle(needle, world, video_, shown);
  for (const auto at : {needle.first, needle.last - 1})
    if (!shows(needle, at, entity)) return std::nullopt;
  auto likes = try_likes(still, needle, station);
  if (!likes) return std::nullopt;
  std::iter_swap(reserved_.begin() + next_reserved_++, wanted);
  return Pair{std::move(needle), std::move(*likes)};
}

std::string NeedleMaker::draw_new_text(std::string_view board) {
  for (;;) {
    std::string text = board == "sign" ? draw_sign_text(rng_) : draw_title_text(rng_);
    if (texts_.insert(text).second) return text;
  }
}

std::optional<NeedleMaker::Pair> NeedleMaker::try_text(std::int64_t shown) {
  const auto camera =
      static_cast<std::size_t>(rng_.below(static_cast<int>(library_.cameras.size())));
  const CameraSet& set = library_.cameras[camera];
  if (set.pauses.empty() || set.world.boards.empty()) return std::nullopt;
  const Pause& pause = rng_.pick(set.pauses);
  const World still = freeze(set.world, pause, video_.width, video_.height);
  const Dial& usual = still.boards[0].text;
  const std::string rest = usual.changes[0].value.substr(title_of(usual.changes[0].value).size());
  // Changes lie half a picture early, so that rounding does not move them by one.
  const auto at = [&](std::int64_t frame) {
    return (static_cast<double>(frame) - 0.5) / rate_of(video_);
  };
  const std::int64_t margin = frames_of(kMargin, video_), each = frames_of(kDistractorEach, video_);
  const std::string text = draw_new_text(usual.what);
  Insert needle{.camera = camera, .key = pause.key, .what = usual.what, .text = text};
  World world = still;
  world.boards[0].text.changes.push_back({at(margin), text + rest});
  world.boards[0].text.changes.push_back({at(margin + shown), usual.changes[0].value});
  record_needle(needle, world, video_, shown);

  Insert likes{.order = {0}, .camera = camera, .key = pause.key};
  World others = still;
  for (int i = 0; i < kDistractors;) {
    const std::string variant = vary(text, rng_);
    if (!texts_.insert(variant).second) continue;
    others.boards[0].text.changes.push_back({at(margin + i++ * each), variant + rest});
  }
  others.boards[0].text.changes.push_back(
      {at(margin + kDistractors * each), usual.changes[0].value});
  likes.clips.push_back(record(others, camera, video_, 0, distractor_frames(video_), pause.key));
  for (const auto* insert : {&needle, &likes})
    for (const auto& clip : insert->clips)
      for (const auto& shot : clip.frames)
        if (!is_plain(shot.boards[0])) return std::nullopt;
  return Pair{std::move(needle), std::move(likes)};
}

}  // namespace hindsight::world
