#include "bench/long_store.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "index/store.h"

namespace hindsight::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kCopies = 30;
constexpr const char* kModel = "models/hindsight-tiny";

/// The world's video; rendered once.
std::string world_video(const Setup& setup) {
  const auto path = setup.data_dir + "/query-world.mp4";
  if (fs::exists(path)) return path;
  const auto world = fs::path(setup.hindsight).parent_path() / "hindsight-world";
  const auto part = setup.data_dir + "/query-world.part.mp4";
  shell(
      fmt::format("'{}' make --seed 901 --family road_gate --minutes 20 --size 320x180 --fps 8 "
                  "--out '{}' > /dev/null",
                  world.string(),
                  part));
  fs::rename(part, path);
  return path;
}

std::string short_store(const Setup& setup) {
  const auto path = setup.data_dir + "/query-20-minutes.db";
  if (fs::exists(path)) return path;
  const auto part = path + ".part";
  shell(fmt::format("'{}' --quiet ingest '{}' --store '{}' --model {} > /dev/null",
                    setup.hindsight,
                    world_video(setup),
                    part,
                    kModel));
  fs::rename(part, path);
  return path;
}

TimeSpan shifted(const TimeSpan& span, MediaDuration by) {
  return {span.begin + by, span.end + by};
}

/// The stretches of a run, as they were committed.
std::vector<index::StretchRecord> read_stretches(const index::Store& store,
                                                 const index::RunRecord& run,
                                                 MediaTime end) {
  std::map<int, index::StretchRecord> stretches;
  for (const auto& pair : store.pairs(run.id)) {
    auto& stretch = stretches[pair.stretch];
    const bool is_first = stretch.pairs.empty() || pair.covers.begin < stretch.span.begin;
    if (is_first) stretch.span.begin = pair.covers.begin;
    stretch.pairs.push_back({.pair = pair,
                             // A repeat has no tokens of its own.
                             .tokens = pair.same_as ? TokenMatrix{}
                                                    : store.read_tokens(std::span(&pair.id, 1)),
                             .thumbnail = store.thumbnail(pair.id)});
  }
  std::vector<index::StretchRecord> result;
  for (auto& [number, stretch] : stretches) {
    stretch.number = number;
    std::ranges::sort(stretch.pairs, {}, [](const auto& encoded) { return encoded.pair.rank; });
    if (!result.empty()) result.back().span.end = stretch.span.begin;
    result.push_back(std::move(stretch));
  }
  result.back().span.end = end;
  for (auto& stretch : result) {
    for (const auto& shot : store.shots(run.id))
      if (stretch.span.contains(shot.begin)) stretch.shots.push_back(shot);
    for (const auto& active : store.activity(run.id))
      if (stretch.span.contains(active.span.begin)) stretch.activity.push_back(active);
  }
  return result;
}

index::StretchRecord later(index::StretchRecord stretch, int number, MediaDuration by) {
  stretch.number = number;
  stretch.span = shifted(stretch.span, by);
  for (auto& shot : stretch.shots) shot = shifted(shot, by);
  for (auto& active : stretch.activity) active.span = shifted(active.span, by);
  for (auto& encoded : stretch.pairs) {
    encoded.pair.first = encoded.pair.first + by;
    encoded.pair.second = encoded.pair.second + by;
    encoded.pair.covers = shifted(encoded.pair.covers, by);
  }
  return stretch;
}

void repeat(const std::string& from, const std::string& to) {
  const auto source = index::Store::open(from, index::OpenMode::read);
  auto video = source.videos().front();
  const auto key = source.runs(video.id).front();
  const MediaDuration length = video.end - MediaTime{};
  const auto stretches = read_stretches(source, key, video.end);
  auto store = index::Store::open(to, index::OpenMode::write);
  video.content_hash = "ten hours of " + video.content_hash;
  video.name = video.path = "ten-hours.mp4";
  video.end = MediaTime{} + length * kCopies;
  auto run_key = key;
  run_key.video_id = store.put_video(video);
  const auto run = store.find_or_create_run(run_key);
  int number = 0;
  for (int copy = 0; copy < kCopies; ++copy)
    for (const auto& stretch : stretches)
      store.commit_stretch(run.id, later(stretch, number++, length * copy));
  store.finish_run(run.id);
}

}  // namespace

LongStore ten_hour_store(const Setup& setup) {
  const auto path = setup.data_dir + "/query-10-hours.db";
  if (!fs::exists(path)) {
    const auto part = path + ".part";
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(part + suffix);
    repeat(short_store(setup), part);
    fs::rename(part, path);
  }
  const auto store = index::Store::open(path, index::OpenMode::read);
  const auto video = store.videos().front();
  const auto run = store.runs(video.id).front();
  return {.path = path,
          .model = kModel,
          .hours = to_seconds(video.end - MediaTime{}) / 3600,
          .pairs = static_cast<double>(store.run_stats(run.id).num_pairs),
          .visual_tokens = static_cast<double>(store.run_stats(run.id).num_tokens)};
}

}  // namespace hindsight::bench
