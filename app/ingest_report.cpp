#include "app/ingest_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/text.h"
#include "index/token_codec.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;
using pipeline::IngestStatus;

const char* to_string(IngestStatus status) {
  switch (status) {
    case IngestStatus::already_stored:
      return "already_stored";
    case IngestStatus::complete:
      return "complete";
    case IngestStatus::interrupted:
      return "interrupted";
  }
  throw Error(ErrorCode::internal, "an ingest has no status");
}

Json settings_json(const IngestSettings& settings) {
  const auto& options = settings.options;
  const auto& plan = options.plan;
  return {{"store", settings.store_path},
          {"model",
           {{"directory", settings.model.directory},
            {"architecture", settings.model.architecture},
            {"fingerprint", settings.model.vision_fingerprint},
            {"dtype", settings.model.dtype},
            {"token_width", settings.model.token_width}}},
          {"plan",
           {{"tokens_per_hour", plan.tokens_per_hour},
            {"max_tokens", plan.max_tokens},
            {"coverage_floor", to_seconds(plan.coverage_floor)},
            {"min_pair_tokens", plan.min_pair_tokens},
            {"max_pair_tokens", plan.max_pair_tokens},
            {"stretch_length", to_seconds(plan.stretch_length)},
            {"exact", plan.exact},
            {"every_frame", plan.every_frame},
            {"encode_repeats", plan.encode_repeats}}},
          {"token_codec", index::to_string(options.codec)},
          {"stream", options.fetch.reader.stream},
          {"threads", settings.threads}};
}

Json preview_json(const IngestPreview& preview) {
  Json json{{"video", preview.name},
            {"duration", to_seconds(preview.end)},
            {"codec", preview.facts.codec},
            {"width", preview.facts.display_width},
            {"height", preview.facts.display_height},
            {"start", to_seconds(preview.start)},
            {"already_stored", preview.already_stored}};
  if (preview.already_stored) return json;
  json["estimate"] = {{"tokens_at_most", preview.forecast.tokens},
                      {"bytes_at_most", preview.forecast.bytes},
                      {"minutes", preview.forecast.seconds / 60.0},
                      {"measured_decoding_realtime", preview.rates.decoded_realtime},
                      {"measured_tokens_per_second", preview.rates.tokens_per_second}};
  return json;
}

double pairs_per_minute(const IngestReport& report) {
  const double minutes = to_seconds(report.end) / 60.0;
  return minutes > 0 ? static_cast<double>(report.stored.num_pairs) / minutes : 0.0;
}

/// Of the seconds of video that this job went through; 0 when it did nothing.
double realtime(const IngestReport& report, MediaDuration done) {
  const double seconds = report.outcome.counters.wall_seconds;
  return seconds > 0 ? to_seconds(done) / seconds : 0.0;
}

std::int64_t stored_bytes(const index::RunStats& stored) {
  return stored.token_bytes + stored.vector_bytes + stored.thumbnail_bytes;
}

Json live_json(const pipeline::LiveCounters& live) {
  return {{"connections", live.stream.connections},
          {"gaps", live.gaps},
          {"unseen", to_seconds(live.unseen)},
          {"longest_lag", to_seconds(live.longest_lag)},
          {"steps_lowered", live.steps_lowered},
          {"clock_jumps", live.stream.clock_jumps},
          {"stream_changes", live.stream.stream_changes},
          {"packets", live.stream.packets},
          {"packets_dropped", live.stream.packets_dropped},
          {"most_kept_packets", live.stream.most_kept_packets},
          {"most_kept_bytes", live.stream.most_kept_bytes}};
}

Json report_json(const IngestReport& report) {
  const auto& counters = report.outcome.counters;
  const auto& gap = report.stored.coverage.widest_gap;
  Json json{{"video", report.name},
          {"status", to_string(report.outcome.status)},
          {"content_hash", report.content_hash},
          {"duration", to_seconds(report.end)},
          {"resumed", report.outcome.resumed},
          {"frames_decoded", counters.frames_decoded},
          {"pairs_encoded", counters.pairs_encoded},
          {"pairs_reused", counters.pairs_reused},
          {"pairs_same", counters.pairs_same},
          {"pairs_skipped", counters.pairs_skipped},
          {"tokens_encoded", counters.tokens},
          {"stretches_committed", counters.stretches},
          {"stretches_lost", counters.stretches_lost},
          {"stored",
           {{"pairs", report.stored.num_pairs},
            {"pairs_same", report.stored.num_repeats},
            {"tokens", report.stored.num_tokens},
            {"bytes", stored_bytes(report.stored)},
            {"pairs_per_minute", pairs_per_minute(report)},
            {"coverage", report.stored.coverage.share},
            {"widest_gap", {{"from", to_seconds(gap.begin)}, {"to", to_seconds(gap.end)}}}}},
          {"seconds",
           {{"scan", counters.scan_seconds},
            {"plan", counters.plan_seconds},
            {"fetch", counters.fetch_seconds},
            {"encode", counters.encode_seconds},
            {"commit", counters.commit_seconds},
            {"wall", counters.wall_seconds}}}};
  if (report.live) json["live"] = live_json(*report.live);
  return json;
}

