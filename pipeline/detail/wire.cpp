#include "pipeline/detail/wire.h"

#include "core/error.h"

namespace hindsight::pipeline {
namespace {

void put_facts(WireWriter& to, const ingest::StreamFacts& facts) {
  to.put(facts.index);
  to.put(facts.codec);
  to.put(facts.pixel_format);
  to.put(facts.time_base);
  to.put(facts.average_frame_rate);
  to.put(facts.width);
  to.put(facts.height);
  to.put(facts.display_width);
  to.put(facts.display_height);
  to.put(facts.rotation_degrees);
  to.put(facts.interlaced);
  to.put(facts.start_pts);
}

ingest::StreamFacts get_facts(WireReader& from) {
  ingest::StreamFacts facts;
  facts.index = from.get<int>();
  facts.codec = from.get_text();
  facts.pixel_format = from.get_text();
  facts.time_base = from.get<ingest::Rational>();
  facts.average_frame_rate = from.get<ingest::Rational>();
  facts.width = from.get<int>();
  facts.height = from.get<int>();
  facts.display_width = from.get<int>();
  facts.display_height = from.get<int>();
  facts.rotation_degrees = from.get<int>();
  facts.interlaced = from.get<bool>();
  facts.start_pts = from.get<std::int64_t>();
  return facts;
}

}  // namespace

void WireReader::refuse() {
  throw BadMessage();
}

std::string to_bytes(const ingest::PacketScan& scan, const std::vector<ingest::TimedText>& texts) {
  WireWriter to;
  to.put(scan.content_hash);
  put_facts(to, scan.facts);
  to.put(scan.end);
  to.put(scan.num_packets);
  to.put(scan.num_bytes);
  to.put(scan.packets_without_time);
  to.put(scan.key_frames);
  to.put(scan.bin_length);
  to.put(scan.bins);
  to.put(texts.size());
  for (const auto& text : texts) {
    to.put(text.span);
    to.put(text.text);
    to.put(text.language);
    to.put(text.origin);
  }
  return to.take();
}

SourceFacts to_facts(std::string_view bytes) {
  WireReader from(bytes);
  SourceFacts facts;
  auto& scan = facts.scan;
  scan.content_hash = from.get_text();
  scan.facts = get_facts(from);
  scan.end = from.get<MediaTime>();
  scan.num_packets = from.get<std::int64_t>();
  scan.num_bytes = from.get<std::int64_t>();
  scan.packets_without_time = from.get<std::int64_t>();
  scan.key_frames = from.get_values<MediaTime>();
  scan.bin_length = from.get<MediaDuration>();
  scan.bins = from.get_values<ingest::ProfileBin>();
  for (auto left = from.get<std::size_t>(); left > 0; --left) {
    ingest::TimedText text;
    text.span = from.get<TimeSpan>();
    text.text = from.get_text();
    text.language = from.get_text();
    text.origin = from.get_text();
    facts.texts.push_back(std::move(text));
  }
  return facts;
}

std::string to_bytes(const std::optional<sampler::StretchPlan>& plan) {
  WireWriter to;
  to.put(plan.has_value());
  if (!plan) return to.take();
  // Names them all: one that is added does not stay behind unnoticed.
  const auto& [number, span, shots, activity, pairs, motion] = *plan;
  to.put(number);
  to.put(span);
  to.put(shots);
  to.put(activity);
  to.put(pairs);
  to.put(motion);
  return to.take();
}

std::optional<sampler::StretchPlan> to_plan(std::string_view bytes) {
  WireReader from(bytes);
  if (!from.get<bool>()) return std::nullopt;
  sampler::StretchPlan plan;
  plan.number = from.get<int>();
  plan.span = from.get<TimeSpan>();
  plan.shots = from.get_values<sampler::Shot>();
  plan.activity = from.get_values<sampler::Activity>();
  plan.pairs = from.get_values<sampler::PlannedPair>();
  plan.motion = from.get_values<sampler::MotionPeak>();
  return plan;
}

std::string to_bytes(const std::optional<PairPixels>& pixels) {
  WireWriter to;
  to.put(pixels.has_value());
  if (!pixels) return to.take();
  const auto& [pair, patches, thumbnail, stored_tokens] = *pixels;
  to.put(pair);
  to.put(patches.grid);
  to.put(patches.values);
  to.put(thumbnail);
  to.put(stored_tokens);
  return to.take();
}

std::optional<PairPixels> to_pixels(std::string_view bytes) {
  WireReader from(bytes);
  if (!from.get<bool>()) return std::nullopt;
  PairPixels pixels;
  pixels.pair = from.get<sampler::PlannedPair>();
  pixels.patches.grid = from.get<model::GridThw>();
  pixels.patches.values = from.get_values<float>();
  pixels.thumbnail = from.get_text();
  pixels.stored_tokens = from.get<std::int64_t>();
  return pixels;
}

}  // namespace hindsight::pipeline
