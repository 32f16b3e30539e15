// Questions with known answers, as the benchmark writes them: one JSON object a line.
//
//   {"id","video","type","question","answer":{...},"scoring","held_out","evidence":[[from,to],...]}
//
// "answer" holds one of "intervals" [[from,to],...], "value" (a number), "seconds", "time", "text",
// "list" [text,...] or "found": false; times in seconds.  "scoring" is "exact", "iou>=X", "abs<=X",
// "relative<=X" or "refusal".  "held_out" (false) and "evidence" (the intervals of the answer) may
// be left out.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"

namespace hindsight::evaluation {

enum class Rule { exact, iou, absolute, relative, refusal };

/// The truth of one question.  Exactly one of the optional members is set, or `absent`.
struct Truth {
  std::optional<std::vector<TimeSpan>> intervals{};
  std::optional<double> number{};  ///< "value", "seconds" or "time"
  std::optional<std::string> text{};
  std::optional<std::vector<std::string>> list{};
  bool absent = false;
};

struct BenchmarkQuestion {
  std::string id;
  std::string video;
  std::string type;
  std::string question;
  Truth truth;
  Rule rule = Rule::exact;
  double tolerance = 0;  ///< the X of the rule
  bool held_out = false;
  std::vector<TimeSpan> evidence{};  ///< where the answer is to be seen; empty: unknown or nowhere
};

/// One line of a question file.  Throws Error(usage) saying what is wrong with it.
[[nodiscard]] BenchmarkQuestion parse_question(std::string_view line);

/// All questions of the files, in order; empty lines are passed over.  Throws
/// Error(unreadable_input) when a file cannot be read or holds none, Error(usage) naming file and
/// line of a bad question or of an id that another one has, in whichever file.
[[nodiscard]] std::vector<BenchmarkQuestion> read_questions(
    std::span<const std::filesystem::path> files);

/// Throws Error(usage) when evidence or truth lies outside a video that ends at `end`.  An interval
/// may end up to a second later: truths are written to whole seconds.
void check_within(const BenchmarkQuestion& question, MediaTime end);

}  // namespace hindsight::evaluation
