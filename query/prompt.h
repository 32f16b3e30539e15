// The text around the pairs: when each was taken, what was said meanwhile, what is asked.
//
// Every pair stands behind its time as text, "<12.5 seconds>", the mean of its two frames.  Text
// timestamps between pictures beat positional encodings (TimeLens: 48 against 37 mIoU), seconds
// beat frame numbers, and this is the form that Qwen3-VL was trained on; Qwen2-VL reads it as plain
// text. A pair is a video of one temporal patch, so the spacing of pairs never enters the
// positions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"
#include "index/records.h"
#include "model/tokenizer.h"
#include "model/vision_language_model.h"

namespace hindsight::query {

/// What the model is asked to say, word for word, when the pictures do not show it.
inline constexpr std::string_view kNotSeen = "Not seen in this video.";

/// What is shown of one video.
struct ShownVideo {
  std::string label;
  MediaTime end;
  std::vector<TimeSpan> ranges;
  std::vector<index::StoredPair> pairs;      ///< by time
  std::vector<TokenMatrix> tokens;           ///< one a pair
  std::vector<index::StoredText> subtitles;  ///< by time
};

/// The conversation as token ids and visual tokens, open for the answer.  Text of users and videos
/// (question, labels, subtitles) is encoded as text: no special token in it is one.  Takes the
/// tokens out of `videos`.
[[nodiscard]] model::Prompt make_prompt(const model::Tokenizer& tokenizer,
                                        std::vector<ShownVideo> videos,
                                        std::string_view question);

/// One pair alone: the pair, the question right behind it, open for the answer.  The question is
/// encoded as text.
[[nodiscard]] model::Prompt make_look_prompt(const model::Tokenizer& tokenizer,
                                             const index::StoredPair& pair,
                                             TokenMatrix tokens,
                                             std::string_view question);

/// `text` as one quoted line: control characters become spaces, double quotes single ones, and it
/// is cut after 400 bytes, at a character's end.
[[nodiscard]] std::string quote(std::string_view text);

/// The time of a pair as the prompt states it, "<12.5 seconds>".
[[nodiscard]] std::string to_timestamp(MediaTime first, MediaTime second);

/// An upper bound of the tokens that a pair of a video of this length adds to the prompt besides
/// its own: its timestamp, vision_start and vision_end.
[[nodiscard]] int count_tokens_around_pair(const model::Tokenizer& tokenizer, MediaTime end);

/// Subtitles that fit `max_tokens`, by time: those in `wanted` first, then others spread over the
/// whole (core/spread.h), so that a budget of any size hears all of it.  A text that repeats its
/// predecessor is left out.
/// wanted: positions in `texts`, most wanted first.
[[nodiscard]] std::vector<index::StoredText> choose_subtitles(
    const model::Tokenizer& tokenizer,
    std::span<const index::StoredText> texts,
    std::span<const std::size_t> wanted,
    int max_tokens);

}  // namespace hindsight::query
