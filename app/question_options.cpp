#include "app/question_options.h"

#include <optional>

#include <fmt/format.h>

#include "app/input_text.h"
#include "core/error.h"

namespace hindsight::app {
namespace {

std::optional<MediaTime> read_time_flag(std::string_view flag, const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto time = parse_time(text)) return time;
  throw Error(
      ErrorCode::usage,
      fmt::format("{} {} is not a time; write 12.5, 12.5s, MM:SS or HH:MM:SS.mmm", flag, text));
}

}  // namespace

void add_question_options(CLI::App& verb, QuestionFlags& flags) {
  verb.add_option(
          "--video", flags.videos, "Only this video: name, path or hash prefix; may be repeated")
      ->allow_extra_args(false)
      ->configurable(false);
  verb.add_option("--from", flags.from, "Nothing before this time: 12.5, MM:SS or HH:MM:SS.mmm")
      ->configurable(false);
  verb.add_option("--to", flags.to, "Nothing from this time on")->configurable(false);
}

query::Question read_question(const QuestionFlags& flags) {
  query::Question question{.text = flags.text,
                           .videos = flags.videos,
                           .from = read_time_flag("--from", flags.from),
                           .to = read_time_flag("--to", flags.to)};
  if (question.text == "-") {
    question.text = read_text("-", "question");
    question.text.erase(question.text.find_last_not_of("\r\n") + 1);
  }
  return question;
}

}  // namespace hindsight::app
