#include "model/torch/checkpoint_copy.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/safetensors.h"

namespace hindsight::test {
namespace {

using namespace hindsight::model;
using nlohmann::json;

float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Exact for the magnitudes of generated weights that binary16 can hold; smaller ones round to
/// nearest.
std::uint16_t to_f16(float value) {
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const float magnitude = std::abs(value);
  if (magnitude < 6.103515625e-5F) {  // subnormal: steps of 2^-24
    return static_cast<std::uint16_t>(
        sign | static_cast<std::uint16_t>(std::nearbyint(magnitude * 16777216.F)));
  }
  int exponent = 0;
  const float mantissa = std::frexp(magnitude, &exponent);  // [0.5, 1)
  const auto fraction = static_cast<std::uint16_t>(std::nearbyint(mantissa * 2048.F)) - 1024;
  return static_cast<std::uint16_t>(sign | ((exponent + 14) * 1024 + fraction));
}

std::vector<std::byte> convert(std::span<const std::byte> bf16, ElementType type) {
  if (type == ElementType::bf16) return {bf16.begin(), bf16.end()};
  std::vector<std::byte> out;
  for (std::size_t i = 0; i < bf16.size(); i += 2) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bf16.data() + i, 2);
    const float value = from_bf16(bits);
    const std::uint16_t half = to_f16(value);
    const auto* first = type == ElementType::f32 ? reinterpret_cast<const std::byte*>(&value)
                                                 : reinterpret_cast<const std::byte*>(&half);
    out.insert(out.end(), first, first + element_size(type));
  }
  return out;
}

struct Stored {
  TensorSpec spec;
  std::vector<std::byte> bytes;
};

std::vector<Stored> stored_tensors(const SafetensorsReader& from, const CopyOptions& options) {
  std::vector<Stored> tensors;
  for (const auto& [name, tensor] : from.tensors()) {
    TensorSpec spec = tensor.spec;
    spec.type = options.type;
    if (options.flat_patch_embedding && spec.shape.size() == 5)
      spec.shape = {spec.shape[0], spec.num_elements() / spec.shape[0]};
    const auto bytes = convert(tensor.bytes, options.type);
    if (options.untied_head && name == "model.embed_tokens.weight") {
      tensors.push_back({{"lm_head.weight", spec.type, spec.shape}, bytes});
    }
    spec.name = stored_name(name, options.layout);
    if (!options.leave_out || !options.leave_out(spec.name)) tensors.push_back({spec, bytes});
  }
  if (!options.extra_tensor.empty())
    tensors.push_back({{options.extra_tensor, ElementType::f32, {0}}, {}});
  return tensors;
}

void write_file(const std::filesystem::path& file, std::span<const Stored> tensors) {
  std::vector<TensorSpec> specs;
  for (const Stored& tensor : tensors) specs.push_back(tensor.spec);
  SafetensorsWriter writer(file, specs);
  for (const Stored& tensor : tensors) writer.write(tensor.bytes);
  writer.finish();
}

void write_shards(const std::filesystem::path& to,
                  const std::vector<Stored>& tensors,
                  int num_shards) {
  const auto count = static_cast<std::size_t>(num_shards);
  json map = json::object();
  for (std::size_t shard = 0; shard < count; ++shard) {
    const std::size_t begin = tensors.size() * shard / count;
    const std::size_t end = tensors.size() * (shard + 1) / count;
    const std::string name = fmt::format("model-{:05}-of-{:05}.safetensors", shard + 1, count);
    write_file(to / name, std::span(tensors).subspan(begin, end - begin));
    for (std::size_t i = begin; i < end; ++i) map[tensors[i].spec.name] = name;
  }
  std::ofstream(to / "model.safetensors.index.json") << json{{"weight_map", map}};
}

json nested(const json& flat) {
  json text = flat;
  json root{{"architectures", flat.at("architectures")},
            {"model_type", flat.at("model_type")},
            {"vision_config", flat.at("vision_config")}};
  for (const char* key : {"image_token_id",
                          "video_token_id",
                          "vision_start_token_id",
                          "vision_end_token_id",
                          "tie_word_embeddings"}) {
    root[key] = flat.at(key);
    text.erase(key);
  }
  for (const char* key : {"architectures", "vision_config", "rope_scaling", "rope_theta"})
    text.erase(key);
  text["model_type"] = "qwen2_vl_text";
  text["rope_parameters"] = {{"rope_type", "default"},
                             {"rope_theta", flat.at("rope_theta")},
                             {"mrope_section", flat.at("rope_scaling").at("mrope_section")}};
  root["text_config"] = text;
  return root;
}

}  // namespace

void copy_checkpoint(const std::filesystem::path& from,
                     const std::filesystem::path& to,
                     const CopyOptions& options) {
  std::ifstream in(from / "config.json");
  json config = json::parse(in);
  if (options.untied_head) config["tie_word_embeddings"] = false;
  std::ofstream(to / "config.json") << (options.nested_config ? nested(config) : config);
  const auto tensors = stored_tensors(SafetensorsReader(from), options);
  if (options.num_shards == 1) {
    write_file(to / "model.safetensors", tensors);
  } else {
    write_shards(to, tensors, options.num_shards);
  }
}

}  // namespace hindsight::test
