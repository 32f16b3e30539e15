#include "world/splice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.h"
#include "world/needles.h"

namespace hindsight::world {
namespace {

/// Pictures that are rendered of the library at most, whatever the length.
constexpr double kLibraryFrames = 4500;
constexpr double kMinutesPerNeedle = 15;
/// Seconds that a camera is looked at before the next one.
constexpr double kShortestStretch = 90;
constexpr double kLongestStretch = 360;
constexpr double kShortestTake = 3;
constexpr double kLongestTake = 20;
// Times are sums of pictures' lengths.
constexpr double kSameTime = 1e-6;

/// Seconds that needles last, by class.
struct LengthClass {
  double shortest;
  double longest;
};
constexpr std::array kClasses = {
    LengthClass{0.2, 0.5}, LengthClass{1, 5}, LengthClass{8, 30}, LengthClass{60, 300}};

LibraryOptions library_options(const SpliceOptions& o, std::vector<Combination> reserved) {
  const double seconds = static_cast<double>(o.frames) / rate_of(o.video);
  LibraryOptions library{.seed = o.seed,
                         .family = o.family,
                         .split = o.split,
                         .video = o.video,
                         .reserved = std::move(reserved)};
  library.cameras = std::clamp(static_cast<int>(2 + seconds / 300), 2, 8);
  library.seconds = std::clamp(0.6 * seconds / library.cameras,
                               6.0,
                               std::max(6.0, kLibraryFrames / rate_of(o.video) / library.cameras));
  return library;
}

class Splicer {
 public:
  using Indices = std::vector<std::size_t>;

  Splicer(const SpliceOptions& options,
          ingest::SegmentWriter& writer,
          Story& story,
          Chronicle& chronicle)
      : options_(options),
        writer_(writer),
        story_(story),
        chronicle_(chronicle),
        rng_(Rng(options.seed).fork(31)) {
    const auto reserved = reserve_combinations(rng_);
    library_ = make_library(library_options(options, reserved));
    maker_.emplace(library_, reserved, options.video, rng_.fork(5));
    instances_.resize(library_.cameras.size());
    plan_needles();
  }

  void run() {
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      auto pair = maker_->make(shown_[i]);
      std::array<Insert*, 2> inserts = {&pair.needle, &pair.distractors};
      if (rng_.chance(0.5F)) std::swap(inserts[0], inserts[1]);
      for (Insert* insert : inserts) {
        const auto parts =
            static_cast<std::int64_t>(2 * (shown_.size() - i)) + (insert == inserts[0] ? 1 : 0);
        wander(free_frames() / parts);
        play(*insert);
      }
    }
    wander(free_frames());
    fill(free_frames());
    close_phase();
  }

 private:
  const SpliceOptions& options_;
  ingest::SegmentWriter& writer_;
  Story& story_;
  Chronicle& chronicle_;
  Rng rng_;
  Library library_;
  std::optional<NeedleMaker> maker_;
  std::vector<std::int64_t> shown_;   ///< pictures of each needle
  std::int64_t reserved_frames_ = 0;  ///< of the inserts that are still to come
  std::vector<std::map<int, int>>
      instances_;  ///< by camera: actor in the library -> id in the story
  int next_instance_ = 1;
  std::size_t camera_ = 0;
  std::string key_;
  Indices reaching_joint_;  ///< events that last to the end of what was played
  std::int64_t stretch_end_ = 0;
  std::int64_t busy_at_ = 0;  ///< from then on something should happen

  double rate() const { return rate_of(options_.video); }
  double now() const { return static_cast<double>(writer_.num_pictures()) / rate(); }
  std::int64_t free_frames() const {
    return options_.frames - writer_.num_pictures() - reserved_frames_;
  }

