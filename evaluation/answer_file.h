// Answers that another program gave to the benchmark's questions, one JSON object a line:
//
//   {"id","answer","seconds","visual_tokens"}
//
// "id" is the question's, "answer" the text as it was generated; "seconds" (wall clock) and
// "visual_tokens" (read for it) may be left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace hindsight::evaluation {

struct PeerAnswer {
  std::string text;
  double seconds = 0;
  std::int64_t visual_tokens = 0;
};

/// What one program answered.
struct PeerAnswers {
  std::string name;
  std::map<std::string, PeerAnswer> by_id;  ///< the key is the question's id
};

/// Throws Error(usage) naming file and line of a bad one or of an id that comes twice,
/// Error(unreadable_input) when the file cannot be read or holds none.
[[nodiscard]] PeerAnswers read_answers(std::string name, const std::filesystem::path& file);

/// "NAME=FILE" as the two.  Throws Error(usage) when it is no such thing, or NAME is taken by a
/// system that every report may have.
[[nodiscard]] PeerAnswers read_named_answers(std::string_view named);

}  // namespace hindsight::evaluation
