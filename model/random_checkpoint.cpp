#include "model/random_checkpoint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/bfloat16.h"
#include "core/error.h"
#include "model/checkpoint.h"
#include "model/detail/tokenizer_file.h"
#include "model/detail/vocabulary.h"
#include "model/unicode/unicode.h"

namespace hindsight::model {
namespace {

using Json = nlohmann::ordered_json;

/// splitmix64 over a counter: any tensor can be made on its own.
class RandomValues {
 public:
  RandomValues(std::uint64_t seed, std::string_view name) : state_(seed) {
    for (const char c : name) state_ = mix(state_ + static_cast<unsigned char>(c));
  }
  /// Mean 0, standard deviation 1, nearly normal: four uniform 16-bit numbers added.
  float next() {
    state_ += 0x9e3779b97f4a7c15U;
    const std::uint64_t bits = mix(state_);
    int sum = -131070;
    for (int shift = 0; shift < 64; shift += 16) sum += static_cast<int>(bits >> shift & 0xffffU);
    constexpr float kDeviation = 37837.F;  // 65536 / sqrt(3)
    return static_cast<float>(sum) / kDeviation;
  }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
  }
  std::uint64_t state_;
};

struct Distribution {
  float mean = 0;
  float deviation = 1;
};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Distribution distribution_of(const WeightSpec& spec) {
  if (ends_with(spec.name, ".bias")) return {0, 0.1F};
  if (spec.shape.size() == 1) return {1, 0.1F};
  std::int64_t fan_in = 1;
  for (std::size_t i = 1; i < spec.shape.size(); ++i) fan_in *= spec.shape[i];
  const float unit = 1.F / std::sqrt(static_cast<float>(fan_in));
  // The head and the (possibly tied) embedding decide how far apart logits are.
  constexpr float kLogitDeviation = 4;
  const bool head = spec.name == "lm_head.weight" || spec.name == "model.embed_tokens.weight";
  return {0, head ? kLogitDeviation * unit : unit};
}

void write_tensor(SafetensorsWriter& writer,
                  const WeightSpec& spec,
                  const RandomCheckpointOptions& options) {
  constexpr std::size_t kPiece = 1 << 16;
  RandomValues random(options.seed, spec.name);
  const Distribution distribution = distribution_of(spec);
  auto left =
      static_cast<std::size_t>(TensorSpec{spec.name, options.type, spec.shape}.num_elements());
  std::vector<float> values;
  std::vector<std::uint16_t> halves;
  while (left > 0) {
    values.resize(std::min(left, kPiece));
    left -= values.size();
    for (float& value : values) value = distribution.mean + distribution.deviation * random.next();
    if (options.type == ElementType::f32) {
      writer.write_values(std::span<const float>(values));
      continue;
    }
    halves.resize(values.size());
    std::transform(values.begin(), values.end(), halves.begin(), to_bf16);
    writer.write_values(std::span<const std::uint16_t>(halves));
  }
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw Error(ErrorCode::store, fmt::format("cannot write '{}'", file.string()));
}

std::string generation_config_json(const ModelConfig& config) {
  const Json json{{"bos_token_id", config.bos_id},
                  {"pad_token_id", config.bos_id},
                  {"do_sample", false},
                  {"eos_token_id", config.eos_ids},
                  {"repetition_penalty", 1.0}};
  return json.dump(2) + "\n";
}

/// The 256 bytes in the order of their ids: first those that print as themselves, then the others
/// as U+0100 and on.
std::vector<std::string> byte_tokens() {
  auto spellings = byte_spellings();
  std::ranges::sort(spellings);
  std::vector<std::string> tokens(spellings.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) append_utf8(tokens[i], spellings[i]);
  return tokens;
}

// Frequent English pairs; Ġ stands for a space.
constexpr std::array<std::string_view, 32> kMerges{
    "Ġ t",  "Ġ a", "h e", "i n",  "r e", "o n", "Ġt he", "e r", "Ġ s",  "a t", "Ġ w",
    "Ġ o",  "e n", "Ġ c", "i t",  "i s", "a n", "o r",   "e s", "Ġ b",  "e d", "Ġ f",
    "in g", "Ġ p", "o u", "Ġa n", "a l", "a r", "Ġt o",  "Ġ m", "Ġo f", "Ġ in"};

constexpr std::array<std::string_view, 14> kSpecialTokens{"<|endoftext|>",
                                                          "<|im_start|>",
                                                          "<|im_end|>",
                                                          "<|object_ref_start|>",
                                                          "<|object_ref_end|>",
                                                          "<|box_start|>",
                                                          "<|box_end|>",
                                                          "<|quad_start|>",
                                                          "<|quad_end|>",
                                                          "<|vision_start|>",
                                                          "<|vision_end|>",
                                                          "<|vision_pad|>",
                                                          "<|image_pad|>",
                                                          "<|video_pad|>"};

}  // namespace