/// What a recording met, one line.
std::string live_text(const pipeline::LiveCounters& live) {
  const auto kept = static_cast<std::int64_t>(live.stream.most_kept_bytes);
  std::string text = fmt::format("decided at most {:.1f} s after it was seen, {} of packets kept",
                                 to_seconds(live.longest_lag),
                                 human_bytes(kept));
  if (live.gaps > 0)
    text += fmt::format("; {}, {} unseen",
                        counted(live.gaps, "gap"),
                        human_seconds(to_seconds(live.unseen)));
  if (live.stream.connections > 1)
    text += fmt::format("; {}", counted(live.stream.connections, "connection"));
  if (live.steps_lowered > 0)
    text += fmt::format("; pairs left out in {} because the model was too slow",
                        counted(live.steps_lowered, "step"));
  return text;
}

/// Names of files may hold bytes that are not UTF-8.
std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_text(const IngestSettings& settings) {
  const auto& plan = settings.options.plan;
  return fmt::format(
      "store   {}\n"
      "model   {} ({}, {}, tokens of {} values)\n"
      "plan    at most {} tokens an hour{}, a pair at least every {}, {} to {} tokens a pair, "
      "stretches of {}\n"
      "tokens  kept as {}",
      settings.store_path,
      settings.model.directory,
      settings.model.architecture,
      settings.model.dtype,
      settings.model.token_width,
      human_count(plan.tokens_per_hour),
      plan.max_tokens > 0 ? fmt::format(" and {} in all", human_count(plan.max_tokens)) : "",
      human_seconds(to_seconds(plan.coverage_floor)),
      plan.min_pair_tokens,
      plan.max_pair_tokens,
      human_seconds(to_seconds(plan.stretch_length)),
      index::to_string(settings.options.codec));
}

std::string to_text(const IngestPreview& preview) {
  auto text = fmt::format("{}: {} of {}x{} {}",
                          preview.name,
                          to_clock(preview.end),
                          preview.facts.display_width,
                          preview.facts.display_height,
                          preview.facts.codec);
  if (preview.already_stored) return text + "; already in the store";
  if (preview.start > MediaTime{}) text += fmt::format("; goes on at {}", to_clock(preview.start));
  return text + fmt::format("\nestimate: at most {} tokens and {}, about {}",
                            human_count(preview.forecast.tokens),
                            human_bytes(preview.forecast.bytes),
                            human_seconds(preview.forecast.seconds));
}

std::string to_text(const IngestReport& report) {
  const auto& counters = report.outcome.counters;
  const auto& gap = report.stored.coverage.widest_gap;
  return fmt::format(
      "took {} ({:.1f}x realtime): {} decoded, {} encoded, {} reused, {} the same as an earlier "
      "one, {}\n"
      "{}\n"
      "stored: {}, {}, {}; {:.1f} pairs a minute, widest gap {} at {}",
      human_seconds(counters.wall_seconds),
      realtime(report, report.outcome.done),
      counted(counters.frames_decoded, "frame"),
      counted(counters.pairs_encoded, "pair"),
      human_count(counters.pairs_reused),
      human_count(counters.pairs_same),
      counted(counters.tokens, "token"),
      report.live ? live_text(*report.live)
                  : fmt::format("busy: scan {:.1f} s, plan {:.1f} s, fetch {:.1f} s, encode {:.1f} "
                                "s, commit {:.1f} s",
                                counters.scan_seconds,
                                counters.plan_seconds,
                                counters.fetch_seconds,
                                counters.encode_seconds,
                                counters.commit_seconds),
      counted(report.stored.num_pairs, "pair"),
      counted(report.stored.num_tokens, "token"),
      human_bytes(stored_bytes(report.stored)),
      pairs_per_minute(report),
      human_seconds(to_seconds(gap.length())),
      to_clock(gap.begin));
}

std::string to_ndjson(const IngestSettings& settings) {
  Json json{{"type", "settings"}};
  json.update(settings_json(settings));
  return dump(json, -1);
}

std::string to_ndjson(const IngestPreview& preview) {
  Json json{{"type", "forecast"}};
  json.update(preview_json(preview));
  return dump(json, -1);
}

std::string result_line(const IngestReport& report) {
  // Why was said when it happened.
  if (report.failure) return report.name + ": failed";
  const char* status = to_string(report.outcome.status);
  if (report.outcome.status == IngestStatus::already_stored) status = "already in the store";
  return fmt::format("{}: {}, {}, {}",
                     report.name,
                     status,
                     counted(report.stored.num_pairs, "pair"),
                     counted(report.stored.num_tokens, "token"));
}

std::string to_json(const IngestSettings& settings,
                    const std::vector<IngestReport>& reports,
                    std::int64_t peak_memory_bytes,
                    std::int64_t decoding_peak_memory_bytes) {
  Json json = settings_json(settings);
  json["videos"] = Json::array();
  json["failed"] = Json::array();
  for (const auto& report : reports) {
    if (report.failure) {
      json["failed"].push_back({{"input", report.name},
                                {"error", report.failure->what()},
                                {"exit_code", static_cast<int>(report.failure->code())}});
    } else {
      json["videos"].push_back(report_json(report));
    }
  }
  json["peak_memory_bytes"] = peak_memory_bytes;
  json["decoding_peak_memory_bytes"] = decoding_peak_memory_bytes;
  return dump(json, 2);
}

std::string to_json(const IngestSettings& settings, const std::vector<IngestPreview>& previews) {
  Json json = settings_json(settings);
  json["dry_run"] = true;
  json["videos"] = Json::array();
  for (const auto& preview : previews) json["videos"].push_back(preview_json(preview));
  return dump(json, 2);
}

}  // namespace hindsight::app
