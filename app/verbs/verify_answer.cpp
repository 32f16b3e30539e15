#include "query/verify_answer.h"

#include <cmath>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/context.h"
#include "app/input_text.h"
#include "app/load_options.h"
#include "app/model_dir.h"
#include "app/opened_model.h"
#include "app/text.h"
#include "core/error.h"
#include "query/answer_reading.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string file;
  bool as_json = false;
  model::torch::LoadOptions load;
};

Json look_json(const query::LookCheck& look) {
  Json json{{"video", look.video},
            {"first", to_seconds(look.stated.pair.first)},
            {"second", to_seconds(look.stated.pair.second)},
            {"question", look.stated.question},
            {"counter_evidence", look.is_counter},
            {"verdict", query::to_string(look.verdict)},
            {"stated", nullptr},
            {"now", nullptr}};
  const bool is_missing = look.verdict == query::LookVerdict::missing;
  if (look.stated.reply) {
    json["stated"] = *look.stated.reply;
    if (!is_missing) json["now"] = look.reply;
  } else {
    json["stated"] = look.stated.p_yes;
    if (!is_missing) json["now"] = std::round(look.p_yes * 1e4) / 1e4;
  }
  return json;
}

void print_json(const query::AnswerCheck& check,
                const query::Answer& answer,
                const std::string& store) {
  Json looks = Json::array();
  for (const auto& look : check.looks) looks.push_back(look_json(look));
  const Json json{{"verdict", query::to_string(check.verdict)},
                  {"question", answer.question},
                  {"answer", answer.text},
                  {"looks", std::move(looks)},
                  {"faults", check.faults},
                  {"store", store}};
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// "0.97, 0.97 now", of a reply "red, red now".
std::string said(const query::LookCheck& look) {
  const bool is_missing = look.verdict == query::LookVerdict::missing;
  const auto now = [&](const std::string& text) {
    return is_missing ? std::string("not in the store") : text + " now";
  };
  if (look.stated.reply) return fmt::format("{}, {}", *look.stated.reply, now(look.reply));
  return fmt::format("{:.2f}, {}", look.stated.p_yes, now(fmt::format("{:.2f}", look.p_yes)));
}

void print_text(const query::AnswerCheck& check, const query::Answer& answer) {
  std::string text = fmt::format("{}\n", answer.text);
  for (const auto& look : check.looks) {
    text += fmt::format("{:8} {} {}  {}: {}{}\n",
                        query::to_string(look.verdict),
                        look.video,
                        to_clock(look.stated.pair.first),
                        look.stated.question,
                        said(look),
                        look.is_counter ? " (ruled out)" : "");
  }
  for (const auto& fault : check.faults) text += fmt::format("fault    {}\n", fault);
  switch (check.verdict) {
    case query::AnswerVerdict::holds:
      text += fmt::format(
          "The answer holds: {} {} the same again, and what it states lies in its evidence.\n",
          check.looks.size(),
          check.looks.size() == 1 ? "look says" : "looks say");
      break;
    case query::AnswerVerdict::does_not_hold:
      text += "The answer does not hold.\n";
      break;
    case query::AnswerVerdict::nothing_to_check:
      text += fmt::format("There is nothing to look at again: {}.\n",
                          answer.found
                              ? "the answer is a model's own text, not a plan's"
                              : "it refuses the question, and no picture was looked at for that");
  }
  fmt::print("{}", printable(text));
}

void verify_answer(Context& context, const Options& options) {
  const auto answer = query::parse_answer(
      read_text(options.file, "answer"), options.file == "-" ? "the standard input" : options.file);
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  auto opened = open_model(resolve_model_dir(context), options.load, context.logger);
  const auto check = query::verify_answer(answer, store, opened.language, opened.tokenizer);
  if (options.as_json)
    print_json(check, answer, store.path());
  else
    print_text(check, answer);
  std::fflush(stdout);
  if (check.verdict == query::AnswerVerdict::does_not_hold)
    context.exit_code = static_cast<int>(ErrorCode::partial);
  if (check.verdict == query::AnswerVerdict::nothing_to_check)
    context.exit_code = static_cast<int>(ErrorCode::abstained);
}

}  // namespace

void add_verify_answer(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand(
      "verify-answer", "Look again at the pairs that an answer cites and say whether it holds");
  auto options = std::make_shared<Options>();
  verb->add_option(
          "ANSWER", options->file, "What 'hindsight ask --json' wrote; - reads standard input")
      ->required();
  verb->add_flag("--json", options->as_json, "One JSON object on stdout");
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  add_load_options(*verb, options->load);
  verb->footer(
      "Every cited pair is put to the model again, and kept looks are not read; a probability may "
      "differ by 0.05.\n"
      "Times must lie in the evidence, counts and durations must be those of the intervals.  Works "
      "on any machine\n"
      "that has the store (or another one with the same video) and the model.\n"
      "Examples:\n"
      "  hindsight ask 'When does the red car leave?' --json > answer.json\n"
      "  hindsight verify-answer answer.json\n"
      "  hindsight verify-answer answer.json --store copy.db --json | jq .verdict\n"
      "Exit codes: 0 it holds, 2 usage or not an answer, 3 cannot be read, 4 it does not hold,\n"
      "5 no such video or tokens, 6 store, 7 another model made it, 9 a generated answer: nothing "
      "to look at again.");
  verb->callback([&context, options] { verify_answer(context, *options); });
}

}  // namespace hindsight::app
