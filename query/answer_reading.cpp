#include "query/answer_reading.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace hindsight::query {
namespace {

using Json = nlohmann::ordered_json;

MediaTime read_time(const Json& json, const char* key) {
  return MediaTime{from_seconds(json.at(key).get<double>())};
}

double read_probability(const Json& json, const char* key) {
  const double p = json.at(key).get<double>();
  if (p >= 0 && p <= 1) return p;
  throw Error(ErrorCode::usage, fmt::format("'{}' must lie between 0 and 1", key));
}

index::StoredPair read_pair(const Json& json) {
  index::StoredPair pair;
  pair.first = read_time(json, "first");
  pair.second = read_time(json, "second");
  pair.width = json.at("width").get<int>();
  pair.height = json.at("height").get<int>();
  return pair;
}

CitedLook read_look(const Json& json, const index::StoredPair& pair) {
  CitedLook look;
  look.pair = pair;
  if (json.contains("reply")) {
    look.question = json.at("question").get<std::string>();
    look.reply = json.at("reply").get<std::string>();
    return look;
  }
  look.question = json.at("predicate").get<std::string>();
  look.is_true = json.at("is_true").get<bool>();
  look.p_yes = read_probability(json, "p_yes");
  return look;
}

EvidenceBasis read_basis(const std::string& name) {
  for (const auto basis : {EvidenceBasis::stated, EvidenceBasis::relevance, EvidenceBasis::looked})
    if (to_string(basis) == name) return basis;
  throw Error(ErrorCode::usage, fmt::format("there is no basis '{}'", name));
}

EvidenceInterval read_interval(const Json& json) {
  EvidenceInterval interval;
  interval.video = json.at("video").get<std::string>();
  interval.video_hash = json.at("video_hash").get<std::string>();
  interval.span = {read_time(json, "from"), read_time(json, "to")};
  if (interval.span.empty()) throw Error(ErrorCode::usage, "an interval ends before it begins");
  interval.score = read_probability(json, "score");
  interval.basis = read_basis(json.at("basis").get<std::string>());
  for (const auto& pair_json : json.at("pairs")) {
    interval.pairs.push_back(read_pair(pair_json));
    for (const auto& look : pair_json.at("looks"))
      interval.looks.push_back(read_look(look, interval.pairs.back()));
  }
  return interval;
}

CounterEvidence read_counter(const Json& json) {
  // Answers of earlier programs do not name what a pair shows rather.
  const bool names_rival = json.contains("rather");
  return {.video = json.at("video").get<std::string>(),
          .video_hash = json.at("video_hash").get<std::string>(),
          .pair = read_pair(json.at("pair")),
          .predicate = json.at("predicate").get<std::string>(),
          .p_yes = read_probability(json, "p_yes"),
          .rather = names_rival ? json.at("rather").get<std::string>() : "",
          .p_rather = names_rival ? read_probability(json, "p_rather") : 0,
          .rather_pair = json.contains("rather_pair")
                             ? std::optional(read_pair(json.at("rather_pair")))
                             : std::nullopt};
}

Value read_value(const Json& json) {
  if (json.is_null()) return std::monostate{};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  return json.get<std::vector<std::string>>();
}

/// Whether something is cited and all of it are descriptions, as of a summary.
bool describes(const Answer& answer) {
  const auto is_description = [](const CitedLook& look) {
    return look.reply && look.question == kDescribe;
  };
  return !answer.intervals.empty() &&
         std::ranges::all_of(answer.intervals, [&](const EvidenceInterval& interval) {
           return interval.basis == EvidenceBasis::looked &&
                  std::ranges::all_of(interval.looks, is_description);
         });
}

Answer read_answer(const Json& json, std::string_view source) {
  if (const int version = json.at("version").get<int>(); version != kAnswerVersion) {
    throw Error(ErrorCode::usage,
                fmt::format("its version is {}, not {}", version, kAnswerVersion));
  }
  Answer answer;
  answer.question = json.at("question").get<std::string>();
  answer.text = json.at("answer").get<std::string>();
  answer.found = json.at("found").get<bool>();
  answer.model = json.at("model").get<std::string>();
  const Json& made_by = json.at("fingerprints");
  answer.made_by = {made_by.at("vision").get<std::string>(),
                    made_by.at("language").get<std::string>(),
                    made_by.at("dtype").get<std::string>()};
  for (const auto& interval : json.at("intervals"))
    answer.intervals.push_back(read_interval(interval));
  if (json.at("plan").is_null()) {
    answer.is_summary = json.at("type") == "summary" && describes(answer);
    return answer;
  }
  auto& findings = answer.findings.emplace();
  findings.plan = parse_plan(json.at("plan").dump(), fmt::format("the plan in {}", source));
  findings.value = read_value(json.at("value"));
  if (json.contains("counts")) {
    for (const auto& count : json.at("counts")) {
      const auto value = count.is_number_integer() ? count.get<std::int64_t>() : -1;
      if (value < 0 || value > std::ssize(answer.intervals))
        throw Error(ErrorCode::usage, "its 'counts' are no numbers of its intervals");
      findings.counts.push_back(static_cast<std::size_t>(value));
    }
  }
  if (const auto& coverage = json.at("coverage"); coverage.contains("asked_seconds"))
    findings.coverage.length = from_seconds(coverage.at("asked_seconds").get<double>());
  for (const auto& counter : json.at("counter_evidence"))
    findings.counter_evidence.push_back(read_counter(counter));
  return answer;
}

}  // namespace

Answer parse_answer(std::string_view json, std::string_view source) {
  const auto refuse = [&](std::string_view reason) {
    return Error(ErrorCode::usage,
                 fmt::format("{} is not an answer that this version reads: {}; write one with "
                             "'hindsight ask --json'",
                             source,
                             reason));
  };
  const auto parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) throw refuse("it is not JSON");
  if (!parsed.is_object()) throw refuse("it is not one JSON object");
  try {
    return read_answer(parsed, source);
  } catch (const Json::exception& e) {
    // "[json.exception.out_of_range.403] key 'pairs' not found"
    const std::string_view what = e.what();
    throw refuse(what.substr(what.find("] ") + 2));
  } catch (const Error& e) {
    throw refuse(e.what());
  }
}

}  // namespace hindsight::query
