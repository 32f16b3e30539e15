#include "world/clip.h"

#include <cmath>
#include <set>

#include <fmt/format.h>

#include "world/chronicle.h"
#include "world/programme.h"

namespace hindsight::world {
namespace {

constexpr double kShortestClip = 3;
constexpr double kLongestClip = 20;
/// Clips are joined where all changes are at least this old.
constexpr float kSettled = 1;
constexpr std::size_t kMaxStations = 40;

World make_camera_world(const LibraryOptions& options, std::size_t number, Rng& rng) {
  const std::uint64_t seed =
      (rng.next() & ~std::uint64_t{1}) | (options.split == Split::test ? 1U : 0U);
  World world = make_world({.family = draw_family(options.family, options.split, rng),
                            .seed = seed,
                            .split = options.split,
                            .seconds = kWarmUp + options.seconds,
                            .spacing = 6});
  // A clock would jump and the exposure would flicker at every joint.
  std::erase_if(world.boards, [](const Board& board) { return board.text.what == "clock"; });
  world.nuisance.drift = 0;
  for (auto& actor : world.actors) {
    auto& e = actor.entity;
    const auto reserved = [&] {
      return std::any_of(options.reserved.begin(), options.reserved.end(), [&](const auto& c) {
        return c.kind == e.kind && c.color == e.color;
      });
    };
    while (reserved()) {
      e.color = draw_color(e.kind, options.split, rng);
      e.tint = shade_of(e.color, rng);
    }
  }
  shift_ids(world, 1000 * static_cast<int>(number + 1));
  return world;
}

void note_stations(CameraSet& set, const Shot& shot) {
  for (const auto& sight : shot.sights) {
    const Actor& actor = *set.world.find_actor(sight.entity);
    const bool inside = sight.box.x0 > 2 && sight.box.y0 > 2 &&
                        sight.box.x1 + 2 < shot.picture.width &&
                        sight.box.y1 + 2 < shot.picture.height;
    if (set.stations.size() < kMaxStations && inside && sight.pose.holder == 0 &&
        sight.pixels >= 120 && is_plain(sight, actor.entity))
      set.stations.push_back({actor.entity, sight.pose.placement, actor.ground});
  }
}

/// Records a camera's time and parts it where the scene stands still.
void record_camera(Library& library, std::size_t number, const LibraryOptions& options) {
  CameraSet& set = library.cameras[number];
  ClipRecorder recorder(set.world, number, options.video);
  const double rate = rate_of(options.video);
  const auto frames = static_cast<std::int64_t>(options.seconds * rate);
  std::string entry;
  bool idle = true;
  const auto close = [&](const std::string& key) {
    Clip clip = recorder.take();
    clip.entry = entry;
    clip.exit = key;
    clip.idle = idle && entry == key;
    set.clips.push_back(library.clips.size());
    library.clips.push_back(std::move(clip));
  };
  for (std::int64_t f = 0; f < frames; ++f) {
    const double t = kWarmUp + static_cast<double>(f) / rate;
    const auto seconds = static_cast<double>(recorder.num_frames()) / rate;
    const Shot& shot = recorder.peek(t);
    const auto still = still_key(set.world, shot, t);
    const bool joint = (still && seconds >= kShortestClip) || seconds >= kLongestClip;
    const std::string key = still ? *still : fmt::format("moving {}:{}", number, f);
    if (joint) close(key);
    if (recorder.num_frames() == 0) {
      entry = key;
      idle = still.has_value();
      if (still) set.pauses.push_back({t, key});
    }
    idle = idle && key == entry;
    if (f % std::max<std::int64_t>(1, static_cast<std::int64_t>(rate)) == 0)
      note_stations(set, shot);
    recorder.keep();
  }
  if (static_cast<double>(recorder.num_frames()) >= kShortestClip * rate)
    close(fmt::format("end of {}", number));
}

}  // namespace

std::optional<std::string> still_key(const World& world, const Shot& shot, double t) {
  std::string key = fmt::format("{}", world.seed);
  for (const auto& dial : world.dials) {
    if (dial.age_at(t) < kSettled) return std::nullopt;
    key += fmt::format("|{}", dial.value_at(t));
  }
  for (const auto& board : world.boards) key += fmt::format("|{}", board.text.value_at(t));
  for (const auto& sight : shot.sights) {
    if (sight.pixels < kNoPixels) continue;
    if (sight.pose.speed > 0 || sight.pose.holder != 0) return std::nullopt;
    const auto& at = sight.pose.placement.at;
    key += fmt::format("|{}@{:.2f},{:.2f},{:.2f}", sight.entity, at.x, at.y, at.z);
  }
  return key;
}

ClipRecorder::ClipRecorder(const World& world,
                           std::size_t camera,
                           const ingest::VideoWriterOptions& video)
    : world_(world), camera_(camera), video_(video), renderer_(world, video.width, video.height) {}

const Shot& ClipRecorder::peek(double t) {
  shot_ = renderer_.render(t);
  shot_time_ = t;
  return shot_;
}

void ClipRecorder::keep() {
  if (!encoder_) {
    encoder_.emplace(video_);
    begin_ = shot_time_;
  }
  encoder_->write(shot_.picture.view());
  std::vector<std::uint8_t>().swap(shot_.picture.samples);
  clip_.frames.push_back(std::move(shot_));
}

Clip ClipRecorder::take() {
  clip_.packets = encoder_->finish();
  encoder_.reset();
  clip_.camera = camera_;
  for (const auto& shot : clip_.frames)
    for (const auto& sight : shot.sights)
      if (sight.pixels >= kNoPixels && !clip_.cast.contains(sight.entity))
        clip_.cast.emplace(sight.entity, world_.find_actor(sight.entity)->entity);
  const double end = begin_ + static_cast<double>(clip_.frames.size()) / rate_of(video_);
  for (Event event : world_.events)
    if (clip_event(event, begin_, end, -begin_)) clip_.events.push_back(std::move(event));
  return std::exchange(clip_, {});
}

Library make_library(const LibraryOptions& options) {
  Library library;
  Rng rng = Rng(options.seed).fork(23);
  for (int i = 0; i < options.cameras; ++i)
    library.cameras.push_back(
        {.world = make_camera_world(options, static_cast<std::size_t>(i), rng)});
  for (std::size_t i = 0; i < library.cameras.size(); ++i) record_camera(library, i, options);
  return library;
}

}  // namespace hindsight::world
