// Small stores with known content.
#pragma once

#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "index/store.h"

namespace hindsight::test {

inline constexpr int kTokenWidth = 32;
inline constexpr std::int64_t kSecond = 1'000'000'000;

inline MediaTime at(double seconds) { return MediaTime{from_seconds(seconds)}; }
inline TimeSpan span(double begin, double end) { return {at(begin), at(end)}; }

inline index::VideoRecord make_video(const std::string& name, const std::string& content_hash) {
  index::VideoRecord video;
  video.content_hash = content_hash;
  video.name = name;
  video.path = "/videos/" + name;
  video.end = at(60);
  video.width = 1280;
  video.height = 720;
  video.facts_json = "{}";
  return video;
}

inline index::RunRecord make_run(std::int64_t video_id,
                                 const std::string& plan_settings = "tokens_per_hour=120000") {
  index::RunRecord run;
  run.video_id = video_id;
  run.model_fingerprint = "f00d";
  run.model_name = "tiny";
  run.preprocessing = "1";
  run.plan_settings = plan_settings;
  run.token_width = kTokenWidth;
  return run;
}

inline TokenMatrix make_tokens(int rows, unsigned seed, int width = kTokenWidth) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  TokenMatrix tokens{rows, width, {}};
  for (int i = 0; i < rows * width; ++i) tokens.values.push_back(normal(random));
  return tokens;
}

/// One pair a second of a ten-second stretch, 4 tokens each; the content depends on time alone.
inline index::StretchRecord make_stretch(int number, int num_pairs = 3) {
  index::StretchRecord stretch;
  stretch.number = number;
  const double begin = number * 10.0;
  stretch.span = span(begin, begin + 10);
  stretch.shots = {span(begin, begin + 4), span(begin + 4, begin + 10)};
  stretch.activity = {{span(begin + 1, begin + 2), 0.75}};
  for (int rank = 0; rank < num_pairs; ++rank) {
    const double first = begin + rank;
    index::EncodedPair& encoded = stretch.pairs.emplace_back();
    encoded.pair.rank = rank;
    encoded.pair.first = at(first);
    encoded.pair.second = at(first + 0.5);
    encoded.pair.covers = span(first, first + 1);
    encoded.pair.width = 56;
    encoded.pair.height = 56;
    encoded.pair.num_tokens = 4;
    encoded.pair.reason = rank == 0 ? "shot" : "coverage";
    encoded.tokens = make_tokens(4, static_cast<unsigned>(number * 100 + rank));
    encoded.thumbnail = fmt::format("jpeg {}", first);
  }
  return stretch;
}

/// Video `name` with stretches 0 .. num_stretches - 1, finished.
inline index::RunRecord fill(index::Store& store,
                             const index::VideoRecord& video,
                             int num_stretches,
                             const std::string& plan_settings = "tokens_per_hour=120000") {
  const auto video_id = store.put_video(video);
  const auto run = store.find_or_create_run(make_run(video_id, plan_settings));
  for (int number = run.stretches_done; number < num_stretches; ++number) {
    store.commit_stretch(run.id, make_stretch(number));
  }
  store.finish_run(run.id);
  return store.find_run(run.id).value();
}

inline std::vector<std::int64_t> ids_of(const std::vector<index::StoredPair>& pairs) {
  std::vector<std::int64_t> ids;
  for (const auto& pair : pairs) ids.push_back(pair.id);
  return ids;
}

}  // namespace hindsight::test
