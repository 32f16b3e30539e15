// What all questions about a video are made from, and the lines that they become.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "world/chronicle.h"
#include "world/language.h"

namespace hindsight::world {

/// More occurrences than this nobody would want listed or counted.
inline constexpr std::size_t kMaxOccurrences = 12;
/// Seconds between two things whose order is asked.
inline constexpr double kApart = 2;

/// All that were seen of one kind and colour.
struct Group {
  Subject subject;
  std::vector<Interval> seen{};
  std::vector<const Presence*> members{};
  /// When one was there for a while without being plain: whoever looks may say either.
  std::vector<Interval> glimpses{};
};

/// A board's text with the times at which it can be read.
struct Reading {
  std::string what;
  std::string text;
  std::vector<Interval> seen;
  bool glimpsed = false;  ///< for a while it was hardly readable: hidden in part, in the dark
};

/// One of them is set; none: it is not in the video.
struct Answer {
  std::optional<std::string> text{};
  std::optional<std::size_t> value{};
  std::optional<double> seconds{};
  std::optional<std::vector<Interval>> intervals{};
  std::optional<std::vector<std::string>> list{};
};
[[nodiscard]] inline Answer yes_or_no(bool yes) { return {.text = yes ? "yes" : "no"}; }

struct Question {
  std::string type;
  Ask ask;
  Words words;
  Answer answer;
  std::string scoring;
  std::vector<Interval> evidence;
  int distractors = 0;
};

class QuestionSheet {
 public:
  /// `chronicle` must outlive the sheet.
  QuestionSheet(const Chronicle& chronicle, std::string video, int per_type);

  const Chronicle& chronicle;
  Rng rng;
  /// In random order, needles first.
  std::vector<Group> groups{};
  std::vector<Reading> readings{};
  /// Whoever was plainly seen, by first sight.
  std::vector<const Presence*> by_begin{};

  /// Puts it into words and adds its line; nothing when the type has enough or the same was asked.
  void add(const Question& question);
  [[nodiscard]] std::vector<std::string> take_lines() { return std::move(lines_); }

  /// Whether someone may count other ones of the kind between two times, in seconds.
  [[nodiscard]] bool is_doubtful(Kind kind, double begin, double end) const;
  /// Groups that appear once, so that "the red car" names one moment.
  [[nodiscard]] std::vector<const Group*> single() const;
  /// Appearances that share the kind or the colour with the subject, but not both.
  [[nodiscard]] int rivals(const Subject& subject) const;
  /// Other texts on the same kind of board.
  [[nodiscard]] int rivals(std::string_view what) const;

 private:
  std::string video_;
  int per_type_;
  std::vector<std::string> lines_{};
  std::map<std::string, int> used_{};
  std::set<std::string> asked_{};

  Group& group_of(const Entity& entity);
  void put_needles_first();
};

/// About moments and about the whole: counts, readings and states at a time, scenes and phases.
void add_moments(QuestionSheet& sheet);
void add_scenes(QuestionSheet& sheet);
void add_phases(QuestionSheet& sheet);

}  // namespace hindsight::world
