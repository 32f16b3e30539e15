// Answers on a terminal or in a pipe: what ask and chat print.
#pragma once

#include <string>
#include <string_view>

#include "app/context.h"
#include "core/logger.h"
#include "query/answer.h"

namespace hindsight::app {

/// To stdout at once, made printable.
void print_text(std::string_view text);

/// A step of reasoning, two lines on stdout: the call, and what it read.
void print_step(const query::ReasonStep& step);

/// Its text is the model's own, piece by piece as it came.
[[nodiscard]] bool is_generated(const query::Answer& answer);

/// The answer's text (unless it was streamed), then its intervals with the pairs that prove them.
void print_answer(const query::Answer& answer, bool was_streamed, bool name_videos);

/// What limits the answer: videos left out or not read to their end, looks not kept, where the text
/// comes from, a text that was cut off.
void warn_of_limits(const query::QuestionPlan& plan,
                    const query::Answer& answer,
                    const Context& context);

/// Why the next question has to look again, unless `not_kept` is empty.
void tell_not_kept(const std::string& not_kept, const Logger& logger);

/// What it cost, one line.  load_ms: of the model, where this answer needed it.
void log_usage(const query::Answer& answer, double load_ms, const Logger& logger);

}  // namespace hindsight::app