  void plan_needles() {
    const double seconds = static_cast<double>(options_.frames) / rate();
    const int count = options_.needles.value_or(
        std::max(1, static_cast<int>(std::lround(seconds / 60 / kMinutesPerNeedle))));
    const double longest = count > 0 ? 0.35 * seconds / count : 0;
    for (int i = 0; i < count; ++i) {
      int classes = 1;
      while (classes < static_cast<int>(kClasses.size()) &&
             kClasses[static_cast<std::size_t>(classes)].shortest <= longest)
        ++classes;
      const auto& c = kClasses[static_cast<std::size_t>(rng_.below(classes))];
      const double length =
          rng_.seconds(c.shortest, std::max(c.shortest, std::min(c.longest, longest)));
      shown_.push_back(std::max<std::int64_t>(1, std::llround(length * rate())));
      reserved_frames_ +=
          needle_frames(shown_.back(), options_.video) + distractor_frames(options_.video);
    }
    if (reserved_frames_ > options_.frames)
      throw Error(ErrorCode::usage,
                  fmt::format("--needles {} do not fit in {:.1f} minutes; give fewer needles or "
                              "more minutes",
                              count,
                              seconds / 60));
  }

  /// The ids that the clip's actors have in the story.  What stands at the joint is who it was;
  /// what comes later is someone new.
  std::map<int, int> cast_of(const Clip& clip, bool seamless) {
    auto& known = instances_[clip.camera];
    std::map<int, int> ids;
    for (const auto& [id, entity] : clip.cast) {
      const bool there =
          std::any_of(clip.frames.front().sights.begin(),
                      clip.frames.front().sights.end(),
                      [id = id, seamless](const Sight& s) {
                        return s.entity == id && s.pixels >= kNoPixels &&
                               (seamless || (s.pose.speed <= 0 && s.pose.holder == 0));
                      });
      const auto at = known.find(id);
      ids[id] = there && at != known.end() ? at->second : next_instance_++;
      known[id] = ids[id];
      Entity copy = entity;
      copy.id = ids[id];
      story_.cast.emplace(copy.id, copy);
    }
    return ids;
  }

  void close_phase() {
    if (!story_.phases.empty()) story_.phases.back().end = now();
  }

  /// What goes on from one of `before`, which end where it begins, is that one.  Where it is.
  std::size_t add_event(Event event, const Indices& before) {
    for (const std::size_t i : before) {
      Event& known = story_.events[i];
      const bool goes_on = known.type == event.type && known.entity == event.entity &&
                           known.other == event.other && known.text == event.text &&
                           std::abs(known.end - event.begin) < kSameTime;
      if (!goes_on) continue;
      known.end = event.end;
      return i;
    }
    story_.events.push_back(std::move(event));
    return story_.events.size() - 1;
  }

  void play(const Clip& clip) {
    const bool seamless = !story_.phases.empty() && clip.camera == camera_ && clip.entry == key_;
    if (!seamless) {
      close_phase();
      if (!story_.phases.empty())
        story_.events.push_back(
            {.type = EventType::cut, .begin = now(), .end = now(), .text = "cut"});
      story_.phases.push_back({now(),
                               now(),
                               library_.cameras[clip.camera].world.scene,
                               static_cast<int>(clip.camera) + 1});
    }
    const auto ids = cast_of(clip, seamless);
    const double begin = now();
    const auto before = std::exchange(reaching_joint_, {});
    const double end = begin + static_cast<double>(clip.packets.num_pictures) / rate();
    for (Event event : clip.events) {
      const auto named = [&](int& id) {
        if (id == 0) return true;
        const auto at = ids.find(id);
        if (at == ids.end()) return false;
        id = at->second;
        return true;
      };
      event.begin += begin;
      event.end += begin;
      if (!named(event.entity) || !named(event.other)) continue;
      const std::size_t at = add_event(std::move(event), before);
      if (std::abs(story_.events[at].end - end) < kSameTime) reaching_joint_.push_back(at);
    }
    for (std::size_t i = 0; i < clip.frames.size(); ++i) {
      Shot shot = clip.frames[i];
      std::erase_if(shot.sights, [&](const Sight& s) { return !ids.contains(s.entity); });
      for (auto& sight : shot.sights) sight.entity = ids.at(sight.entity);
      chronicle_.add(
          static_cast<double>(writer_.num_pictures() + static_cast<std::int64_t>(i)) / rate(),
          shot);
    }
    writer_.append(clip.packets);
    camera_ = clip.camera;
    key_ = clip.exit;
  }

