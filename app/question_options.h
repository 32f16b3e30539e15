// Which videos and which part of them a question is about: the flags that ask and search share.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "query/question.h"

namespace hindsight::app {

struct QuestionFlags {
  std::string text;
  std::vector<std::string> videos;
  std::string from;
  std::string to;
};

/// --video, --from, --to.
void add_question_options(CLI::App& verb, QuestionFlags& flags);

/// A text of "-" is read from the standard input.  Throws Error(usage) for what is no time.
[[nodiscard]] query::Question read_question(const QuestionFlags& flags);

}  // namespace hindsight::app
