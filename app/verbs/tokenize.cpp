#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/context.h"
#include "app/model_dir.h"
#include "core/error.h"
#include "model/tokenizer.h"

namespace hindsight::app {
namespace {

using model::Tokenizer;

std::string read_standard_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

void write_standard_output(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Error(ErrorCode::internal, "cannot write the result to standard output");
  }
}

std::vector<int> parse_ids(const std::string& text, const Tokenizer& tokenizer) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) {
    throw Error(ErrorCode::usage,
                "standard input is not a JSON array of ids, such as [9707, 11, 1879, 0]");
  }
  std::vector<int> ids;
  for (const auto& item : json) {
    const bool is_id = item.is_number_integer() && item >= 0 && item < tokenizer.num_ids();
    if (!is_id || !tokenizer.has(item.get<int>())) {
      throw Error(ErrorCode::usage,
                  fmt::format("{} in the array is not the id of a token; ids go from 0 to {}",
                              item.dump(),
                              tokenizer.num_ids() - 1));
    }
    ids.push_back(item.get<int>());
  }
  return ids;
}

}  // namespace

void add_tokenize(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand(
      "tokenize", "Text on standard input to the model's token ids, a JSON array, or back");
  verb->footer(
      "The whole input counts, line ends included; special tokens such as <|im_end|> are\n"
      "recognised in it.  The model folder needs nothing but tokenizer.json.\n"
      "Examples:\n"
      "  printf 'Hello, world!' | hindsight tokenize --model Qwen2-VL-2B-Instruct\n"
      "  echo '[9707, 11, 1879, 0]' | hindsight tokenize --model Qwen2-VL-2B-Instruct --decode\n"
      "Exit codes: 0 done, 2 usage or no array of ids, 5 no such model, 7 no tokenizer that can be used.");
  auto decode = std::make_shared<bool>(false);
  verb->add_flag("--decode", *decode, "Read a JSON array of ids and print its text")
      ->configurable(false);
  add_model_option(*verb, context);
  verb->callback([&context, decode] {
    const auto tokenizer = Tokenizer::load(resolve_model_dir(context));
    const std::string input = read_standard_input();
    if (*decode) {
      const auto ids = parse_ids(input, tokenizer);
      write_standard_output(tokenizer.decode(ids, model::SpecialTokens::keep));
    } else {
      const auto ids = tokenizer.encode(input, model::AddedTokens::parse);
      write_standard_output(fmt::format("[{}]\n", fmt::join(ids, ", ")));
    }
  });
}

}  // namespace hindsight::app