  void play(const Insert& insert) {
    const std::int64_t start = writer_.num_pictures();
    for (const std::size_t i : insert.order) play(insert.clips[i]);
    reserved_frames_ -= writer_.num_pictures() - start;
    if (insert.last <= insert.first) return;
    Needle needle{.begin = static_cast<double>(start + insert.first) / rate(),
                  .end = static_cast<double>(start + insert.last) / rate(),
                  .what = insert.what,
                  .text = insert.text};
    if (insert.entity != 0) {
      needle.entity = instances_[insert.camera].at(insert.entity);
      story_.events.push_back({.type = EventType::enter,
                               .begin = needle.begin,
                               .end = needle.begin,
                               .entity = needle.entity});
      story_.events.push_back({.type = EventType::leave,
                               .begin = needle.end,
                               .end = needle.end,
                               .entity = needle.entity});
    } else {
      story_.events.push_back({.type = EventType::change_text,
                               .begin = needle.begin,
                               .end = needle.begin,
                               .text = needle.what + ": " + needle.text});
    }
    story_.needles.push_back(std::move(needle));
  }

  /// A clip that can follow and is not longer than `room`; one of another camera when the stretch
  /// is over or nothing can follow.
  const Clip* draw_next(std::int64_t room) {
    const auto now_at = writer_.num_pictures();
    std::vector<const Clip*> fit, wanted;
    const bool over = now_at >= stretch_end_;
    if (!over)
      for (const std::size_t i : library_.cameras[camera_].clips) {
        const Clip& clip = library_.clips[i];
        if (clip.entry == key_ && clip.packets.num_pictures <= room) fit.push_back(&clip);
      }
    if (fit.empty()) {
      for (const auto& clip : library_.clips)
        if (clip.packets.num_pictures <= room && (!over || clip.camera != camera_))
          fit.push_back(&clip);
      const bool takes = options_.family == "programme";
      stretch_end_ =
          now_at + std::llround(rate() * (takes ? rng_.seconds(kShortestTake, kLongestTake)
                                                : rng_.seconds(kShortestStretch, kLongestStretch)));
    }
    const bool busy = now_at >= busy_at_;
    for (const Clip* clip : fit)
      if (clip->idle != busy) wanted.push_back(clip);
    if (!wanted.empty()) fit = wanted;
    if (fit.empty()) return nullptr;
    const Clip* next = rng_.pick(fit);
    if (!next->idle)
      busy_at_ = now_at + next->packets.num_pictures +
                 std::llround(rate() * options_.spacing * rng_.seconds(0.3, 1.7));
    return next;
  }

  void wander(std::int64_t frames) {
    const std::int64_t end = writer_.num_pictures() + frames;
    while (const Clip* next = draw_next(end - writer_.num_pictures())) play(*next);
  }

  /// Pictures that no clip of the library is short enough for.
  void fill(std::int64_t frames) {
    if (frames == 0) return;
    const CameraSet& set = library_.cameras[camera_];
    const Pause start = set.pauses.empty() ? Pause{kWarmUp, ""} : set.pauses.front();
    ClipRecorder recorder(set.world, camera_, options_.video);
    for (std::int64_t f = 0; f < frames; ++f) {
      (void)recorder.peek(start.t + static_cast<double>(f) / rate());
      recorder.keep();
    }
    Clip clip = recorder.take();
    clip.entry = start.key;
    play(clip);
  }
};

}  // namespace

void splice_video(const SpliceOptions& options,
                  ingest::SegmentWriter& writer,
                  Story& story,
                  Chronicle& chronicle) {
  Splicer(options, writer, story, chronicle).run();
}

}  // namespace hindsight::world