std::string byte_level_tokenizer_json(const ModelConfig& config) {
  const bool in_order =
      config.vision_start_id == config.bos_id + 9 && config.vision_end_id == config.bos_id + 10 &&
      config.image_pad_id == config.bos_id + 12 && config.video_pad_id == config.bos_id + 13;
  if (!in_order || config.bos_id < static_cast<int>(256 + kMerges.size())) {
    throw Error(ErrorCode::usage,
                "the special token ids of the configuration are not in the order of the Qwen2-VL "
                "family; name a tokenizer file");
  }
  Json vocabulary = Json::object();
  int next = 0;
  for (const std::string& token : byte_tokens()) vocabulary[token] = next++;
  for (const std::string_view merge : kMerges) {
    std::string token(merge);
    token.erase(token.find(' '), 1);
    vocabulary[token] = next++;
  }
  Json added = Json::array();
  for (std::size_t i = 0; i < kSpecialTokens.size(); ++i) {
    added.push_back({{"id", config.bos_id + static_cast<int>(i)},
                     {"content", kSpecialTokens[i]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  const Json byte_level{{"type", "ByteLevel"},
                        {"add_prefix_space", false},
                        {"trim_offsets", false},
                        {"use_regex", false}};
  const Json split{{"type", "Split"},
                   {"pattern", {{"Regex", kSplitExpression}}},
                   {"behavior", "Isolated"},
                   {"invert", false}};
  const Json json{{"version", "1.0"},
                  {"truncation", nullptr},
                  {"padding", nullptr},
                  {"added_tokens", added},
                  {"normalizer", {{"type", "NFC"}}},
                  {"pre_tokenizer",
                   {{"type", "Sequence"}, {"pretokenizers", Json::array({split, byte_level})}}},
                  {"post_processor", byte_level},
                  {"decoder", byte_level},
                  {"model",
                   {{"type", "BPE"},
                    {"dropout", nullptr},
                    {"unk_token", nullptr},
                    {"continuing_subword_prefix", ""},
                    {"end_of_word_suffix", ""},
                    {"fuse_unk", false},
                    {"byte_fallback", false},
                    {"vocab", vocabulary},
                    {"merges", kMerges}}}};
  return json.dump(1) + "\n";
}

void write_random_checkpoint(const std::filesystem::path& directory,
                             const ModelConfig& config,
                             const RandomCheckpointOptions& options) {
  if (options.type != ElementType::bf16 && options.type != ElementType::f32) {
    throw Error(
        ErrorCode::usage,
        fmt::format("generated weights are BF16 or F32, not {}", element_type_name(options.type)));
  }
  const std::filesystem::path weights = directory / "model.safetensors";
  std::error_code failed;
  // A downloaded checkpoint may have its weights in shards and would lose the other files.
  for (const auto* name : {"model.safetensors", "config.json", "tokenizer.json"}) {
    if (std::filesystem::exists(directory / name, failed)) {
      throw Error(
          ErrorCode::usage,
          fmt::format("'{}' is already there; name an empty folder", (directory / name).string()));
    }
  }
  std::filesystem::create_directories(directory, failed);
  if (failed)
    throw Error(ErrorCode::store,
                fmt::format("cannot create '{}': {}", directory.string(), failed.message()));

  ModelConfig written = config;
  written.dtype = options.type == ElementType::bf16 ? "bfloat16" : "float32";
  write_text(directory / "config.json", to_json(written));
  write_text(directory / "generation_config.json", generation_config_json(config));
  PreprocessorConfig preprocessor;
  preprocessor.max_pixels = 12845056;  // as in the released files, not the class default
  write_text(directory / "preprocessor_config.json", to_json(preprocessor));
  if (options.tokenizer.empty()) {
    write_text(directory / "tokenizer.json", byte_level_tokenizer_json(config));
  } else if (!std::filesystem::copy_file(options.tokenizer,
                                         directory / "tokenizer.json",
                                         std::filesystem::copy_options::overwrite_existing,
                                         failed)) {
    throw Error(
        ErrorCode::model,
        fmt::format(
            "cannot copy tokenizer '{}': {}", options.tokenizer.string(), failed.message()));
  }

  std::vector<WeightSpec> specs = vision_weights(config);
  for (WeightSpec& spec : language_weights(config)) specs.push_back(std::move(spec));
  std::vector<TensorSpec> tensors;
  tensors.reserve(specs.size());
  for (const WeightSpec& spec : specs) tensors.push_back({spec.name, options.type, spec.shape});
  SafetensorsWriter writer(weights, tensors, {{"format", "pt"}});
  for (const WeightSpec& spec : specs) write_tensor(writer, spec, options);
  writer.finish();
}

}  // namespace hindsight::model
