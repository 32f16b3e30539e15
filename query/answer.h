// An answer and everything that is needed to check it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/vision_language_model.h"
#include "query/coverage.h"
#include "query/plan.h"
#include "query/planner.h"
#include "query/question.h"
#include "query/scan.h"
#include "query/select_pairs.h"
#include "query/summary.h"

namespace hindsight::query {

/// What was read of one video.
struct VideoReading {
  VideoScope scope;
  std::vector<Candidate> candidates;  ///< in global order
  Selection selection;
  std::vector<index::StoredText> subtitles;  ///< that were shown
  double covered =
      0;  ///< share of the ranges that cached pairs stand for, 0..1; below 1 during an ingest
};

/// stated: the answer names the time; relevance: the pairs nearest to the question stand in;
/// looked: the model looked at each pair and a plan made the interval of them.
enum class EvidenceBasis { stated, relevance, looked };
[[nodiscard]] std::string_view to_string(EvidenceBasis basis);

/// What the model said of one pair that an answer rests on: enough to ask it again.
struct CitedLook {
  index::StoredPair pair;
  std::string question;              ///< as it was put to the model
  std::optional<std::string> reply;  ///< empty: the question is a predicate
  double p_yes = 0;                  ///< of a predicate
  bool is_true = true;               ///< what the answer takes the predicate to be at this pair
};

/// Whether the model said of the pair what the answer takes to be so.
[[nodiscard]] bool says_so(const CitedLook& look);

/// See find_evidence().
struct EvidenceInterval {
  std::string video;  ///< the scope's label
  std::int64_t video_id = 0;
  std::string video_hash;
  TimeSpan span;
  double score = 0;  ///< [0, 1]
  EvidenceBasis basis = EvidenceBasis::stated;
  std::vector<index::StoredPair> pairs;  ///< by time
  std::vector<CitedLook> looks{};        ///< at these pairs; none unless `basis` is looked
};

/// Why there is no answer.
enum class RefusalReason {
  not_found,       ///< looked, and it is not there
  not_covered,     ///< too little of what is asked about is in the store
  ambiguous,       ///< several answers fit
  not_understood,  ///< no plan, and generation found nothing either
};
[[nodiscard]] std::string_view to_string(RefusalReason reason);

struct Refusal {
  RefusalReason reason = RefusalReason::not_found;
  std::string detail;  ///< one sentence: what was looked at, what came closest
};

/// A pair that speaks against the answer: outside of what was found, and likely all the same.
struct CounterEvidence {
  std::string video;
  std::string video_hash;
  index::StoredPair pair;
  std::string predicate;
  double p_yes = 0;
  /// What it shows more likely (Timeline::ruled_out), and how likely; empty: nothing is known.
  std::string rather{};
  double p_rather = 0;
  std::optional<index::StoredPair> rather_pair{};  ///< where, if in another pair (RuledOut::beside)
};

/// when and list: nothing, the intervals are the value; count and duration: a number (seconds);
/// yes_no: a bool; text: a text; order: names in order, or the one that is picked; an inventory's
/// list: its replies in order.
using Value = std::variant<std::monostate, double, bool, std::string, std::vector<std::string>>;

/// What executing a plan adds to an answer.
struct PlanFindings {
  Plan plan;
  Value value;
  /// Of a plan that picks by number: how many intervals each node has, in the order of `intervals`.
  std::vector<std::size_t> counts{};
  double confidence = 0;    ///< 0..1; see execute()
  VideosCoverage coverage;  ///< of the predicate that was looked at least, video by video
  std::vector<CounterEvidence> counter_evidence;  ///< strongest first
  std::vector<ScanReport> scans;
  std::vector<Timeline> timelines;  ///< what was found of each predicate, video by video
  std::string not_kept;             ///< why looks were not kept in the store; empty: they were
};

/// What a question cost.  The last two are part of every answer so that anybody can check the first
/// contract; they are constants here because nothing that query/ links can decode or encode: its
/// arrows lead to core, model (interfaces) and index only, and ask() is handed no VisionTower.
struct Usage {
  int pairs_read = 0;
  std::int64_t visual_tokens = 0;
  std::int64_t bytes_read = 0;  ///< tokens and vectors from the store
  int prompt_tokens = 0;        ///< visual ones included
  int new_tokens = 0;
  std::int64_t looks_computed = 0;  ///< single pairs that the model looked at for a plan
  std::int64_t looks_kept = 0;      ///< looks that an earlier question or an equal picture has left
  static constexpr int frames_decoded = 0;
  static constexpr int pairs_encoded = 0;
};

/// Milliseconds of wall clock.
struct Timings {
  double select = 0;   ///< candidates, relevance, choice
  double read = 0;     ///< tokens and subtitles out of the store
  double prefill = 0;  ///< the prompt through the model
  double decode = 0;   ///< the answer out of it
  double look = 0;     ///< new looks at single pairs
  double total = 0;    ///< all of it; bringing the model into memory, where it had to be
};

/// The model that answered: another one may say something else of the same pairs.
struct MadeBy {
  std::string vision_fingerprint;
  std::string language_fingerprint;
  std::string dtype;
};

[[nodiscard]] MadeBy made_by(const model::ModelInfo& info);

/// One call of a tool and what came of it.
struct ReasonStep {
  std::string thought;    ///< what the model wrote before the call
  std::string tool;       ///< empty: what it wrote was no call
  std::string arguments;  ///< as JSON
  std::string result;
  bool failed = false;  ///< the call was no good; `result` says why
  int pairs_read = 0;
  std::int64_t looks_computed = 0;
};

/// How an answer was reached step by step.
struct Reasoning {
  std::vector<ReasonStep> steps;
  bool chosen_by_model = false;
  std::string why_scripted;  ///< why the model did not choose; empty: it did
};

struct Answer {
  std::string question;
  std::string text;
  /// False when nothing of the ranges is in the store yet, when the model answers nothing, or when
  /// it says that the pictures do not show it.
  bool found = false;
  bool cut_off = false;                     ///< max_new_tokens ended the text
  std::vector<EvidenceInterval> intervals;  ///< empty when not found
  std::optional<Refusal> refusal;           ///< set when not found
  std::optional<PlanFindings> findings;     ///< empty: no plan was executed
  /// The text tells phase by phase what is in the pictures.
  bool is_summary = false;
  std::vector<Summary> summaries;  ///< that it was told from, video by video
  /// What the language model proposed; empty: the question needed no proposal.
  std::optional<Proposal> proposal;
  std::optional<Reasoning> reasoning;  ///< empty: not asked for steps
  std::vector<VideoReading> readings;
  Usage usage;
  Timings timings;
  std::string model;  ///< folder
  MadeBy made_by;
  std::string store;  ///< file
};

/// With who asked what of which store, and nothing found.
[[nodiscard]] Answer empty_answer(const QuestionPlan& question,
                                  const index::Store& store,
                                  const model::ModelInfo& info);

/// Likewise: a refusal that says why, and nothing else.
[[nodiscard]] Answer refusal(const QuestionPlan& question,
                             const index::Store& store,
                             const model::ModelInfo& info,
                             Refusal why);

/// Of the JSON form.
inline constexpr int kAnswerVersion = 1;

/// One line: {"version","question","answer","found","type","value","confidence","intervals",
/// "refusal","coverage","counter_evidence","plan","usage","timings_ms","model","fingerprints",
/// "store"}; verify_answer() reads it.  "coverage" has "asked_seconds", the length that was asked
/// about.  Times in seconds with microsecond digits.  "value",
/// "confidence", "coverage" and "plan" are null without a plan; "type" is then "summary", or null
/// for a generated answer.  "counts" is there when a plan compares by number, "proposal",
/// {"json","rejected"}, when the grammar did not read the question, "reasoning",
/// {"chosen_by","why","steps"}, when it was answered step by step.
/// load_ms: what of `total` went into bringing the model into memory.
[[nodiscard]] std::string to_json(const Answer& answer, double load_ms);

}  // namespace hindsight::query
