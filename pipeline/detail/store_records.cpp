#include "pipeline/detail/store_records.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/preprocess.h"

namespace hindsight::pipeline {
namespace {

std::string to_text(const ingest::Rational& rate) {
  return fmt::format("{}/{}", rate.num, rate.den);
}

/// What people want to know of a video when they look into the store.
nlohmann::json to_json(const ingest::StreamFacts& facts) {
  return {{"codec", facts.codec},
          {"pixel_format", facts.pixel_format},
          {"stream", facts.index},
          {"time_base", to_text(facts.time_base)},
          {"average_frame_rate", to_text(facts.average_frame_rate)},
          {"width", facts.width},
          {"height", facts.height},
          {"rotation_degrees", facts.rotation_degrees}};
}

std::string facts_json(const ingest::PacketScan& scan) {
  auto json = to_json(scan.facts);
  json["packets"] = scan.num_packets;
  json["key_frames"] = scan.key_frames.size();
  json["bytes"] = scan.num_bytes;
  return json.dump();
}

}  // namespace

index::VideoRecord to_video_record(const ingest::Source& source, const ingest::PacketScan& scan) {
  index::VideoRecord video;
  video.content_hash = scan.content_hash;
  video.name = source.name;
  video.path = ingest::lasting_path(source);
  video.end = scan.end;
  video.width = scan.facts.display_width;
  video.height = scan.facts.display_height;
  video.facts_json = facts_json(scan);
  return video;
}

index::VideoRecord to_live_video_record(const LiveIdentity& identity,
                                        const std::string& source,
                                        const ingest::StreamFacts& facts,
                                        MediaTime end) {
  auto json = to_json(facts);
  json["live"] = true;
  json["started"] = identity.started;
  index::VideoRecord video;
  video.content_hash = identity.content_hash;
  video.name = identity.name;
  video.path = source;
  video.end = end;
  video.width = facts.display_width;
  video.height = facts.display_height;
  video.facts_json = json.dump();
  return video;
}

index::RunRecord to_run_record(const model::ModelInfo& model, const IngestOptions& options) {
  index::RunRecord run;
  run.model_fingerprint = model.vision_fingerprint;
  run.model_name = std::filesystem::path(model.directory).lexically_normal().filename().string();
  run.preprocessing = model::preprocessing_key(model.dtype);
  run.plan_settings = sampler::to_canonical_text(options.plan);
  run.codec = options.codec;
  run.token_width = model.token_width;
  return run;
}

bool is_same_run(const index::RunRecord& a, const index::RunRecord& b) {
  return a.model() == b.model() && a.plan_settings == b.plan_settings && a.codec == b.codec;
}

index::TokenKey to_token_key(const sampler::PlannedPair& pair, index::TokenCodec codec) {
  return {pair.first, pair.second, pair.width, pair.height, codec};
}

index::StretchRecord to_stretch_record(const sampler::StretchPlan& plan) {
  index::StretchRecord record;
  record.number = plan.number;
  record.span = plan.span;
  for (const auto& shot : plan.shots) record.shots.push_back(shot.span);
  for (const auto& activity : plan.activity)
    record.activity.push_back({activity.span, activity.score});
  return record;
}

index::EncodedPair to_encoded_pair(PairPixels pixels, TokenMatrix tokens) {
  const auto& planned = pixels.pair;
  index::EncodedPair encoded;
  encoded.pair.rank = planned.rank;
  encoded.pair.first = planned.first;
  encoded.pair.second = planned.second;
  encoded.pair.covers = planned.covers;
  encoded.pair.width = planned.width;
  encoded.pair.height = planned.height;
  encoded.pair.num_tokens = planned.num_tokens();
  encoded.pair.reason = sampler::to_string(planned.reason);
  encoded.pair.same_as = planned.same_as;
  encoded.tokens = std::move(tokens);
  encoded.thumbnail = std::move(pixels.thumbnail);
  encoded.stored_tokens = pixels.stored_tokens;
  return encoded;
}

std::size_t bytes_of(const index::StretchRecord& stretch) {
  std::size_t bytes = sizeof(stretch);
  for (const auto& pair : stretch.pairs) {
    bytes += sizeof(pair) + pair.tokens.values.size() * sizeof(float) + pair.thumbnail.size();
  }
  return bytes;
}

}  // namespace hindsight::pipeline
