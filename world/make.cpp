#include "world/make.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <future>
#include <memory>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "ingest/video_writer.h"
#include "world/box_log.h"
#include "world/programme.h"
#include "world/questions.h"
#include "world/splice.h"

namespace hindsight::world {
namespace {

using nlohmann::ordered_json;

/// Longer videos are joined from clips.
constexpr double kMaxRenderedMinutes = 30;

void write_lines(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  std::ofstream file(path, std::ios::binary);
  for (const auto& line : lines) file << line << '\n';
  if (!file.flush()) throw Error(ErrorCode::store, fmt::format("cannot write '{}'", path.string()));
}

ordered_json entity_json(const Story& story, int id) {
  const auto at = story.cast.find(id);
  if (at == story.cast.end()) return nullptr;
  const auto& e = at->second;
  return {{"id", e.id},
          {"kind", to_string(e.kind)},
          {"color", to_string(e.color)},
          {"size", to_string(e.size)}};
}

std::vector<std::string> event_lines(const Chronicle& chronicle) {
  const Story& story = chronicle.story();
  std::vector<std::string> lines;
  const auto line = [&](std::string_view what, double begin, double end) {
    return ordered_json{{"event", what}, {"begin", begin}, {"end", end}};
  };
  auto events = story.events;
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.begin < b.begin;
  });
  for (const auto& e : events) {
    auto j = line(to_string(e.type), e.begin, e.end);
    if (e.entity != 0) j["entity"] = entity_json(story, e.entity);
    if (e.other != 0) j["other"] = entity_json(story, e.other);
    if (!e.text.empty()) j["text"] = e.text;
    lines.push_back(j.dump());
  }
  for (const auto& n : story.needles) {
    auto j = line("needle", n.begin, n.end);
    j["length_class"] = length_class(n.end - n.begin);
    if (n.entity != 0)
      j["entity"] = entity_json(story, n.entity);
    else
      j["text"] = n.what + ": " + n.text;
    lines.push_back(j.dump());
  }
  for (const auto& phase : story.phases) {
    auto j = line("scene", phase.begin, phase.end);
    j["text"] = phase.scene;
    j["place"] = phase.place;
    lines.push_back(j.dump());
  }
  for (const auto& [id, p] : chronicle.presences())
    for (const auto& i : p.clear) {
      auto j = line("visible", i.begin, i.end);
      j["entity"] = entity_json(story, id);
      lines.push_back(j.dump());
    }
  return lines;
}

void check(const MakeOptions& o) {
  const auto refuse = [](std::string_view name, auto value, std::string_view range) {
    throw Error(ErrorCode::usage,
                fmt::format("{} {} is out of range; give {}", name, value, range));
  };
  if (!(o.minutes > 0) || o.minutes > 1440)
    refuse("--minutes", o.minutes, "more than 0, at most 1440");
  if (!(o.fps >= 1) || o.fps > 120) refuse("--fps", o.fps, "1 to 120");
  if (!(o.spacing >= 0.5)) refuse("--spacing", o.spacing, "at least 0.5");
  if (o.needles && (*o.needles < 0 || *o.needles > 1000))
    refuse("--needles", *o.needles, "0 to 1000");
  if (o.threads < 1 || o.threads > 256) refuse("--threads", o.threads, "1 to 256");
  if (o.questions_per_type < 0) refuse("--questions-per-type", o.questions_per_type, "at least 0");
}

ingest::VideoWriterOptions video_options(const MakeOptions& o) {
  const int thousandths = static_cast<int>(std::lround(o.fps * 1000));
  const int common = std::gcd(thousandths, 1000);
  return {.width = o.width,
          .height = o.height,
          .rate = thousandths / common,
          .rate_divisor = 1000 / common,
          .codec = o.codec};
}

