#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "app/choice.h"
#include "app/model_dir.h"
#include "app/text.h"
#include "app/verbs/model.h"
#include "core/error.h"
#include "model/mrope.h"
#include "model/safetensors.h"

namespace hindsight::app {
namespace {

using model::GridThw;
using model::MappedTensor;
using model::SafetensorsReader;

struct ModelRunOptions {
  std::string input;
  std::string output;
  int generate = 0;
  model::torch::LoadOptions load;
};

/// The input file as values.
struct RunInput {
  std::vector<model::PixelPatches> pictures;  ///< images, then videos
  model::VisualGrids grids;
  std::vector<int> ids;  ///< empty: no prompt
};

[[noreturn]] void refuse(const SafetensorsReader& file, const std::string& why) {
  throw Error(ErrorCode::usage, fmt::format("cannot run on '{}': {}", file.path().string(), why));
}

/// The values of a tensor of this type; another type is refused.
template <class T>
auto values_of(const SafetensorsReader& file, const MappedTensor& tensor) {
  try {
    return tensor.values<T>();
  } catch (const Error& e) {
    refuse(file, e.what());
  }
}

std::vector<GridThw> read_grids(const SafetensorsReader& file, const std::string& name) {
  const MappedTensor* tensor = file.find(name);
  if (tensor == nullptr) return {};
  if (tensor->spec.shape.size() != 2 || tensor->spec.shape[1] != 3) {
    refuse(file,
           fmt::format(
               "{} has shape {}, not [pictures, 3]", name, model::shape_text(tensor->spec.shape)));
  }
  const auto values = values_of<std::int64_t>(file, *tensor);
  std::vector<GridThw> grids;
  for (std::size_t i = 0; i < values.size(); i += 3) {
    constexpr std::int64_t kMaxSide = 1 << 15;
    for (std::size_t k = i; k < i + 3; ++k) {
      if (values[k] < 1 || values[k] > kMaxSide)
        refuse(file, fmt::format("{} holds {}", name, values[k]));
    }
    const GridThw grid{static_cast<int>(values[i]),
                       static_cast<int>(values[i + 1]),
                       static_cast<int>(values[i + 2])};
    if (!grid.is_possible()) {
      refuse(file,
             fmt::format("{} holds {} x {} x {}, more than the {} patches that a picture can have",
                         name,
                         grid.t,
                         grid.h,
                         grid.w,
                         GridThw::kMaxPatches));
    }
    grids.push_back(grid);
  }
  return grids;
}

std::vector<model::PixelPatches> read_pictures(const SafetensorsReader& file,
                                               const model::VisualGrids& grids) {
  std::vector<GridThw> all = grids.images;
  all.insert(all.end(), grids.videos.begin(), grids.videos.end());
  if (all.empty()) return {};
  const MappedTensor* found = file.find("pixel_values");
  if (found == nullptr) refuse(file, "it holds grids, but no pixel_values");
  const MappedTensor& tensor = *found;
  std::int64_t rows = 0;
  for (const GridThw& grid : all) rows += grid.num_patches();
  if (tensor.spec.shape.size() != 2 || tensor.spec.shape[0] != rows) {
    refuse(file,
           fmt::format("pixel_values has shape {}, but the grids need {} rows",
                       model::shape_text(tensor.spec.shape),
                       rows));
  }
  const auto values = values_of<float>(file, tensor);
  const std::int64_t width = tensor.spec.shape[1];
  std::vector<model::PixelPatches> pictures;
  auto at = values.begin();
  for (const GridThw& grid : all) {
    const auto end = at + grid.num_patches() * width;
    pictures.push_back({grid, std::vector<float>(at, end)});
    at = end;
  }
  return pictures;
}

RunInput read_input(const SafetensorsReader& file) {
  RunInput input;
  input.grids.images = read_grids(file, "image_grid_thw");
  input.grids.videos = read_grids(file, "video_grid_thw");
  if (const MappedTensor* tensor = file.find("second_per_grid_ts")) {
    for (const float seconds : values_of<float>(file, *tensor))
      input.grids.second_per_grid.push_back(seconds);
  }
  input.pictures = read_pictures(file, input.grids);
  if (const MappedTensor* tensor = file.find("input_ids")) {
    for (const std::int64_t id : values_of<std::int64_t>(file, *tensor)) {
      if (id < 0 || id > std::numeric_limits<int>::max())
        refuse(file, fmt::format("input_ids holds {}", id));
      input.ids.push_back(static_cast<int>(id));
    }
  }
  if (input.pictures.empty() && input.ids.empty()) {
    refuse(file,
           "it holds neither input_ids nor pixel_values with image_grid_thw or video_grid_thw");
  }
  return input;
}

/// Puts the visual tokens where the ids have pads.
model::Prompt make_prompt(const RunInput& input,
                          std::span<const model::Segment> segments,
                          const std::vector<TokenMatrix>& tokens) {
  model::Prompt prompt;
  std::size_t at = 0;
  std::map<model::VisualPart::Kind, std::size_t> next{
      {model::VisualPart::Kind::image, 0},
      {model::VisualPart::Kind::video, input.grids.images.size()}};
  for (const auto& segment : segments) {
    if (const auto* text = std::get_if<model::TextRun>(&segment)) {
      const auto first = input.ids.begin() + static_cast<std::ptrdiff_t>(at);
      prompt.emplace_back(model::TextPart(first, first + text->num_tokens));
      at += static_cast<std::size_t>(text->num_tokens);
      continue;
    }
    const auto& block = std::get<model::VisualBlock>(segment);
    prompt.emplace_back(model::VisualPart{
        block.kind, block.grid, tokens[next[block.kind]++], block.second_per_grid});
    at += static_cast<std::size_t>(block.grid.num_tokens());
  }
  return prompt;
}

/// Tensors to write, in order.
class OutputFile {
 public:
  void add(const std::string& name, std::vector<std::int64_t> shape, std::vector<float> values) {
    specs_.push_back({name, model::ElementType::f32, std::move(shape)});
    payloads_.emplace_back(std::move(values));
  }
  void add(const std::string& name,
           std::vector<std::int64_t> shape,
           std::vector<std::int64_t> values) {
    specs_.push_back({name, model::ElementType::i64, std::move(shape)});
    payloads_.emplace_back(std::move(values));
  }
  void write(const std::string& file) const {
    model::SafetensorsWriter writer(file, specs_);
    for (const auto& payload : payloads_) {
      std::visit([&](const auto& values) { writer.write(std::as_bytes(std::span(values))); },
                 payload);
    }
    writer.finish();
  }
  [[nodiscard]] const std::vector<model::TensorSpec>& specs() const { return specs_; }

