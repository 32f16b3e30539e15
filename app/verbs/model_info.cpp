#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/peak_memory.h"
#include "app/text.h"
#include "app/verbs/model.h"
#include "core/error.h"
#include "model/checkpoint.h"
#include "model/config.h"

namespace hindsight::app {
namespace {

struct ModelInfoOptions {
  std::string directory;
  model::torch::LoadOptions load;
  bool json = false;
};

/// Everything that is printed, in both forms.
struct ModelReport {
  model::ModelInfo info;
  model::ModelConfig config;
  model::PreprocessorConfig preprocessor;
  model::ParameterCount parameters;
  std::int64_t stored_parameters = 0;
  std::int64_t stored_bytes = 0;
  std::size_t num_files = 0;
  std::string stored_type;
  bool nested_names = false;
  std::int64_t weight_bytes = 0;        ///< in the dtype of the computation
  std::int64_t cache_bytes_per_1k = 0;  ///< keys and values of 1000 tokens
  std::int64_t available_bytes = 0;     ///< of this machine now
  /// Tokens that fit beside the weights, at most the context; negative when the weights do not fit.
  std::int64_t tokens_that_fit = 0;
};

ModelReport make_report(const ModelInfoOptions& options) {
  const std::filesystem::path directory = options.directory;
  std::error_code failed;
  if (!std::filesystem::is_directory(directory, failed)) {
    throw Error(ErrorCode::not_found,
                fmt::format("there is no model folder '{}'{}",
                            options.directory,
                            failed ? fmt::format(": {}", failed.message()) : ""));
  }
  ModelReport report;
  report.info = model::torch::read_model_info(directory, options.load);
  report.config = model::load_model_config(directory);
  report.preprocessor = model::load_preprocessor_config(directory);
  report.parameters = model::count_parameters(report.config);
  const model::CheckpointWeights weights(directory, report.config);
  report.stored_parameters = weights.num_parameters();
  report.stored_bytes = weights.num_bytes();
  report.num_files = weights.files().size();
  report.stored_type = model::element_type_name(weights.type());
  report.nested_names = weights.layout() == model::NameLayout::nested;
  const std::int64_t value_bytes = report.info.dtype == "fp32" ? 4 : 2;
  report.weight_bytes = report.parameters.total() * value_bytes;
  const std::int64_t token_bytes =
      model::kv_cache_bytes_per_token(report.config.text) / 2 * value_bytes;
  report.cache_bytes_per_1k = 1000 * token_bytes;
  report.available_bytes = available_memory_bytes();
  // What activations, the program and libtorch itself take; below 1 GB at the 2B shape with a short
  // prompt.
  constexpr std::int64_t kWorkingBytes = 1'000'000'000;
  const std::int64_t left = report.available_bytes - report.weight_bytes - kWorkingBytes;
  report.tokens_that_fit =
      left < 0 ? -1 : std::min<std::int64_t>(left / token_bytes, report.info.context_length);
  return report;
}

std::string verdict(const ModelReport& report) {
  if (report.available_bytes == 0) return "unknown: this system does not tell its free memory";
  if (report.tokens_that_fit < 0) {
    return fmt::format("does not fit: the weights alone need {}", human_bytes(report.weight_bytes));
  }
  if (report.tokens_that_fit < report.info.context_length) {
    return fmt::format("fits, with at most {} of {} tokens of context",
                       human_count(report.tokens_that_fit),
                       human_count(report.info.context_length));
  }
  return "fits, with its whole context";
}

void print_text(const ModelReport& r) {
  const auto& text = r.config.text;
  const auto& vision = r.config.vision;
  fmt::print("{}  {}\n", r.info.architecture, r.info.directory);
  fmt::print("parameters     {} (language {}, vision {})\n",
             human_count(r.parameters.total()),
             human_count(r.parameters.language),
             human_count(r.parameters.vision));
  fmt::print("files          {} with {} in {}, {} names, {} head\n",
             r.num_files,
             human_bytes(r.stored_bytes),
             r.stored_type,
             r.nested_names ? "nested" : "released",
             text.tie_word_embeddings ? "tied" : "separate");
  fmt::print("language       {} layers, width {}, {} heads over {}, vocabulary {}\n",
             text.num_layers,
             text.hidden_size,
             text.num_heads,
             text.num_kv_heads,
             human_count(text.vocab_size));
  fmt::print("vision         {} blocks, width {}, {} heads\n",
             vision.depth,
             vision.width,
             vision.num_heads);
  fmt::print("context        {} tokens\n", human_count(r.info.context_length));
  fmt::print("pictures       {} to {} pixels, {} to {} tokens\n",
             human_count(r.preprocessor.min_pixels),
             human_count(r.preprocessor.max_pixels),
             human_count(r.preprocessor.min_pixels / 784),
             human_count(r.preprocessor.max_pixels / 784));
  if (!r.info.words.empty())
    fmt::print("words          it knows {} and no other: {}\n",
               human_count(static_cast<std::int64_t>(r.info.words.size())),
               fmt::join(r.info.words, " "));
  fmt::print("fingerprint    {}\n", r.info.vision_fingerprint);
  fmt::print("in {}        {} for weights, {} for 1 000 tokens of context\n",
             r.info.dtype,
             human_bytes(r.weight_bytes),
             human_bytes(r.cache_bytes_per_1k));
  fmt::print("this machine   {} free: {}\n", human_bytes(r.available_bytes), verdict(r));
}

void print_json(const ModelReport& r) {
  const auto& text = r.config.text;
  const nlohmann::ordered_json json{{"directory", r.info.directory},
                                    {"architecture", r.info.architecture},
                                    {"model_type", model::to_string(r.config.family)},
                                    {"parameters",
                                     {{"total", r.parameters.total()},
                                      {"language", r.parameters.language},
                                      {"vision", r.parameters.vision},
                                      {"stored", r.stored_parameters}}},
                                    {"files",
                                     {{"count", r.num_files},
                                      {"bytes", r.stored_bytes},
                                      {"dtype", r.stored_type},
                                      {"layout", r.nested_names ? "nested" : "released"}}},
                                    {"tied", text.tie_word_embeddings},
                                    {"hidden_size", text.hidden_size},
                                    {"layers", text.num_layers},
                                    {"vision_blocks", r.config.vision.depth},
                                    {"vocabulary", text.vocab_size},
                                    {"context_length", r.info.context_length},
                                    {"min_pixels", r.preprocessor.min_pixels},
                                    {"max_pixels", r.preprocessor.max_pixels},
                                    {"words", r.info.words},
                                    {"vision_fingerprint", r.info.vision_fingerprint},
                                    {"compute",
                                     {{"dtype", r.info.dtype},
                                      {"weight_bytes", r.weight_bytes},
                                      {"cache_bytes_per_1000_tokens", r.cache_bytes_per_1k},
                                      {"available_bytes", r.available_bytes},
                                      {"tokens_that_fit", r.tokens_that_fit},
                                      {"verdict", verdict(r)}}}};
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

void add_model_info(CLI::App& group, Context& /*context*/) {
  auto* verb = group.add_subcommand(
      "info", "What a model folder holds, and whether this machine can run it");
  verb->footer(
      "Example:\n"
      "  hindsight model info ~/models/Qwen2-VL-2B-Instruct --json\n"
      "Exit codes: 0 done, 2 usage, 5 no such folder, 7 not a checkpoint that can be used.");
  auto options = std::make_shared<ModelInfoOptions>();
  verb->add_option("DIR", options->directory, "A Hugging Face model folder")
      ->required()
      ->configurable(false);
  verb->add_flag("--json", options->json, "Print one JSON object")->configurable(false);
  add_dtype_option(*verb, options->load)->configurable(false);
  verb->callback([options] {
    const ModelReport report = make_report(*options);
    options->json ? print_json(report) : print_text(report);
  });
}

}  // namespace hindsight::app
