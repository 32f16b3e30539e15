// What the sampler, the reader and the model call things, in the words of the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "index/records.h"
#include "ingest/packet_scan.h"
#include "ingest/sources.h"
#include "model/vision_language_model.h"
#include "pipeline/ingest_job.h"
#include "sampler/plan.h"

namespace hindsight::pipeline {

[[nodiscard]] index::VideoRecord to_video_record(const ingest::Source& source,
                                                 const ingest::PacketScan& scan);

struct LiveIdentity {
  std::string name;
  std::string content_hash;
  std::string started;  ///< UTC, ISO 8601
};
/// A recording of `source` that has come to `end`.
[[nodiscard]] index::VideoRecord to_live_video_record(const LiveIdentity& identity,
                                                      const std::string& source,
                                                      const ingest::StreamFacts& facts,
                                                      MediaTime end);

/// The key of the run that these options and this model give; not yet in any store.
[[nodiscard]] index::RunRecord to_run_record(const model::ModelInfo& model,
                                             const IngestOptions& options);
/// Whether two runs of one video have the same key.
[[nodiscard]] bool is_same_run(const index::RunRecord& a, const index::RunRecord& b);

[[nodiscard]] index::TokenKey to_token_key(const sampler::PlannedPair& pair,
                                           index::TokenCodec codec);

/// The stretch without its pairs.
[[nodiscard]] index::StretchRecord to_stretch_record(const sampler::StretchPlan& plan);
/// `tokens`: empty when pixels.stored_tokens is set or the pair is a repeat.
[[nodiscard]] index::EncodedPair to_encoded_pair(PairPixels pixels, TokenMatrix tokens);
/// Memory that the stretch holds.
[[nodiscard]] std::size_t bytes_of(const index::StretchRecord& stretch);

}  // namespace hindsight::pipeline
