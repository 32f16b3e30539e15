#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "query/answer.h"

namespace hindsight::query {
namespace {

/// Bytes that are no UTF-8 become U+FFFD: a file name may hold any.
std::string quote(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

// Written by hand: the JSON library would print 12.5 for 12.500000.
std::string to_json(const Answer& answer, double load_ms) {
  std::string intervals;
  for (const auto& interval : answer.intervals) {
    intervals += fmt::format(R"({}{{"video":{},"from":{},"to":{},"score":{:.4f}}})",
                             intervals.empty() ? "" : ",",
                             quote(interval.video),
                             to_decimal_seconds(interval.span.begin),
                             to_decimal_seconds(interval.span.end),
                             interval.score);
  }
  const auto& usage = answer.usage;
  const auto& timings = answer.timings;
  return fmt::format(
      R"({{"question":{},"answer":{},"found":{},"value":null,"intervals":[{}],)"
      R"("usage":{{"pairs_read":{},"visual_tokens":{},"bytes_read":{},"frames_decoded":{},"pairs_encoded":{}}},)"
      R"("timings_ms":{{"load":{:.3f},"select":{:.3f},"read":{:.3f},"prefill":{:.3f},"decode":{:.3f},"total":{:.3f}}},)"
      R"("model":{},"store":{}}})",
      quote(answer.question),
      quote(answer.text),
      answer.found,
      intervals,
      usage.pairs_read,
      usage.visual_tokens,
      usage.bytes_read,
      Usage::frames_decoded,
      Usage::pairs_encoded,
      load_ms,
      timings.select,
      timings.read,
      timings.prefill,
      timings.decode,
      load_ms + timings.total,
      quote(answer.model),
      quote(answer.store));
}

}  // namespace hindsight::query