 private:
  std::vector<model::TensorSpec> specs_;
  std::vector<std::variant<std::vector<float>, std::vector<std::int64_t>>> payloads_;
};

std::vector<TokenMatrix> encode_pictures(const RunInput& input,
                                         const std::filesystem::path& directory,
                                         const ModelRunOptions& options,
                                         const Logger& logger,
                                         OutputFile& output) {
  if (input.pictures.empty()) return {};
  const auto tower = model::torch::load_vision_tower(directory, options.load, logger);
  auto tokens = tower->encode(input.pictures);
  std::int64_t rows = 0;
  std::vector<float> values;
  for (const TokenMatrix& matrix : tokens) {
    rows += matrix.rows;
    values.insert(values.end(), matrix.values.begin(), matrix.values.end());
  }
  output.add("visual_tokens", {rows, tower->info().token_width}, std::move(values));
  return tokens;
}

void run_prompt(const RunInput& input,
                const std::vector<TokenMatrix>& tokens,
                const std::filesystem::path& directory,
                const ModelRunOptions& options,
                const Logger& logger,
                OutputFile& output) {
  const model::ModelConfig config = model::load_model_config(directory);
  const auto segments = model::segments_of(input.ids, input.grids, config);
  auto position_options = model::position_options(config);
  position_options.rule = options.load.positions;
  auto positions = model::positions_of(segments, position_options);
  output.add("position_ids", {3, positions.length}, std::move(positions.ids));

  const auto language = model::torch::load_language_model(directory, options.load, logger);
  const model::Prompt prompt = make_prompt(input, segments, tokens);
  TokenMatrix logits = language->all_logits(prompt);
  output.add("logits", {logits.rows, logits.width}, std::move(logits.values));
  if (options.generate == 0) return;
  model::GenerationOptions greedy;
  greedy.max_new_tokens = options.generate;
  const model::Generation generation = language->generate(prompt, greedy);
  std::vector<std::int64_t> ids(generation.ids.begin(), generation.ids.end());
  const auto count = static_cast<std::int64_t>(ids.size());
  output.add("generated_ids", {count}, std::move(ids));
  fmt::print("prefill {:.2f} s for {} tokens, decode {:.3f} s a token\n",
             generation.prefill_seconds,
             generation.prompt_tokens,
             generation.decode_seconds / static_cast<double>(count));
}

}  // namespace

void add_model_run(CLI::App& group, Context& context) {
  auto* verb = group.add_subcommand(
      "run", "Run the model on arrays: patches and ids in, tokens, positions and logits out");
  verb->footer(
      "The input file holds pixel_values [N, 1176] F32 (images first, then videos) with "
      "image_grid_thw\n"
      "and/or video_grid_thw I64 [n, 3]; optionally second_per_grid_ts F32 and input_ids I64.\n"
      "The output file holds visual_tokens, and with input_ids also position_ids and logits.\n"
      "Example:\n"
      "  hindsight model run --model DIR --input in.safetensors --output out.safetensors --dtype "
      "fp32\n"
      "Exit codes: 0 done, 2 usage or arrays that do not fit together, 5 no such model, 6 the "
      "output cannot be written,\n"
      "7 a file that cannot be used.");
  auto options = std::make_shared<ModelRunOptions>();
  add_model_option(*verb, context);
  verb->add_option("--input", options->input, "A safetensors file")
      ->required()
      ->configurable(false);
  verb->add_option("--output", options->output, "The safetensors file to write")
      ->required()
      ->configurable(false);
  add_load_options(*verb, options->load);
  for (const auto* name : {"--dtype", "--device", "--threads"})
    verb->get_option(name)->configurable(false);
  add_choice(*verb,
             "--positions",
             options->load.positions,
             {{"reference", model::PositionRule::reference},
              {"v5", model::PositionRule::transformers_v5}},
             "The rule for positions: reference, or v5 to compare with transformers 5")
      ->configurable(false);
  verb->add_option(
          "--generate", options->generate, "Also write this many greedy tokens as generated_ids")
      ->check(not_negative())
      ->configurable(false);
  verb->callback([options, &context] {
    const auto directory = resolve_model_dir(context);
    const RunInput input = read_input(SafetensorsReader(options->input));
    OutputFile output;
    const auto tokens = encode_pictures(input, directory, *options, context.logger, output);
    if (!input.ids.empty()) run_prompt(input, tokens, directory, *options, context.logger, output);
    output.write(options->output);
    for (const auto& spec : output.specs()) {
      fmt::print("{} {} {}\n",
                 spec.name,
                 model::element_type_name(spec.type),
                 model::shape_text(spec.shape));
    }
  });
}

}  // namespace hindsight::app