void render_video(const Programme& programme,
                  const MakeOptions& options,
                  std::int64_t frames,
                  Chronicle& chronicle) {
  const auto video = video_options(options);
  ingest::VideoWriter writer(options.out.string(), video);
  // One for each thread.  A picture depends on its time alone, so who renders it does not show.
  std::vector<ProgrammeRenderer> renderers;
  for (int i = 0; i < options.threads; ++i)
    renderers.emplace_back(programme, options.width, options.height);
  const auto time_of = [&](std::int64_t picture) {
    return static_cast<double>(picture) * video.rate_divisor / video.rate;
  };
  const auto begin_batch = [&](std::int64_t first) {
    std::vector<std::future<Shot>> batch;
    for (auto& renderer : renderers) {
      const auto picture = first + static_cast<std::int64_t>(batch.size());
      if (picture == frames) break;
      batch.push_back(
          std::async(std::launch::async, [&, t = time_of(picture)] { return renderer.render(t); }));
    }
    return batch;
  };
  auto batch = begin_batch(0);
  for (std::int64_t picture = 0; picture < frames;) {
    std::vector<Shot> shots;
    for (auto& rendered : batch) shots.push_back(rendered.get());
    // Rendered while this one is written.
    batch = begin_batch(picture + static_cast<std::int64_t>(shots.size()));
    for (const auto& shot : shots) {
      chronicle.add(time_of(picture++), shot);
      writer.write(shot.picture.view());
    }
  }
  writer.finish();
}

std::filesystem::path beside(const MakeOptions& options, const char* extension) {
  return std::filesystem::path(options.out).replace_extension(extension);
}

std::unique_ptr<BoxLog> box_log(const MakeOptions& options) {
  return options.boxes ? std::make_unique<BoxLog>(beside(options, ".boxes.jsonl")) : nullptr;
}

MakeReport write_facts(const MakeOptions& options,
                       const Chronicle& chronicle,
                       std::string family,
                       std::int64_t frames) {
  const auto events = event_lines(chronicle);
  const auto questions =
      make_questions(chronicle, options.out.filename().string(), options.questions_per_type);
  write_lines(beside(options, ".events.jsonl"), events);
  write_lines(beside(options, ".questions.jsonl"), questions);
  return {.family = std::move(family),
          .frames = frames,
          .events = static_cast<int>(events.size()),
          .questions = static_cast<int>(questions.size())};
}

}  // namespace

MakeReport make_video(const MakeOptions& options) {
  check(options);
  // The split is the seed's lowest bit, as in the pair stream.
  const std::uint64_t seed =
      (Rng(options.seed).next() & ~std::uint64_t{1}) | (options.split == Split::test ? 1U : 0U);
  Rng rng = Rng(seed).fork(1);
  const auto video = video_options(options);
  const double step = static_cast<double>(video.rate_divisor) / video.rate;
  const auto frames = std::max<std::int64_t>(1, std::llround(options.minutes * 60 / step));
  const bool spliced = options.needles.value_or(0) > 0 || options.minutes > kMaxRenderedMinutes;
  const std::string drawn = draw_family(options.family, options.split, rng);
  const auto boxes = box_log(options);
  if (!spliced) {
    const Programme programme = make_programme({.family = drawn,
                                                .seed = seed,
                                                .split = options.split,
                                                .seconds = static_cast<double>(frames) * step,
                                                .spacing = options.spacing});
    Chronicle chronicle(programme.story, step, boxes.get());
    render_video(programme, options, frames, chronicle);
    if (boxes) boxes->finish();
    return write_facts(options, chronicle, drawn, frames);
  }
  Story story{.seed = seed, .split = options.split};
  Chronicle chronicle(story, step, boxes.get());
  ingest::SegmentWriter writer(options.out.string(), video);
  splice_video({.seed = seed,
                .family = options.family,
                .split = options.split,
                .frames = frames,
                .spacing = options.spacing,
                .needles = options.needles,
                .video = video},
               writer,
               story,
               chronicle);
  writer.finish();
  if (boxes) boxes->finish();
  return write_facts(options, chronicle, options.family, frames);
}

}  // namespace hindsight::world
